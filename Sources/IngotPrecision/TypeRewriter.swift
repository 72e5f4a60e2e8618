// Makes a graph true to a type assignment: renames nothing that is seen from outside, adds one cast per tensor and
// direction, converts constants for each kind of reader.

internal import IngotCore
internal import IngotGraph

struct TypeRewriter {
  private(set) var graph: Graph
  private(set) var castCount = 0
  private(set) var clipped: [ClippedTensor] = []

  private let uses: Uses
  private let assignment: TypeAssignment
  private var nodeNames: NodeNames
  /// Of values, over all graphs of the model: a body must not hide a name of the graphs around it.
  private(set) var names: FreshNames
  /// Casts to put behind a node; those of graph inputs stand before the first node.
  private var castsAfter: [Int: [Node]] = [:]
  private var castsAtStart: [Node] = []
  private var narrowVersions: [ValueID: ValueID] = [:]
  private var fullVersions: [ValueID: ValueID] = [:]

  init(_ graph: Graph, uses: Uses, assignment: TypeAssignment, names: FreshNames) {
    (self.graph, self.uses, self.assignment, self.names) = (graph, uses, assignment, names)
    nodeNames = NodeNames(graph)
  }

  mutating func rewrite() {
    let original = graph.nodes
    for id in assignment.ports.sorted() { retypePort(id) }
    for (index, node) in original.enumerated() where assignment.nodes[index] == .narrow {
      for (slot, id) in node.outputs.enumerated() {
        guard let id, narrowVersions[id] == nil, assignment.typeAfter(id) != graph[id].type else { continue }
        retype(id, writtenBy: index, slot: slot)
      }
      retypeAttributes(of: index)
    }
    for (index, node) in original.enumerated() where assignment.nodes[index] != .untouched {
      for (slot, id) in node.inputs.enumerated() {
        guard let id, assignment.isFloat32(id) else { continue }
        graph.nodes[index].inputs[slot] = version(of: id, in: assignment.wantedType(Edge(node: index, input: slot)))
      }
    }
    insertCasts()
  }

  /// An input or output of the graph that takes the narrow type under its own name. Where its producer keeps float32 a
  /// cast stands between.
  private mutating func retypePort(_ id: ValueID) {
    if let producer = uses.producer(of: id), assignment.nodes[producer] != .narrow,
      let slot = graph.nodes[producer].outputs.firstIndex(of: id)
    {
      let full = addValue("\(graph[id].name)_float32", .float32, graph[id].shape)
      graph.nodes[producer].outputs[slot] = full
      castsAfter[producer, default: []].append(makeCast(from: full, to: id, assignment.type))
      fullVersions[id] = full
    }
    graph[id].type = assignment.type
    narrowVersions[id] = id
  }

  private mutating func retype(_ id: ValueID, writtenBy index: Int, slot: Int) {
    guard uses.isPinned(id) else {
      graph[id].type = assignment.type
      narrowVersions[id] = id
      return
    }
    let (name, shape) = (graph[id].name, graph[id].shape)
    let narrow = addValue("\(name)_\(assignment.type)", assignment.type, shape)
    graph.nodes[index].outputs[slot] = narrow
    castsAfter[index, default: []].append(makeCast(from: narrow, to: id, .float32))
    narrowVersions[id] = narrow
    fullVersions[id] = id
  }

  private mutating func version(of id: ValueID, in wanted: ElementType) -> ValueID {
    wanted == .float32 ? fullVersion(of: id) : narrowVersion(of: id)
  }

  private mutating func fullVersion(of id: ValueID) -> ValueID {
    guard assignment.typeAfter(id) != .float32 else { return id }
    if let full = fullVersions[id] { return full }
    let full = addCast(of: id, to: .float32, name: "\(graph[id].name)_float32")
    fullVersions[id] = full
    return full
  }

  private mutating func narrowVersion(of id: ValueID) -> ValueID {
    if let narrow = narrowVersions[id] { return narrow }
    let narrow = uses.isConstant(id, in: graph) ? narrowConstant(id) : widenedSource(of: id) ?? narrowCast(of: id)
    narrowVersions[id] = narrow
    return narrow
  }

  private mutating func narrowCast(of id: ValueID) -> ValueID {
    addCast(of: id, to: assignment.type, name: "\(graph[id].name)_\(assignment.type)")
  }

  /// The tensor that a Cast widened to make this one: narrowing it again would give the same numbers.
  private func widenedSource(of id: ValueID) -> ValueID? {
    guard let producer = uses.producer(of: id), graph.nodes[producer].opType == "Cast" else { return nil }
    guard let source = graph.nodes[producer].inputs.first ?? nil, graph[source].type == assignment.type else {
      return nil
    }
    return source
  }

  /// In place where all readers want it; a second constant where some keep float32.
  private mutating func narrowConstant(_ id: ValueID) -> ValueID {
    guard let tensor = graph.constant(id) else { return id }
    let census = assignment.census(of: id) ?? NarrowingCensus(tensor, as: assignment.type)
    if census.overRange + census.tiny > 0 {
      clipped.append(ClippedTensor(tensor: graph[id].name, clipped: census.overRange, raised: census.tiny))
    }
    let narrow = NarrowFloat.convert(tensor, to: assignment.type, census: census)
    let onlyNarrowReaders = uses.readers(of: id).allSatisfy { assignment.wantedType($0) == assignment.type }
    if onlyNarrowReaders, !uses.isPinned(id) {
      graph[id].initializer = Initializer(narrow)
      graph[id].type = assignment.type
      return id
    }
    let copy = addValue("\(graph[id].name)_\(assignment.type)", assignment.type, tensor.shape.map { .fixed($0) })
    graph[copy].initializer = Initializer(narrow)
    return copy
  }

  private mutating func addCast(of id: ValueID, to type: ElementType, name: String) -> ValueID {
    let output = addValue(name, type, graph[id].shape)
    let cast = makeCast(from: id, to: output, type)
    if let producer = uses.producer(of: id) {
      castsAfter[producer, default: []].append(cast)
    } else {
      castsAtStart.append(cast)
    }
    return output
  }

  private mutating func addValue(_ name: String, _ type: ElementType, _ shape: [Dimension]?) -> ValueID {
    graph.addValue(Value(name: names.name(startingWith: name), type: type, shape: shape))
  }

  private mutating func makeCast(from input: ValueID, to output: ValueID, _ type: ElementType) -> Node {
    castCount += 1
    let name = nodeNames.unused(from: "\(graph[output].name)/Cast")
    return Node(
      "Cast", name: name, inputs: [input], outputs: [output],
      attributes: [Attribute(name: "to", value: .int(Int64(type.rawValue)))])
  }

  private mutating func retypeAttributes(of index: Int) {
    switch graph.nodes[index].opType {
    case "Cast" where graph.nodes[index].int("to") == Int64(ElementType.float32.rawValue):
      graph.nodes[index].set("to", .int(Int64(assignment.type.rawValue)))
    case "ConstantOfShape":
      let zero = Initializer(Tensor([Float(0)], shape: [1]))
      var value = zero
      if case .tensor(let stated)? = graph.nodes[index].attribute("value") { value = stated }
      guard let tensor = value.tensor, tensor.type == .float32 else { return }
      let narrow = NarrowFloat.convert(tensor, to: assignment.type)
      graph.nodes[index].set("value", .tensor(Initializer(narrow)))
    default: break
    }
  }

  private mutating func insertCasts() {
    var nodes = castsAtStart
    for (index, node) in graph.nodes.enumerated() {
      nodes.append(node)
      nodes += castsAfter[index] ?? []
    }
    graph.nodes = nodes
  }
}

/// Names of nodes that are taken.
struct NodeNames {
  private var taken: Set<String>

  init(_ graph: Graph) { taken = Set(graph.nodes.map(\.name)) }

  /// - Returns: `name`, with a number behind it where that is taken; taken from now on.
  mutating func unused(from name: String) -> String {
    var candidate = name
    var number = 1
    while !taken.insert(candidate).inserted {
      candidate = "\(name)_\(number)"
      number += 1
    }
    return candidate
  }
}
