// Slices of slices along other axes become one, as exporters write `x[1:3, 2:]` in two.

internal import IngotCore

extension Pass {
  static let slices = Pass("slices", on: ["Slice"]) { rewriting, index, context in
    let node = rewriting.node(index)
    guard context.opset >= 10, let value = node.inputs.first.flatMap(\.self), rewriting.isReadOnce(value),
      let first = rewriting.maker(of: value, "Slice"), let source = rewriting.node(first).inputs[0],
      let rank = rewriting.rank(source), let output = node.outputs.first.flatMap(\.self),
      let inner = SliceRanges(rewriting.node(first), rank: rank, in: rewriting),
      let outer = SliceRanges(node, rank: rank, in: rewriting),
      Set(inner.axes).isDisjoint(with: outer.axes)
    else { return }
    let name = rewriting.graph[output].name
    let lists = [
      ("starts", inner.starts + outer.starts), ("ends", inner.ends + outer.ends),
      ("axes", (inner.axes + outer.axes).map { Int64($0) }), ("steps", inner.steps + outer.steps),
    ]
    let inputs = lists.map { rewriting.addConstant(named: "\(name)_\($0)", Tensor($1)) }
    rewriting.replace(index, with: Node("Slice", name: node.name, inputs: [source] + inputs, outputs: [output]))
  }
}

/// What a Slice with constant bounds takes.
private struct SliceRanges {
  var starts: [Int64]
  var ends: [Int64]
  var axes: [Int]
  var steps: [Int64]

  init?(_ node: Node, rank: Int, in rewriting: Rewriting) {
    guard node.inputs.count >= 3, let starts = rewriting.constant(node.inputs[1])?.integers,
      let ends = rewriting.constant(node.inputs[2])?.integers, starts.count == ends.count
    else { return nil }
    (self.starts, self.ends) = (starts, ends)
    axes = Array(starts.indices)
    steps = starts.map { _ in 1 }
    if node.inputs.count > 3, let id = node.inputs[3] {
      guard let given = rewriting.constant(id)?.integers else { return nil }
      axes = given.compactMap { Layout.axis($0, rank: rank) }
    }
    if node.inputs.count > 4, let id = node.inputs[4] {
      guard let given = rewriting.constant(id)?.integers else { return nil }
      steps = given
    }
    guard axes.count == starts.count, steps.count == starts.count, axes.count <= rank, Set(axes).count == axes.count
    else { return nil }
  }
}
