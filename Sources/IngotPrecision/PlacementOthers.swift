// P6 for average pools, and the reasons of everything that stays float: P5, P6, P7, P8, P9.

internal import IngotCore
internal import IngotGraph

extension Placer {
  func isAveragePool(_ index: Int) -> Bool {
    ["AveragePool", "GlobalAveragePool"].contains(graph.nodes[index].opType)
  }

  /// P6: a pool reads int8 only where everything that reads its result does too.
  mutating func placePool(_ index: Int) {
    guard let data = graph.nodes[index].inputs.first ?? nil, !uses.isConstant(data, in: graph) else { return }
    let readers = readersThroughCopies(ofNode: index)
    guard !readers.reachesOutput, !readers.edges.isEmpty, readers.edges.allSatisfy(isQuantized) else {
      return decide(index, "P6", "something reads the average in float")
    }
    quantize(data, at: Edge(node: index, input: 0), rule: "P6")
    decide(index, "P6", "input quantized: every reader of the average is")
  }

  /// O2: whatever reads a convolution's result reads it quantized, with the Relu or Clip that the quantization makes part of
  /// the kernel before it.
  mutating func placeResult(_ index: Int) {
    guard graph.nodes[index].opType == "Conv", var id = graph.nodes[index].outputs.first ?? nil else { return }
    let readers = uses.readers(of: id)
    if readers.count == 1, !uses.isPinned(id), ["Relu", "Clip"].contains(graph.nodes[readers[0].node].opType),
      let output = graph.nodes[readers[0].node].outputs.first ?? nil
    {
      id = output
    }
    guard !uses.isPinned(id) else { return }
    // What is kept computes in float, on floats.
    for edge in uses.readers(of: id)
    where !isQuantized(edge) && !shapeNodes.contains(edge.node) && kept[edge.node] == nil {
      quantize(id, at: edge, rule: "O2")
    }
  }

  /// The inputs that read a node's first output, seen through operators that commute with Q and DQ, and whether it is
  /// an output of the graph.
  func readersThroughCopies(ofNode index: Int) -> (edges: [Edge], reachesOutput: Bool) {
    var edges: [Edge] = []
    var reachesOutput = false
    var pending = [graph.nodes[index].outputs.first ?? nil].compactMap { $0 }
    var seen = Set(pending)
    while let id = pending.popLast() {
      if uses.isPinned(id) { reachesOutput = true }
      for edge in uses.readers(of: id) {
        let reader = graph.nodes[edge.node]
        guard edge.input == 0, commutesWithQuantization(reader), !isQuantized(edge) else {
          if !shapeNodes.contains(edge.node) { edges.append(edge) }
          continue
        }
        pending += reader.outputs.compactMap { $0 }.filter { seen.insert($0).inserted }
      }
    }
    return (edges.sorted(), reachesOutput)
  }

  func commutesWithQuantization(_ node: Node) -> Bool {
    OpSupport.copies.contains(node.opType) || node.opType == "MaxPool"
  }

  /// x where the node is x * Sigmoid(x) or x * HardSigmoid(x).
  func siluOperand(of index: Int) -> ValueID? {
    let node = graph.nodes[index]
    guard node.opType == "Mul", node.inputs.count == 2, let a = node.inputs[0], let b = node.inputs[1] else {
      return nil
    }
    return isGate(b, of: a) ? a : isGate(a, of: b) ? b : nil
  }

  private func isGate(_ gate: ValueID, of operand: ValueID) -> Bool {
    guard let producer = uses.producer(of: gate) else { return false }
    let node = graph.nodes[producer]
    return ["Sigmoid", "HardSigmoid"].contains(node.opType) && node.inputs.first == operand
  }

  /// A float node that no rule quantizes: says which rule leaves it alone.
  mutating func explainFloat(_ index: Int) {
    let node = graph.nodes[index]
    switch node.opType {
    case "MaxPool": decide(index, "P6", "commutes with Q and DQ")
    case _ where OpSupport.copies.contains(node.opType):
      decide(index, "P7", "only moves elements: commutes with Q and DQ")
    case "Concat": decide(index, "P5", "its branches stay float")
    case "Mul" where siluOperand(of: index) != nil: decide(index, "P8", "SiLU is fused into what it follows")
    case "Mul", "Add", "Sub", "Div", "Pow", "Min", "Max":
      let hasConstant = node.inputs.contains { id in id.map { uses.isConstant($0, in: graph) } ?? false }
      decide(index, "P8", hasConstant ? "pointwise with a constant" : "pointwise: gates and joins stay float")
    default: decide(index, "P9", "\(node.opType) stays float")
    }
  }
}
