// How many products or elements a node adds up for one element of its output (rule 2d).

internal import IngotCore
internal import IngotGraph

/// - Returns: nil where nothing is added up, or the sizes are not known.
func reductionDepth(of node: Node, _ graph: Graph) -> Int? {
  func shape(_ input: Int) -> [Dimension]? {
    node.inputs.indices.contains(input) ? node.inputs[input].flatMap { graph[$0].shape } : nil
  }
  switch node.opType {
  case "Conv": return shape(1).flatMap { product($0.dropFirst()) }
  // Every output element sees each input channel of its group once per tap at most.
  case "ConvTranspose":
    guard let weight = shape(1), weight.count > 2 else { return nil }
    return product([weight[0]] + weight[2...])
  case "Gemm": return shape(0).flatMap { $0.count == 2 ? $0[(node.int("transA") ?? 0) != 0 ? 0 : 1].size : nil }
  case "MatMul": return shape(0)?.last?.size
  case "CumSum", "GlobalAveragePool": return shape(0).flatMap { product($0.dropFirst(2)) }
  case _ where node.opType.hasPrefix("Reduce"):
    guard let before = shape(0).flatMap({ product($0[...]) }), let output = node.outputs.first ?? nil else {
      return nil
    }
    guard let after = graph[output].shape.flatMap({ product($0[...]) }), after > 0 else { return nil }
    return before / after
  default: return nil
  }
}
