// The directory of a ZIP file (APPNOTE 6.3.10), as .npz files use it: members stored or deflated, ZIP64, no
// encryption, one disk. Only the central directory is believed, and a member's own header must agree with it. It
// reads no member's bytes.

internal import IngotCore

/// The members of a .npz file.
struct ZipArchive {
  struct Member: Hashable {
    enum Method: Hashable { case stored, deflated }
    var name: String
    var method: Method
    var checksum: UInt32
    var compressedByteCount: Int
    var byteCount: Int
    var headerOffset: Int
  }

  let members: [Member]
  private let bytes: Bytes
  /// Where the central directory starts, which is where members must have ended.
  private let directoryOffset: Int

  static let memberLimit = 10_000
  /// Deflate's best: 258 bytes for two bits, and a block header. More is a lie.
  private static let largestDeflateRatio = 1032

  init(_ bytes: Bytes) throws(ArrayProblem) {
    let reader = ZipReader(bytes)
    let end = try reader.endOfDirectory()
    guard end.memberCount <= Self.memberLimit else {
      throw ArrayProblem("the archive claims \(end.memberCount) members; \(Self.memberLimit) is the limit")
    }
    var members: [Member] = []
    var names: Set<String> = []
    var offset = end.offset
    for index in 0..<end.memberCount {
      let (member, next) = try reader.member(at: offset, number: index + 1, directoryEnd: end.offset + end.byteCount)
      guard names.insert(member.name).inserted else {
        throw ArrayProblem("the archive has two members named '\(shown(member.name))'")
      }
      members.append(member)
      offset = next
    }
    (self.members, self.bytes, directoryOffset) = (members, bytes, end.offset)
  }

  /// The array that a key names: numpy adds `.npy` to the names that it is given.
  func member(forKey key: String) throws(ArrayProblem) -> Member {
    if let member = members.first(where: { $0.name == "\(key).npy" }) ?? members.first(where: { $0.name == key }) {
      return member
    }
    let keys = members.prefix(20).map { shown($0.name.hasSuffix(".npy") ? String($0.name.dropLast(4)) : $0.name) }
    throw ArrayProblem(
      "the archive has no array `\(shown(key))`",
      hint: keys.isEmpty
        ? "it is empty" : "it has \(keys.joined(separator: ", "))\(members.count > 20 ? " and more" : "")")
  }

  /// The member's bytes as they stand in the file, compressed where it is.
  func storage(of member: Member) throws(ArrayProblem) -> Bytes {
    let name = shown(member.name)
    let start = try ZipReader(bytes).dataOffset(of: member)
    guard member.compressedByteCount <= directoryOffset, start <= directoryOffset - member.compressedByteCount else {
      throw ArrayProblem("the member '\(name)' claims \(member.compressedByteCount) bytes, past the archive's end")
    }
    if member.method == .stored, member.byteCount != member.compressedByteCount {
      throw ArrayProblem(
        "the member '\(name)' is stored and claims two sizes, \(member.compressedByteCount) and \(member.byteCount)")
    }
    if member.method == .deflated, member.byteCount / Self.largestDeflateRatio > member.compressedByteCount {
      throw ArrayProblem(
        "the member '\(name)' claims to inflate from \(member.compressedByteCount) to \(member.byteCount) bytes, "
          + "which deflate cannot do"
      )
    }
    return bytes[start..<start + member.compressedByteCount]
  }
}
