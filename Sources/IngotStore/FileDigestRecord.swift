// One record of the file-digest log (FileDigestLog.swift has the layout). Its bytes may come from a torn or foreign
// file.

internal import IngotCore

/// What is remembered about a file.
enum FileFact: Hashable, Sendable {
  case digest(Digest)
  case note(String)
}

struct FileDigestRecord: Hashable, Sendable {
  let day: UInt32
  let key: UInt64
  private let status: [UInt64]
  let fact: FileFact

  static let noteLimit = 4096
  private static let prefixByteCount = 8
  private static let headByteCount = 64

  init(day: UInt32, key: UInt64, status: FileStatus, fact: FileFact) {
    (self.day, self.key, self.status, self.fact) = (day, key, Self.words(of: status), fact)
  }

  /// A record that `keyAndEnd` found good; nil for a kind that is not known.
  init?(_ bytes: [UInt8], at offset: Int) {
    let end = offset + Self.prefixByteCount + Int(Self.load(bytes, offset, as: UInt32.self))
    let value = bytes[offset + Self.headByteCount..<end]
    switch Self.load(bytes, offset + 8, as: UInt32.self) {
    case 1 where value.count == Digest.byteCount: fact = .digest(Digest(rawBytes: value))
    case 2:
      guard let text = String(validating: value, as: UTF8.self) else { return nil }
      fact = .note(text)
    default: return nil
    }
    day = Self.load(bytes, offset + 12, as: UInt32.self)
    key = Self.load(bytes, offset + 16, as: UInt64.self)
    status = (0..<5).map { Self.load(bytes, offset + 24 + 8 * $0, as: UInt64.self) }
  }

  func describes(_ status: FileStatus) -> Bool { self.status == Self.words(of: status) }

  func append(to bytes: inout [UInt8]) {
    let value =
      switch fact {
      case .digest(let digest): digest.rawBytes
      case .note(let text): Array(text.utf8)
      }
    let kind: UInt32 = if case .digest = fact { 1 } else { 2 }
    let start = bytes.count
    bytes += littleEndianBytes(of: [UInt32(Self.headByteCount - Self.prefixByteCount + value.count), 0, kind, day])
    bytes += littleEndianBytes(of: [key] + status)
    bytes += value
    let sum = Self.checksum(bytes, start + Self.prefixByteCount..<bytes.count)
    bytes.replaceSubrange(start + 4..<start + 8, with: littleEndianBytes(of: [sum]))
  }

  /// The key of the record at an offset and where the record ends; nil where no whole, undamaged record is.
  static func keyAndEnd(_ bytes: [UInt8], at offset: Int) -> (key: UInt64, end: Int)? {
    guard bytes.count - offset >= headByteCount else { return nil }
    let count = Int(load(bytes, offset, as: UInt32.self))
    guard count >= headByteCount - prefixByteCount, count <= headByteCount + noteLimit else { return nil }
    let end = offset + prefixByteCount + count
    guard end <= bytes.count,
      checksum(bytes, offset + prefixByteCount..<end) == load(bytes, offset + 4, as: UInt32.self)
    else {
      return nil
    }
    return (load(bytes, offset + 16, as: UInt64.self), end)
  }

  /// FNV-1a of a path and of a note's name.
  static func key(path: String, note: String = "") -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in path.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    hash = (hash ^ 0x1ff) &* 0x100_0000_01b3
    for byte in note.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash
  }

  private static func words(of status: FileStatus) -> [UInt64] {
    [
      status.byteCount, UInt64(bitPattern: status.modified), UInt64(bitPattern: status.changed), status.inode,
      status.device,
    ]
  }

  /// Eight bytes at a time; strong enough to tell a torn write, and not meant against an attacker.
  private static func checksum(_ bytes: [UInt8], _ range: Range<Int>) -> UInt32 {
    var hash: UInt64 = 0x9e37_79b9_7f4a_7c15
    var offset = range.lowerBound
    while offset + 8 <= range.upperBound {
      hash = (hash ^ load(bytes, offset, as: UInt64.self)) &* 0xff51_afd7_ed55_8ccd
      hash ^= hash >> 32
      offset += 8
    }
    while offset < range.upperBound {
      hash = (hash ^ UInt64(bytes[offset])) &* 0xff51_afd7_ed55_8ccd
      hash ^= hash >> 32
      offset += 1
    }
    return UInt32(truncatingIfNeeded: hash)
  }

  /// Checked against the end of the bytes.
  private static func load<T: FixedWidthInteger & BitwiseCopyable>(_ bytes: [UInt8], _ offset: Int, as: T.Type) -> T {
    T(littleEndian: unsafe bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: T.self))
  }
}
