// Makes initializers of what never changes: `Constant` nodes, and nodes whose inputs are all constants or whose results are
// sizes that the shapes tell. QuantizeLinear and DequantizeLinear are not evaluated, so weights stay quantized as they are.

internal import IngotCore

/// Turns `Constant` nodes into initializers, in subgraphs too. One that is an output stays: an output is made by a node.
package func replaceConstantNodes(_ graph: inout Graph) -> PassReport {
  var report = PassReport("constant-nodes")
  replaceConstantNodes(&graph, &report)
  return report
}

private func replaceConstantNodes(_ graph: inout Graph, _ report: inout PassReport) {
  let outputs = Set(graph.outputs)
  var kept: [Node] = []
  kept.reserveCapacity(graph.nodes.count)
  for index in graph.nodes.indices {
    if graph.nodes[index].hasSubgraphs { graph.nodes[index].forEachSubgraph { replaceConstantNodes(&$0, &report) } }
    let node = graph.nodes[index]
    guard node.outputs.count == 1, let output = node.outputs[0], !outputs.contains(output),
      let value = node.constantValue
    else {
      kept.append(node)
      continue
    }
    report.remove(node.label(in: graph))
    graph.setConstant(output, value)
  }
  if kept.count < graph.nodes.count { graph.nodes = kept }
}

extension Pass {
  static let constantFolding = Pass("constant-folding") { foldConstants(&$0, $1) }
}

/// Results that do not make the model larger are always worth it. Of those that do, the large ones are folded only where there
/// is room for all of them: a part of them would make the file larger and leave the nodes that make the rest.
private func foldConstants(_ graph: inout Graph, _ context: PassContext) -> PassReport {
  let uses = Uses(graph)
  var folding = ConstantFolding(graph, uses, context, largeGrowth: true)
  if !folding.run() {
    folding = ConstantFolding(graph, uses, context, largeGrowth: false)
    _ = folding.run()
  }
  if !folding.report.isEmpty { graph = folding.graph }
  context.allowance.spend(growth: folding.growth, work: folding.work)
  return folding.report
}

extension Graph {
  mutating func setConstant(_ id: ValueID, _ initializer: Initializer) {
    self[id].initializer = initializer
    (self[id].type, self[id].shape) = (initializer.type, initializer.shape.map { .fixed($0) })
    self[id].storedInfo = nil
  }
}
