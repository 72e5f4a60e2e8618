// Moves the nodes of a body (of If, Loop or a function) into the graph around it.

internal import IngotCore

/// A graph that bodies are moved into.
struct Splicing {
  private(set) var graph: Graph
  /// What a moved value may be called: a body inside the graph would take a value of its own for it.
  private var names: FreshNames

  /// Longer names are cut, so that many calls of one function do not copy a long name each.
  private static let nameLimit = 200

  /// Takes the graph, so that changes copy nothing; `finish` gives it back.
  init(of graph: inout Graph) {
    self.graph = Graph(name: "")
    swap(&self.graph, &graph)
    names = FreshNames(taken: self.graph.allValueNames.union([""]))
  }

  mutating func finish(_ graph: inout Graph, nodes: [Node]) {
    self.graph.nodes = nodes
    swap(&self.graph, &graph)
  }

  /// - Parameter inputs: what the body's inputs are here; nil for one that is left out.
  /// - Parameter outputs: what the body's outputs are called here; nil for one that nobody asked for.
  /// - Returns: the nodes that make the outputs.
  mutating func nodes(of body: Graph, inputs: [ValueID?], outputs: [ValueID?]) -> [Node] {
    let isDefined = body.definedValues()
    var places = [ValueID?](repeating: nil, count: body.values.count)
    var isPlaced = [Bool](repeating: false, count: body.values.count)
    var nodes: [Node] = []
    // A body inside this one would take an outer value for its own of the same name.
    let deeperNames = body.valueNamesInside
    names.take(deeperNames)
    for (position, id) in body.inputs.enumerated() where !isPlaced[id.index] {
      var place = inputs.indices.contains(position) ? inputs[position] : nil
      if let given = place, deeperNames.contains(graph[given].name) {
        let copy = add(Value(name: graph[given].name, type: graph[given].type, shape: graph[given].shape))
        nodes.append(Node("Identity", name: "", inputs: [given], outputs: [copy]))
        place = copy
      }
      (places[id.index], isPlaced[id.index]) = (place, true)
    }
    let makers = body.producers
    for (id, output) in zip(body.outputs, outputs) where !isPlaced[id.index] && makers[id.index] != nil {
      if let output, !deeperNames.contains(graph[output].name) {
        (places[id.index], isPlaced[id.index]) = (output, true)
      }
    }
    for index in body.values.indices where !isPlaced[index] {
      let value = body.values[index]
      places[index] = isDefined[index] ? add(value) : outerValue(named: value.name)
    }
    var newNames: [String: String] = [:]
    for (index, place) in places.enumerated() {
      if let place, graph[place].name != body.values[index].name {
        newNames[body.values[index].name] = graph[place].name
      }
    }
    nodes += body.nodes.map { moved($0, places, newNames) }
    // What is an input, a constant, an outer value or an output twice gets its second name from a node.
    for (id, output) in zip(body.outputs, outputs) {
      guard let output, let place = places[id.index], place != output else { continue }
      nodes.append(Node("Identity", name: "", inputs: [place], outputs: [output]))
    }
    return nodes
  }

  mutating func addConstant(_ tensor: Tensor, named name: String) -> ValueID {
    var value = Value(name: name, type: tensor.type, shape: tensor.shape.map { .fixed($0) })
    value.initializer = Initializer(tensor)
    return add(value)
  }

  mutating func addValue(named name: String) -> ValueID { add(Value(name: name)) }

  /// Makes a value, under another name where its own is taken.
  private mutating func add(_ value: Value) -> ValueID {
    var new = value
    new.name = names.name(startingWith: String(value.name.prefix(Self.nameLimit)))
    return graph.addValue(new)
  }

  private mutating func outerValue(named name: String) -> ValueID {
    names.take([name])
    return graph.value(named: name)
  }

  private func moved(_ node: Node, _ places: [ValueID?], _ newNames: [String: String]) -> Node {
    var moved = node
    moved.inputs = node.inputs.map { $0.flatMap { places[$0.index] } }
    moved.outputs = node.outputs.map { $0.flatMap { places[$0.index] } }
    if node.name.utf8.count > Self.nameLimit { moved.name = "" }
    if node.hasSubgraphs, !newNames.isEmpty { moved.forEachSubgraph { $0.renameCaptures(newNames) } }
    return moved
  }
}
