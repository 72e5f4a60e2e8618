// Takes away what no output depends on: nodes, optional outputs, initializers and values.

internal import IngotCore

/// Removes dead nodes of the graph and its subgraphs, and values that nothing refers to. Inputs and outputs stay.
package func removeDeadCode(_ graph: inout Graph) -> PassReport {
  var report = PassReport("dead-code")
  DeadCode.sweep(&graph, &report)
  return report
}

private enum DeadCode {
  static func sweep(_ graph: inout Graph, _ report: inout PassReport) {
    // Bodies first: what only a dead part of them reads is dead too.
    for index in graph.nodes.indices where graph.nodes[index].hasSubgraphs {
      graph.nodes[index].forEachSubgraph { sweep(&$0, &report) }
    }
    let isLive = liveNodes(of: graph)
    for (node, isLive) in zip(graph.nodes, isLive) where !isLive { report.remove(node.label(in: graph)) }
    if isLive.contains(false) { graph.nodes = zip(graph.nodes, isLive).filter { $1 }.map(\.0) }
    dropOptionalOutputs(&graph, &report)
    let unusedConstants = graph.values.filter { $0.initializer != nil }.count
    graph.compact()
    report.removed += unusedConstants - graph.values.filter { $0.initializer != nil }.count
  }

  private static func liveNodes(of graph: Graph) -> [Bool] {
    let producers = graph.producers
    var isLive = [Bool](repeating: false, count: graph.nodes.count)
    var stack = graph.outputs.compactMap { producers[$0.index] }
    while let index = stack.popLast() {
      if isLive[index] { continue }
      isLive[index] = true
      let node = graph.nodes[index]
      stack += node.inputs.compactMap { $0 }.compactMap { producers[$0.index] }
      for name in node.hasSubgraphs ? node.capturedNames() : [] {
        if let id = graph.find(name), let producer = producers[id.index] { stack.append(producer) }
      }
    }
    return isLive
  }

  /// Operations whose outputs after the first may be left out. For others (Split, TopK) the number of outputs means something.
  private static let optionalOutputs: Set<String> = [
    "Dropout", "MaxPool", "BatchNormalization", "LayerNormalization", "LSTM", "GRU", "RNN",
  ]

  private static func dropOptionalOutputs(_ graph: inout Graph, _ report: inout PassReport) {
    let uses = Uses(graph)
    for index in graph.nodes.indices {
      let node = graph.nodes[index]
      guard node.domain.isEmpty, node.outputs.count > 1, optionalOutputs.contains(node.opType) else { continue }
      var outputs = node.outputs
      for position in outputs.indices.dropFirst() {
        if let id = outputs[position], uses.count(id) == 0 { outputs[position] = nil }
      }
      while outputs.count > 1, outputs[outputs.count - 1] == nil { outputs.removeLast() }
      if outputs != node.outputs {
        graph.nodes[index].outputs = outputs
        report.change(node.label(in: graph))
      }
    }
  }
}
