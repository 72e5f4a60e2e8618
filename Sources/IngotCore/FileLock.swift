// Locks between processes: flock(2) on a file. The system releases one when its holder ends, however it ends, so a
// lock never has to be judged by a process id that may belong to somebody else by now.

internal import Glibc

/// A lock that is held until the value goes away. Two values for one file exclude each other even in one process.
package final class FileLock: Sendable {
  package enum Mode: Sendable { case shared, exclusive }

  private let descriptor: Int32

  private init(descriptor: Int32) { self.descriptor = descriptor }
  deinit { close(descriptor) }

  /// Waits until the lock is free. The file is made where it is missing.
  package static func wait(for path: String, _ mode: Mode) throws(SystemError) -> FileLock {
    let lock = FileLock(descriptor: try openForLocking(path))
    guard lock.take(mode, waits: true) else { throw SystemError("flock", path: path, code: errno) }
    return lock
  }

  /// Nil where somebody else holds it.
  package static func ifFree(_ path: String, _ mode: Mode) throws(SystemError) -> FileLock? {
    let lock = FileLock(descriptor: try openForLocking(path))
    if lock.take(mode, waits: false) { return lock }
    guard errno == EWOULDBLOCK else { throw SystemError("flock", path: path, code: errno) }
    return nil
  }

  /// A lock on a folder itself, which leaves no file in it; nil where the file system has no locks for folders.
  package static func wait(forFolder path: String) throws(SystemError) -> FileLock? {
    let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open", path: path, code: errno) }
    let lock = FileLock(descriptor: descriptor)
    return lock.take(.exclusive, waits: true) ? lock : nil
  }

  /// Changes from shared to exclusive or back, if that needs no waiting. While it changes, nothing is held.
  /// - Returns: false where somebody else holds it; then it is held as `.shared` again.
  package func change(to mode: Mode) -> Bool {
    if take(mode, waits: false) { return true }
    _ = take(.shared, waits: true)
    return false
  }

  private func take(_ mode: Mode, waits: Bool) -> Bool {
    let operation = (mode == .shared ? LOCK_SH : LOCK_EX) | (waits ? 0 : LOCK_NB)
    while flock(descriptor, operation) != 0 {
      if errno != EINTR { return false }
    }
    return true
  }

  private static func openForLocking(_ path: String) throws(SystemError) -> Int32 {
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw SystemError("open", path: path, code: errno) }
    return descriptor
  }
}
