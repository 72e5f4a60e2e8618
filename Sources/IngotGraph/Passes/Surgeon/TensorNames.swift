// Finds the tensors that options name, and says what is near where there is none.

internal import IngotCore

/// The names of one graph.
struct TensorNames {
  private let graph: Graph
  private let isDefined: [Bool]
  /// What nodes make, in their order.
  private let made: [ValueID]
  private let isMade: Set<ValueID>

  init(_ graph: Graph) {
    self.graph = graph
    isDefined = graph.definedValues()
    made = graph.nodes.flatMap { $0.outputs.compactMap(\.self) }
    isMade = Set(made)
  }

  /// Tensors by their whole names.
  func known(_ names: [String], _ problems: inout [GraphError]) -> [ValueID] {
    var ids: [ValueID] = []
    for name in names.uniqued() {
      if let id = find(name) { ids.append(id) } else { problems.append(missing(name)) }
    }
    return ids
  }

  /// Tensors that nodes make, by names or by patterns with `*` and `?`, each once.
  /// - Parameter option: as messages call what asks for them.
  func made(_ patterns: [String], option: String, _ problems: inout [GraphError]) -> [ValueID] {
    var ids: [ValueID] = []
    var seen: Set<ValueID> = []
    for pattern in patterns {
      let found = matches(pattern)
      if found.isEmpty {
        problems.append(find(pattern).map { _ in GraphError(.notMade(pattern, option: option)) } ?? missing(pattern))
      }
      for id in found where seen.insert(id).inserted { ids.append(id) }
    }
    return ids
  }

  private func matches(_ pattern: String) -> [ValueID] {
    // A name may hold the characters of a pattern.
    if let id = graph.find(pattern), isMade.contains(id) { return [id] }
    guard pattern.contains("*") || pattern.contains("?") else { return [] }
    let glob = Glob(pattern)
    return made.filter { glob.matches(graph[$0].name) }
  }

  private func find(_ name: String) -> ValueID? {
    guard let id = graph.find(name), isDefined[id.index] else { return nil }
    return id
  }

  func missing(_ name: String) -> GraphError {
    if let node = graph.nodes.first(where: { $0.defines(name) }) {
      return GraphError(.insideSubgraph(name, node: node.label(in: graph)))
    }
    let near = suggestion(for: name, among: made.lazy.map { graph[$0].name })
    return GraphError(.noSuchTensor(name, near: near))
  }
}

extension Node {
  /// Whether a graph inside the node has a value of this name that is its own.
  fileprivate func defines(_ name: String) -> Bool {
    subgraphs.contains { _, graph in
      let isOwn = graph.find(name).map { graph.definedValues()[$0.index] } ?? false
      return isOwn || graph.nodes.contains { $0.defines(name) }
    }
  }
}

extension [String] {
  /// Each once, in the order of the first.
  func uniqued() -> [String] {
    var seen: Set<String> = []
    return filter { seen.insert($0).inserted }
  }
}
