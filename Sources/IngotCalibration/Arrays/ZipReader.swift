// The records of a ZIP file, read with every offset checked.

internal import IngotCore

/// Records of a ZIP file by their offsets.
struct ZipReader {
  struct EndOfDirectory {
    var memberCount: Int
    var offset: Int
    var byteCount: Int
  }

  private let bytes: Bytes

  init(_ bytes: Bytes) { self.bytes = bytes }

  private static let endSignature: UInt32 = 0x0605_4b50
  private static let end64Signature: UInt32 = 0x0606_4b50
  private static let locator64Signature: UInt32 = 0x0706_4b50
  private static let memberSignature: UInt32 = 0x0201_4b50
  private static let localSignature: UInt32 = 0x0403_4b50

  /// The record at the end of the file, behind which stands a comment of at most 65535 bytes.
  func endOfDirectory() throws(ArrayProblem) -> EndOfDirectory {
    let notZip = ArrayProblem("this is no .npz file, or it is cut off: it has no ZIP directory at its end")
    guard bytes.count >= 22 else { throw notZip }
    var offset = bytes.count - 22
    let first = max(0, offset - 65535)
    while uint32(offset) != Self.endSignature || Int(uint16(offset + 20)) != bytes.count - offset - 22 {
      guard offset > first else { throw notZip }
      offset -= 1
    }
    var end = EndOfDirectory(
      memberCount: Int(uint16(offset + 10)), offset: Int(uint32(offset + 16)), byteCount: Int(uint32(offset + 12)))
    var directoryLimit = offset
    if end.memberCount == 0xffff || end.offset == 0xffff_ffff || end.byteCount == 0xffff_ffff {
      (end, directoryLimit) = try endOfDirectory64(before: offset)
    } else if uint16(offset + 4) != 0 || uint16(offset + 6) != 0 {
      throw ArrayProblem("the archive is one part of several")
    }
    guard end.byteCount <= directoryLimit, end.offset <= directoryLimit - end.byteCount else {
      throw ArrayProblem("the archive's directory claims to lie past the archive's end")
    }
    return end
  }

  private func endOfDirectory64(before offset: Int) throws(ArrayProblem) -> (EndOfDirectory, limit: Int) {
    guard offset >= 20, uint32(offset - 20) == Self.locator64Signature, let position = size(uint64(offset - 12)),
      position <= offset - 20 - 56, uint32(position) == Self.end64Signature, let count = size(uint64(position + 32)),
      let byteCount = size(uint64(position + 40)), let start = size(uint64(position + 48))
    else { throw ArrayProblem("the archive's ZIP64 directory is broken") }
    return (EndOfDirectory(memberCount: count, offset: start, byteCount: byteCount), position)
  }

  /// - Returns: the member, and where the next one's entry starts.
  func member(at offset: Int, number: Int, directoryEnd: Int) throws(ArrayProblem) -> (ZipArchive.Member, next: Int) {
    let broken = ArrayProblem("the archive's directory is broken at byte \(offset), entry \(number)")
    guard offset <= directoryEnd - 46, uint32(offset) == Self.memberSignature else { throw broken }
    let (nameCount, extraCount) = (Int(uint16(offset + 28)), Int(uint16(offset + 30)))
    let next = offset + 46 + nameCount + extraCount + Int(uint16(offset + 32))
    guard next <= directoryEnd else { throw broken }
    let name = String(decoding: bytes[offset + 46..<offset + 46 + nameCount].array, as: UTF8.self)
    guard uint16(offset + 8) & 1 == 0 else { throw ArrayProblem("the member '\(shown(name))' is encrypted") }
    let method: ZipArchive.Member.Method
    switch uint16(offset + 10) {
    case 0: method = .stored
    case 8: method = .deflated
    case let other:
      throw ArrayProblem(
        "the member '\(shown(name))' is compressed with method \(other)",
        hint: "save it with np.savez or np.savez_compressed")
    }
    var sizes = [UInt64(uint32(offset + 24)), UInt64(uint32(offset + 20)), UInt64(uint32(offset + 42))]
    try expand(&sizes, from: offset + 46 + nameCount..<offset + 46 + nameCount + extraCount, broken)
    guard let byteCount = size(sizes[0]), let compressed = size(sizes[1]), let header = size(sizes[2]) else {
      throw broken
    }
    let member = ZipArchive.Member(
      name: name, method: method, checksum: uint32(offset + 16), compressedByteCount: compressed, byteCount: byteCount,
      headerOffset: header)
    return (member, next)
  }

  /// Replaces the fields that are full by those of the ZIP64 extra field (id 1), which stand there in the same order.
  private func expand(_ sizes: inout [UInt64], from extra: Range<Int>, _ broken: ArrayProblem) throws(ArrayProblem) {
    guard sizes.contains(0xffff_ffff) else { return }
    var offset = extra.lowerBound
    while offset + 4 <= extra.upperBound {
      let end = offset + 4 + Int(uint16(offset + 2))
      guard end <= extra.upperBound else { throw broken }
      if uint16(offset) == 1 {
        var field = offset + 4
        for index in sizes.indices where sizes[index] == 0xffff_ffff {
          guard field + 8 <= end else { throw broken }
          sizes[index] = uint64(field)
          field += 8
        }
        return
      }
      offset = end
    }
    // A member of exactly 4 GiB - 1 needs no extra field; the sizes are checked against the file anyway.
  }

  /// Where a member's data starts, by its own header, which must bear the same name.
  func dataOffset(of member: ZipArchive.Member) throws(ArrayProblem) -> Int {
    let offset = member.headerOffset
    guard offset <= bytes.count - 30, uint32(offset) == Self.localSignature else {
      throw ArrayProblem("the member '\(shown(member.name))' has no header at byte \(offset)")
    }
    let nameCount = Int(uint16(offset + 26))
    let start = offset + 30 + nameCount + Int(uint16(offset + 28))
    guard start <= bytes.count,
      String(decoding: bytes[offset + 30..<offset + 30 + nameCount].array, as: UTF8.self) == member.name
    else {
      throw ArrayProblem("the member '\(shown(member.name))' has another name in its own header, at byte \(offset)")
    }
    return start
  }

  /// Sizes and offsets that a file can have.
  private func size(_ value: UInt64) -> Int? { value < 1 << 62 ? Int(value) : nil }

  private func uint16(_ offset: Int) -> UInt16 {
    bytes.withSpan { unsafe $0.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self) }
  }
  private func uint32(_ offset: Int) -> UInt32 {
    bytes.withSpan { unsafe $0.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self) }
  }
  private func uint64(_ offset: Int) -> UInt64 {
    bytes.withSpan { unsafe $0.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self) }
  }
}
