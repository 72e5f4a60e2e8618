// Protocol Buffers' wire format (protobuf.dev/programming-guides/encoding), read from bytes that are not trusted.
// ONNX models and the Remote Execution API's ActionResult are both written in it. A reader never looks outside its span:
// every length is checked against what is left before it is used.

/// Why bytes are no message: at an offset from the start of the file.
package struct WireError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Reason: Hashable, Sendable {
    case truncated, varintTooLong, lengthTooLarge(UInt64), invalidTag(UInt64), unknownWireType(UInt8)
    case wrongWireType(field: Int, found: WireType), invalidUTF8(field: Int), tooDeep
  }

  package var reason: Reason
  package var offset: Int

  package init(_ reason: Reason, at offset: Int) { (self.reason, self.offset) = (reason, offset) }

  package var description: String {
    let what =
      switch reason {
      case .truncated: "the bytes end in the middle of a value"
      case .varintTooLong: "a number has more than ten bytes"
      case .lengthTooLarge(let length): "a field says it has \(length) bytes, more than are left"
      case .invalidTag(let tag): "\(tag) is no field tag"
      case .unknownWireType(let type): "\(type) is no wire type"
      case .wrongWireType(let field, let found): "field \(field) has wire type \(found), which it never has"
      case .invalidUTF8(let field): "the text in field \(field) is not UTF-8"
      case .tooDeep: "messages are nested too deep"
      }
    return "at byte \(offset): \(what)"
  }
}

package enum WireType: UInt8, Sendable {
  case varint = 0, fixed64 = 1, bytes = 2, startGroup = 3, endGroup = 4, fixed32 = 5
}

/// A field's number and wire type; its value comes next.
package struct WireField: Hashable, Sendable {
  package var number: Int
  package var type: WireType
  /// Offset of the tag from the start of the file.
  package var offset: Int
}

/// A cursor over one message.
package struct WireReader: ~Escapable {
  private let span: RawSpan
  private var position = 0
  /// Where the span starts in the file.
  package let base: Int

  /// - Parameter base: where the span starts in the file, for errors and for byte ranges.
  @_lifetime(copy span)
  package init(_ span: RawSpan, base: Int = 0) {
    self.span = span
    self.base = base
  }

  /// From the start of the file.
  package var offset: Int { base + position }
  package var isAtEnd: Bool { position == span.byteCount }

  /// The next field's tag; nil at the end of the message.
  @_lifetime(self: copy self)
  package mutating func nextField() throws(WireError) -> WireField? {
    if isAtEnd { return nil }
    let start = offset
    let tag = try readVarint()
    guard tag >> 3 > 0, tag >> 3 < 1 << 29 else { throw WireError(.invalidTag(tag), at: start) }
    guard let type = WireType(rawValue: UInt8(tag & 7)) else {
      throw WireError(.unknownWireType(UInt8(tag & 7)), at: start)
    }
    return WireField(number: Int(tag >> 3), type: type, offset: start)
  }

  @_lifetime(self: copy self)
  package mutating func readVarint() throws(WireError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while shift < 70 {
      guard position < span.byteCount else { throw WireError(.truncated, at: offset) }
      let byte = unsafe span.unsafeLoad(fromUncheckedByteOffset: position, as: UInt8.self)
      position += 1
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw WireError(.varintTooLong, at: offset)
  }

  @_lifetime(self: copy self)
  package mutating func readFixed32() throws(WireError) -> UInt32 {
    let start = try advance(by: 4)
    return unsafe span.unsafeLoadUnaligned(fromUncheckedByteOffset: start, as: UInt32.self)
  }

  @_lifetime(self: copy self)
  package mutating func readFixed64() throws(WireError) -> UInt64 {
    let start = try advance(by: 8)
    return unsafe span.unsafeLoadUnaligned(fromUncheckedByteOffset: start, as: UInt64.self)
  }

  /// The extent of a length-delimited value, as offsets from the start of the file; the cursor moves past it.
  @_lifetime(self: copy self)
  package mutating func readBytes() throws(WireError) -> Range<Int> {
    let start = offset
    let length = try readVarint()
    guard length <= UInt64(span.byteCount - position) else { throw WireError(.lengthTooLarge(length), at: start) }
    let first = try advance(by: Int(length))
    return base + first..<offset
  }

  /// A reader of a range that `readBytes` gave.
  @_lifetime(copy self)
  package func reader(of range: Range<Int>) -> WireReader {
    WireReader(span.extracting(range.lowerBound - base..<range.upperBound - base), base: range.lowerBound)
  }

  /// A length-delimited value as a copy.
  @_lifetime(self: copy self)
  package mutating func readArray() throws(WireError) -> [UInt8] {
    let range = try readBytes()
    return unsafe span.extracting(range.lowerBound - base..<range.upperBound - base).withUnsafeBytes {
      unsafe Array($0)
    }
  }

  /// A length-delimited value as text.
  @_lifetime(self: copy self)
  package mutating func readString(field: Int) throws(WireError) -> String {
    let start = offset
    guard let text = String(validating: try readArray(), as: UTF8.self) else {
      throw WireError(.invalidUTF8(field: field), at: start)
    }
    return text
  }

  /// Moves past a field's value.
  @_lifetime(self: copy self)
  package mutating func skip(_ field: WireField, depth: Int = 64) throws(WireError) {
    switch field.type {
    case .varint: _ = try readVarint()
    case .fixed64: _ = try advance(by: 8)
    case .bytes: _ = try readBytes()
    case .fixed32: _ = try advance(by: 4)
    case .startGroup:
      guard depth > 0 else { throw WireError(.tooDeep, at: field.offset) }
      while true {
        guard let inner = try nextField() else { throw WireError(.truncated, at: offset) }
        if inner.type == .endGroup && inner.number == field.number { return }
        try skip(inner, depth: depth - 1)
      }
    case .endGroup: throw WireError(.unknownWireType(WireType.endGroup.rawValue), at: field.offset)
    }
  }

  package func require(_ type: WireType, for field: WireField) throws(WireError) {
    guard field.type == type else {
      throw WireError(.wrongWireType(field: field.number, found: field.type), at: field.offset)
    }
  }

  @_lifetime(self: copy self)
  private mutating func advance(by count: Int) throws(WireError) -> Int {
    guard count <= span.byteCount - position else { throw WireError(.truncated, at: offset) }
    defer { position += count }
    return position
  }
}
