// A Concat whose result only another Concat along the same axis reads becomes part of that one.

internal import IngotCore

extension Pass {
  static let concats = Pass("concats") { graph, context in
    guard graph.nodes.contains(where: { $0.opType == "Concat" }) else { return PassReport("concats") }
    var rewriting = Rewriting(of: &graph, facts: context, pass: "concats")
    // From the last to the first, so that each input of a long chain is moved once.
    for index in rewriting.graph.nodes.indices.reversed() where rewriting.isThere(index) {
      flatten(index, &rewriting)
    }
    return rewriting.finish(&graph)
  }
}

private func flatten(_ index: Int, _ rewriting: inout Rewriting) {
  let node = rewriting.node(index)
  guard node.domain.isEmpty, node.opType == "Concat", let axis = concatenatedAxis(of: node, rewriting) else { return }
  var inputs: [ValueID?] = []
  var stack: [ValueID?] = node.inputs.reversed()
  var isFlattened = false
  while let id = stack.popLast() {
    if rewriting.isReadOnce(id), let inner = rewriting.maker(of: id, "Concat"), inner != index,
      concatenatedAxis(of: rewriting.node(inner), rewriting) == axis
    {
      stack += rewriting.node(inner).inputs.reversed()
      isFlattened = true
    } else {
      inputs.append(id)
    }
  }
  guard isFlattened else { return }
  var flattened = node
  flattened.inputs = inputs
  rewriting.replace(index, with: flattened)
}

private func concatenatedAxis(of node: Node, _ rewriting: Rewriting) -> Int? {
  guard let axis = node.int("axis"), let rank = rewriting.rank(node.inputs.first.flatMap(\.self)) else { return nil }
  return Layout.axis(axis, rank: rank)
}
