// What a lowered graph computes in: counted in the graph that comes out, not in the plan that led there.

internal import IngotCore
package import IngotGraph

/// Operators whose type decides what a model costs.
let computeOperators: Set<String> = [
  "Conv", "ConvTranspose", "Gemm", "MatMul", "Einsum", "LSTM", "GRU", "RNN", "Attention",
]

/// Every tensor of a graph, bodies left out, that calibration can measure: what nodes write and inputs, in float32.
package func floatTensors(of graph: Graph) -> [String] {
  let inputs = graph.inputs.filter { graph[$0].initializer == nil }
  let made = graph.nodes.filter { $0.opType != "Constant" }.flatMap { $0.outputs.compactMap(\.self) }
  return (inputs + made).filter { graph[$0].type == .float32 }.map { graph[$0].name }
}

/// Fills in a report's counts and layers, after its decisions.
func countTypes(of graph: Graph, into report: inout LoweringReport) {
  let decisions = Dictionary(
    (report.placement + report.kept).map { ($0.node, $0) }, uniquingKeysWith: { first, _ in first })
  countTypes(of: graph, decisions, into: &report)
}

private func countTypes(of graph: Graph, _ decisions: [String: NodeDecision], into report: inout LoweringReport) {
  let uses = Uses(graph)
  let quantizedInputs = report.quantizedInputs
  for node in graph.nodes {
    for body in node.bodies { countTypes(of: body, decisions, into: &report) }
    guard computeOperators.contains(node.opType), let type = computeType(of: node, graph, uses: uses) else { continue }
    let layer = ComputeLayer(
      node: node.name, op: node.opType, type: type.description,
      weightType: storedWeight(of: node, graph, uses)?.type.description, multiplyAdds: multiplyAdds(of: node, graph),
      input: quantizedInputs[graph.shownName(of: node)] ?? sourceName(of: node, graph, uses),
      rule: decisions[node.name]?.rule,
      reason: decisions[node.name]?.reason)
    report.computeOps[layer.type, default: 0] += 1
    report.multiplyAdds[layer.type, default: 0] &+= layer.multiplyAdds
    report.layers.append(layer)
  }
  for value in graph.values {
    guard let initializer = value.initializer, let tensor = initializer.tensor else { continue }
    guard tensor.type.isFloatingPoint || [.int8, .uint8, .int4].contains(tensor.type) else { continue }
    report.weightBytes[tensor.type.description, default: 0] += tensor.bytes.count
  }
}

extension LoweringReport {
  /// By node: the tensor that it reads quantized, by the name that ranges have it under.
  fileprivate var quantizedInputs: [String: String] {
    let activations = quantized.filter { $0.role == .activation }
    return Dictionary(
      activations.flatMap { tensor in tensor.readers.map { ($0, tensor.tensor) } },
      uniquingKeysWith: { first, _ in first })
  }
}

/// A node's second operand as it is stored: a constant, or the numbers that a DequantizeLinear makes it of.
func storedWeight(of node: Node, _ graph: Graph, _ uses: Uses) -> Tensor? {
  guard node.inputs.count > 1, let id = node.inputs[1] else { return nil }
  if let tensor = graph.constant(id) { return tensor }
  return dequantizer(of: id, graph, uses)?.inputs.first.flatMap { $0 }.flatMap(graph.constant)
}

/// The DequantizeLinear that makes a value.
func dequantizer(of id: ValueID, _ graph: Graph, _ uses: Uses) -> Node? {
  uses.producer(of: id).map { graph.nodes[$0] }.flatMap { $0.opType == "DequantizeLinear" ? $0 : nil }
}

/// The same for a value that is then moved or pooled (V2, V3).
private func dequantizer(behindMoves id: ValueID, _ graph: Graph, _ uses: Uses) -> Node? {
  guard let node = uses.producer(behindMoves: id, in: graph).map({ graph.nodes[$0.node] }) else { return nil }
  return node.opType == "DequantizeLinear" ? node : nil
}

/// The tensor that a node reads, before any conversion.
private func sourceName(of node: Node, _ graph: Graph, _ uses: Uses) -> String {
  let conversions: Set<String> = ["DequantizeLinear", "QuantizeLinear", "Cast"]
  guard var id = node.inputs.first ?? nil else { return "" }
  // Q, DQ and a cast on either side, at most.
  for _ in 0..<4 {
    guard let producer = uses.producer(of: id), conversions.contains(graph.nodes[producer].opType),
      let source = graph.nodes[producer].inputs.first ?? nil
    else { break }
    id = source
  }
  return graph[id].name
}

/// The type of the weight's numbers where it comes out of a DequantizeLinear and the data does too, else the data's.
private func computeType(of node: Node, _ graph: Graph, uses: Uses) -> ElementType? {
  let operands = node.inputs.prefix(2).compactMap { $0 }
  let steps = operands.enumerated().map { index, id in
    index == 0 ? dequantizer(behindMoves: id, graph, uses) : dequantizer(of: id, graph, uses)
  }
  let quantized = steps.map { step in (step?.inputs.first ?? nil).flatMap { graph[$0].type } }
  // Unsigned activations with signed weights are int8 as people count it.
  if operands.count == 2, let type = quantized[0], quantized[1] != nil { return type == .uint8 ? .int8 : type }
  return operands.first.flatMap { graph[$0].type }
}

/// Outputs times what is added up for each; 0 where a rank is not known. Over the range of Int it stays at its end.
private func multiplyAdds(of node: Node, _ graph: Graph) -> Int {
  guard let output = node.outputs.first ?? nil, let shape = graph[output].shape else { return 0 }
  let depth = reductionDepth(of: node, graph) ?? 1
  var product = max(depth, 1)
  for dimension in shape {
    let (next, overflow) = product.multipliedReportingOverflow(by: max(dimension.size ?? 1, 1))
    // Far beyond any model, and small enough that a few of them add up.
    guard !overflow, next < 1 << 52 else { return 1 << 52 }
    product = next
  }
  return product
}
