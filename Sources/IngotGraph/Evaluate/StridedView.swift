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
    return unsafe [UInt8](unsafeUninitializedCapacity: elements.count * width) { buffer, count in
      let output = UnsafeMutableRawBufferPointer(buffer)
      var filled = 0
      forEachRun(elements) { start, length, step in
        if step == 1 {
          let run = source.extracting(start * width..<(start + length) * width)
          unsafe run.withUnsafeBytes {
            unsafe UnsafeMutableRawBufferPointer(rebasing: output[filled...]).copyMemory(from: $0)
          }
        } else {
          var index = start * width
          for place in 0..<length {
            let element = unsafe source.unsafeLoadUnaligned(fromByteOffset: index, as: T.self)
            unsafe output.storeBytes(of: element, toByteOffset: filled + place * width, as: T.self)
            index += step * width
          }
        }
        filled += length * width
      }
      count = filled
    }
  }

  /// Runs along the last axis that make up a range of elements: the source's first element, how many, and their step.
  private func forEachRun(_ elements: Range<Int>, _ body: (Int, Int, Int) -> Void) {
    guard !elements.isEmpty else { return }
    guard let last = shape.last, let step = strides.last else { return body(offset, 1, 1) }
    var position = [Int](repeating: 0, count: shape.count)
    var (rest, index) = (elements.lowerBound, offset)
    for axis in shape.indices.reversed() {
      position[axis] = rest % shape[axis]
      index += position[axis] * strides[axis]
      rest /= shape[axis]
    }
    var remaining = elements.count
    while remaining > 0 {
      let length = min(last - position[shape.count - 1], remaining)
      body(index, length, step)
      remaining -= length
      position[shape.count - 1] += length
      index += length * step
      var axis = shape.count - 1
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
}

extension Tensor {
  /// The elements that a view shows, as a tensor of `shape`.
  /// - Precondition: the view stays inside the tensor and has as many elements as `shape`.
  func viewed(_ view: StridedView, shape: [Int]) -> Tensor? {
    guard let count = Layout.count(shape), let byteCount = type.byteCount(of: count) else { return nil }
    if view.isIdentity, count == elementCount { return reshaped(shape) }
    if type.isPacked {
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
