// P5 and P10: where branches are joined, or a tensor is resized, between nodes that compute in int8.

internal import IngotCore
internal import IngotGraph

extension Placement {
  /// A Concat between quantized neighbours: its branches take the scale of what it writes, so that the codes pass through.
  struct Join: Sendable, Hashable {
    var node: Int
    /// Its inputs that are no constants.
    var branches: [Edge]
    /// What reads it quantized: its output, or what operators that only move elements make of it.
    var results: [ValueID]
  }
}

extension Placer {
  /// What is decided by its readers, and so after them.
  mutating func placeBetween(_ index: Int) {
    switch graph.nodes[index].opType {
    case "AveragePool", "GlobalAveragePool": placePool(index)
    case "Concat": placeConcat(index)
    case "Resize", "Upsample": placeResize(index)
    default: break
    }
  }

  /// P5: a Concat reads int8 only where everything that reads its result does too.
  private mutating func placeConcat(_ index: Int) {
    let branches = openBranches(of: index)
    let readers = readersThroughCopies(ofNode: index)
    guard branches.count > 1, !readers.reachesOutput, !readers.edges.isEmpty, readers.edges.allSatisfy(isQuantized)
    else { return decide(index, "P5", "something reads it in float: its branches stay float") }
    for edge in branches { quantizeBranch(edge) }
    var results: [ValueID] = []
    for edge in readers.edges {
      if let id = graph.nodes[edge.node].inputs[edge.input], !results.contains(id) { results.append(id) }
    }
    joins.append(Placement.Join(node: index, branches: branches, results: results))
    decide(index, "P5", "its branches share the scale of what it writes")
  }

  /// P5 where O2 quantized a branch: the rest follows, each with its own scale, which an integer Concat takes.
  mutating func completeConcat(_ index: Int) {
    let branches = openBranches(of: index)
    guard graph.nodes[index].opType == "Concat" else { return }
    standIns.formUnion(branches.compactMap { graph.nodes[$0.node].inputs[$0.input] })
    guard branches.contains(where: isQuantized),
      !branches.allSatisfy(isQuantized)
    else { return }
    for edge in branches where !isQuantized(edge) { quantizeBranch(edge) }
    decide(index, "P5", "a branch is a convolution's result: all are quantized")
  }

  private func openBranches(of index: Int) -> [Edge] {
    graph.nodes[index].inputs.indices.map { Edge(node: index, input: $0) }.filter { edge in
      graph.nodes[index].inputs[edge.input].map { !uses.isConstant($0, in: graph) } ?? false
    }
  }

  private mutating func quantizeBranch(_ edge: Edge) {
    guard let id = graph.nodes[edge.node].inputs[edge.input] else { return }
    quantize(id, at: edge, rule: "P5")
  }

  /// P10: what a convolution's kernel writes in int8 is a quarter of what has to be read.
  private mutating func placeResize(_ index: Int) {
    let node = graph.nodes[index]
    guard let data = node.inputs.first ?? nil, isBehindConvolution(data) else {
      return decide(index, "P10", "no quantized convolution writes what it reads")
    }
    guard !readersThroughCopies(ofNode: index).reachesOutput else {
      return decide(index, "P10", "its result is an output of the graph")
    }
    quantize(data, at: Edge(node: index, input: 0), rule: "P10")
    decide(index, "P10", "reads what a convolution writes in int8")
  }

  /// Through what is fused into the convolution; others may read it too.
  private func isBehindConvolution(_ tensor: ValueID) -> Bool {
    var id = tensor
    for _ in 0..<8 {
      guard let producer = uses.producer(of: id) else { return false }
      if linear.contains(producer) { return graph.nodes[producer].opType.hasPrefix("Conv") }
      guard let source = fusedSource(of: producer) else { return false }
      id = source
    }
    return false
  }
}
