// What a ValueInfoProto says: a name, and for a tensor its element type and shape.

internal import IngotCore

struct ValueInfo {
  var name = ""
  var type: ElementType?
  var shape: [Dimension]?
  var docString: String?
  /// The whole message, where the other fields do not say all that is in it: no tensor, a denotation, metadata, an
  /// element type that Ingot does not know.
  var opaque: Bytes?
  private var isComplete = true

  /// - Parameter bytes: the file.
  init(_ file: RawSpan, _ range: Range<Int>, path: String, bytes: Bytes) throws(ModelError) {
    var message = MessageReader(file, range, .value, path: path)
    while let field = try message.next() {
      switch field.number {
      case ValueInfoField.name: name = try message.string(field)
      case ValueInfoField.type: try readType(file, try message.range(field), path)
      case ValueInfoField.docString: docString = try message.string(field)
      default: try skip(field, of: &message)
      }
    }
    if !isComplete { opaque = bytes[range] }
  }

  /// - Parameter opaque: a message that `opaque` held.
  init(_ opaque: Bytes) throws(ModelError) {
    self = try opaque.withSpan { (span) throws(ModelError) in
      try ValueInfo(span, 0..<span.byteCount, path: "", bytes: opaque)
    }
  }

  private mutating func readType(_ file: RawSpan, _ range: Range<Int>, _ path: String) throws(ModelError) {
    var message = MessageReader(file, range, .value, path: path)
    if message.isAtEnd { isComplete = false }
    while let field = try message.next() {
      if field.number == TypeField.tensor {
        try readTensorType(file, try message.range(field), path)
      } else {
        try skip(field, of: &message)
      }
    }
  }

  private mutating func readTensorType(_ file: RawSpan, _ range: Range<Int>, _ path: String) throws(ModelError) {
    var message = MessageReader(file, range, .value, path: path)
    while let field = try message.next() {
      switch field.number {
      case TypeField.elementType:
        type = Int32(exactly: try message.int(field)).flatMap(ElementType.init(rawValue:))
        if type == nil { isComplete = false }
      case TypeField.shape: try readShape(file, try message.range(field), path)
      default: try skip(field, of: &message)
      }
    }
    if type == nil && shape == nil { isComplete = false }
  }

  private mutating func readShape(_ file: RawSpan, _ range: Range<Int>, _ path: String) throws(ModelError) {
    var message = MessageReader(file, range, .value, path: path)
    var sizes: [Dimension] = []
    while let field = try message.next() {
      if sizes.count > ModelReader.itemLimit {
        throw ModelError(path, .tooManyItems(limit: ModelReader.itemLimit, offset: field.offset))
      }
      if field.number == TypeField.dimension {
        sizes.append(try readDimension(file, try message.range(field), path))
      } else {
        try skip(field, of: &message)
      }
    }
    shape = sizes
  }

  private mutating func readDimension(
    _ file: RawSpan, _ range: Range<Int>, _ path: String
  ) throws(ModelError) -> Dimension {
    var message = MessageReader(file, range, .value, path: path)
    var dimension = Dimension.unknown
    while let field = try message.next() {
      switch field.number {
      case TypeField.dimensionValue: dimension = .fixed(Int(try message.int(field)))
      case TypeField.dimensionName:
        let name = try message.string(field)
        dimension = name.isEmpty ? .unknown : .symbolic(name)
        if name.isEmpty { isComplete = false }
      default: try skip(field, of: &message)
      }
    }
    return dimension
  }

  @_lifetime(message: copy message)
  private mutating func skip(_ field: WireField, of message: inout MessageReader) throws(ModelError) {
    try message.skip(field)
    isComplete = false
  }
}
