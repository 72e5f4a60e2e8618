// Where a graph is: the way from the main graph to one inside it.

/// One step of the way: a node, and the attribute of it that holds the next graph.
package struct GraphStep: Hashable, Sendable {
  package var nodeName: String
  package var opType: String
  package var nodeIndex: Int
  package var attribute: String

  init(_ node: Node, at index: Int, attribute: String) {
    (nodeName, opType, nodeIndex, self.attribute) = (node.name, node.opType, index, attribute)
  }

  /// `node 'if1' (If), then_branch`.
  var words: String { "\(Node.label(name: nodeName, opType: opType, index: nodeIndex)), \(attribute.shown)" }
}

extension [GraphStep] {
  /// Empty for the main graph.
  var words: String { map(\.words).joined(separator: ": ") }
}

/// What inference finds wrong with a node of a graph.
struct Contradiction: Sendable {
  var location: [GraphStep]
  var node: Int
  /// Where a declaration is ruled out: the value that has it.
  var value: ValueID?
  var reason: GraphError.Reason
}
