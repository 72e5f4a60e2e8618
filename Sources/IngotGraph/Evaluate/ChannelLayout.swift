// Weights times a number per channel, as a BatchNormalization after them has it. The products are made when they are written.

package import IngotCore

/// Weights as [blocks, channels, inner], where the blocks of a group have channels of their own.
package struct ChannelLayout: Sendable {
  var blocks: Int
  var blocksPerGroup: Int
  var channels: Int
  var inner: Int

  package init(blocks: Int, blocksPerGroup: Int = .max, channels: Int, inner: Int) {
    (self.blocks, self.blocksPerGroup, self.channels, self.inner) = (blocks, blocksPerGroup, channels, inner)
  }

  /// Calculated in float64, rounded once.
  /// - Returns: nil for types that are not calculated with, and where a result may not be finite.
  package func scaled(_ weights: Tensor, by factors: [Double]) -> Tensor? {
    guard weights.type.isArithmetic, weights.type.isFloatingPoint, weights.elementCount == blocks * channels * inner,
      Self.staysFinite(weights, by: factors)
    else { return nil }
    let (bytes, type, layout) = (weights.bytes, weights.type, self)
    let width = (type.bitCount ?? 8) / 8
    return .made(type, weights.shape, from: [weights]) { elements in
      let part = bytes[elements.lowerBound * width..<elements.upperBound * width]
      if type == .float32 { return part.withSpan { layout.scaledFloats(elements, $0, by: factors) } }
      guard case .floats(var values)? = Numbers(part, type: type, count: elements.count) else { return [] }
      layout.forEachRun(elements) { run, channel in for index in run { values[index] *= factors[channel] } }
      return Numbers.floats(values).bytes(as: type) ?? []
    }
  }

  /// Most weights are of this type: from the file to the result in one go.
  private func scaledFloats(_ elements: Range<Int>, _ source: RawSpan, by factors: [Double]) -> [UInt8] {
    let width = MemoryLayout<Float>.size
    precondition(source.byteCount == elements.count * width, "\(source.byteCount) bytes are not \(elements) elements")
    return unsafe [UInt8](unsafeUninitializedCapacity: source.byteCount) { buffer, count in
      let output = UnsafeMutableRawBufferPointer(buffer)
      count = source.byteCount
      unsafe source.withUnsafeBytes { input in
        guard let from = input.baseAddress, let to = output.baseAddress else { return }
        forEachRun(elements) { run, channel in
          let factor = factors[channel]
          // The products of an index inside the buffers cannot overflow; checks of them would keep the loop from vectors.
          for index in run {
            let offset = index &* width
            let value = unsafe from.loadUnaligned(fromByteOffset: offset, as: Float.self)
            unsafe to.storeBytes(of: Float(Double(value) * factor), toByteOffset: offset, as: Float.self)
          }
        }
      }
    }
  }

  /// The parts of a range of elements that belong to one channel each, counted from the range's start.
  private func forEachRun(_ elements: Range<Int>, _ body: (Range<Int>, Int) -> Void) {
    var start = elements.lowerBound
    while start < elements.upperBound {
      let place = start / inner
      let channel = place / channels / blocksPerGroup * channels + place % channels
      let end = min((place + 1) * inner, elements.upperBound)
      body(start - elements.lowerBound..<end - elements.lowerBound, channel)
      start = end
    }
  }

  /// Looks at the largest weight and the largest factor only: a product over the type's range is so far from any real net
  /// that one that may be there is as good as one that is.
  private static func staysFinite(_ weights: Tensor, by factors: [Double]) -> Bool {
    guard factors.allSatisfy(\.isFinite) else { return false }
    let factor = factors.reduce(0) { max($0, $1.magnitude) }
    var isFinite = true
    weights.bytes.forEachPiece { piece in
      // The bits of all weights together are a number no smaller than the largest one, and found in less time. For nets as
      // they are it decides.
      isFinite =
        isFinite
        && (magnitude(piece, weights.type, isExact: false) * factor <= limit(of: weights.type)
          || magnitude(piece, weights.type, isExact: true) * factor <= limit(of: weights.type))
    }
    return isFinite
  }

  private static func limit(of type: ElementType) -> Double {
    switch type {
    case .float16: Double(Float16.greatestFiniteMagnitude)
    case .float64: .greatestFiniteMagnitude
    // bfloat16's largest is below float32's, but for the last bits.
    default: 0x1p127
    }
  }

  /// NaN and infinity are larger than any number when their bits are compared.
  /// - Returns: that of the largest element, or where it need not be exact, that or more.
  private static func magnitude(_ piece: RawSpan, _ type: ElementType, isExact: Bool) -> Double {
    func largest<T: FixedWidthInteger & BitwiseCopyable>(_ mask: T) -> T {
      var result: T = 0
      unsafe piece.withUnsafeBytes { buffer in
        for index in 0..<buffer.count / MemoryLayout<T>.size {
          let bits = unsafe buffer.loadUnaligned(fromByteOffset: index &* MemoryLayout<T>.size, as: T.self)
          result = isExact ? max(result, bits & mask) : result | bits & mask
        }
      }
      return result
    }
    switch type {
    case .float32: return Double(Float(bitPattern: largest(0x7fff_ffff)))
    case .float16: return Double(Float16(bitPattern: largest(0x7fff)))
    case .bfloat16: return Double(Float(bitPattern: UInt32(largest(0x7fff as UInt16)) << 16))
    default: return Double(bitPattern: largest(0x7fff_ffff_ffff_ffff))
    }
  }
}
