// Reductions of constants along axes.

internal import IngotCore

enum ReductionEvaluators {
  static let table: [String: Evaluator] = [
    "ReduceSum": { reduce($0, { $0 &+ $1 }, { $0 + $1 }, empty: 0) },
    "ReduceProd": { reduce($0, { $0 &* $1 }, { $0 * $1 }, empty: 1) },
    "ReduceMax": { reduce($0, { max($0, $1) }, { $0.isNaN || $1.isNaN ? .nan : max($0, $1) }) },
    "ReduceMin": { reduce($0, { min($0, $1) }, { $0.isNaN || $1.isNaN ? .nan : min($0, $1) }) },
    "ReduceMean": { reduce($0, nil, { $0 + $1 }, divides: true) },
  ]

  private static func reduce(
    _ evaluation: Evaluation, _ integers: ((Int64, Int64) -> Int64)?, _ floats: (Double, Double) -> Double,
    empty: Int64? = nil, divides: Bool = false
  ) -> [Tensor]? {
    guard let tensor = evaluation.input(0), tensor.type != .bool, let numbers = Numbers(tensor) else { return nil }
    let listed = evaluation.integers(input: 1, attribute: "axes") ?? []
    if listed.isEmpty, evaluation.node.int("noop_with_empty_axes") == 1 { return [tensor] }
    var isReduced = [Bool](repeating: listed.isEmpty, count: tensor.shape.count)
    for axis in listed {
      guard let axis = Layout.axis(axis, rank: tensor.shape.count) else { return nil }
      isReduced[axis] = true
    }
    let kept = zip(tensor.shape, isReduced).map { $1 ? 1 : $0 }
    guard let keptCount = Layout.count(kept), evaluation.allows(kept, tensor.type) else { return nil }
    let shape = evaluation.node.int("keepdims") == 0 ? zip(kept, isReduced).filter { !$1 }.map(\.0) : kept
    let strides = zip(Layout.strides(kept), isReduced).map { $1 ? 0 : $0 }
    let targets = Layout.indices(tensor.shape, strides: strides)
    let perResult = keptCount == 0 ? 0 : tensor.elementCount / keptCount
    guard perResult > 0 || empty != nil || keptCount == 0 else { return nil }

    let result: Numbers
    switch numbers {
    case .integers(let values):
      guard let integers else { return nil }
      result = .integers(folded(values, targets, count: keptCount, empty: empty, integers))
    case .floats(let values):
      let sums = folded(values, targets, count: keptCount, empty: empty.map { Double($0) }, floats)
      result = .floats(divides ? sums.map { $0 / Double(perResult) } : sums)
    }
    return Tensor(result, type: tensor.type, shape: shape).map { [$0] }
  }

  private static func folded<T: Numeric>(
    _ values: [T], _ targets: [Int], count: Int, empty: T?, _ combine: (T, T) -> T
  ) -> [T] {
    var results = [T](repeating: empty ?? 0, count: count)
    var isStarted = [Bool](repeating: false, count: count)
    for (value, target) in zip(values, targets) {
      results[target] = isStarted[target] ? combine(results[target], value) : value
      isStarted[target] = true
    }
    return results
  }
}
