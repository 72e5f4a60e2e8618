// Files and folders: small reads, and writes that a power cut cannot leave half done.

internal import CSystem
internal import Glibc

/// Operations on paths.
package enum FileSystem {
  /// The whole file.
  /// - Parameter limit: more bytes than this are refused with EFBIG: nothing from outside decides how much memory is taken.
  package static func read(_ path: String, limit: Int = 64 << 20) throws(SystemError) -> [UInt8] {
    let descriptor = try openFile(path, O_RDONLY | O_CLOEXEC)
    defer { close(descriptor) }
    var status = ingot_file_status()
    let code = unsafe ingot_fstat(descriptor, &status)
    guard code == 0 else { throw SystemError("fstat", path: path, code: code) }
    guard status.mode & 0o170000 != 0o040000 else { throw SystemError("read", path: path, code: EISDIR) }
    guard status.byte_count <= UInt64(limit) else { throw SystemError("read", path: path, code: EFBIG) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(status.byte_count) + 1)
    var buffer = [UInt8](repeating: 0, count: min(max(Int(status.byte_count) + 1, 512), 1 << 20))
    while bytes.count <= limit {
      let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw SystemError("read", path: path, code: errno) }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
    }
    throw SystemError("read", path: path, code: EFBIG)
  }

  /// Replaces a file in one step: after a crash it holds either the old bytes or the new ones.
  /// - Parameter isDurable: false leaves out fsync, for files that a crash may lose whole.
  package static func writeAtomically(
    _ pieces: [Bytes], to path: String, mode: UInt32 = 0o644, isDurable: Bool = true
  ) throws(SystemError) {
    try writeAtomically(to: path, mode: mode, isDurable: isDurable) { (descriptor, temporary) throws(SystemError) in
      reserve(pieces.reduce(0) { $0 + $1.count }, in: descriptor)
      try write(pieces, to: descriptor, path: temporary)
    }
  }

  /// Memory that a C library owns, without a copy.
  package static func writeAtomically(_ span: RawSpan, to path: String) throws(SystemError) {
    try writeAtomically(to: path, mode: 0o644, isDurable: true) { (descriptor, temporary) throws(SystemError) in
      try write(span, to: descriptor, path: temporary)
    }
  }

  private static func writeAtomically(
    to path: String, mode: UInt32, isDurable: Bool, _ body: (Int32, String) throws(SystemError) -> Void
  ) throws(SystemError) {
    let temporary = "\(path).\(uniqueSuffix()).tmp"
    let descriptor = try openFile(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    do throws(SystemError) {
      defer { close(descriptor) }
      try body(descriptor, temporary)
      if isDurable && fsync(descriptor) != 0 { throw SystemError("fsync", path: temporary, code: errno) }
    } catch {
      unsafe unlink(temporary)
      throw error
    }
    do throws(SystemError) {
      try rename(temporary, to: path)
    } catch {
      unsafe unlink(temporary)
      throw error
    }
    if isDurable { try synchronizeDirectory(parent(of: path)) }
  }

  package static func writeAtomically(_ text: String, to path: String) throws(SystemError) {
    try writeAtomically([Bytes(Array(text.utf8))], to: path)
  }

  package static func rename(_ path: String, to target: String) throws(SystemError) {
    guard unsafe Glibc.rename(path, target) == 0 else { throw SystemError("rename", path: target, code: errno) }
  }

  /// Makes renames in a folder survive a power cut.
  package static func synchronizeDirectory(_ path: String) throws(SystemError) {
    let descriptor = try openFile(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { close(descriptor) }
    // Some network file systems refuse to sync a folder; their renames are durable by themselves.
    if fsync(descriptor) != 0 && errno != EINVAL { throw SystemError("fsync", path: path, code: errno) }
  }

  /// Appends in one write call, so that lines of several processes do not mix.
  package static func append(_ text: String, to path: String) throws(SystemError) {
    let descriptor = try openFile(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    defer { close(descriptor) }
    try unsafe write(Array(text.utf8).span.bytes, to: descriptor, path: path)
    if fsync(descriptor) != 0 { throw SystemError("fsync", path: path, code: errno) }
  }

  /// Adds bytes at the end of a file of this process alone; makes it where it is missing. Neither atomic nor durable.
  package static func extend(_ path: String, with bytes: Bytes) throws(SystemError) {
    let descriptor = try openFile(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    defer { close(descriptor) }
    try bytes.withSpan { (span) throws(SystemError) in try write(span, to: descriptor, path: path) }
  }

  /// With all folders above it; no error where it is there.
  package static func makeDirectory(_ path: String) throws(SystemError) {
    if unsafe mkdir(path, 0o755) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, parent(of: path) != path else { throw SystemError("mkdir", path: path, code: errno) }
    try makeDirectory(parent(of: path))
    guard unsafe mkdir(path, 0o755) == 0 || errno == EEXIST else { throw SystemError("mkdir", path: path, code: errno) }
  }

  /// The names in a folder, sorted, without `.` and `..`.
  package static func names(in path: String) throws(SystemError) -> [String] {
    guard let directory = unsafe opendir(path) else { throw SystemError("opendir", path: path, code: errno) }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// A file, a link, or a folder with all that is in it; no error where it is not there.
  package static func remove(_ path: String) throws(SystemError) {
    if unsafe unlink(path) == 0 || errno == ENOENT { return }
    guard errno == EISDIR || errno == EPERM else { throw SystemError("unlink", path: path, code: errno) }
    for name in try names(in: path) { try remove("\(path)/\(name)") }
    guard unsafe rmdir(path) == 0 || errno == ENOENT else { throw SystemError("rmdir", path: path, code: errno) }
  }

  /// Gives a file's bytes a second name without copying where the file system can: a reflink, else a hard link, else a copy.
  /// The target must not exist.
  /// - Parameter allowsHardLink: false where somebody may write into the target, which would change the source too.
  package static func duplicate(_ path: String, to target: String, allowsHardLink: Bool) throws(SystemError) {
    let source = try openFile(path, O_RDONLY | O_CLOEXEC)
    defer { close(source) }
    if allowsHardLink, unsafe link(path, target) == 0 { return }
    if allowsHardLink && errno == EEXIST { throw SystemError("link", path: target, code: EEXIST) }
    let destination = try openFile(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    defer { close(destination) }
    if ingot_reflink(source, destination) == 0 { return }
    do throws(SystemError) {
      try copy(source, path, to: destination, target)
    } catch {
      unsafe unlink(target)
      throw error
    }
  }

  /// Swaps two files or folders in one step; both must exist, in one file system.
  package static func exchange(_ path: String, with other: String) throws(SystemError) {
    let code = unsafe ingot_exchange(path, other)
    guard code == 0 else { throw SystemError("exchange", path: other, code: code) }
  }

  /// The folder part: `a/b` of `a/b/c`, `.` of `c`, `/` of `/c`.
  package static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The part after the last slash.
  package static func name(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }

  /// `child` below `folder`, or `child` itself where it is absolute; `.` and empty parts removed, `..` resolved by name.
  package static func join(_ folder: String, _ child: String) -> String {
    let whole = child.hasPrefix("/") || folder.isEmpty ? child : "\(folder)/\(child)"
    var parts: [Substring] = []
    for part in whole.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." {
        parts.removeLast()
      } else if part != ".." || !whole.hasPrefix("/") {
        parts.append(part)
      }
    }
    let joined = parts.joined(separator: "/")
    return whole.hasPrefix("/") ? "/\(joined)" : joined.isEmpty ? "." : joined
  }

  /// The absolute path with all links resolved.
  package static func realPath(_ path: String) throws(SystemError) -> String {
    guard let resolved = unsafe realpath(path, nil) else { throw SystemError("realpath", path: path, code: errno) }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  /// Digits that no other process or call uses: process id, a counter's value from the clock.
  package static func uniqueSuffix() -> String {
    var now = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &now)
    return "\(getpid())-\(now.tv_sec)\(now.tv_nsec)-\(UInt32.random(in: 0 ... .max))"
  }

  static func openFile(_ path: String, _ flags: Int32, _ mode: UInt32 = 0) throws(SystemError) -> Int32 {
    while true {
      let descriptor = unsafe open(path, flags, mode)
      if descriptor >= 0 { return descriptor }
      if errno != EINTR { throw SystemError("open", path: path, code: errno) }
    }
  }

  // Not through a mapping: a source that somebody cuts short meanwhile must be an error, not SIGBUS.
  private static func copy(
    _ source: Int32, _ path: String, to destination: Int32, _ target: String
  ) throws(SystemError) {
    let byteCount = Int(try FileStatus(ofDescriptor: source, path: path).byteCount)
    let copied = try copyRange(0..<byteCount, of: source, to: destination, target)
    guard lseek(source, copied, SEEK_SET) == copied else { throw SystemError("lseek", path: path, code: errno) }
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = unsafe Glibc.read(source, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw SystemError("read", path: path, code: errno) }
      if count == 0 { return }
      try unsafe write(buffer.span.bytes.extracting(0..<count), to: destination, path: target)
    }
  }

  static func write(_ span: RawSpan, to descriptor: Int32, path: String) throws(SystemError) {
    var offset = 0
    while offset < span.byteCount {
      let rest = span.extracting(offset..<min(span.byteCount, offset + (1 << 30)))
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw SystemError("write", path: path, code: errno) }
      offset += count
    }
  }
}
