// The file behind FileDigests: appended to, never changed in place, rewritten when more than half of it is outdated.
//
//   `ingot file digests 1\n`, then records, little endian:
//   0   u32  byte count of the record from offset 8 on
//   4   u32  checksum of those bytes
//   8   u32  kind: 1 digest, 2 note
//   12  u32  day of last use, since 1970
//   16  u64  key: FNV-1a of the path, and of the note's name
//   24  u64 byte count, i64 modified, i64 changed, u64 inode, u64 device of the file
//   64  32 bytes of digest, or the note's text
//
// A record that is cut off or damaged ends the log: what follows is dropped and hashed again. Of two records with one
// key the later counts. A key need not be strong: the inode and the device tell two files apart whose paths collide.
//
// Numbers (release build, 2 cores): 1,000 records load in 0.1 ms, 10,000 in 1.1 ms.

internal import IngotCore

/// The log in memory: its very bytes, and where in them each key's latest record is.
struct FileDigestLog: Sendable {
  /// The log as it is on disk up to `savedByteCount`, then what was added.
  private var bytes: [UInt8]
  private var savedByteCount: Int
  private var offsets: [UInt64: Int] = [:]
  private var recordCount = 0
  /// The file on disk is missing, damaged or of another format.
  private var needsRewrite = false

  private static let header = Array("ingot file digests 1\n".utf8)
  private static let byteLimit = 256 << 20
  private static let daysUntilForgotten = 90 as Int64
  private static let daysUntilRefreshed = 30 as Int64

  init(readingFrom path: String, onNote: (StoreNote) -> Void) {
    bytes = Self.header
    savedByteCount = bytes.count
    do throws(SystemError) {
      let read = try FileSystem.read(path, limit: Self.byteLimit)
      guard read.starts(with: Self.header) else {
        onNote(.droppedFileDigests(path: path, why: "it is not a log that this version of Ingot knows"))
        needsRewrite = true
        return
      }
      bytes = read
      savedByteCount = index(from: Self.header.count)
      guard savedByteCount < bytes.count else { return }
      onNote(.droppedFileDigests(path: path, why: "it is damaged from byte \(savedByteCount) on"))
      bytes.removeLast(bytes.count - savedByteCount)
    } catch {
      if !error.isNotFound { onNote(.droppedFileDigests(path: path, why: error.description)) }
    }
    needsRewrite = true
  }

  var hasPending: Bool { bytes.count > savedByteCount }

  /// The fact with this key, if the file's status is still the one that it was learned with.
  mutating func fact(key: UInt64, status: FileStatus, today: Int64) -> FileFact? {
    guard let offset = offsets[key], let record = FileDigestRecord(bytes, at: offset), record.describes(status) else {
      return nil
    }
    // Written again before it would count as outdated.
    if today - Int64(record.day) > Self.daysUntilRefreshed { add(record.fact, key: key, status: status, today: today) }
    return record.fact
  }

  mutating func add(_ fact: FileFact, key: UInt64, status: FileStatus, today: Int64) {
    offsets[key] = bytes.count
    recordCount += 1
    FileDigestRecord(day: UInt32(clamping: today), key: key, status: status, fact: fact).append(to: &bytes)
  }

  /// Appends what was added in one write, or rewrites the file where that is due.
  mutating func save(to path: String, temporary: TemporaryFiles, today: Int64) throws(SystemError) {
    let lock = try FileLock.wait(for: path + ".lock", .exclusive)
    defer { withExtendedLifetime(lock) {} }
    if needsRewrite || recordCount > 2 * offsets.count + 1000 {
      return try rewrite(path, temporary: temporary, today: today)
    }
    let file = try OpenFile.appending(to: path)
    try file.write(Bytes(Array(bytes[savedByteCount...])))
    savedByteCount = bytes.count
  }

  /// Takes in what other processes added meanwhile and leaves out what nobody used for long.
  private mutating func rewrite(_ path: String, temporary: TemporaryFiles, today: Int64) throws(SystemError) {
    var merged = FileDigestLog(readingFrom: path) { _ in }
    let start = merged.bytes.count
    merged.bytes += bytes[savedByteCount...]
    _ = merged.index(from: start)
    var output = Self.header
    for (_, offset) in merged.offsets.sorted(by: { $0.key < $1.key }) {
      guard let record = FileDigestRecord(merged.bytes, at: offset) else { continue }
      if today - Int64(record.day) <= Self.daysUntilForgotten { record.append(to: &output) }
    }
    let part = try temporary.makePath(suffix: "file-digests")
    try OpenFile.creating(part).write(Bytes(output))
    try FileSystem.rename(part, to: path)
    self = FileDigestLog(readingFrom: path) { _ in }
  }

  /// Finds the records from an offset on.
  /// - Returns: the offset after the last good one.
  private mutating func index(from start: Int) -> Int {
    var offset = start
    offsets.reserveCapacity(offsets.count + (bytes.count - start) / 96)
    while let (key, end) = FileDigestRecord.keyAndEnd(bytes, at: offset) {
      offsets[key] = offset
      recordCount += 1
      offset = end
    }
    return offset
  }
}
