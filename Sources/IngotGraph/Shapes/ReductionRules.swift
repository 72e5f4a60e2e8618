// Reductions along axes.

internal import IngotCore

enum ReductionRules {
  static let table: [String: ShapeRule] = {
    var table: [String: ShapeRule] = [
      "ArgMax": argument, "ArgMin": argument, "TopK": topK,
      "com.microsoft::QLinearReduceMean": { (node) throws(ShapeProblem) in
        try reduce(&node, node.node.ints("axes").map { .known($0) })
      },
      "com.microsoft::ReduceSumInteger": { (node) throws(ShapeProblem) in
        try reduce(&node, node.node.ints("axes").map { .known($0) })
        node.outputs[0].type = node.type(0) == .uint8 ? .uint32 : .int32
      },
    ]
    let rule: ShapeRule = { (node) throws(ShapeProblem) in
      try reduce(&node, node.integers(input: 1, attribute: "axes"))
    }
    for name in ["L1", "L2", "LogSum", "LogSumExp", "Max", "Mean", "Min", "Prod", "Sum", "SumSquare"] {
      table["Reduce\(name)"] = rule
    }
    return table
  }()

  private static func reduce(_ node: inout NodeFacts, _ axes: IntegerList?) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: nil)
    let keeps = node.flag("keepdims", default: true)
    guard let input = node.shape(0) else {
      // All axes at once leave a scalar, whatever the rank is.
      if !keeps, axes == nil, !node.flag("noop_with_empty_axes") { node.set(type: node.type(0), shape: []) }
      return
    }
    switch axes {
    case .known(let axes) where !axes.isEmpty:
      var isReduced = [Bool](repeating: false, count: input.count)
      for axis in axes { isReduced[try node.axis(axis, rank: input.count)] = true }
      node.set(type: node.type(0), shape: reduced(input, isReduced, keeps: keeps))
    case .known, nil, .computed(count: 0):
      let all = input.map { _ in !node.flag("noop_with_empty_axes") }
      node.set(type: node.type(0), shape: reduced(input, all, keeps: keeps))
    case .computed(let count):
      if keeps {
        node.set(type: node.type(0), shape: input.map { $0 == .fixed(1) ? $0 : .unknown })
      } else if let count, count <= input.count {
        node.set(type: node.type(0), shape: .unknown(rank: input.count - count))
      }
    }
  }

  private static func reduced(_ shape: [Dimension], _ isReduced: [Bool], keeps: Bool) -> [Dimension] {
    zip(shape, isReduced).compactMap { $1 ? (keeps ? .fixed(1) : nil) : $0 }
  }

  @Sendable private static func argument(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: .int64, shape: nil)
    guard let input = node.shape(0) else { return }
    let axis = try node.axis("axis", default: 0, rank: input.count)
    let keeps = node.flag("keepdims", default: true)
    node.set(type: .int64, shape: reduced(input, input.indices.map { $0 == axis }, keeps: keeps))
  }

  /// The count was an attribute before version 10.
  @Sendable private static func topK(_ node: inout NodeFacts) throws(ShapeProblem) {
    var shape = node.shape(0)
    if let rank = shape?.count {
      let axis = try node.axis("axis", default: -1, rank: rank)
      let count = node.node.int("k").map { Dimension.fixed(Int($0)) } ?? node.number(1) ?? .unknown
      shape?[axis] = try count.checked()
    }
    node.set(0, type: node.type(0), shape: shape)
    node.set(1, type: .int64, shape: shape)
  }
}
