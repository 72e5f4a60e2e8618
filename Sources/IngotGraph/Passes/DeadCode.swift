// Takes away what no output depends on: nodes, outputs that nothing reads, initializers and values.

internal import IngotCore

/// Removes dead nodes of the graph and its subgraphs, and values that nothing refers to. Inputs and outputs stay.
package func removeDeadCode(_ graph: inout Graph) -> PassReport {
  var report = PassReport("dead-code")
  DeadCode.sweep(&graph, &report)
  return report
}

private enum DeadCode {
  static func sweep(_ graph: inout Graph, _ report: inout PassReport) {
    graph.dropBodyOutputs(&report)
    // Bodies first: what only a dead part of them reads is dead too.
    for index in graph.nodes.indices where graph.nodes[index].hasSubgraphs {
      graph.nodes[index].forEachSubgraph { sweep(&$0, &report) }
    }
    let isLive = graph.liveNodes()
    for (node, isLive) in zip(graph.nodes, isLive) where !isLive { report.remove(node.label(in: graph)) }
    if isLive.contains(false) { graph.nodes = zip(graph.nodes, isLive).filter { $1 }.map(\.0) }
    dropOptionalOutputs(&graph, &report)
    let unusedConstants = graph.values.filter { $0.initializer != nil }.count
    graph.compact()
    report.removed += unusedConstants - graph.values.filter { $0.initializer != nil }.count
  }

  private static func dropOptionalOutputs(_ graph: inout Graph, _ report: inout PassReport) {
    guard graph.nodes.contains(where: { $0.outputs.count > 1 }) else { return }
    let uses = Uses(graph)
    var optional = OptionalOutputs()
    for index in graph.nodes.indices where graph.nodes[index].outputs.count > 1 {
      let node = graph.nodes[index]
      var outputs = node.outputs
      for position in outputs.indices {
        guard let id = outputs[position], uses.count(id) == 0, optional.contains(position, of: node) else { continue }
        // Which of several is left of a node without a use is dead code's business.
        if outputs.contains(where: { $0 != nil && $0 != id }) { outputs[position] = nil }
      }
      while outputs.count > 1, outputs[outputs.count - 1] == nil { outputs.removeLast() }
      if outputs != node.outputs {
        graph.nodes[index].outputs = outputs
        report.change(node.label(in: graph))
      }
    }
  }
}

extension Graph {
  /// By node: whether an output of the graph depends on it.
  func liveNodes() -> [Bool] {
    let producers = producers
    var isLive = [Bool](repeating: false, count: nodes.count)
    var stack = outputs.compactMap { producers[$0.index] }
    while let index = stack.popLast() {
      if isLive[index] { continue }
      isLive[index] = true
      let node = nodes[index]
      stack += node.inputs.compactMap { $0 }.compactMap { producers[$0.index] }
      for name in node.hasSubgraphs ? node.capturedNames() : [] {
        if let id = find(name), let producer = producers[id.index] { stack.append(producer) }
      }
    }
    return isLive
  }
}

/// Which outputs may be left out. For some operations (Split, TopK) the number of outputs means something.
private struct OptionalOutputs {
  private struct Operator: Hashable {
    var domain: String
    var name: String
  }

  private var known: [Operator: [Bool]] = [:]

  mutating func contains(_ position: Int, of node: Node) -> Bool {
    guard node.overload.isEmpty, node.letsGoOfOutputs else { return false }
    let key = Operator(domain: node.domain, name: node.opType)
    let flags = known[key] ?? Self.flags(of: node)
    known[key] = flags
    return flags.indices.contains(position) && flags[position]
  }

  /// As the newest version says; none made an optional output necessary again.
  private static func flags(of node: Node) -> [Bool] {
    guard let newest = OperatorSchema.newestOpset(ofDomain: node.domain),
      let schema = OperatorSchema.find(node.opType, domain: node.domain, opset: newest)
    else { return [] }
    return schema.outputs.map { if case .optional = $0.count { true } else { false } }
  }
}

extension Node {
  /// False where leaving out an output changes what the node does.
  fileprivate var letsGoOfOutputs: Bool {
    switch opType {
    // Up to version 13, five outputs are the sign of training.
    case "BatchNormalization": outputs.count == 5 ? int("is_test") ?? 0 != 0 : int("training_mode") ?? 0 == 0
    // Keys and values of the past are all there or not at all.
    case "Attention", "MultiHeadAttention", "GroupQueryAttention": false
    default: true
    }
  }
}
