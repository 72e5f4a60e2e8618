// Writes GraphProto and ValueInfoProto.

internal import IngotCore

extension ModelWriter {
  mutating func encode(_ graph: Graph) -> WireWriter {
    var message = WireWriter()
    for node in graph.nodes { message.writeMessage(GraphField.node, encode(node, of: graph)) }
    message.writeText(GraphField.name, graph.name)
    for value in graph.values {
      guard let initializer = value.initializer else { continue }
      message.writeMessage(GraphField.initializer, encode(initializer, named: value.name, isInitializer: true))
    }
    if let docString = graph.docString { message.writeString(GraphField.docString, docString) }
    for id in graph.inputs { message.writeMessage(GraphField.input, encodeInfo(of: graph[id])) }
    for id in graph.outputs { message.writeMessage(GraphField.output, encodeInfo(of: graph[id])) }
    for id in valuesWithInfo(in: graph) { message.writeMessage(GraphField.valueInfo, encodeInfo(of: graph[id])) }
    message.writeRaw(graph.unknownFields)
    return message
  }

  /// Values of nodes that have a type or a doc string; inputs, outputs and initializers say theirs elsewhere.
  private func valuesWithInfo(in graph: Graph) -> [ValueID] {
    var isMentioned = [Bool](repeating: false, count: graph.values.count)
    for node in graph.nodes {
      for case let id? in node.inputs { isMentioned[id.index] = true }
      for case let id? in node.outputs { isMentioned[id.index] = true }
    }
    for id in graph.inputs + graph.outputs { isMentioned[id.index] = false }
    return graph.values.indices.filter { index in
      let value = graph.values[index]
      guard isMentioned[index], value.initializer == nil else { return false }
      return value.type != nil || value.shape != nil || value.opaqueType != nil || value.docString != nil
    }.map(ValueID.init)
  }

  /// A message that was kept whole goes out as it was, but for its name; where a pass has changed the type, only the
  /// fields beside name, type and doc string do.
  private func encodeInfo(of value: Value) -> WireWriter {
    var message = WireWriter()
    message.writeString(ValueInfoField.name, value.name)
    let kept = value.opaqueType.flatMap { try? ValueInfo($0) }
    let isUnchanged = kept.map { $0.type == value.type && $0.shape == value.shape } ?? false
    if let opaque = value.opaqueType, isUnchanged {
      message.writeRaw(opaque.fields { $0 != ValueInfoField.name })
      return message
    }
    if value.type != nil || value.shape != nil {
      message.writeMessage(ValueInfoField.type, encodeType(value.type, value.shape))
    }
    if let docString = value.docString { message.writeString(ValueInfoField.docString, docString) }
    if let opaque = value.opaqueType { message.writeRaw(opaque.fields { $0 > ValueInfoField.docString }) }
    return message
  }

  private func encodeType(_ type: ElementType?, _ shape: [Dimension]?) -> WireWriter {
    var tensor = WireWriter()
    if let type { tensor.writeVarint(TypeField.elementType, UInt64(type.rawValue)) }
    if let shape {
      var sizes = WireWriter()
      for dimension in shape { sizes.writeMessage(TypeField.dimension, encodeDimension(dimension)) }
      tensor.writeMessage(TypeField.shape, sizes)
    }
    var message = WireWriter()
    message.writeMessage(TypeField.tensor, tensor)
    return message
  }

  private func encodeDimension(_ dimension: Dimension) -> WireWriter {
    var message = WireWriter()
    switch dimension {
    case .fixed(let size): message.writeVarint(TypeField.dimensionValue, UInt64(bitPattern: Int64(size)))
    case .symbolic(let name): message.writeString(TypeField.dimensionName, name)
    case .unknown: break
    }
    return message
  }
}

extension Bytes {
  /// The fields of a message with some numbers, as they stand. Nothing where these bytes are no message.
  func fields(where isWanted: (Int) -> Bool) -> Bytes {
    withSpan { span in
      var reader = WireReader(span)
      var result: [UInt8] = []
      while let field = try? reader.nextField(), (try? reader.skip(field)) != nil {
        if isWanted(field.number) { result += self[field.offset..<reader.offset].array }
      }
      return Bytes(result)
    }
  }
}
