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

func countTypes(of graph: Graph, into report: inout LoweringReport) {
  let uses = Uses(graph)
  for node in graph.nodes {
    for body in node.bodies { countTypes(of: body, into: &report) }
    guard computeOperators.contains(node.opType), let type = computeType(of: node, graph, uses: uses) else { continue }
    report.computeOps[type.description, default: 0] += 1
    report.multiplyAdds[type.description, default: 0] &+= multiplyAdds(of: node, graph)
  }
  for value in graph.values {
    guard let initializer = value.initializer, let tensor = initializer.tensor else { continue }
    guard tensor.type.isFloatingPoint || [.int8, .int4].contains(tensor.type) else { continue }
    report.weightBytes[tensor.type.description, default: 0] += tensor.bytes.count
  }
}

/// The type of the weight's numbers where it comes out of a DequantizeLinear and the data does too, else the data's.
private func computeType(of node: Node, _ graph: Graph, uses: Uses) -> ElementType? {
  let operands = node.inputs.prefix(2).compactMap { $0 }
  let quantized = operands.map { id -> ElementType? in
    guard let producer = uses.producer(of: id), graph.nodes[producer].opType == "DequantizeLinear" else { return nil }
    return (graph.nodes[producer].inputs.first ?? nil).flatMap { graph[$0].type }
  }
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
