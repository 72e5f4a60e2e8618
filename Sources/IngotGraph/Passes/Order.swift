// The order of nodes, and their names.

/// Puts nodes after what they read, in subgraphs too; where the order is free it stays.
/// - Throws: `.cycle`.
package func sortNodes(_ graph: inout Graph) throws(GraphError) -> PassReport {
  var report = PassReport("order")
  try sortNodes(&graph, &report)
  return report
}

private func sortNodes(_ graph: inout Graph, _ report: inout PassReport) throws(GraphError) {
  for index in graph.nodes.indices where graph.nodes[index].hasSubgraphs {
    try graph.nodes[index].forEachSubgraph { (inner: inout Graph) throws(GraphError) in try sortNodes(&inner, &report) }
  }
  let order = try graph.topologicalOrder()
  for (position, index) in order.enumerated() where position != index {
    report.change(graph.nodes[index].label(in: graph))
  }
  if report.changed > 0 { graph.nodes = order.map { graph.nodes[$0] } }
}

/// Gives every node a name that no other node has, in subgraphs too: those without one are named after their first output.
package func nameNodes(_ graph: inout Graph) -> PassReport {
  var report = PassReport("names")
  var taken: Set<String> = []
  collectNames(of: graph, &taken)
  var names = FreshNames(taken: taken)
  var used: Set<String> = []
  nameNodes(&graph, &names, used: &used, &report)
  return report
}

private func collectNames(of graph: Graph, _ names: inout Set<String>) {
  for node in graph.nodes {
    names.insert(node.name)
    for (_, inner) in node.subgraphs { collectNames(of: inner, &names) }
  }
}

/// - Parameter used: names of the nodes that were looked at.
private func nameNodes(
  _ graph: inout Graph, _ names: inout FreshNames, used: inout Set<String>, _ report: inout PassReport
) {
  for index in graph.nodes.indices {
    let node = graph.nodes[index]
    if node.name.isEmpty || used.contains(node.name) {
      let output = node.outputs.lazy.compactMap { $0 }.first.map { graph[$0].name } ?? "\(index)"
      let name = names.name(startingWith: node.name.isEmpty ? "\(node.opType)_\(output)" : node.name)
      graph.nodes[index].name = name
      report.change(name)
    }
    used.insert(graph.nodes[index].name)
    if node.hasSubgraphs {
      graph.nodes[index].forEachSubgraph { nameNodes(&$0, &names, used: &used, &report) }
    }
  }
}
