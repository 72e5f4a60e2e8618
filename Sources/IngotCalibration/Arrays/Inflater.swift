// zlib's inflate and CRC-32 as Swift values. The only file that knows zlib's C interface.

internal import CZlib
internal import IngotCore

/// Deflated bytes (RFC 1951, without zlib's or gzip's frame) as a stream that is read from front to back.
@safe struct Inflater: ~Copyable {
  // On the heap, because zlib keeps a pointer back to it.
  private let stream: UnsafeMutablePointer<z_stream>
  private let source: Bytes
  private var consumed = 0
  private var isAtEnd = false
  /// How many bytes were read or skipped.
  private(set) var position = 0

  init(_ source: Bytes) {
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    let code = unsafe inflateInit2_(stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(code == Z_OK, "zlib cannot start: out of memory, or another version than it was built for")
    unsafe self.stream = stream
    self.source = source
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// The next bytes.
  /// - Throws: where the stream is broken or ends before.
  mutating func read(_ count: Int) throws(ArrayProblem) -> [UInt8] {
    var problem: ArrayProblem?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      unsafe buffer.initialize(repeating: 0)
      problem = unsafe fill(UnsafeMutableRawBufferPointer(buffer))
      initialized = count
    }
    if let problem { throw problem }
    return bytes
  }

  /// Reads to the end.
  /// - Returns: the CRC-32 of all bytes that were left.
  /// - Throws: where the stream is broken or does not have exactly so many bytes left.
  mutating func checksumOfRest(byteCount: Int) throws(ArrayProblem) -> UInt32 {
    var checksum = Checksum()
    var rest = byteCount
    while rest > 0 {
      let piece = try read(min(rest, Self.pieceByteCount))
      checksum.update(Bytes(piece))
      rest -= piece.count
    }
    try requireEnd()
    return checksum.value
  }

  mutating func skip(_ count: Int) throws(ArrayProblem) {
    var rest = count
    while rest > 0 {
      let piece = min(rest, Self.pieceByteCount)
      _ = try read(piece)
      rest -= piece
    }
  }

  private static let pieceByteCount = 1 << 18

  private mutating func requireEnd() throws(ArrayProblem) {
    var probe: [UInt8] = [0]
    var produced = 0
    let problem = unsafe probe.withUnsafeMutableBytes { unsafe step($0, &produced) }
    if let problem { throw problem }
    guard produced == 0 else { throw ArrayProblem("the member inflates to more bytes than it claims") }
    guard isAtEnd, consumed == source.count else {
      throw ArrayProblem("the compressed data ends at byte \(consumed) of \(source.count)")
    }
  }

  private mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) -> ArrayProblem? {
    var filled = 0
    while filled < buffer.count {
      var produced = 0
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      if let problem = unsafe step(rest, &produced) { return problem }
      if produced == 0 { return ArrayProblem("the compressed data ends early, after \(position) bytes") }
      filled += produced
    }
    return nil
  }

  /// Inflates into the buffer; produces nothing only at the end of the stream or of the source.
  private mutating func step(_ buffer: UnsafeMutableRawBufferPointer, _ produced: inout Int) -> ArrayProblem? {
    while !isAtEnd {
      let capacity = min(buffer.count, 1 << 30)
      unsafe stream.pointee.next_out = unsafe buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
      unsafe stream.pointee.avail_out = UInt32(capacity)
      let available = min(source.count - consumed, 1 << 30)
      let code = source.withSpan { span in
        unsafe span.withUnsafeBytes { bytes in
          let input = unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress?.advanced(by: consumed))
          unsafe stream.pointee.next_in = unsafe input?.assumingMemoryBound(to: UInt8.self)
          unsafe stream.pointee.avail_in = UInt32(available)
          return unsafe inflate(stream, Z_NO_FLUSH)
        }
      }
      consumed += unsafe available - Int(stream.pointee.avail_in)
      produced = unsafe capacity - Int(stream.pointee.avail_out)
      position += produced
      switch code {
      case Z_STREAM_END: isAtEnd = true
      case Z_OK where produced == 0 && consumed < source.count: continue
      case Z_OK, Z_BUF_ERROR: break
      default: return ArrayProblem("the compressed data is broken at byte \(consumed) of \(source.count)")
      }
      return nil
    }
    return nil
  }
}

/// A running CRC-32, as ZIP has it.
struct Checksum {
  private(set) var value: UInt32 = 0

  mutating func update(_ bytes: Bytes) {
    guard !bytes.isEmpty else { return }
    value = bytes.withSpan { span in
      unsafe span.withUnsafeBytes {
        unsafe UInt32(crc32_z(UInt(value), $0.baseAddress?.assumingMemoryBound(to: UInt8.self), $0.count))
      }
    }
  }
}
