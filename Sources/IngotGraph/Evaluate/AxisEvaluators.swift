// Operations along one axis: normalizations, running sums, extremes and their places.

internal import Glibc
internal import IngotCore

enum AxisEvaluators {
  static let table: [String: Evaluator] = [
    "Softmax": { softmax($0) { values, sum, top in values.map { exp($0 - top) / sum } } },
    "LogSoftmax": { softmax($0) { values, sum, top in values.map { $0 - top - log(sum) } } },
    "Hardmax": {
      softmax($0) { values, _, top in
        let first = values.firstIndex(of: top)
        return values.indices.map { $0 == first ? 1 : 0 }
      }
    },
    "ArgMax": { extreme($0, isLargest: true) },
    "ArgMin": { extreme($0, isLargest: false) },
    "CumSum": cumulativeSum,
    "TopK": top,
  ]

  /// Calls `body` with every line of elements along an axis and puts what it gives in their place.
  private static func along<T, R>(_ values: [T], _ shape: [Int], _ axis: Int, count: Int, _ body: ([T]) -> [R]?) -> [R]?
  {
    let size = shape[axis]
    let inner = shape[(axis + 1)...].reduce(1, *)
    let lineCount = size == 0 ? 0 : values.count / size
    var result: [R?] = Array(repeating: nil, count: lineCount * count)
    for line in 0..<lineCount {
      let start = line / inner * size * inner + line % inner
      guard let made = body((0..<size).map { values[start + $0 * inner] }), made.count == count else { return nil }
      let target = line / inner * count * inner + line % inner
      for (index, value) in made.enumerated() { result[target + index * inner] = value }
    }
    return result.compactMap(\.self)
  }

  /// - Parameter body: from a line, the sum of its exponentials and its largest number.
  private static func softmax(
    _ evaluation: Evaluation, _ body: ([Double], Double, Double) -> [Double]
  ) -> [Tensor]? {
    guard let tensor = evaluation.input(0), tensor.type.isFloatingPoint, tensor.elementCount <= evaluation.elementLimit,
      tensor.elementCount > 0, evaluation.allows(tensor.shape, tensor.type), tensor.type.isArithmetic,
      case .floats(let values)? = Numbers(tensor),
      let axis = Layout.axis(evaluation.node.int("axis") ?? (evaluation.opset < 13 ? 1 : -1), rank: tensor.shape.count)
    else { return nil }
    // Before opset 13 all axes from the given one on are one.
    let shape =
      evaluation.opset < 13
      ? [tensor.shape[..<axis].reduce(1, *), tensor.shape[axis...].reduce(1, *)] : tensor.shape
    let results: [Double]? = along(
      values, shape, evaluation.opset < 13 ? 1 : axis, count: shape[evaluation.opset < 13 ? 1 : axis]
    ) {
      line in
      let top = line.reduce(-.infinity) { max($0, $1) }
      guard top.isFinite, !line.contains(where: \.isNaN) else { return nil }
      return body(line, line.reduce(0) { $0 + exp($1 - top) }, top)
    }
    return results.flatMap { Tensor(.floats($0), type: tensor.type, shape: tensor.shape) }.map { [$0] }
  }

  @Sendable private static func cumulativeSum(_ evaluation: Evaluation) -> [Tensor]? {
    guard let tensor = evaluation.input(0), tensor.type.isArithmetic, tensor.elementCount <= evaluation.elementLimit,
      let number = evaluation.input(1)?.singleInteger, let axis = Layout.axis(number, rank: tensor.shape.count),
      evaluation.allows(tensor.shape, tensor.type), let numbers = Numbers(tensor)
    else { return nil }
    let isReversed = evaluation.node.int("reverse") == 1
    let isExclusive = evaluation.node.int("exclusive") == 1
    func sums<T>(_ line: [T], zero: T, _ add: (T, T) -> T) -> [T] {
      var (sum, result): (T, [T]) = (zero, [])
      for value in isReversed ? line.reversed() : line {
        if isExclusive { result.append(sum) }
        sum = add(sum, value)
        if !isExclusive { result.append(sum) }
      }
      return isReversed ? result.reversed() : result
    }
    let size = tensor.shape[axis]
    switch numbers {
    case .integers(let values):
      return along(values, tensor.shape, axis, count: size) { sums($0, zero: 0, &+) }
        .flatMap { Tensor(.integers($0), type: tensor.type, shape: tensor.shape) }.map { [$0] }
    case .floats(let values):
      return along(values, tensor.shape, axis, count: size) { sums($0, zero: 0, +) }
        .flatMap { Tensor(.floats($0), type: tensor.type, shape: tensor.shape) }.map { [$0] }
    case .unsigned: return nil
    }
  }

  /// The order of a line's elements: the largest first, or the smallest; equal ones as they stand. Nil where one is NaN.
  private static func sorted(_ numbers: Numbers, isLargest: Bool) -> [Int]? {
    func order<T: Comparable>(_ values: [T]) -> [Int] {
      values.indices.sorted { a, b in
        values[a] == values[b] ? a < b : isLargest ? values[a] > values[b] : values[a] < values[b]
      }
    }
    switch numbers {
    case .integers(let values): return order(values)
    case .unsigned(let values): return order(values)
    case .floats(let values): return values.contains(where: \.isNaN) ? nil : order(values)
    }
  }

  private static func lines(_ tensor: Tensor, _ axis: Int, count: Int, _ pick: (Numbers) -> [Int]?) -> [Int]? {
    switch Numbers(tensor) {
    case .integers(let values)?: along(values, tensor.shape, axis, count: count) { pick(.integers($0)) }
    case .unsigned(let values)?: along(values, tensor.shape, axis, count: count) { pick(.unsigned($0)) }
    case .floats(let values)?: along(values, tensor.shape, axis, count: count) { pick(.floats($0)) }
    case nil: nil
    }
  }

  private static func extreme(_ evaluation: Evaluation, isLargest: Bool) -> [Tensor]? {
    guard let tensor = evaluation.input(0), tensor.type.isArithmetic, tensor.elementCount <= evaluation.elementLimit,
      tensor.elementCount > 0, let axis = Layout.axis(evaluation.node.int("axis") ?? 0, rank: tensor.shape.count)
    else { return nil }
    let takesLast = evaluation.node.int("select_last_index") == 1
    let picked = lines(tensor, axis, count: 1) { line in
      guard let order = sorted(line, isLargest: isLargest) else { return nil }
      guard takesLast, let reversed = sorted(line, isLargest: !isLargest) else { return order.first.map { [$0] } }
      // Equal elements stand in their order, so that of those sorted the other way the last one is the last of the equal.
      return reversed.last.map { [$0] }
    }
    var shape = tensor.shape
    if evaluation.node.int("keepdims") == 0 { shape.remove(at: axis) } else { shape[axis] = 1 }
    guard let picked, evaluation.allows(shape, .int64) else { return nil }
    return [Tensor(picked.map { Int64($0) }, shape: shape)]
  }

  @Sendable private static func top(_ evaluation: Evaluation) -> [Tensor]? {
    guard let tensor = evaluation.input(0), tensor.type.isArithmetic, tensor.elementCount <= evaluation.elementLimit,
      let axis = Layout.axis(evaluation.node.int("axis") ?? -1, rank: tensor.shape.count),
      let number = evaluation.opset < 10 ? evaluation.node.int("k") : evaluation.input(1)?.singleInteger,
      number >= 0, number <= Int64(tensor.shape[axis]), evaluation.node.int("sorted") != 0
    else { return nil }
    let (count, isLargest) = (Int(number), evaluation.node.int("largest") != 0)
    var shape = tensor.shape
    shape[axis] = count
    guard evaluation.allows(shape, .int64),
      let picked = lines(
        tensor, axis, count: count, { sorted($0, isLargest: isLargest).map { Array($0.prefix(count)) } })
    else { return nil }
    let (strides, inner) = (Layout.strides(tensor.shape), tensor.shape[(axis + 1)...].reduce(1, *))
    let sources = picked.enumerated().map { place, index in
      place / inner / max(count, 1) * tensor.shape[axis] * inner + index * strides[axis] + place % inner
    }
    guard let values = tensor.taking(sources, shape: shape) else { return nil }
    return [values, Tensor(picked.map { Int64($0) }, shape: shape)]
  }
}

extension Evaluation {
  /// Elements that an operation which needs all of them at once may look at.
  var elementLimit: Int { 1 << 21 }
}
