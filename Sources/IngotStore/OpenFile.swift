// One open file: the few calls that storing bytes safely takes and FileSystem's whole-file operations do not give.

internal import Glibc
internal import IngotCore

/// An open file; closed with the value.
struct OpenFile: ~Copyable {
  let path: String
  private let descriptor: Int32

  private init(path: String, flags: Int32, mode: UInt32 = 0) throws(SystemError) {
    var descriptor = unsafe open(path, flags | O_CLOEXEC, mode)
    while descriptor < 0 && errno == EINTR { descriptor = unsafe open(path, flags | O_CLOEXEC, mode) }
    guard descriptor >= 0 else { throw SystemError("open", path: path, code: errno) }
    (self.path, self.descriptor) = (path, descriptor)
  }

  deinit { Glibc.close(descriptor) }

  /// A pipe is opened without waiting for its writer; `status` then says that it is no file.
  static func reading(_ path: String, followsLinks: Bool = true) throws(SystemError) -> OpenFile {
    try OpenFile(path: path, flags: O_RDONLY | O_NONBLOCK | (followsLinks ? 0 : O_NOFOLLOW))
  }

  /// A file that must not be there yet.
  static func creating(_ path: String, mode: UInt32 = 0o644) throws(SystemError) -> OpenFile {
    try OpenFile(path: path, flags: O_WRONLY | O_CREAT | O_EXCL, mode: mode)
  }

  static func appending(to path: String) throws(SystemError) -> OpenFile {
    try OpenFile(path: path, flags: O_WRONLY | O_APPEND)
  }

  func status() throws(SystemError) -> FileStatus { try FileStatus(ofDescriptor: descriptor, path: path) }

  /// How many names the file has.
  func linkCount() throws(SystemError) -> Int {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw failure("fstat") }
    return Int(status.st_nlink)
  }

  /// The next bytes, at most as many as the buffer has.
  /// - Returns: how many; 0 at the end.
  func read(into buffer: inout [UInt8]) throws(SystemError) -> Int {
    while true {
      let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
      if count >= 0 { return count }
      if errno != EINTR { throw failure("read") }
    }
  }

  /// The first bytes of a file, fewer where it ends before.
  func bytes(count: Int) throws(SystemError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = try read(into: &bytes)
    while filled > 0 && filled < count {
      var rest = [UInt8](repeating: 0, count: count - filled)
      let more = try read(into: &rest)
      if more == 0 { break }
      bytes.replaceSubrange(filled..<filled + more, with: rest[..<more])
      filled += more
    }
    return Array(bytes[..<filled])
  }

  /// One system call where the system takes all of it at once.
  func write(_ bytes: Bytes) throws(SystemError) {
    try bytes.forEachPiece { (span) throws(SystemError) in
      var offset = 0
      while offset < span.byteCount {
        let rest = span.extracting(offset..<span.byteCount)
        let count = unsafe rest.withUnsafeBytes {
          unsafe Glibc.write(descriptor, $0.baseAddress, min($0.count, 1 << 30))
        }
        if count < 0 && errno == EINTR { continue }
        guard count >= 0 else { throw failure("write") }
        offset += count
      }
    }
  }

  func setMode(_ mode: UInt32) throws(SystemError) {
    guard fchmod(descriptor, mode) == 0 else { throw failure("fchmod") }
  }

  func setModified(_ time: Timestamp) throws(SystemError) {
    let second = 1_000_000_000 as Int64
    let value = timespec(tv_sec: Int(time.nanoseconds / second), tv_nsec: Int(time.nanoseconds % second))
    guard unsafe futimens(descriptor, [value, value]) == 0 else { throw failure("futimens") }
  }

  func synchronize() throws(SystemError) {
    guard fsync(descriptor) == 0 else { throw failure("fsync") }
  }

  /// The digest of what follows in the file, and how many bytes that was.
  func digestOfRest() throws(SystemError) -> (digest: Digest, byteCount: Int) {
    var stream = DigestStream()
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var total = 0
    while true {
      let count = try read(into: &buffer)
      if count == 0 { return (stream.finalize(), total) }
      unsafe stream.update(buffer.span.bytes.extracting(0..<count))
      total += count
    }
  }

  private func failure(_ call: String) -> SystemError { SystemError(call, path: path, code: errno) }
}
