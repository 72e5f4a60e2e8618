// A cursor over one message of a model: WireReader, with errors that say which kind of message is damaged, and with a
// memory of the fields that nobody asked for, so that they can be written back.

internal import IngotCore

struct MessageReader: ~Escapable {
  private var wire: WireReader
  private let kind: MessageKind
  private let path: String
  /// Extents of the fields that were kept, tags included, neighbours joined.
  private(set) var kept: [Range<Int>] = []

  /// - Parameter range: the message's extent in the file.
  @_lifetime(copy file)
  init(_ file: RawSpan, _ range: Range<Int>, _ kind: MessageKind, path: String) {
    wire = WireReader(file.extracting(range), base: range.lowerBound)
    (self.kind, self.path) = (kind, path)
  }

  /// From the start of the file.
  var offset: Int { wire.offset }
  var isAtEnd: Bool { wire.isAtEnd }

  @_lifetime(self: copy self)
  mutating func next() throws(ModelError) -> WireField? {
    do throws(WireError) { return try wire.nextField() } catch { throw damage(error) }
  }

  /// Moves past a field and remembers where it is.
  @_lifetime(self: copy self)
  mutating func keep(_ field: WireField) throws(ModelError) {
    try skip(field)
    if let last = kept.last, last.upperBound == field.offset {
      kept[kept.count - 1] = last.lowerBound..<wire.offset
    } else {
      kept.append(field.offset..<wire.offset)
    }
  }

  @_lifetime(self: copy self)
  mutating func skip(_ field: WireField) throws(ModelError) {
    do throws(WireError) { try wire.skip(field) } catch { throw damage(error) }
  }

  @_lifetime(self: copy self)
  mutating func int(_ field: WireField) throws(ModelError) -> Int64 {
    do throws(WireError) {
      try wire.require(.varint, for: field)
      return Int64(bitPattern: try wire.readVarint())
    } catch { throw damage(error) }
  }

  @_lifetime(self: copy self)
  mutating func float(_ field: WireField) throws(ModelError) -> Float {
    do throws(WireError) {
      try wire.require(.fixed32, for: field)
      return Float(bitPattern: try wire.readFixed32())
    } catch { throw damage(error) }
  }

  /// The extent of a message or of bytes in the file.
  @_lifetime(self: copy self)
  mutating func range(_ field: WireField) throws(ModelError) -> Range<Int> {
    do throws(WireError) {
      try wire.require(.bytes, for: field)
      return try wire.readBytes()
    } catch { throw damage(error) }
  }

  @_lifetime(self: copy self)
  mutating func string(_ field: WireField) throws(ModelError) -> String {
    do throws(WireError) {
      try wire.require(.bytes, for: field)
      return try wire.readString(field: field.number)
    } catch { throw damage(error) }
  }

  @_lifetime(self: copy self)
  mutating func array(_ field: WireField) throws(ModelError) -> [UInt8] {
    do throws(WireError) {
      try wire.require(.bytes, for: field)
      return try wire.readArray()
    } catch { throw damage(error) }
  }

  /// Numbers of a repeated field, one of them or many packed.
  @_lifetime(self: copy self)
  mutating func appendInts(_ field: WireField, to values: inout [Int64]) throws(ModelError) {
    do throws(WireError) {
      if field.type == .varint { return values.append(Int64(bitPattern: try wire.readVarint())) }
      try wire.require(.bytes, for: field)
      var packed = wire.reader(of: try wire.readBytes())
      while !packed.isAtEnd { values.append(Int64(bitPattern: try packed.readVarint())) }
    } catch { throw damage(error) }
  }

  @_lifetime(self: copy self)
  mutating func appendFloats(_ field: WireField, to values: inout [Float]) throws(ModelError) {
    do throws(WireError) {
      if field.type == .fixed32 { return values.append(Float(bitPattern: try wire.readFixed32())) }
      try wire.require(.bytes, for: field)
      var packed = wire.reader(of: try wire.readBytes())
      while !packed.isAtEnd { values.append(Float(bitPattern: try packed.readFixed32())) }
    } catch { throw damage(error) }
  }

  /// The extent of a fixed-width number, or of many of them packed.
  /// - Parameter type: what an unpacked one has.
  @_lifetime(self: copy self)
  mutating func fixedRange(_ field: WireField, _ type: WireType) throws(ModelError) -> Range<Int> {
    do throws(WireError) {
      if field.type == type {
        let start = wire.offset
        try wire.skip(field)
        return start..<wire.offset
      }
      try wire.require(.bytes, for: field)
      return try wire.readBytes()
    } catch { throw damage(error) }
  }

  private func damage(_ error: WireError) -> ModelError { ModelError(path, .malformed(error, message: kind)) }
}
