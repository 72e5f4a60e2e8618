// The part of verifying that is about who produces what: one producer for a value, no cycles, and order where it is
// required.

internal import IngotCore

extension GraphVerifier {
  /// - Returns: the index of the node that produces each value, the first one where there are several.
  mutating func verifyProducers(of graph: Graph) -> [Int?] {
    var producers = [Int?](repeating: nil, count: graph.values.count)
    let inputs = Set(graph.inputs)
    for (index, node) in graph.nodes.enumerated() {
      for case let id? in node.outputs {
        if let first = producers[id.index] {
          let other = first == index ? "twice" : "and so does \(node.label(at: index))"
          reportProducer(of: id, graph, node: first, other)
        } else if inputs.contains(id) {
          reportProducer(of: id, graph, node: index, "which is an input of the graph")
        } else if graph[id].initializer != nil {
          reportProducer(of: id, graph, node: index, "which is an initializer")
        } else {
          producers[id.index] = index
        }
      }
    }
    return producers
  }

  private mutating func reportProducer(of id: ValueID, _ graph: Graph, node: Int, _ other: String) {
    report(
      .duplicateProducer, node: graph.nodes[node].label(at: node), value: graph[id].name,
      "produces '\(graph[id].name.shown)', \(other)", hint: "values are produced once; export the model again")
  }

  mutating func verifyOrder(of graph: Graph, producers: [Int?]) {
    let dependencies = graph.nodes.map { node in
      var ids = node.inputs.compactMap(\.self)
      if !node.attributes.isEmpty { ids += node.capturedNames().compactMap(graph.find) }
      return ids
    }
    let isOrdered = dependencies.enumerated().allSatisfy { index, ids in
      ids.allSatisfy { id in producers[id.index].map { $0 < index } ?? true }
    }
    if isOrdered { return }
    let cycles = findCycles(dependencies.map { $0.compactMap { producers[$0.index] } })
    for cycle in cycles {
      let shown = cycle.count > 12 ? Array(cycle.prefix(12)) : cycle
      let names = shown.map { graph.nodes[$0].label(at: $0) }
      let rest = cycle.count > 12 ? " → \(cycle.count - 12) more" : ""
      report(
        .cycle, "\(names.joined(separator: " → "))\(rest) → back to \(names[0]): these nodes need each other's outputs",
        hint: "a graph has no cycles; a loop is a Loop or Scan node")
    }
    guard requiresOrder, cycles.isEmpty else { return }
    for (index, ids) in dependencies.enumerated() {
      for id in ids {
        guard let producer = producers[id.index], producer >= index else { continue }
        let (reader, maker) = (graph.nodes[index].label(at: index), graph.nodes[producer].label(at: producer))
        report(
          .unsorted, node: reader, value: graph[id].name,
          "reads '\(graph[id].name.shown)' before \(maker) produces it",
          hint: "`ingot sanitize` sorts the nodes")
      }
    }
  }
}

/// Cycles that share no node, at most eight, each in the order in which data flows, from its lowest index on.
/// - Parameter dependencies: for each node the nodes that it needs.
func findCycles(_ dependencies: [[Int]]) -> [[Int]] {
  var isRemoved = [Bool](repeating: false, count: dependencies.count)
  var cycles: [[Int]] = []
  while cycles.count < 8 {
    removeNodesOutsideCycles(dependencies, &isRemoved)
    guard let start = isRemoved.firstIndex(of: false) else { break }
    // Every node that is left needs one that is left, so walking on must come back to a node.
    var walk: [Int] = []
    var position: [Int: Int] = [:]
    var node = start
    while position[node] == nil {
      position[node] = walk.count
      walk.append(node)
      guard let next = dependencies[node].first(where: { !isRemoved[$0] }) else { return cycles }
      node = next
    }
    let cycle = Array(walk[(position[node] ?? 0)...].reversed())
    for node in cycle { isRemoved[node] = true }
    let lowest = cycle.indices.min { cycle[$0] < cycle[$1] } ?? 0
    cycles.append(Array(cycle[lowest...] + cycle[..<lowest]))
  }
  return cycles
}

/// Removes every node all of whose needs are removed, until there are none such.
private func removeNodesOutsideCycles(_ dependencies: [[Int]], _ isRemoved: inout [Bool]) {
  var needs = [Int](repeating: 0, count: dependencies.count)
  var users = [[Int]](repeating: [], count: dependencies.count)
  for (node, needed) in dependencies.enumerated() where !isRemoved[node] {
    for other in needed where !isRemoved[other] {
      needs[node] += 1
      users[other].append(node)
    }
  }
  var ready = needs.indices.filter { !isRemoved[$0] && needs[$0] == 0 }
  while let node = ready.popLast() {
    isRemoved[node] = true
    for user in users[node] {
      needs[user] -= 1
      if needs[user] == 0 && !isRemoved[user] { ready.append(user) }
    }
  }
}
