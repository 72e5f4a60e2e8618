// Reductions of constants along axes. Floats are added up in float64 and rounded once.

internal import Glibc
internal import IngotCore

enum ReductionEvaluators {
  static let table: [String: Evaluator] = [
    "ReduceSum": { reduce($0, Reduction(integers: { $0 &+ $1 }, floats: { $0 + $1 }, empty: 0)) },
    "ReduceProd": { reduce($0, Reduction(integers: { $0 &* $1 }, floats: { $0 * $1 }, empty: 1)) },
    "ReduceMax": { reduce($0, Reduction(integers: { max($0, $1) }, floats: { larger($0, $1) }), allowsBool: true) },
    "ReduceMin": { reduce($0, Reduction(integers: { min($0, $1) }, floats: { -larger(-$0, -$1) }), allowsBool: true) },
    "ReduceMean": {
      reduce(
        $0, Reduction(integers: { $0 &+ $1 }, floats: { $0 + $1 }, finish: { $0 / $1 }, finishInteger: { $0 / $1 }))
    },
    "ReduceSumSquare": {
      reduce(
        $0,
        Reduction(
          integers: { $0 &+ $1 }, floats: { $0 + $1 }, empty: 0, prepare: { $0 * $0 }, prepareInteger: { $0 &* $0 }))
    },
    "ReduceL1": {
      reduce(
        $0,
        Reduction(
          integers: { $0 &+ $1 }, floats: { $0 + $1 }, empty: 0, prepare: { $0.magnitude },
          prepareInteger: { $0 < 0 ? 0 &- $0 : $0 }))
    },
    "ReduceL2": {
      reduce($0, Reduction(floats: { $0 + $1 }, empty: 0, prepare: { $0 * $0 }, finish: { sum, _ in sum.squareRoot() }))
    },
    "ReduceLogSum": { reduce($0, Reduction(floats: { $0 + $1 }, finish: { sum, _ in log(sum) })) },
    "ReduceLogSumExp": { reduce($0, Reduction(floats: logSumExp)) },
  ]

  /// How elements become one.
  private struct Reduction {
    var integers: ((Int64, Int64) -> Int64)?
    var floats: (Double, Double) -> Double
    /// Of no elements; nil where there is no such thing.
    var empty: Int64?
    var prepare: ((Double) -> Double)?
    var prepareInteger: ((Int64) -> Int64)?
    /// From the result and how many elements it is of.
    var finish: ((Double, Double) -> Double)?
    var finishInteger: ((Int64, Int64) -> Int64)?
  }

  private static func larger(_ a: Double, _ b: Double) -> Double { a.isNaN || b.isNaN ? .nan : a > b ? a : b }

  private static func logSumExp(_ a: Double, _ b: Double) -> Double {
    let top = max(a, b)
    return top.isFinite ? top + log1p(exp(min(a, b) - top)) : top
  }

  private static func reduce(_ evaluation: Evaluation, _ reduction: Reduction, allowsBool: Bool = false) -> [Tensor]? {
    guard let tensor = evaluation.input(0), tensor.type.isArithmetic || allowsBool && tensor.type == .bool,
      tensor.elementCount <= evaluation.elementLimit, let axes = ReducedAxes(evaluation, tensor.shape)
    else { return nil }
    if axes.isNone {
      // The elements are still prepared and finished, each as a reduction of its own.
      guard reduction.prepare == nil, reduction.finish == nil else { return nil }
      return [tensor]
    }
    guard evaluation.allows(axes.kept, tensor.type), let numbers = Numbers(tensor), let count = Layout.count(axes.kept)
    else { return nil }
    let targets = axes.targets(tensor.shape)
    let perResult = count == 0 ? 0 : tensor.elementCount / count
    guard perResult > 0 || reduction.empty != nil || count == 0 else { return nil }
    let result: Numbers
    switch numbers {
    case .integers(var values):
      guard let integers = reduction.integers, reduction.finish == nil || reduction.finishInteger != nil else {
        return nil
      }
      if let prepare = reduction.prepareInteger { values = values.map(prepare) }
      values = folded(values, targets, count: count, empty: reduction.empty ?? 0, integers)
      if let finish = reduction.finishInteger { values = values.map { finish($0, Int64(perResult)) } }
      result = .integers(values)
    case .unsigned: return nil
    case .floats(var values):
      if let prepare = reduction.prepare { values = values.map(prepare) }
      values = folded(values, targets, count: count, empty: Double(reduction.empty ?? 0), reduction.floats)
      if let finish = reduction.finish { values = values.map { finish($0, Double(perResult)) } }
      result = .floats(values)
    }
    return Tensor(result, type: tensor.type, shape: axes.shape).map { [$0] }
  }

  private static func folded<T: Numeric>(
    _ values: [T], _ targets: [Int], count: Int, empty: T, _ combine: (T, T) -> T
  ) -> [T] {
    var results = [T](repeating: empty, count: count)
    var isStarted = [Bool](repeating: false, count: count)
    for (value, target) in zip(values, targets) {
      results[target] = isStarted[target] ? combine(results[target], value) : value
      isStarted[target] = true
    }
    return results
  }
}

/// The axes that a reduction takes away.
private struct ReducedAxes {
  /// The shape with ones in their place.
  let kept: [Int]
  let shape: [Int]
  /// Whether the node asks for no reduction at all.
  let isNone: Bool
  private let isReduced: [Bool]

  init?(_ evaluation: Evaluation, _ shape: [Int]) {
    let listed = evaluation.integers(input: 1, attribute: "axes") ?? []
    isNone = listed.isEmpty && evaluation.node.int("noop_with_empty_axes") == 1
    var isReduced = [Bool](repeating: listed.isEmpty, count: shape.count)
    for axis in listed {
      guard let axis = Layout.axis(axis, rank: shape.count) else { return nil }
      isReduced[axis] = true
    }
    let kept = zip(shape, isReduced).map { $1 ? 1 : $0 }
    self.kept = kept
    self.shape = evaluation.node.int("keepdims") == 0 ? zip(kept, isReduced).filter { !$1 }.map(\.0) : kept
    self.isReduced = isReduced
  }

  /// For each element of the input, which result it goes into.
  func targets(_ shape: [Int]) -> [Int] {
    Layout.indices(shape, strides: zip(Layout.strides(kept), isReduced).map { $1 ? 0 : $0 })
  }
}
