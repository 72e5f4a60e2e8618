// Reads TypeProto.

internal import IngotCore

/// Reads types and remembers whether they say all that was in their messages.
struct TypeReader {
  let path: String
  private(set) var isComplete = true
  /// Sizes of all shapes read.
  private(set) var sizeCount = 0
  private var depth = 0

  init(path: String) { self.path = path }

  /// - Returns: nil for an empty type.
  mutating func read(_ file: RawSpan, _ range: Range<Int>) throws(ModelError) -> ValueType? {
    guard depth < ModelReader.depthLimit else {
      throw ModelError(path, .typeTooDeep(limit: ModelReader.depthLimit, offset: range.lowerBound))
    }
    depth += 1
    defer { depth -= 1 }
    var message = MessageReader(file, range, .value, path: path)
    var type: ValueType?
    while let field = try message.next() {
      switch field.number {
      case TypeField.tensor, TypeField.sequence, TypeField.map, TypeField.opaque, TypeField.sparseTensor,
        TypeField.optional:
        if type != nil { isComplete = false }
        type = try read(file, try message.range(field), kind: field.number)
      default: try skip(field, of: &message)
      }
    }
    if case .tensor(nil, nil) = type { type = nil }
    if type == nil { isComplete = false }
    return type
  }

  private mutating func read(_ file: RawSpan, _ range: Range<Int>, kind: Int) throws(ModelError) -> ValueType {
    switch kind {
    case TypeField.sequence: return .sequence(of: try readElement(file, range))
    case TypeField.optional: return .optional(of: try readElement(file, range))
    case TypeField.map: return try readMap(file, range)
    case TypeField.opaque: return try readOpaque(file, range)
    default:
      let (type, shape) = try readTensor(file, range)
      return kind == TypeField.tensor ? .tensor(type, shape) : .sparseTensor(type, shape)
    }
  }

  private mutating func readElement(_ file: RawSpan, _ range: Range<Int>) throws(ModelError) -> ValueType {
    var message = MessageReader(file, range, .value, path: path)
    var element: ValueType?
    while let field = try message.next() {
      if field.number == TypeField.elementType {
        element = try read(file, try message.range(field))
      } else {
        try skip(field, of: &message)
      }
    }
    return orUnknown(element)
  }

  private mutating func readMap(_ file: RawSpan, _ range: Range<Int>) throws(ModelError) -> ValueType {
    var message = MessageReader(file, range, .value, path: path)
    var (key, value): (ElementType?, ValueType?)
    while let field = try message.next() {
      switch field.number {
      case TypeField.keyType: key = elementType(try message.int(field))
      case TypeField.valueType: value = try read(file, try message.range(field))
      default: try skip(field, of: &message)
      }
    }
    if key == nil { isComplete = false }
    return .map(key: key, value: orUnknown(value))
  }

  private mutating func readOpaque(_ file: RawSpan, _ range: Range<Int>) throws(ModelError) -> ValueType {
    var message = MessageReader(file, range, .value, path: path)
    var (domain, name) = ("", "")
    while let field = try message.next() {
      switch field.number {
      case TypeField.opaqueDomain: domain = try message.string(field)
      case TypeField.opaqueName: name = try message.string(field)
      default: try skip(field, of: &message)
      }
    }
    return .opaque(domain: domain, name: name)
  }

  private mutating func readTensor(
    _ file: RawSpan, _ range: Range<Int>
  ) throws(ModelError) -> (ElementType?, [Dimension]?) {
    var message = MessageReader(file, range, .value, path: path)
    var (type, shape): (ElementType?, [Dimension]?)
    while let field = try message.next() {
      switch field.number {
      case TypeField.elementType: type = elementType(try message.int(field))
      case TypeField.shape: shape = try readShape(file, try message.range(field))
      default: try skip(field, of: &message)
      }
    }
    return (type, shape)
  }

  private mutating func readShape(_ file: RawSpan, _ range: Range<Int>) throws(ModelError) -> [Dimension] {
    var message = MessageReader(file, range, .value, path: path)
    var sizes: [Dimension] = []
    while let field = try message.next() {
      if sizeCount > ModelReader.itemLimit {
        throw ModelError(path, .tooManyItems(limit: ModelReader.itemLimit, offset: field.offset))
      }
      if field.number == TypeField.dimension {
        sizeCount += 1
        sizes.append(try readDimension(file, try message.range(field)))
      } else {
        try skip(field, of: &message)
      }
    }
    return sizes
  }

  private mutating func readDimension(_ file: RawSpan, _ range: Range<Int>) throws(ModelError) -> Dimension {
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

  private mutating func elementType(_ number: Int64) -> ElementType? {
    let type = Int32(exactly: number).flatMap(ElementType.init(rawValue:))
    if type == nil { isComplete = false }
    return type
  }

  /// A part that the file leaves out.
  private mutating func orUnknown(_ type: ValueType?) -> ValueType {
    if type == nil { isComplete = false }
    return type ?? .tensor(nil, nil)
  }

  @_lifetime(message: copy message)
  private mutating func skip(_ field: WireField, of message: inout MessageReader) throws(ModelError) {
    try message.skip(field)
    isComplete = false
  }
}
