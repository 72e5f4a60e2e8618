// What a graph defines, and the graphs inside its nodes: the bodies of If, Loop and Scan.

extension Graph {
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
      case .float, .int, .string, .tensor, .floats, .ints, .strings, .tensors, .reference, .opaque: break
      }
    }
    return result
  }
}
