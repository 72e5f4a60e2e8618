// Puts one value in another's place everywhere: in nodes, in outputs and in subgraphs, which know it by name.

internal import IngotCore

extension Graph {
  /// Values that are to be read in place of others.
  struct Replacement {
    private(set) var newIDs: [ValueID: ValueID] = [:]
    private let isCaptured: [Bool]
    private let namesOwnedInside: Set<String>

    init(for graph: Graph) {
      var captured = [Bool](repeating: false, count: graph.values.count)
      for node in graph.nodes where node.hasSubgraphs {
        for name in node.capturedNames() { if let id = graph.find(name) { captured[id.index] = true } }
      }
      (isCaptured, namesOwnedInside) = (captured, graph.namesOwnedInside)
    }

    /// What is read in place of a value, now.
    subscript(id: ValueID) -> ValueID {
      var id = id
      while let next = newIDs[id] { id = next }
      return id
    }

    /// - Returns: whether readers of `old` will read `new`; not where a subgraph could not see `new`.
    mutating func replace(_ old: ValueID, with new: ValueID, in graph: Graph) -> Bool {
      let target = self[new]
      guard target != old, newIDs[old] == nil else { return false }
      if isCaptured.indices.contains(old.index), isCaptured[old.index], namesOwnedInside.contains(graph[target].name) {
        return false
      }
      newIDs[old] = target
      return true
    }

    func isCaptured(_ id: ValueID) -> Bool { isCaptured[id.index] }
  }

  /// Makes nodes and subgraphs read the new values. The graph's outputs are the caller's business: their names must survive.
  mutating func apply(_ replacement: Replacement) {
    guard !replacement.newIDs.isEmpty else { return }
    for index in annotations.indices {
      for position in annotations[index].parameters.indices {
        let id = annotations[index].parameters[position].value
        annotations[index].parameters[position].value = replacement[id]
      }
    }
    var newNames: [String: String] = [:]
    for old in replacement.newIDs.keys { newNames[self[old].name] = self[replacement[old]].name }
    for index in nodes.indices {
      for position in nodes[index].inputs.indices {
        if let id = nodes[index].inputs[position] { nodes[index].inputs[position] = replacement[id] }
      }
      if nodes[index].hasSubgraphs { nodes[index].forEachSubgraph { $0.renameCaptures(newNames) } }
    }
  }

  /// Reads outer values under new names.
  mutating func renameCaptures(_ newNames: [String: String]) {
    let isDefined = definedValues()
    var visible = newNames
    for id in values.indices where isDefined[id] { visible[values[id].name] = nil }
    guard !visible.isEmpty else { return }
    var newIDs: [ValueID: ValueID] = [:]
    for (old, new) in visible.sorted(by: { $0.key < $1.key }) {
      guard let id = find(old) else { continue }
      if let other = find(new) { newIDs[id] = other } else { rename(id, to: new) }
    }
    for index in nodes.indices {
      nodes[index].inputs = nodes[index].inputs.map { $0.map { newIDs[$0] ?? $0 } }
      nodes[index].forEachSubgraph { $0.renameCaptures(visible) }
    }
    outputs = outputs.map { newIDs[$0] ?? $0 }
  }
}
