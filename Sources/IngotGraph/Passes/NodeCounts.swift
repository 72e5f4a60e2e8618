// Whether every node lists as many inputs and outputs as its operator or function takes: rewrites rely on it and do not ask again.

extension Model {
  /// - Throws: `.node` for the first that does not. Operators that Ingot does not know are left alone, as by every pass.
  func requireNodeCounts() throws(GraphError) {
    var known = NodeCounts(opsets: opsets, functions: functions)
    try graph.requireNodeCounts(&known)
    for function in functions {
      var known = NodeCounts(opsets: function.opsets, functions: functions)
      try function.body.requireNodeCounts(&known)
    }
  }
}

private typealias Counts = (inputs: ClosedRange<Int>, outputs: ClosedRange<Int>)

/// Counts by name, each looked up once.
private struct NodeCounts {
  private let opsets: [String: Int64]
  private var known: [String: [String: Counts?]] = [:]
  private var functions: [Function.Key: Counts] = [:]

  /// - Parameter functions: the model's own; one may have an operator's name and other inputs.
  init(opsets: [String: Int64], functions: [Function]) {
    self.opsets = opsets
    for function in functions.reversed() {
      known[function.key.domain, default: [:]][function.key.name] = .some(nil)
      // A call may leave out what comes last. The first of two functions of one key is called.
      self.functions[function.key] = (0...function.body.inputs.count, 0...function.body.outputs.count)
    }
  }

  /// A node that the operator set does not have counts as one of the first version that there was: passes go by its name.
  mutating func counts(of node: Node) -> Counts? {
    if let called = functions[node.functionKey] { return called }
    if let found = known[node.domain]?[node.opType] { return found }
    let (opType, domain) = (node.opType, node.domain)
    let first = OperatorSchema.knownVersions(opType, domain: domain).first
    let schema =
      OperatorSchema.find(opType, domain: domain, opset: opsets[domain] ?? 1)
      ?? first.flatMap { OperatorSchema.find(opType, domain: domain, opset: $0) }
    let found = schema.map { ($0.inputCounts, $0.outputCounts) }
    known[domain, default: [:]][opType] = .some(found)
    return found
  }
}

extension Graph {
  fileprivate func requireNodeCounts(_ known: inout NodeCounts) throws(GraphError) {
    for node in nodes {
      if let counts = known.counts(of: node) {
        if !counts.inputs.contains(node.inputs.count) {
          throw GraphError(.node(node.label(in: self), opType: node.opType, .inputCount(node.inputs.count)))
        }
        if !counts.outputs.contains(node.outputs.count) {
          throw GraphError(.node(node.label(in: self), opType: node.opType, .outputCount(node.outputs.count)))
        }
      }
      for (_, body) in node.subgraphs { try body.requireNodeCounts(&known) }
    }
  }
}
