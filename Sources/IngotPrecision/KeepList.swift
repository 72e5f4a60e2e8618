// What a manifest's `precision.keep` says: nodes and operators that stay in float32.

internal import IngotCore
package import IngotGraph

/// Nodes that keep float32, by name pattern and by operator.
package struct KeepList: Sendable, Hashable {
  /// Patterns over node names: `*` any run of characters, slashes too, `?` one character.
  package var nodes: [String]
  /// Operator types, exact: `Softmax`.
  package var ops: [String]

  package init(nodes: [String] = [], ops: [String] = []) { (self.nodes, self.ops) = (nodes, ops) }

  /// The nodes of `graph` that the list names: node index to the pattern that named it.
  ///
  /// - Throws: `.unmatchedPatterns` with every pattern that names nothing, bodies of If, Loop and Scan included.
  package func resolve(in graph: Graph) throws(PrecisionError) -> [Int: String] {
    guard !nodes.isEmpty || !ops.isEmpty else { return [:] }
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
      if let pattern = globs.first(where: { $0.glob.matches(node.name) })?.text
        ?? ops.first(where: { $0 == node.opType })
      {
        kept[index] = pattern
      }
    }
    return kept
  }

  private func collect(_ graph: Graph, into nodes: inout [(name: String, op: String)]) {
    for node in graph.nodes {
      nodes.append((node.name, node.opType))
      for body in node.bodies { collect(body, into: &nodes) }
    }
  }
}
