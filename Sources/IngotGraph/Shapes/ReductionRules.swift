// Reductions along axes.

internal import IngotCore

enum ReductionRules {
  static let table: [String: ShapeRule] = {
    var table: [String: ShapeRule] = ["ArgMax": argument, "ArgMin": argument, "TopK": topK]
    let rule: ShapeRule = reduce
    for name in ["L1", "L2", "LogSum", "LogSumExp", "Max", "Mean", "Min", "Prod", "Sum", "SumSquare"] {
      table["Reduce\(name)"] = rule
    }
    return table
  }()

  @Sendable private static func reduce(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: nil)
    guard let input = node.shape(0) else { return }
    let keeps = node.node.int("keepdims") ?? 1 != 0
    switch node.integers(input: 1, attribute: "axes") {
    case .known(let axes) where !axes.isEmpty:
      var isReduced = [Bool](repeating: false, count: input.count)
      for axis in axes { isReduced[try node.axis(axis, rank: input.count)] = true }
      node.set(type: node.type(0), shape: reduced(input, isReduced, keeps: keeps))
    case .known, nil:
      if node.node.int("noop_with_empty_axes") ?? 0 != 0 {
        node.set(type: node.type(0), shape: input)
      } else {
        node.set(type: node.type(0), shape: keeps ? input.map { _ in .fixed(1) } : [])
      }
    case .computed: node.set(type: node.type(0), shape: keeps ? input.map { _ in .unknown } : nil)
    }
  }

  private static func reduced(_ shape: [Dimension], _ isReduced: [Bool], keeps: Bool) -> [Dimension] {
    zip(shape, isReduced).compactMap { $1 ? (keeps ? .fixed(1) : nil) : $0 }
  }

  @Sendable private static func argument(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: .int64, shape: nil)
    guard let input = node.shape(0) else { return }
    let axis = try node.axis("axis", default: 0, rank: input.count)
    let keeps = node.node.int("keepdims") ?? 1 != 0
    node.set(type: .int64, shape: reduced(input, input.indices.map { $0 == axis }, keeps: keeps))
  }

  @Sendable private static func topK(_ node: inout NodeFacts) throws(ShapeProblem) {
    var shape = node.shape(0)
    if let rank = shape?.count {
      let axis = try node.axis("axis", default: -1, rank: rank)
      let count = node.node.int("k").map { Dimension.fixed(Int($0)) } ?? node.input(1)?.elements?.first ?? .unknown
      if let size = count.size, size < 0 { throw .outputSize }
      shape?[axis] = count
    }
    node.set(0, type: node.type(0), shape: shape)
    node.set(1, type: .int64, shape: shape)
  }
}
