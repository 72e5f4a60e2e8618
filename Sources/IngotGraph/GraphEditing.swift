// What passes do to graphs besides their own idea: who uses what, in which order nodes run, replacing values, and leaving out
// what nothing needs. A subgraph refers to the outer graph's values by name, so every edit here looks into subgraphs.

internal import IngotCore

extension Node {
  package var hasSubgraphs: Bool {
    attributes.contains {
      switch $0.value {
      case .graph, .graphs: true
      default: false
      }
    }
  }

  /// Changes every subgraph of the node, in attribute order.
  package mutating func forEachSubgraph<E: Error>(_ body: (inout Graph) throws(E) -> Void) throws(E) {
    for index in attributes.indices {
      switch attributes[index].value {
      case .graph(var graph):
        attributes[index].value = .int(0)  // so that the change below copies nothing
        defer { attributes[index].value = .graph(graph) }
        try body(&graph)
      case .graphs(var graphs):
        defer { attributes[index].value = .graphs(graphs) }
        for position in graphs.indices { try body(&graphs[position]) }
      default: break
      }
    }
  }

  /// How messages and reports call the node: by its name, or by what it makes.
  func label(in graph: Graph) -> String {
    if !name.isEmpty { return name }
    return outputs.lazy.compactMap { $0 }.first.map { graph[$0].name } ?? opType
  }
}

/// How often values are read, and by whom.
package struct Uses {
  /// Indices of the nodes that read a value, once per input; a capture counts as one.
  package private(set) var readers: [[Int]]
  package private(set) var isGraphOutput: [Bool]
  /// Read by a subgraph, by name.
  package private(set) var isCaptured: [Bool]

  package init(_ graph: Graph) {
    readers = [[Int]](repeating: [], count: graph.values.count)
    isGraphOutput = [Bool](repeating: false, count: graph.values.count)
    isCaptured = isGraphOutput
    for id in graph.outputs { isGraphOutput[id.index] = true }
    for (index, node) in graph.nodes.enumerated() {
      for input in node.inputs.compactMap(\.self) { readers[input.index].append(index) }
      guard node.hasSubgraphs else { continue }
      for name in node.capturedNames() {
        guard let id = graph.find(name) else { continue }
        readers[id.index].append(index)
        isCaptured[id.index] = true
      }
    }
  }

  /// How many places read the value: nodes' inputs, captures and the graph's outputs.
  package func count(_ id: ValueID) -> Int { readers[id.index].count + (isGraphOutput[id.index] ? 1 : 0) }
}

extension Graph {
  /// Which node makes each value.
  package var producers: [Int?] {
    var producers = [Int?](repeating: nil, count: values.count)
    for (index, node) in nodes.enumerated() {
      for output in node.outputs.compactMap(\.self) { producers[output.index] = index }
    }
    return producers
  }

  /// Node indices with inputs first; nodes that may stand in any order keep theirs.
  /// - Throws: `.cycle` naming the nodes that no order can satisfy.
  package func topologicalOrder() throws(GraphError) -> [Int] {
    let producers = producers
    var waitsFor = [Int](repeating: 0, count: nodes.count)
    var followers = [[Int]](repeating: [], count: nodes.count)
    for (index, node) in nodes.enumerated() {
      var sources = Set(node.inputs.compactMap { $0 }.compactMap { producers[$0.index] })
      for name in node.hasSubgraphs ? node.capturedNames() : [] {
        if let id = find(name), let producer = producers[id.index] { sources.insert(producer) }
      }
      waitsFor[index] = sources.count
      for source in sources { followers[source].append(index) }
    }
    var ready = IndexHeap(waitsFor.indices.filter { waitsFor[$0] == 0 })
    var order: [Int] = []
    order.reserveCapacity(nodes.count)
    while let next = ready.popSmallest() {
      order.append(next)
      for follower in followers[next] {
        waitsFor[follower] -= 1
        if waitsFor[follower] == 0 { ready.insert(follower) }
      }
    }
    guard order.count == nodes.count else {
      let names = cycle(waiting: waitsFor, followers: followers).map { nodes[$0].label(in: self) }
      throw GraphError(.cycle(nodes: names))
    }
    return order
  }

  /// The nodes that wait for themselves, without those that only wait for them.
  private func cycle(waiting: [Int], followers: [[Int]]) -> [Int] {
    var isLeft = waiting.map { $0 > 0 }
    var followersLeft = followers.map { $0.count { isLeft[$0] } }
    var sources = [[Int]](repeating: [], count: nodes.count)
    for (index, list) in followers.enumerated() { for follower in list { sources[follower].append(index) } }
    var stack = isLeft.indices.filter { isLeft[$0] && followersLeft[$0] == 0 }
    while let next = stack.popLast() {
      isLeft[next] = false
      for source in sources[next] where isLeft[source] {
        followersLeft[source] -= 1
        if followersLeft[source] == 0 { stack.append(source) }
      }
    }
    return isLeft.indices.filter { isLeft[$0] }
  }

  /// Leaves out values that nothing refers to and gives the others new numbers, in their order.
  package mutating func compact() {
    var isUsed = [Bool](repeating: false, count: values.count)
    for id in inputs + outputs { isUsed[id.index] = true }
    for node in nodes {
      for id in node.inputs.compactMap(\.self) + node.outputs.compactMap(\.self) { isUsed[id.index] = true }
      for name in node.hasSubgraphs ? node.capturedNames() : [] {
        if let id = find(name) { isUsed[id.index] = true }
      }
    }
    dropLostAnnotations(&isUsed)
    guard isUsed.contains(false) else { return }
    rebuild(keeping: values.indices.filter { isUsed[$0] }.map { ValueID($0) })
  }

  /// An annotation stays while its tensor is used and what it names is there, and keeps that from being left out.
  private mutating func dropLostAnnotations(_ isUsed: inout [Bool]) {
    if annotations.isEmpty { return }
    let isDefined = definedValues()
    annotations = annotations.filter { annotation in
      isUsed[annotation.tensor.index] && annotation.parameters.allSatisfy { isDefined[$0.value.index] }
    }
    for parameter in annotations.flatMap(\.parameters) { isUsed[parameter.value.index] = true }
  }

  /// - Parameter kept: every value that is referred to, in the order in which they are numbered.
  mutating func rebuild(keeping kept: [ValueID]) {
    var result = Graph(name: name)
    (result.docString, result.unknownFields) = (docString, unknownFields)
    var newIDs = [ValueID?](repeating: nil, count: values.count)
    for id in kept { newIDs[id.index] = result.addValue(self[id]) }
    result.inputs = inputs.compactMap { newIDs[$0.index] }
    result.outputs = outputs.compactMap { newIDs[$0.index] }
    result.nodes = nodes
    for index in result.nodes.indices {
      result.nodes[index].inputs = nodes[index].inputs.map { $0.flatMap { newIDs[$0.index] } }
      result.nodes[index].outputs = nodes[index].outputs.map { $0.flatMap { newIDs[$0.index] } }
    }
    for annotation in annotations {
      guard let tensor = newIDs[annotation.tensor.index] else { continue }
      var moved = annotation
      moved.tensor = tensor
      moved.parameters = annotation.parameters.compactMap { parameter in
        newIDs[parameter.value.index].map { QuantizationAnnotation.Parameter(key: parameter.key, value: $0) }
      }
      if moved.parameters.count == annotation.parameters.count { result.annotations.append(moved) }
    }
    self = result
  }
}

/// Indices, the smallest first.
struct IndexHeap {
  private var items: [Int]

  /// - Parameter items: in ascending order.
  init(_ items: [Int]) { self.items = items }

  mutating func insert(_ item: Int) {
    items.append(item)
    var child = items.count - 1
    while child > 0, items[(child - 1) / 2] > items[child] {
      items.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func popSmallest() -> Int? {
    guard let smallest = items.first else { return nil }
    items.swapAt(0, items.count - 1)
    items.removeLast()
    var parent = 0
    while 2 * parent + 1 < items.count {
      var child = 2 * parent + 1
      if child + 1 < items.count, items[child + 1] < items[child] { child += 1 }
      if items[parent] <= items[child] { break }
      items.swapAt(parent, child)
      parent = child
    }
    return smallest
  }
}
