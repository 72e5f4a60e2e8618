// The little that a report about an ONNX file needs: its nodes' names and operators, and its inputs and outputs as the file
// declares them. IngotGraph reads models in full; this module sits beside it and cannot ask.

internal import IngotCore

/// Names and declarations of a model's top-level graph. Field numbers are those of onnx.proto.
struct OnnxOutline: Hashable {
  struct Node: Hashable {
    var name = ""
    var op = ""
  }

  var nodes: [Node] = []
  /// Without initializers, which old models list as inputs.
  var inputs: [IOTensor] = []
  var outputs: [IOTensor] = []

  /// - Throws: where the bytes are not a model.
  init(_ model: RawSpan) throws(WireError) {
    var reader = WireReader(model)
    while let field = try reader.nextField() {
      if field.number == 7 && field.type == .bytes {  // graph
        let range = try reader.readBytes()
        try readGraph(reader.reader(of: range))
      } else {
        try reader.skip(field)
      }
    }
  }

  private mutating func readGraph(_ graph: WireReader) throws(WireError) {
    var reader = graph
    var initializers: Set<String> = []
    while let field = try reader.nextField() {
      guard field.type == .bytes, [1, 5, 11, 12].contains(field.number) else {
        try reader.skip(field)
        continue
      }
      let range = try reader.readBytes()
      switch field.number {
      case 1: nodes.append(try Self.node(reader.reader(of: range)))
      case 5: initializers.insert(try Self.text(8, of: reader.reader(of: range)))  // TensorProto.name
      case 11: if let tensor = try Self.tensor(reader.reader(of: range)) { inputs.append(tensor) }
      default: if let tensor = try Self.tensor(reader.reader(of: range)) { outputs.append(tensor) }
      }
    }
    inputs.removeAll { initializers.contains($0.name) }
  }

  private static func node(_ message: WireReader) throws(WireError) -> Node {
    var reader = message
    var node = Node()
    while let field = try reader.nextField() {
      switch (field.number, field.type) {
      case (3, .bytes): node.name = try reader.readString(field: 3)
      case (4, .bytes): node.op = try reader.readString(field: 4)
      default: try reader.skip(field)
      }
    }
    return node
  }

  private static func text(_ number: Int, of message: WireReader) throws(WireError) -> String {
    var reader = message
    while let field = try reader.nextField() {
      if field.number == number && field.type == .bytes { return try reader.readString(field: number) }
      try reader.skip(field)
    }
    return ""
  }

  /// Nil for what is not a tensor, and for element types that are not known.
  private static func tensor(_ valueInfo: WireReader) throws(WireError) -> IOTensor? {
    var reader = valueInfo
    var (name, type, shape): (String, ElementType?, [Dimension]) = ("", nil, [])
    while let field = try reader.nextField() {
      switch (field.number, field.type) {
      case (1, .bytes): name = try reader.readString(field: 1)
      case (2, .bytes):  // TypeProto
        let range = try reader.readBytes()
        (type, shape) = try tensorType(reader.reader(of: range))
      default: try reader.skip(field)
      }
    }
    return type.map { IOTensor(name: name, type: $0, shape: shape) }
  }

  private static func tensorType(_ type: WireReader) throws(WireError) -> (ElementType?, [Dimension]) {
    var reader = type
    var (element, shape): (ElementType?, [Dimension]) = (nil, [])
    while let field = try reader.nextField() {
      guard field.number == 1 && field.type == .bytes else {  // tensor_type
        try reader.skip(field)
        continue
      }
      let range = try reader.readBytes()
      var inner = reader.reader(of: range)
      while let field = try inner.nextField() {
        switch (field.number, field.type) {
        case (1, .varint): element = ElementType(rawValue: Int32(truncatingIfNeeded: try inner.readVarint()))
        case (2, .bytes):
          let range = try inner.readBytes()
          shape = try dimensions(inner.reader(of: range))
        default: try inner.skip(field)
        }
      }
    }
    return (element, shape)
  }

  private static func dimensions(_ message: WireReader) throws(WireError) -> [Dimension] {
    var reader = message
    var shape: [Dimension] = []
    while let field = try reader.nextField() {
      guard field.number == 1 && field.type == .bytes else {
        try reader.skip(field)
        continue
      }
      let range = try reader.readBytes()
      var inner = reader.reader(of: range)
      var dimension = Dimension.unknown
      while let field = try inner.nextField() {
        switch (field.number, field.type) {
        case (1, .varint): dimension = .fixed(Int(truncatingIfNeeded: try inner.readVarint()))
        case (2, .bytes):
          let name = try inner.readString(field: 2)
          dimension = name.isEmpty ? .unknown : .symbolic(name)
        default: try inner.skip(field)
        }
      }
      shape.append(dimension)
    }
    return shape
  }
}
