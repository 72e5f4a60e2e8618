// Reads AttributeProto. Exactly one of its value fields is set; `type` says which. Files of IR version 1 have no
// `type`, and writers of proto3 leave out a value that is zero or empty.

internal import IngotCore

/// What an attribute is of, for error messages.
enum AttributeOwner {
  case node(Node, index: Int)
  /// A function with this name has it as a default.
  case function(String)

  var label: String {
    switch self {
    case .node(let node, let index): node.label(at: index)
    case .function(let name): "function '\(name.shown)'"
    }
  }
}

/// The values of an attribute while it is read.
private struct AttributeParts {
  var type: Int64?
  var (found, other): (AttributeType?, AttributeType?) = (nil, nil)
  var (name, reference) = ("", "")
  var docString: String?
  var (float, int, string): (Float, Int64, [UInt8]) = (0, 0, [])
  var (floats, ints, strings): ([Float], [Int64], [[UInt8]]) = ([], [], [])
  /// Extents of tensors, graphs and types.
  var messages: [Range<Int>] = []
}

extension ModelReader {
  mutating func readAttribute(
    _ file: RawSpan, _ range: Range<Int>, of owner: AttributeOwner
  ) throws(ModelError) -> Attribute {
    var message = MessageReader(file, range, .attribute, path: path)
    var parts = AttributeParts()
    while let field = try message.next() { try readAttributeField(field, of: &message, into: &parts) }
    func problem(_ problem: ModelError.AttributeProblem) -> ModelError {
      error(.attribute(problem, name: parts.name, owner: owner.label, offset: range.lowerBound))
    }
    guard parts.other == nil else { throw problem(.twoValues) }
    var type = AttributeType.undefined
    if let number = parts.type {
      guard let known = AttributeType(rawValue: number) else { throw problem(.unknownType(number)) }
      type = known
    }
    if let found = parts.found {
      if type == .undefined { type = found }
      if type != found { throw problem(.otherType(declared: type, found: found)) }
    }
    var attribute = Attribute(name: parts.name, value: .int(0))
    if !parts.reference.isEmpty {
      attribute.value = .reference(name: parts.reference, type: Int32(type.rawValue))
    } else {
      guard let value = try readValue(file, parts, type, owner: .attribute(parts.name, of: owner)) else {
        if type == .undefined { throw problem(.noValue) }
        return Attribute(name: parts.name, value: .opaque(bytes[range]))
      }
      attribute.value = value
    }
    attribute.docString = parts.docString
    attribute.unknownFields = joined(message.kept)
    return attribute
  }

  @_lifetime(message: copy message)
  private mutating func readAttributeField(
    _ field: WireField, of message: inout MessageReader, into parts: inout AttributeParts
  ) throws(ModelError) {
    if let type = AttributeType(field: field.number) {
      if let found = parts.found, found != type { parts.other = type } else { parts.found = type }
    }
    switch field.number {
    case AttributeField.name: parts.name = try message.string(field)
    case AttributeField.docString: parts.docString = try message.string(field)
    case AttributeField.reference: parts.reference = try message.string(field)
    case AttributeField.type: parts.type = try message.int(field)
    case AttributeField.float: parts.float = try message.float(field)
    case AttributeField.int: parts.int = try message.int(field)
    case AttributeField.string: parts.string = try message.array(field)
    case AttributeField.floats: try message.appendFloats(field, to: &parts.floats)
    case AttributeField.ints: try message.appendInts(field, to: &parts.ints)
    case AttributeField.strings:
      try countItem(at: field.offset)
      parts.strings.append(try message.array(field))
    case AttributeField.tensor, AttributeField.graph, AttributeField.typeProto, AttributeField.sparseTensor:
      parts.messages = [try message.range(field)]
    case AttributeField.tensors, AttributeField.graphs, AttributeField.typeProtos, AttributeField.sparseTensors:
      try countItem(at: field.offset)
      parts.messages.append(try message.range(field))
    default: try message.keep(field)
    }
  }

  /// - Returns: nil for types whose attributes are handed on as bytes.
  private mutating func readValue(
    _ file: RawSpan, _ parts: AttributeParts, _ type: AttributeType, owner: TensorOwner
  ) throws(ModelError) -> Attribute.Value? {
    switch type {
    case .float: return .float(parts.float)
    case .int: return .int(parts.int)
    case .string: return .string(parts.string)
    case .floats: return .floats(parts.floats)
    case .ints: return .ints(parts.ints)
    case .strings: return .strings(parts.strings)
    case .tensor:
      let tensor = parts.messages.first ?? 0..<0
      return .tensor(try readTensor(file, tensor, owner: owner).initializer)
    case .tensors:
      var tensors: [Initializer] = []
      for part in parts.messages { tensors.append(try readTensor(file, part, owner: owner).initializer) }
      return .tensors(tensors)
    case .graph: return .graph(try readGraph(file, parts.messages.first ?? 0..<0))
    case .graphs:
      var graphs: [Graph] = []
      for part in parts.messages { graphs.append(try readGraph(file, part)) }
      return .graphs(graphs)
    case .sparseTensor:
      return .sparseTensor(try readSparseTensor(file, parts.messages.first ?? 0..<0, owner: owner).initializer)
    case .sparseTensors:
      var tensors: [Initializer] = []
      for part in parts.messages { tensors.append(try readSparseTensor(file, part, owner: owner).initializer) }
      return .sparseTensors(tensors)
    case .typeProto: return try readTypes(file, parts).flatMap { $0.first.map { .type($0) } }
    case .typeProtos: return try readTypes(file, parts).map { .types($0) }
    case .undefined: return nil
    }
  }

  /// - Returns: nil where the types would not say all that the file does.
  private mutating func readTypes(_ file: RawSpan, _ parts: AttributeParts) throws(ModelError) -> [ValueType]? {
    var (reader, types) = (TypeReader(path: path), [ValueType]())
    for part in parts.messages { if let type = try reader.read(file, part) { types.append(type) } }
    try countItem(at: parts.messages.first?.lowerBound ?? 0, times: reader.sizeCount)
    return reader.isComplete ? types : nil
  }
}
