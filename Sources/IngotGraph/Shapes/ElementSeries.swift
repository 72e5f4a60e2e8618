// Reductions, running sums and ranges of elements of which a run knows some only.

internal import IngotCore

enum ElementSeries {
  static let table: [String: ElementRule] = [
    "ReduceSum": { [reduced($0, +)] }, "ReduceProd": { [reduced($0, *)] },
    "ReduceMax": { [reduced($0, Dimension.maximum)] }, "ReduceMin": { [reduced($0, Dimension.minimum)] },
    "CumSum": { [runningSum($0)] }, "Range": { [range($0)] },
  ]

  private static func isInteger(_ node: NodeFacts) -> Bool {
    node.outputs.first?.type == .int64 || node.outputs.first?.type == .int32
  }

  private static func reduced(
    _ node: NodeFacts, _ operation: (Dimension, Dimension) -> Dimension
  ) -> SizeElements? {
    guard isInteger(node), let values = node.elements(0), let shape = node.shape(0)?.sizes,
      let isReduced = reducedAxes(node, rank: shape.count)
    else { return nil }
    let kept = zip(shape, isReduced).map { $1 ? 1 : $0 }
    let places = Layout.indices(shape, strides: Layout.broadcastStrides(kept, to: shape))
    var results = [Dimension?](repeating: nil, count: Layout.count(kept) ?? 0)
    for (value, place) in zip(values, places) where results.indices.contains(place) {
      let result = results[place].map { operation($0, value) } ?? value
      results[place] = ElementArithmetic.fitted(result, in: node.outputs.first?.type)
    }
    let complete = results.compactMap(\.self)
    return complete.count == results.count ? SizeElements(complete) : nil
  }

  private static func reducedAxes(_ node: NodeFacts, rank: Int) -> [Bool]? {
    var axes: [Int64] = []
    switch node.integers(input: 1, attribute: "axes") {
    case .known(let list): axes = list
    case .computed: return nil
    case nil: break
    }
    if axes.isEmpty { return [Bool](repeating: node.node.int("noop_with_empty_axes") ?? 0 == 0, count: rank) }
    var isReduced = [Bool](repeating: false, count: rank)
    for axis in axes {
      guard let index = Layout.axis(axis, rank: rank) else { return nil }
      isReduced[index] = true
    }
    return isReduced
  }

  /// Of a vector.
  private static func runningSum(_ node: NodeFacts) -> SizeElements? {
    guard isInteger(node), let values = node.elements(0), node.shape(0)?.count == 1 else { return nil }
    let isReversed = node.node.int("reverse") ?? 0 != 0
    let isExclusive = node.node.int("exclusive") ?? 0 != 0
    var (sum, sums): (Dimension, [Dimension]) = (.fixed(0), [])
    for value in isReversed ? values.reversed() : values {
      let next = ElementArithmetic.fitted(sum + value, in: node.outputs.first?.type)
      sums.append(isExclusive ? sum : next)
      sum = next
    }
    return SizeElements(isReversed ? sums.reversed() : sums)
  }

  private static func range(_ node: NodeFacts) -> SizeElements? {
    guard isInteger(node), let start = node.elements(0)?.first, let step = node.elements(2)?.first,
      let count = node.outputs.first?.shape?.first?.size, count >= 0, count <= ValueFacts.elementLimit
    else { return nil }
    return SizeElements((0..<count).map { start + step * .fixed($0) })
  }
}
