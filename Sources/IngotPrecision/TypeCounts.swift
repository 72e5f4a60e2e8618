// What a lowered graph computes in: counted in the graph that comes out, not in the plan that led there.

internal import IngotCore
internal import IngotGraph

/// Operators whose type decides what a model costs.
let computeOperators: Set<String> = [
  "Conv", "ConvTranspose", "Gemm", "MatMul", "Einsum", "LSTM", "GRU", "RNN", "Attention",
]

func countTypes(of graph: Graph, into report: inout LoweringReport) {
  let uses = Uses(graph)
  for node in graph.nodes where computeOperators.contains(node.opType) {
    if let type = computeType(of: node, graph, uses: uses) { report.computeOps[type.description, default: 0] += 1 }
  }
  for value in graph.values {
    guard let initializer = value.initializer, let tensor = initializer.tensor else { continue }
    guard tensor.type.isFloatingPoint || tensor.type == .int8 else { continue }
    report.weightBytes[tensor.type.description, default: 0] += tensor.bytes.count
  }
}

/// int8 where both operands come out of a DequantizeLinear, else the type of the first.
private func computeType(of node: Node, _ graph: Graph, uses: Uses) -> ElementType? {
  let operands = node.inputs.prefix(2).compactMap { $0 }
  let quantized = operands.map { id -> ElementType? in
    guard let producer = uses.producer(of: id), graph.nodes[producer].opType == "DequantizeLinear" else { return nil }
    return (graph.nodes[producer].inputs.first ?? nil).flatMap { graph[$0].type }
  }
  if operands.count == 2, let type = quantized[0], quantized[1] != nil { return type }
  return operands.first.flatMap { graph[$0].type }
}
