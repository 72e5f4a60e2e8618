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

private func foldConstants(_ graph: inout Graph, _ context: PassContext) -> PassReport {
  let (facts, opset) = (context.facts, context.opset)
  var report = PassReport("constant-folding")
  let uses = Uses(graph)
  var kept: [Node] = []
  kept.reserveCapacity(graph.nodes.count)
  for node in graph.nodes {
    guard let results = ConstantFolding(graph: graph, facts: facts, uses: uses, opset: opset).results(of: node) else {
      kept.append(node)
      continue
    }
    report.remove(node.label(in: graph))
    for case (let output?, let tensor) in zip(node.outputs, results) {
      if uses.isGraphOutput[output.index] {
        kept.append(constantNode(tensor, output: output, name: node.name))
      } else {
        graph.setConstant(output, Initializer(tensor))
      }
    }
  }
  if report.removed > 0 { graph.nodes = kept }
  return report
}

private func constantNode(_ tensor: Tensor, output: ValueID, name: String) -> Node {
  let value = Attribute(name: "value", value: .tensor(Initializer(tensor)))
  return Node("Constant", name: name, inputs: [], outputs: [output], attributes: [value])
}

extension Graph {
  fileprivate mutating func setConstant(_ id: ValueID, _ initializer: Initializer) {
    self[id].initializer = initializer
    (self[id].type, self[id].shape) = (initializer.type, initializer.shape.map { .fixed($0) })
    self[id].storedInfo = nil
  }
}

/// What one node gives on constants.
private struct ConstantFolding {
  let graph: Graph
  let facts: [ValueFacts]
  let uses: Uses
  let opset: Int64

  /// A result up to this size is worth a node; a larger one must not be larger than what it is made from.
  private static let freeByteCount = 64 << 10

  /// - Returns: one tensor per output, or nil where the node stays.
  func results(of node: Node) -> [Tensor]? {
    guard node.domain.isEmpty, node.opType != "Constant", !node.outputs.isEmpty, !node.hasSubgraphs else { return nil }
    let inferred = node.outputs.map { $0.flatMap { facts.indices.contains($0.index) ? facts[$0.index].constant : nil } }
    let isInferred = zip(node.outputs, inferred).allSatisfy { $0 == nil || $1 != nil }
    guard node.isEvaluable else { return nil }
    if isInferred {
      let tensors = inferred.map { $0 ?? Tensor([Int64](), shape: [0]) }
      return tensors.allSatisfy { $0.bytes.count <= Self.freeByteCount } ? tensors : nil
    }
    return evaluated(node)
  }

  private func evaluated(_ node: Node) -> [Tensor]? {
    guard !node.inputs.isEmpty else { return nil }
    var (inputs, byteCount): ([Tensor?], Int) = ([], 0)
    for id in node.inputs {
      guard let id else { inputs.append(nil); continue }
      let inferred = facts.indices.contains(id.index) ? facts[id.index].constant : nil
      guard let tensor = graph.constant(id) ?? inferred else { return nil }
      byteCount += tensor.bytes.count
      inputs.append(tensor)
    }
    let limit = max(byteCount, Self.freeByteCount)
    if byteCount > Self.freeByteCount, !isLastReader(of: node.inputs) { return nil }
    guard let results = node.evaluated(inputs, opset: opset, byteLimit: limit) else { return nil }
    return results.reduce(0, { $0 + $1.bytes.count }) <= limit ? results : nil
  }

  /// Whether the large inputs are gone once this node is; otherwise folding would store the weights twice.
  private func isLastReader(of inputs: [ValueID?]) -> Bool {
    inputs.compactMap(\.self).allSatisfy { id in
      guard let initializer = graph[id].initializer, let tensor = initializer.tensor else { return false }
      return tensor.bytes.count <= Self.freeByteCount || id.index < uses.readers.count && uses.count(id) == 1
    }
  }
}
