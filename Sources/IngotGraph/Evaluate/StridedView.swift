// A tensor seen in another order: transposed, sliced, broadcast. A view says which element of its source each of its own
// elements is, so that any part of the result can be made without the rest.

internal import IngotCore

/// Sizes, and the source's step along each axis; steps may be zero or negative.
struct StridedView: Sendable {
  let shape: [Int]
  let strides: [Int]
  let offset: Int

  /// Axes of one element are dropped and neighbors that follow one another in the source become one, so that runs are long.
  init(_ shape: [Int], strides: [Int], offset: Int = 0) {
    var (sizes, steps): ([Int], [Int]) = ([], [])
    for (size, step) in zip(shape, strides) where size != 1 {
      if let lastSize = sizes.last, let lastStep = steps.last, lastStep == step &* size {
        sizes[sizes.count - 1] = lastSize * size
        steps[steps.count - 1] = step
      } else {
        sizes.append(size)
        steps.append(step)
      }
    }
    (self.shape, self.strides, self.offset) = (sizes, steps, offset)
  }

  /// The whole source in its own order.
  var isIdentity: Bool { offset == 0 && (shape.isEmpty || shape.count == 1 && strides == [1]) }

  /// - Parameter elements: a range of the view's elements in row-major order.
  /// - Parameter byteCount: of an element: 1, 2, 4, 8 or 16.
  func bytes(_ elements: Range<Int>, of source: RawSpan, elementByteCount byteCount: Int) -> [UInt8] {
    switch byteCount {
    case 1: copy(elements, source, UInt8.self)
    case 2: copy(elements, source, UInt16.self)
    case 4: copy(elements, source, UInt32.self)
    case 8: copy(elements, source, UInt64.self)
    default: copy(elements, source, SIMD2<UInt64>.self)
    }
  }

  private func copy<T: BitwiseCopyable>(_ elements: Range<Int>, _ source: RawSpan, _: T.Type) -> [UInt8] {
    let width = MemoryLayout<T>.size
    let reached = reach
    precondition(
      elements.isEmpty || reached.lowerBound >= 0 && (reached.upperBound + 1) * width <= source.byteCount,
      "a view of \(reached) is not inside \(source.byteCount) bytes")
    return unsafe [UInt8](unsafeUninitializedCapacity: elements.count * width) { buffer, count in
      unsafe source.withUnsafeBytes { input in
        let output = UnsafeMutableRawBufferPointer(buffer)
        forEachBlock(elements) { block in
          if block.step == 1 {
            let run = unsafe UnsafeRawBufferPointer(
              rebasing: input[block.start * width..<(block.start + block.length) * width])
            unsafe UnsafeMutableRawBufferPointer(rebasing: output[count...]).copyMemory(from: run)
          } else {
            unsafe block.copy(input, to: output, at: count, T.self)
          }
          count += block.rows * block.length * width
        }
      }
    }
  }

  /// The lowest and the highest element of the source that the view shows.
  private var reach: ClosedRange<Int> {
    var (low, high) = (offset, offset)
    for (size, step) in zip(shape, strides) {
      if step < 0 { low += (size - 1) * step } else { high += (size - 1) * step }
    }
    return low...max(low, high)
  }

  /// Elements of the source that come after one another in the view.
  private struct Block {
    /// Of the first row's first element; that of each further row is one element on.
    var start: Int
    var rows: Int
    /// Of a row.
    var length: Int
    /// In the source, from one element of a row to the next.
    var step: Int

    /// The rows of a column are neighbors in the source, so a tile reads and writes whole cache lines.
    @unsafe func copy<T: BitwiseCopyable>(
      _ input: UnsafeRawBufferPointer, to output: UnsafeMutableRawBufferPointer, at offset: Int, _: T.Type
    ) {
      guard let from = input.baseAddress, let to = output.baseAddress else { return }
      let width = MemoryLayout<T>.size
      let (source, target) = unsafe (from + start * width, to + offset)
      for first in Swift.stride(from: 0, to: length, by: Self.tileCount) {
        let columns = first..<min(first + Self.tileCount, length)
        var row = 0
        while T.self == UInt32.self, columns.count == Self.tileCount, row + 4 <= rows {
          for column in Swift.stride(from: first, to: columns.upperBound, by: 4) {
            unsafe transpose(source + (column * step + row) * width, to: target + (row * length + column) * width)
          }
          row += 4
        }
        for row in row..<rows {
          for column in columns {
            let element = unsafe source.loadUnaligned(fromByteOffset: (column * step + row) * width, as: T.self)
            unsafe target.storeBytes(of: element, toByteOffset: (row * length + column) * width, as: T.self)
          }
        }
      }
    }

    /// Four columns of four elements of four bytes, in registers.
    @unsafe private func transpose(_ source: UnsafeRawPointer, to target: UnsafeMutableRawPointer) {
      let (from, to) = (step * 4, length * 4)
      let a = unsafe source.loadUnaligned(as: SIMD4<UInt32>.self)
      let b = unsafe source.loadUnaligned(fromByteOffset: from, as: SIMD4<UInt32>.self)
      let c = unsafe source.loadUnaligned(fromByteOffset: 2 * from, as: SIMD4<UInt32>.self)
      let d = unsafe source.loadUnaligned(fromByteOffset: 3 * from, as: SIMD4<UInt32>.self)
      let (ab, cd) = (SIMD4(a[0], b[0], a[1], b[1]), SIMD4(c[0], d[0], c[1], d[1]))
      let (abRest, cdRest) = (SIMD4(a[2], b[2], a[3], b[3]), SIMD4(c[2], d[2], c[3], d[3]))
      typealias Row = SIMD4<UInt32>
      unsafe target.storeBytes(of: Row(lowHalf: ab.lowHalf, highHalf: cd.lowHalf), as: Row.self)
      unsafe target.storeBytes(of: Row(lowHalf: ab.highHalf, highHalf: cd.highHalf), toByteOffset: to, as: Row.self)
      unsafe target.storeBytes(
        of: Row(lowHalf: abRest.lowHalf, highHalf: cdRest.lowHalf), toByteOffset: 2 * to, as: Row.self)
      unsafe target.storeBytes(
        of: Row(lowHalf: abRest.highHalf, highHalf: cdRest.highHalf), toByteOffset: 3 * to, as: Row.self)
    }

    /// As many columns at a time as a cache line has elements of four bytes.
    private static let tileCount = 16
  }

  private func forEachBlock(_ elements: Range<Int>, _ body: (Block) -> Void) {
    guard !elements.isEmpty else { return }
    guard let last = shape.last, let step = strides.last else {
      return body(Block(start: offset, rows: 1, length: 1, step: 1))
    }
    var (position, index) = place(of: elements.lowerBound)
    var remaining = elements.count
    let outer = shape.count - 2
    let hasBlocks = outer >= 0 && step != 1 && strides[max(outer, 0)] == 1
    while remaining > 0 {
      var axis = shape.count - 1
      var block = Block(start: index, rows: 1, length: min(last - position[axis], remaining), step: step)
      if hasBlocks, position[axis] == 0, remaining >= 2 * last {
        block.rows = min(remaining / last, shape[outer] - position[outer])
      }
      body(block)
      remaining -= block.rows * block.length
      if block.rows > 1 { axis = outer }
      position[axis] += block.rows > 1 ? block.rows : block.length
      index += (block.rows > 1 ? block.rows : block.length) * strides[axis]
      while axis >= 0, position[axis] == shape[axis] {
        index -= strides[axis] * shape[axis]
        position[axis] = 0
        axis -= 1
        if axis >= 0 {
          position[axis] += 1
          index += strides[axis]
        }
      }
    }
  }

  /// Where a view's element is, by axis, and which one of the source it is.
  private func place(of element: Int) -> (position: [Int], index: Int) {
    var position = [Int](repeating: 0, count: shape.count)
    var (rest, index) = (element, offset)
    for axis in shape.indices.reversed() {
      position[axis] = rest % shape[axis]
      index += position[axis] * strides[axis]
      rest /= shape[axis]
    }
    return (position, index)
  }
}

extension Tensor {
  /// The elements that a view shows, as a tensor of `shape`.
  /// - Precondition: the view stays inside the tensor and has as many elements as `shape`.
  func viewed(_ view: StridedView, shape: [Int]) -> Tensor? {
    guard let count = Layout.count(shape), let byteCount = type.byteCount(of: count) else { return nil }
    if view.isIdentity, count == elementCount { return reshaped(shape) }
    if type.isPacked {
      guard type.fillsBytes else { return nil }
      let (source, elementType) = (self, type)
      return .made(type, shape, from: [self], isWhole: true) { _ in
        let elements = elementType.unpacked(source.bytes, count: source.elementCount)
        return elementType.packed(unsafe view.bytes(0..<count, of: elements.span.bytes, elementByteCount: 1))
      }
    }
    let width = (type.bitCount ?? 8) / 8
    let source = bytes
    if byteCount == 0 { return Tensor(type: type, shape: shape, bytes: Bytes()) }
    // Of a recipe every part of the view would compute all.
    return .made(type, shape, from: [self], isWhole: source.computationDepth > 0) { elements in
      source.withSpan { view.bytes(elements, of: $0, elementByteCount: width) }
    }
  }
}
