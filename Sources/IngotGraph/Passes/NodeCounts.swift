// Whether every node lists as many inputs and outputs as its operator takes: rewrites rely on it and do not ask again.

extension Model {
  /// - Throws: `.node` for the first that does not. Operators that Ingot does not know are left alone, as by every pass.
  func requireNodeCounts() throws(GraphError) {
    var schemas = NodeSchemas(opsets: opsets, functions: functions)
    try graph.requireNodeCounts(&schemas)
    for function in functions {
      var schemas = NodeSchemas(opsets: function.opsets, functions: functions)
      try function.body.requireNodeCounts(&schemas)
    }
  }
}

/// Schemas by name, each looked up once.
private struct NodeSchemas {
  private let opsets: [String: Int64]
  private var known: [String: [String: OperatorSchema?]] = [:]

  /// - Parameter functions: the model's own; one may have an operator's name and other inputs.
  init(opsets: [String: Int64], functions: [Function]) {
    self.opsets = opsets
    for function in functions { known[function.key.domain, default: [:]][function.key.name] = .some(nil) }
  }

  /// A node that the operator set does not have counts as one of the first version that there was: passes go by its name.
  mutating func schema(of node: Node) -> OperatorSchema? {
    if let found = known[node.domain]?[node.opType] { return found }
    let (opType, domain) = (node.opType, node.domain)
    let first = OperatorSchema.knownVersions(opType, domain: domain).first
    let found =
      OperatorSchema.find(opType, domain: domain, opset: opsets[domain] ?? 1)
      ?? first.flatMap { OperatorSchema.find(opType, domain: domain, opset: $0) }
    known[domain, default: [:]][opType] = .some(found)
    return found
  }
}

extension Graph {
  fileprivate func requireNodeCounts(_ schemas: inout NodeSchemas) throws(GraphError) {
    for node in nodes {
      if let schema = schemas.schema(of: node) {
        if !schema.inputCounts.contains(node.inputs.count) {
          throw GraphError(.node(node.label(in: self), opType: node.opType, .inputCount(node.inputs.count)))
        }
        if !schema.outputCounts.contains(node.outputs.count) {
          throw GraphError(.node(node.label(in: self), opType: node.opType, .outputCount(node.outputs.count)))
        }
      }
      for (_, body) in node.subgraphs { try body.requireNodeCounts(&schemas) }
    }
  }
}
