// Writes GraphProto.

internal import IngotCore

extension ModelWriter {
  mutating func encode(_ graph: Graph) -> WireWriter {
    var message = WireWriter()
    for node in graph.nodes { message.writeMessage(GraphField.node, encode(node, of: graph)) }
    message.writeText(GraphField.name, graph.name)
    for value in graph.values {
      guard let initializer = value.initializer else { continue }
      if case .sparse = initializer.storage { continue }
      message.writeMessage(GraphField.initializer, encode(initializer, named: value.name, isInitializer: true))
    }
    if let docString = graph.docString { message.writeString(GraphField.docString, docString) }
    for id in graph.inputs { message.writeMessage(GraphField.input, encodeInfo(of: graph[id])) }
    for id in graph.outputs { message.writeMessage(GraphField.output, encodeInfo(of: graph[id])) }
    for id in graph.valuesWithInfo() { message.writeMessage(GraphField.valueInfo, encodeInfo(of: graph[id])) }
    for annotation in graph.annotations {
      message.writeMessage(GraphField.annotation, encode(annotation, of: graph))
    }
    for value in graph.values {
      guard let initializer = value.initializer, case .sparse(let elements) = initializer.storage else { continue }
      let sparse = encode(initializer, elements, named: value.name, isInitializer: true)
      message.writeMessage(GraphField.sparseInitializer, sparse)
    }
    message.writeRaw(graph.unknownFields)
    return message
  }

  private func encode(_ annotation: QuantizationAnnotation, of graph: Graph) -> WireWriter {
    var message = WireWriter()
    message.writeString(AnnotationField.tensor, graph[annotation.tensor].name)
    for parameter in annotation.parameters {
      message.writeEntry(AnnotationField.parameter, parameter.key, graph[parameter.value].name)
    }
    message.writeRaw(annotation.unknownFields)
    return message
  }
}

extension Graph {
  /// Values that are mentioned, have a type or a doc string, and say it nowhere else.
  /// - Parameter includesPorts: whether inputs and outputs are among them, as in functions.
  func valuesWithInfo(includesPorts: Bool = false) -> [ValueID] {
    var isMentioned = [Bool](repeating: false, count: values.count)
    for node in nodes {
      for case let id? in node.inputs { isMentioned[id.index] = true }
      for case let id? in node.outputs { isMentioned[id.index] = true }
    }
    for annotation in annotations {
      for id in [annotation.tensor] + annotation.parameters.map(\.value) { isMentioned[id.index] = true }
    }
    for id in inputs + outputs { isMentioned[id.index] = includesPorts }
    return values.indices.filter { index in
      let value = values[index]
      guard isMentioned[index], value.initializer == nil else { return false }
      return value.valueType != nil || value.storedInfo != nil || value.docString != nil
    }.map(ValueID.init)
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
