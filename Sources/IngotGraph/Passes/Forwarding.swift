// Lets everything that reads one value read another one that is equal, so that the node that makes the first can go.

internal import IngotCore

struct Forwarding {
  let uses: Uses
  private(set) var producers: [Int?]
  private(set) var isRemoved: [Bool]
  private var replacement: Graph.Replacement
  private let isDefined: [Bool]
  /// Inputs and constants, whose names are not this graph's to change.
  private let isGiven: [Bool]

  init(for graph: Graph) {
    (uses, producers, isDefined) = (Uses(graph), graph.producers, graph.definedValues())
    replacement = Graph.Replacement(for: graph)
    isRemoved = [Bool](repeating: false, count: graph.nodes.count)
    var isGiven = graph.values.map { $0.initializer != nil }
    for id in graph.inputs { isGiven[id.index] = true }
    self.isGiven = isGiven
  }

  /// What is read in place of a value, now.
  subscript(id: ValueID) -> ValueID { replacement[id] }

  /// The node that makes what is read in place of a value.
  func maker(of id: ValueID?, in graph: Graph) -> Node? {
    id.flatMap { producers[replacement[$0].index] }.map { graph.nodes[$0] }
  }

  /// Forwards a node's only output that is read, and removes the node.
  /// - Returns: false, with nothing changed, where a name would be lost: that of an output of the graph, or one that a
  ///   subgraph could not see.
  mutating func forward(_ index: Int, output: ValueID, to source: ValueID, in graph: inout Graph) -> Bool {
    guard forward(output, to: source, in: &graph) else { return false }
    isRemoved[index] = true
    return true
  }

  /// Removes a node whose outputs are all forwarded already.
  mutating func remove(_ index: Int) { isRemoved[index] = true }

  mutating func forward(_ output: ValueID, to source: ValueID, in graph: inout Graph) -> Bool {
    let input = replacement[source]
    if !uses.isGraphOutput[output.index] {
      // The body of a subgraph may not hand out an outer value under another name, but its nodes may read it.
      return replacement.replace(output, with: input, in: graph)
    }
    // The output's name stays: what makes the input makes the output instead.
    guard isDefined[input.index], !isGiven[input.index], !uses.isGraphOutput[input.index],
      let producer = producers[input.index], !replacement.isCaptured(input),
      replacement.replace(input, with: output, in: graph)
    else { return false }
    graph.nodes[producer].outputs = graph.nodes[producer].outputs.map { $0 == input ? output : $0 }
    (producers[output.index], producers[input.index]) = (producer, nil)
    return true
  }

  /// Makes all readers read the new values.
  func finish(_ graph: inout Graph) {
    graph.apply(replacement)
    if isRemoved.contains(true) { graph.nodes = zip(graph.nodes, isRemoved).filter { !$1 }.map(\.0) }
  }
}
