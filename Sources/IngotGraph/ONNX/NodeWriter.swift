// Writes NodeProto and AttributeProto.

internal import IngotCore

extension ModelWriter {
  mutating func encode(_ node: Node, of graph: Graph) -> WireWriter {
    var message = WireWriter()
    for input in node.inputs { message.writeString(NodeField.input, input.map { graph[$0].name } ?? "") }
    for output in node.outputs { message.writeString(NodeField.output, output.map { graph[$0].name } ?? "") }
    message.writeText(NodeField.name, node.name)
    message.writeString(NodeField.opType, node.opType)
    for attribute in node.attributes { message.writeMessage(NodeField.attribute, encode(attribute)) }
    if let docString = node.docString { message.writeString(NodeField.docString, docString) }
    message.writeText(NodeField.domain, node.domain)
    message.writeText(NodeField.overload, node.overload)
    message.writeRaw(node.unknownFields)
    return message
  }

  mutating func encode(_ attribute: Attribute) -> WireWriter {
    var message = WireWriter()
    if case .opaque(let bytes) = attribute.value {
      message.writeRaw(bytes)
      return message
    }
    message.writeString(AttributeField.name, attribute.name)
    encode(attribute.value, to: &message)
    if let docString = attribute.docString { message.writeString(AttributeField.docString, docString) }
    message.writeVarint(AttributeField.type, UInt64(bitPattern: attribute.value.typeNumber))
    if case .reference(let name, _) = attribute.value { message.writeString(AttributeField.reference, name) }
    message.writeRaw(attribute.unknownFields)
    return message
  }

  private mutating func encode(_ value: Attribute.Value, to message: inout WireWriter) {
    switch value {
    case .float(let value): message.writeFixed32(AttributeField.float, value.bitPattern)
    case .int(let value): message.writeVarint(AttributeField.int, UInt64(bitPattern: value))
    case .string(let bytes): message.writeArray(AttributeField.string, bytes)
    case .tensor(let tensor):
      message.writeMessage(AttributeField.tensor, encode(tensor, named: tensor.name, isInitializer: false))
    case .graph(let graph): message.writeMessage(AttributeField.graph, encode(graph))
    case .floats(let values):
      if !values.isEmpty { message.writeArray(AttributeField.floats, littleEndianBytes(of: values)) }
    case .ints(let values): message.writePacked(AttributeField.ints, values)
    case .strings(let values): for bytes in values { message.writeArray(AttributeField.strings, bytes) }
    case .tensors(let tensors):
      for tensor in tensors {
        message.writeMessage(AttributeField.tensors, encode(tensor, named: tensor.name, isInitializer: false))
      }
    case .graphs(let graphs): for graph in graphs { message.writeMessage(AttributeField.graphs, encode(graph)) }
    case .sparseTensor(let tensor): encodeSparse([tensor], AttributeField.sparseTensor, to: &message)
    case .sparseTensors(let tensors): encodeSparse(tensors, AttributeField.sparseTensors, to: &message)
    case .type(let type): message.writeMessage(AttributeField.typeProto, encode(type))
    case .types(let types): for type in types { message.writeMessage(AttributeField.typeProtos, encode(type)) }
    case .reference, .opaque: break
    }
  }

  private mutating func encodeSparse(_ tensors: [Initializer], _ field: Int, to message: inout WireWriter) {
    for tensor in tensors {
      guard case .sparse(let elements) = tensor.storage else { continue }
      message.writeMessage(field, encode(tensor, elements, named: tensor.name, isInitializer: false))
    }
  }
}

extension Attribute.Value {
  /// onnx.proto's AttributeType.
  fileprivate var typeNumber: Int64 {
    switch self {
    case .float: AttributeType.float.rawValue
    case .int: AttributeType.int.rawValue
    case .string: AttributeType.string.rawValue
    case .tensor: AttributeType.tensor.rawValue
    case .graph: AttributeType.graph.rawValue
    case .floats: AttributeType.floats.rawValue
    case .ints: AttributeType.ints.rawValue
    case .strings: AttributeType.strings.rawValue
    case .tensors: AttributeType.tensors.rawValue
    case .graphs: AttributeType.graphs.rawValue
    case .sparseTensor: AttributeType.sparseTensor.rawValue
    case .sparseTensors: AttributeType.sparseTensors.rawValue
    case .type: AttributeType.typeProto.rawValue
    case .types: AttributeType.typeProtos.rawValue
    case .reference(_, let type): Int64(type)
    case .opaque: AttributeType.undefined.rawValue
    }
  }
}
