// A file mapped into memory for reading. Bytes come from the disk as they are touched; nothing is copied.

internal import CSystem
internal import Glibc

/// A whole file, read-only, in memory. The mapping lives as long as the value that holds it.
///
/// A file that another process cuts short while it is mapped ends this process with SIGBUS; `status` lets a reader
/// check before and after that the file is still the one that was opened.
@safe package final class MappedFile: Sendable {
  package let path: String
  package let status: FileStatus
  package let byteCount: Int
  // Read-only memory that nobody unmaps before deinit.
  nonisolated(unsafe) private let base: UnsafeRawPointer?

  package init(path: String) throws(SystemError) {
    // Without O_NONBLOCK a path that names a pipe would wait for a writer instead of being refused.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw SystemError("open", path: path, code: errno) }
    defer { close(descriptor) }
    var status = ingot_file_status()
    let code = unsafe ingot_fstat(descriptor, &status)
    guard code == 0 else { throw SystemError("fstat", path: path, code: code) }
    self.status = FileStatus(status)
    guard self.status.isRegularFile else {
      throw SystemError("open", path: path, code: self.status.isDirectory ? EISDIR : EINVAL)
    }
    self.path = path
    byteCount = Int(status.byte_count)
    if byteCount == 0 {
      unsafe base = nil
      return
    }
    let address = unsafe mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else {
      throw SystemError("mmap", path: path, code: errno)
    }
    unsafe base = UnsafeRawPointer(address)
  }

  deinit {
    if let base = unsafe base { unsafe munmap(UnsafeMutableRawPointer(mutating: base), byteCount) }
  }

  /// Gives the memory of what was read back to the system; what is touched again is read again.
  package func releasePages() {
    guard let base = unsafe base else { return }
    _ = unsafe madvise(UnsafeMutableRawPointer(mutating: base), byteCount, MADV_DONTNEED)
  }

  package func withSpan<R: ~Copyable, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
    let span = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(start: base, count: byteCount))
    return try body(span)
  }
}
