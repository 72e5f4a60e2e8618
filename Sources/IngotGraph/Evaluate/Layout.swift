// Arithmetic of shapes whose sizes are all known: counts, strides, broadcasting. Overflow is nil, never a trap.

/// Row-major layouts.
enum Layout {
  /// - Returns: nil for a negative size and for a product over `Int.max`.
  static func count(_ shape: [Int]) -> Int? {
    var (count, isEmpty) = (1, false)
    for size in shape {
      guard size >= 0 else { return nil }
      if size == 0 {
        isEmpty = true
      } else {
        let (product, overflow) = count.multipliedReportingOverflow(by: size)
        guard !overflow else { return nil }
        count = product
      }
    }
    return isEmpty ? 0 : count
  }

  /// - Precondition: `count(shape)` is not nil.
  static func strides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    var stride = 1
    for axis in shape.indices.reversed() {
      strides[axis] = stride
      stride *= max(shape[axis], 1)
    }
    return strides
  }

  /// NumPy's broadcasting.
  static func broadcast(_ shapes: [[Int]]) -> [Int]? {
    var result: [Int] = []
    for shape in shapes {
      let rank = max(result.count, shape.count)
      let a = [Int](repeating: 1, count: rank - result.count) + result
      let b = [Int](repeating: 1, count: rank - shape.count) + shape
      result = []
      for (x, y) in zip(a, b) {
        guard x == y || x == 1 || y == 1 else { return nil }
        result.append(x == 1 ? y : x)
      }
    }
    return result
  }

  /// Strides that walk a tensor of `shape` in the order of `result`, to which it broadcasts.
  static func broadcastStrides(_ shape: [Int], to result: [Int]) -> [Int] {
    let strides = zip(strides(shape), shape).map { $1 == 1 ? 0 : $0 }
    return [Int](repeating: 0, count: result.count - shape.count) + strides
  }

  /// The source index of every element of `shape`, in row-major order.
  /// - Parameter strides: the source's step along each axis; may be zero or negative.
  static func indices(_ shape: [Int], strides: [Int], offset: Int = 0) -> [Int] {
    let total = count(shape) ?? 0
    var indices: [Int] = []
    indices.reserveCapacity(total)
    var position = [Int](repeating: 0, count: shape.count)
    var index = offset
    for _ in 0..<total {
      indices.append(index)
      var axis = shape.count - 1
      while axis >= 0 {
        position[axis] += 1
        index += strides[axis]
        if position[axis] < shape[axis] { break }
        index -= strides[axis] * shape[axis]
        position[axis] = 0
        axis -= 1
      }
    }
    return indices
  }

  /// - Returns: nil where the axis is outside the rank.
  static func axis(_ axis: Int64, rank: Int) -> Int? {
    guard axis >= -Int64(rank), axis < Int64(rank) else { return nil }
    return axis < 0 ? Int(axis) + rank : Int(axis)
  }
}
