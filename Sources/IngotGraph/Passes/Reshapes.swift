// Chains of Reshape, Squeeze, Unsqueeze and Flatten become one of them.

internal import IngotCore

extension Pass {
  static let reshapes = Pass("reshapes", on: Reshapes.operations) { rewriting, index, context in
    let node = rewriting.node(index)
    guard let value = node.inputs.first.flatMap(\.self), rewriting.isReadOnce(value),
      let first = rewriting.maker(of: value, "Reshape", "Squeeze", "Unsqueeze", "Flatten"),
      let source = rewriting.node(first).inputs.first.flatMap(\.self), let output = node.outputs.first.flatMap(\.self)
    else { return }
    if let merged = Reshapes.merged(first, index, rewriting, opset: context.opset) {
      var node = rewriting.node(first)
      node.outputs = [output]
      Reshapes.setAxes(merged, of: &node, &rewriting, opset: context.opset)
      rewriting.replace(index, with: node)
    } else if context.opset >= 5, let before = rewriting.shape(source), let after = rewriting.shape(output),
      let sizes = StaticShape.reshape(before, to: after)
    {
      let target = rewriting.addConstant(named: "\(rewriting.graph[output].name)_shape", Tensor(sizes))
      rewriting.replace(
        index, with: Node("Reshape", name: node.name, inputs: [source, target], outputs: [output]))
    }
  }
}

private enum Reshapes {
  static let operations: Set<String> = ["Reshape", "Squeeze", "Unsqueeze", "Flatten"]

  /// Axes of the one Squeeze or Unsqueeze that does what two do.
  static func merged(_ first: Int, _ second: Int, _ rewriting: Rewriting, opset: Int64) -> [Int]? {
    let opType = rewriting.node(first).opType
    guard opType == rewriting.node(second).opType, let source = rewriting.node(first).inputs[0],
      let rank = rewriting.rank(source),
      let inner = axes(of: first, rewriting), let outer = axes(of: second, rewriting)
    else { return nil }
    if opType == "Unsqueeze" {
      let ranks = (rank + inner.count, rank + inner.count + outer.count)
      guard let a = indices(inner, rank: ranks.0), let b = indices(outer, rank: ranks.1) else { return nil }
      // Axes of the result that the second one does not add are those of the first one's result, in order.
      let kept = (0..<ranks.1).filter { !b.contains($0) }
      return (a.map { kept[$0] } + b).sorted()
    }
    guard opType == "Squeeze", !inner.isEmpty, !outer.isEmpty, let a = indices(inner, rank: rank),
      let b = indices(outer, rank: rank - inner.count)
    else { return nil }
    let kept = (0..<rank).filter { !a.contains($0) }
    return (a + b.map { kept[$0] }).sorted()
  }

  private static func axes(of index: Int, _ rewriting: Rewriting) -> [Int64]? {
    rewriting.integers(index, input: 1, attribute: "axes")
  }

  /// Each axis once and inside the rank.
  private static func indices(_ axes: [Int64], rank: Int) -> Set<Int>? {
    let found = Set(axes.compactMap { Layout.axis($0, rank: rank) })
    return found.count == axes.count ? found : nil
  }

  static func setAxes(_ axes: [Int], of node: inout Node, _ rewriting: inout Rewriting, opset: Int64) {
    let values = axes.map { Int64($0) }
    if opset < 13 {
      node.set("axes", .ints(values))
    } else {
      let name = node.outputs[0].map { rewriting.graph[$0].name } ?? node.name
      node.inputs = [node.inputs[0], rewriting.addConstant(named: "\(name)_axes", Tensor(values))]
    }
  }
}
