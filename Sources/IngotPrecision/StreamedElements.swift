// Tensors read and made in pieces, so that no weight is in memory as a whole: what a pass over the elements sees, and
// recipes that make elements of another type when they are read.

internal import IngotCore
internal import IngotGraph

extension Tensor {
  /// As many elements are read at a time.
  private static let pieceCount = 1 << 16

  /// All elements in order, in arrays of a size that fits into a cache.
  func forEachPiece<T: BitwiseCopyable>(as: T.Type, _ body: ([T]) -> Void) {
    let width = MemoryLayout<T>.size
    bytes.forEachPiece { span in
      let count = span.byteCount / width
      var start = 0
      while start < count {
        let end = min(start + Self.pieceCount, count)
        body(span.extracting(start * width..<end * width).elements(as: T.self))
        start = end
      }
    }
  }

  /// A tensor of the same shape whose elements are made of those of this one, each of the one at its place. Small ones
  /// are made at once, large ones when they are read.
  ///
  /// - Parameters:
  ///   - type: of at least 8 bits.
  ///   - make: the bytes of the new elements, from the bits of float32 ones.
  func mappingElements(to type: ElementType, _ make: @escaping @Sendable ([UInt32]) -> [UInt8]) -> Tensor {
    let (source, width) = (bytes, (type.bitCount ?? 8) / 8)
    let count = source.count / 4
    let elements: @Sendable (Range<Int>) -> [UInt8] = { range in
      make(source[range.lowerBound * 4..<range.upperBound * 4].withSpan { $0.elements(as: UInt32.self) })
    }
    return Tensor(
      type: type, shape: shape,
      bytes: Bytes.made(count * width, from: source) { range in
        let covered = range.lowerBound / width..<(range.upperBound + width - 1) / width
        let made = elements(covered)
        let start = range.lowerBound - covered.lowerBound * width
        return made.count == range.count ? made : Array(made[start..<start + range.count])
      })
  }
}

extension Bytes {
  /// Few bytes at once, many when they are read.
  /// - Parameters:
  ///   - source: what `make` reads.
  ///   - make: the bytes of a range.
  static func made(_ count: Int, from source: Bytes, _ make: @escaping @Sendable (Range<Int>) -> [UInt8]) -> Bytes {
    guard count > Tensor.eagerByteCount else { return Bytes(make(0..<count)) }
    let cost = computationCost(ofMaking: count, from: [source], isWhole: true)
    // What can only be made whole would be made again for every piece.
    guard computationCost(ofMaking: count, from: [source], isWhole: false) <= cost else {
      return Bytes(count: count, from: [source], computedWholeBy: { make(0..<count) })
    }
    return Bytes(count: count, from: [source], computedBy: make)
  }
}
