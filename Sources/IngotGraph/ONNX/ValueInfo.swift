// What a ValueInfoProto says: a name, a type and a text.

internal import IngotCore

struct ValueInfo {
  var name = ""
  var type: ValueType?
  var docString: String?
  /// The whole message, where the other fields do not say all that is in it: a denotation, metadata, an element type that
  /// Ingot does not know.
  var stored: Bytes?
  /// Sizes of all shapes in the type.
  private(set) var sizeCount = 0

  /// - Parameter bytes: the file.
  init(_ file: RawSpan, _ range: Range<Int>, path: String, bytes: Bytes) throws(ModelError) {
    var message = MessageReader(file, range, .value, path: path)
    var types = TypeReader(path: path)
    var isComplete = true
    while let field = try message.next() {
      switch field.number {
      case ValueInfoField.name: name = try message.string(field)
      case ValueInfoField.type: type = try types.read(file, try message.range(field))
      case ValueInfoField.docString: docString = try message.string(field)
      default:
        try message.skip(field)
        isComplete = false
      }
    }
    if !isComplete || !types.isComplete { stored = bytes[range] }
    sizeCount = types.sizeCount
  }

  /// - Parameter stored: a message that `stored` held.
  init(_ stored: Bytes) throws(ModelError) {
    self = try stored.withSpan { (span) throws(ModelError) in
      try ValueInfo(span, 0..<span.byteCount, path: "", bytes: stored)
    }
  }
}
