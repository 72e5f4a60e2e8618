// Puts the branch that an If with a constant condition takes in its place.

internal import IngotCore

extension Pass {
  static let constantIfs = Pass("constant-ifs") { graph, context in
    var report = PassReport("constant-ifs")
    let isConstant = graph.nodes.map { takenBranch(of: $0, in: graph, context) != nil }
    guard isConstant.contains(true) else { return report }
    var splicing = Splicing(of: &graph)
    var nodes: [Node] = []
    for (index, node) in splicing.graph.nodes.enumerated() {
      if isConstant[index], let branch = takenBranch(of: node, in: splicing.graph, context) {
        report.remove(node.label(in: splicing.graph))
        nodes += splicing.nodes(of: branch, inputs: [], outputs: node.outputs)
      } else {
        nodes.append(node)
      }
    }
    splicing.finish(&graph, nodes: nodes)
    return report
  }
}

/// Nil where only a run knows the condition.
private func takenBranch(of node: Node, in graph: Graph, _ context: PassContext) -> Graph? {
  guard node.domain.isEmpty, node.opType == "If", let condition = node.inputs.first.flatMap(\.self),
    let tensor = context.facts(of: condition, in: graph).constant, tensor.type == .bool, tensor.elementCount == 1,
    case .graph(let branch)? = node.attribute(tensor.isFilled(with: 0) ? "else_branch" : "then_branch"),
    branch.inputs.isEmpty, branch.outputs.count == node.outputs.count
  else { return nil }
  return branch
}
