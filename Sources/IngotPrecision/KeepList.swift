// What a manifest's `precision.keep` says: nodes and operators that stay in float32.

internal import IngotCore
package import IngotGraph

/// Nodes that keep float32, by name pattern and by operator.
package struct KeepList: Sendable, Hashable {
  /// Patterns over node names: `*` any run of characters, slashes too, `?` one character.
  package var nodes: [String]
  /// Operator types, exact: `Softmax`.
  package var ops: [String]
  /// Names of nodes, exact, that a search for the precision's `max-drop` found.
  package var found: Set<String>

  package init(nodes: [String] = [], ops: [String] = [], found: Set<String> = []) {
    (self.nodes, self.ops, self.found) = (nodes, ops, found)
  }

  /// The nodes of `graph` that the list names: node index to the pattern that named it.
  ///
  /// - Throws: `.unmatchedPatterns` with every pattern that names nothing, bodies of If, Loop and Scan included.
  package func resolve(in graph: Graph) throws(PrecisionError) -> [Int: String] {
    guard !nodes.isEmpty || !ops.isEmpty || !found.isEmpty else { return [:] }
    var everyNode: [(name: String, op: String)] = []
    collect(graph, into: &everyNode)
    let globs = nodes.map { (text: $0, glob: Glob($0)) }
    var unmatched: [PrecisionError.UnmatchedPattern] = []
    for (text, glob) in globs where !everyNode.contains(where: { glob.matches($0.name) }) {
      unmatched.append(.init(what: "node", pattern: text, near: nearestNames(to: text, among: everyNode.map(\.name))))
    }
    for op in ops where !everyNode.contains(where: { $0.op == op }) {
      unmatched.append(.init(what: "op", pattern: op, near: nearestNames(to: op, among: everyNode.map(\.op))))
    }
    guard unmatched.isEmpty else { throw PrecisionError(.unmatchedPatterns(unmatched)) }
    return matches(in: graph)
  }

  /// As `resolve`, for a graph of the model in which not every pattern needs to match.
  func matches(in graph: Graph) -> [Int: String] {
    let globs = nodes.map { (text: $0, glob: Glob($0)) }
    var kept: [Int: String] = [:]
    for (index, node) in graph.nodes.enumerated() {
      let name = graph.shownName(of: node)
      let pattern =
        globs.first { $0.glob.matches(name) }?.text ?? ops.first { $0 == node.opType }
        ?? (found.contains(name) ? "max-drop" : nil)
      if let pattern { kept[index] = pattern }
    }
    return kept
  }

  private func collect(_ graph: Graph, into nodes: inout [(name: String, op: String)]) {
    for node in graph.nodes {
      nodes.append((graph.shownName(of: node), node.opType))
      for body in node.bodies { collect(body, into: &nodes) }
    }
  }
}

extension Graph {
  /// What a node is called where people name it: a node without a name goes by its first output.
  package func shownName(of node: Node) -> String {
    guard node.name.isEmpty, let output = node.outputs.first ?? nil else { return node.name }
    return self[output].name
  }
}
