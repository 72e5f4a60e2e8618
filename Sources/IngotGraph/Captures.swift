// Values that a subgraph (the body of If, Loop or Scan) reads from the graphs around it. They are inputs of the node
// that has the subgraph, although its list of inputs does not name them.

extension Graph {
  /// Names that nodes or outputs of this graph, or of graphs inside it, use and that this graph does not define, each
  /// once, in the order of their first use.
  package func capturedNames() -> [String] {
    let isDefined = definedValues()
    var seen: Set<String> = []
    var names: [String] = []
    func use(_ name: String) {
      if seen.insert(name).inserted { names.append(name) }
    }
    for node in nodes {
      for case let id? in node.inputs where !isDefined[id.index] { use(values[id.index].name) }
      for name in node.capturedNames() where !(find(name).map { isDefined[$0.index] } ?? false) { use(name) }
    }
    for id in outputs where !isDefined[id.index] { use(values[id.index].name) }
    return names
  }

  /// Whether each value is an input, an initializer or a node's output of this graph.
  func definedValues() -> [Bool] {
    var isDefined = values.map { $0.initializer != nil }
    for id in inputs { isDefined[id.index] = true }
    for node in nodes {
      for case let id? in node.outputs { isDefined[id.index] = true }
    }
    return isDefined
  }
}

extension Node {
  /// The graphs among the attributes, with the attributes' names.
  package var subgraphs: [(attribute: String, graph: Graph)] {
    var result: [(String, Graph)] = []
    for attribute in attributes {
      switch attribute.value {
      case .graph(let graph): result.append((attribute.name, graph))
      case .graphs(let graphs): result += graphs.map { (attribute.name, $0) }
      case .float, .int, .string, .tensor, .floats, .ints, .strings, .tensors, .sparseTensor, .sparseTensors, .type,
        .types,
        .reference, .opaque:
        break
      }
    }
    return result
  }

  /// Names that this node's subgraphs read from the graph that the node is in, or from one around it.
  package func capturedNames() -> [String] {
    var seen: Set<String> = []
    return subgraphs.flatMap { $0.graph.capturedNames() }.filter { seen.insert($0).inserted }
  }
}
