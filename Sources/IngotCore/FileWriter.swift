// A new file written piece by piece, for results that are too large to hold.

internal import Glibc

/// An open file that grows. Not atomic: it belongs into a scratch folder.
package struct FileWriter: ~Copyable {
  private let descriptor: Int32
  package let path: String
  package private(set) var byteCount = 0

  /// - Throws: where a file of this name is there already.
  package init(path: String) throws(SystemError) {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw SystemError("open", path: path, code: errno) }
    self.descriptor = descriptor
    self.path = path
  }

  deinit { close(descriptor) }

  package mutating func write(_ bytes: Bytes) throws(SystemError) {
    let (descriptor, path) = (descriptor, path)
    try bytes.withSpan { (span) throws(SystemError) in try FileSystem.write(span, to: descriptor, path: path) }
    byteCount += bytes.count
  }
}
