// Protocol Buffers' wire format, written. Small values are encoded into one growing array; large ones (weights) are kept
// as slices of where they already are, so that writing a model copies none of them before the system call.

/// A message under construction.
package struct WireWriter: Sendable {
  private var finished: [Bytes] = []
  private var tail: [UInt8] = []
  /// Bytes written so far.
  package private(set) var byteCount = 0

  package init() {}

  /// What was written, in order.
  package var pieces: [Bytes] { tail.isEmpty ? finished : finished + [Bytes(tail)] }

  /// What was written, in one array.
  package var array: [UInt8] { pieces.count == 1 ? pieces[0].array : pieces.flatMap(\.array) }

  package mutating func writeVarint(_ number: Int, _ value: UInt64) {
    writeTag(number, .varint)
    appendVarint(value)
  }

  package mutating func writeFixed32(_ number: Int, _ value: UInt32) {
    writeTag(number, .fixed32)
    for shift in stride(from: UInt32(0), to: 32, by: 8) { append(UInt8(truncatingIfNeeded: value >> shift)) }
  }

  package mutating func writeString(_ number: Int, _ value: String) {
    writeTag(number, .bytes)
    let text = Array(value.utf8)
    appendVarint(UInt64(text.count))
    append(text)
  }

  package mutating func writeArray(_ number: Int, _ value: [UInt8]) {
    writeTag(number, .bytes)
    appendVarint(UInt64(value.count))
    append(value)
  }

  /// Not copied when it is large.
  package mutating func writeBytes(_ number: Int, _ value: Bytes) {
    writeTag(number, .bytes)
    appendVarint(UInt64(value.count))
    append(value)
  }

  package mutating func writeMessage(_ number: Int, _ message: WireWriter) {
    writeTag(number, .bytes)
    appendVarint(UInt64(message.byteCount))
    for piece in message.pieces { append(piece) }
  }

  /// Bytes that already are whole fields: what a reader did not know and must hand on.
  package mutating func writeRaw(_ fields: Bytes) { append(fields) }

  /// A varint without a tag, for packed fields.
  package mutating func appendVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(rest))
  }

  private mutating func writeTag(_ number: Int, _ type: WireType) {
    appendVarint(UInt64(number) << 3 | UInt64(type.rawValue))
  }

  private mutating func append(_ byte: UInt8) {
    tail.append(byte)
    byteCount += 1
  }

  private mutating func append(_ bytes: [UInt8]) {
    tail += bytes
    byteCount += bytes.count
  }

  private mutating func append(_ bytes: Bytes) {
    guard bytes.count > 4096 else { return append(bytes.array) }
    if !tail.isEmpty { finished.append(Bytes(tail)) }
    tail = []
    finished.append(bytes)
    byteCount += bytes.count
  }
}
