// Parts of a graph that narrow floats must not touch: shape computations, a Softmax with the mask before it,
// normalizations in pieces.

internal import IngotGraph

/// Nodes whose every input is a constant or comes from Shape or Size: what they compute is a shape.
func findShapeNodes(_ graph: Graph, uses: Uses) -> Set<Int> {
  var found: Set<Int> = []
  for (index, node) in graph.nodes.enumerated() {
    if node.opType == "Shape" || node.opType == "Size" {
      found.insert(index)
      continue
    }
    var fromShape = false
    let inputs = node.inputs.compactMap { $0 }
    let allKnown = inputs.allSatisfy { id in
      if uses.isConstant(id, in: graph) { return true }
      guard let producer = uses.producer(of: id) else { return false }
      if found.contains(producer) { fromShape = true }
      return found.contains(producer) || graph.nodes[producer].opType == "Constant"
    }
    if allKnown, fromShape, node.opType != "ConstantOfShape" { found.insert(index) }
  }
  return found
}

/// Each Softmax and, where a mask is put on its scores, the Add or Where that does it with what only moves elements in
/// between: in float32 a mask of -3.4e38 or -inf needs no clipping, and a row with nothing left in it is no NaN.
func findSoftmaxes(_ graph: Graph, uses: Uses) -> Set<Int> {
  var found: Set<Int> = []
  for (index, node) in graph.nodes.enumerated() where node.domain.isEmpty && softmaxes.contains(node.opType) {
    found.insert(index)
    found.formUnion(maskNodes(before: node, graph, uses: uses))
  }
  return found
}

private let softmaxes: Set<String> = ["Softmax", "LogSoftmax"]

private func maskNodes(before softmax: Node, _ graph: Graph, uses: Uses) -> [Int] {
  var input = softmax.inputs.first ?? nil
  var passed: [Int] = []
  while passed.count < 4, let id = input, let producer = uses.producer(of: id) {
    passed.append(producer)
    let node = graph.nodes[producer]
    if node.opType == "Add" || node.opType == "Where" { return passed }
    guard OpSupport.copies.contains(node.opType) else { return [] }
    input = node.inputs.first ?? nil
  }
  return []
}

/// The nodes of ReduceMean, Sub, Pow(2) or Mul, ReduceMean, Add, Sqrt, Div: a LayerNormalization that the exporter
/// wrote in pieces.
func findUnfusedNormalizations(_ graph: Graph, uses: Uses) -> Set<Int> {
  func producer(of node: Int, input: Int, as ops: Set<String>) -> Int? {
    let inputs = graph.nodes[node].inputs
    guard input < inputs.count, let id = inputs[input], let producer = uses.producer(of: id) else { return nil }
    return ops.contains(graph.nodes[producer].opType) ? producer : nil
  }
  var found: Set<Int> = []
  for (index, node) in graph.nodes.enumerated() where node.opType == "Sqrt" {
    guard let add = producer(of: index, input: 0, as: ["Add"]),
      let variance = producer(of: add, input: 0, as: ["ReduceMean"]) ?? producer(of: add, input: 1, as: ["ReduceMean"]),
      let square = producer(of: variance, input: 0, as: ["Pow", "Mul"])
    else { continue }
    found.formUnion([index, add, variance, square])
    if let difference = producer(of: square, input: 0, as: ["Sub"]) {
      found.insert(difference)
      if let mean = producer(of: difference, input: 1, as: ["ReduceMean"]) { found.insert(mean) }
    }
    for output in node.outputs.compactMap({ $0 }) {
      for reader in uses.readers(of: output) where ["Div", "Reciprocal"].contains(graph.nodes[reader.node].opType) {
        found.insert(reader.node)
      }
    }
  }
  return found
}
