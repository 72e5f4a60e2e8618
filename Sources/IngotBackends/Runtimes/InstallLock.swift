// One install at a time in a folder. The system releases the lock of a process that dies.

internal import Glibc
internal import IngotCore

struct InstallLock {
  private let descriptor: Int32

  /// Waits for the lock.
  /// - Parameter onWait: called where somebody else has it.
  init(directory: String, onWait: () -> Void) throws(SystemError) {
    let path = "\(directory)/.lock"
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw SystemError("open", path: path, code: errno) }
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      onWait()
      while flock(descriptor, LOCK_EX) != 0 {
        guard errno == EINTR else {
          close(descriptor)
          throw SystemError("flock", path: path, code: errno)
        }
      }
    }
    self.descriptor = descriptor
  }

  func release() { close(descriptor) }
}
