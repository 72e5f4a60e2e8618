// Reads GraphProto and ValueInfoProto. Values are numbered with the initializers first, then those of value_info, so
// that writing them in the order of their numbers gives back the order of the file.

internal import IngotCore

/// Extents of a graph's parts.
private struct GraphParts {
  var nodes: [Range<Int>] = []
  var initializers: [Range<Int>] = []
  var inputs: [Range<Int>] = []
  var outputs: [Range<Int>] = []
  var valueInfos: [Range<Int>] = []
  var sparseInitializers: [Range<Int>] = []
  var annotations: [Range<Int>] = []
}

extension ModelReader {
  mutating func readGraph(_ file: RawSpan, _ range: Range<Int>) throws(ModelError) -> Graph {
    guard depth < Self.depthLimit else {
      throw error(.nestedTooDeep(limit: Self.depthLimit, offset: range.lowerBound))
    }
    depth += 1
    defer { depth -= 1 }
    var graph = Graph(name: "")
    let parts = try readGraphParts(file, range, into: &graph)
    for part in parts.initializers {
      try add(try readTensor(file, part, owner: .graph), at: part.lowerBound, to: &graph)
    }
    for part in parts.sparseInitializers {
      try add(try readSparseTensor(file, part, owner: .graph), at: part.lowerBound, to: &graph)
    }
    for part in parts.valueInfos { _ = try declare(try readValueInfo(file, part), in: &graph) }
    for part in parts.inputs { graph.inputs.append(try declare(try readValueInfo(file, part), in: &graph)) }
    for part in parts.outputs { graph.outputs.append(try declare(try readValueInfo(file, part), in: &graph)) }
    graph.nodes.reserveCapacity(parts.nodes.count)
    for (index, part) in parts.nodes.enumerated() {
      graph.nodes.append(try readNode(file, part, index: index, in: &graph))
    }
    for part in parts.annotations { graph.annotations.append(try readAnnotation(file, part, in: &graph)) }
    for id in graph.values.indices.map(ValueID.init) where graph[id].valueType == nil {
      guard let initializer = graph[id].initializer, graph[id].storedInfo == nil else { continue }
      (graph[id].type, graph[id].shape) = (initializer.type, initializer.shape.map { .fixed($0) })
    }
    return graph
  }

  private mutating func readGraphParts(
    _ file: RawSpan, _ range: Range<Int>, into graph: inout Graph
  ) throws(ModelError) -> GraphParts {
    var message = MessageReader(file, range, .graph, path: path)
    var parts = GraphParts()
    while let field = try message.next() {
      try countItem(at: field.offset)
      switch field.number {
      case GraphField.node: parts.nodes.append(try message.range(field))
      case GraphField.name: graph.name = try message.string(field)
      case GraphField.initializer: parts.initializers.append(try message.range(field))
      case GraphField.docString: graph.docString = try message.string(field)
      case GraphField.input: parts.inputs.append(try message.range(field))
      case GraphField.output: parts.outputs.append(try message.range(field))
      case GraphField.sparseInitializer: parts.sparseInitializers.append(try message.range(field))
      case GraphField.annotation: parts.annotations.append(try message.range(field))
      case GraphField.valueInfo: parts.valueInfos.append(try message.range(field))
      default: try message.keep(field)
      }
    }
    graph.unknownFields = joined(message.kept)
    return parts
  }

  private mutating func add(
    _ tensor: (name: String, initializer: Initializer), at offset: Int, to graph: inout Graph
  ) throws(ModelError) {
    let id = graph.value(named: tensor.name)
    if graph[id].initializer != nil {
      let repeated = error(.repeated(.initializer(tensor.name), offset: offset))
      if collectedProblems == nil { throw repeated }
      collectedProblems?.append(repeated)
      return
    }
    graph[id].initializer = tensor.initializer
  }

  /// Adds what a ValueInfoProto says to the value of its name; inputs and outputs are read after value_info and win.
  func declare(_ info: ValueInfo, in graph: inout Graph) throws(ModelError) -> ValueID {
    let id = graph.value(named: info.name)
    if info.type != nil || info.stored != nil { (graph[id].valueType, graph[id].storedInfo) = (info.type, info.stored) }
    if let docString = info.docString { graph[id].docString = docString }
    return id
  }

  mutating func readValueInfo(_ file: RawSpan, _ range: Range<Int>) throws(ModelError) -> ValueInfo {
    let info = try ValueInfo(file, range, path: path, bytes: bytes)
    try countItem(at: range.lowerBound, times: info.sizeCount)
    return info
  }
}
