// What files hashed to, so that a build in which nothing changed reads no weights. A file is taken to hold the same
// bytes as before when path, size, modification time, change time, inode and device are all the same.
//
// The one gap in that: a file that is written twice within one tick of the file system's clock looks the same after
// both. So bytes count as known only if reading began more than a tick after the last change. Linux file systems tick
// every 1 to 10 ms: a younger file is waited for, 20 ms at most, once. Where change times are whole milliseconds
// (FAT, old network servers) a tick may be two seconds, which is too long to wait: such a file is hashed, and hashed
// again the next time.

internal import Glibc
package import IngotCore
internal import Synchronization

/// Digests of files and small facts about them, remembered between runs.
package final class FileDigests: Sendable {
  struct State {
    var log: FileDigestLog?
    var hashedByteCount = 0
  }

  private let logPath: String
  private let temporary: TemporaryFiles
  private let clock: WallClock
  private let onNote: @Sendable (StoreNote) -> Void
  private let state = Mutex(State())
  /// So that checkouts with the same relative paths do not push each other's files out.
  private let workingDirectory: String

  init(
    logPath: String, temporary: TemporaryFiles, clock: @escaping WallClock,
    onNote: @escaping @Sendable (StoreNote) -> Void
  ) {
    (self.logPath, self.temporary, self.clock, self.onNote) = (logPath, temporary, clock, onNote)
    workingDirectory = (try? FileSystem.realPath(".")) ?? ""
  }

  private func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : "\(workingDirectory)/\(path)" }

  /// Bytes that were read to hash them since this value was made.
  package var hashedByteCount: Int { state.withLock { $0.hashedByteCount } }

  /// The digest of a file, which is read only if it is new or changed. Blocks while it is read.
  package func digest(ofFileAt path: String) throws(StoreError) -> Digest {
    let status = try store { () throws(SystemError) in try FileStatus(ofFileAt: path) }
    guard status.isRegularFile else { throw StoreError(.notARegularFile(path)) }
    if let known = recall(path: path, status: status) { return known }
    waitUntilSettled(status)
    for _ in 0..<3 {
      let began = clock()
      let read = try store { () throws(SystemError) in try hash(path) }
      guard let read else { continue }
      remember(read.digest, path: path, status: read.status, readAt: began)
      if Int(read.status.byteCount) >= Self.byteCountWorthSaving { flush() }
      return read.digest
    }
    throw StoreError(.changing(path))
  }

  /// A fact about a file that is dear to find out, such as the version of a library: computed once for each version
  /// of the file.
  /// - Parameter name: what the fact is; it belongs to what is remembered, so it changes when its meaning does.
  package func note<E: Error>(_ name: String, forFileAt path: String, compute: () throws(E) -> String) throws(E)
    -> String
  {
    let key = FileDigestRecord.key(path: absolute(path), note: name)
    let status = try? FileStatus(ofFileAt: path)
    if let status, case .note(let text)? = recallFact(key: key, status: status) { return text }
    if let status { waitUntilSettled(status) }
    let began = clock()
    let text = try compute()
    if let status, status == (try? FileStatus(ofFileAt: path)), text.utf8.count <= FileDigestRecord.noteLimit {
      rememberFact(.note(text), key: key, status: status, readAt: began)
    }
    return text
  }

  /// Remembers a digest that the caller knows because it wrote or read the file.
  /// - Parameter status: of the file when its bytes were the digest's.
  /// - Parameter readAt: when reading began; for a file that only the caller could write, when it was complete.
  package func remember(_ digest: Digest, path: String, status: FileStatus, readAt: Timestamp) {
    rememberFact(.digest(digest), key: FileDigestRecord.key(path: absolute(path)), status: status, readAt: readAt)
  }

  /// The digest of a file with this status, if it is known.
  package func recall(path: String, status: FileStatus) -> Digest? {
    guard case .digest(let digest)? = recallFact(key: FileDigestRecord.key(path: absolute(path)), status: status) else {
      return nil
    }
    return digest
  }

  /// Writes down what was learned since the last time: in one write, and only if there is something.
  package func flush() {
    state.withLock { state in
      guard state.log?.hasPending == true else { return }
      do throws(SystemError) {
        try state.log?.save(to: logPath, temporary: temporary, today: clock().day)
      } catch {
        onNote(.skipped("file digests were not saved, so files are hashed again: \(error)"))
      }
    }
  }

  func countHashed(_ byteCount: Int) { state.withLock { $0.hashedByteCount += byteCount } }

  /// Sleeps until a change of the file would be seen in its status, where that is soon.
  package func waitUntilSettled(_ status: FileStatus) {
    guard let rest = Self.nanosecondsUntilSettled(status, now: clock()), rest > 0, rest <= Self.tick else { return }
    usleep(UInt32(rest / 1000 + 1))
  }

  private static let byteCountWorthSaving = 64 << 20
  private static let tick = 20_000_000 as Int64
  private static let longTick = 2_000_000_000 as Int64

  /// Nil where the file's time is in the future: then nothing can be said about it.
  private static func nanosecondsUntilSettled(_ status: FileStatus, now: Timestamp) -> Int64? {
    let (age, overflow) = now.nanoseconds.subtractingReportingOverflow(status.changed)
    guard !overflow, age >= 0 else { return nil }
    return max(0, (status.changed % 1_000_000 == 0 ? longTick : tick) - age)
  }

  private func recallFact(key: UInt64, status: FileStatus) -> FileFact? {
    let today = clock().day
    return state.withLock { state in
      withLog(&state) { $0.fact(key: key, status: status, today: today) }
    }
  }

  private func rememberFact(_ fact: FileFact, key: UInt64, status: FileStatus, readAt: Timestamp) {
    guard Self.nanosecondsUntilSettled(status, now: readAt) == 0 else { return }
    let today = clock().day
    state.withLock { state in
      withLog(&state) { $0.add(fact, key: key, status: status, today: today) }
    }
  }

  /// The log is read when it is first asked.
  private func withLog<R>(_ state: inout State, _ body: (inout FileDigestLog) -> R) -> R {
    var log = state.log.take() ?? FileDigestLog(readingFrom: logPath, onNote: onNote)
    defer { state.log = log }
    return body(&log)
  }

  /// Nil where the file changed while it was read.
  private func hash(_ path: String) throws(SystemError) -> (digest: Digest, status: FileStatus)? {
    let file = try OpenFile.reading(path)
    let before = try file.status()
    let (digest, byteCount) = try file.digestOfRest()
    countHashed(byteCount)
    return try file.status() == before && UInt64(byteCount) == before.byteCount ? (digest, before) : nil
  }
}
