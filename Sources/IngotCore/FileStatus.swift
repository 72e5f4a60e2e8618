// What stat(2) says about a file: enough to know whether its bytes may have changed since they were last read.

internal import CSystem

/// The identity and times of a file; two equal values mean that the bytes are the same ones.
package struct FileStatus: Hashable, Sendable {
  package var byteCount: UInt64
  package var inode: UInt64
  package var device: UInt64
  /// Nanoseconds since 1970.
  package var modified: Int64
  /// Nanoseconds since 1970; unlike `modified` no program can set it.
  package var changed: Int64
  package var isDirectory: Bool
  package var isRegularFile: Bool
  package var isSymbolicLink: Bool

  /// - Parameter followsLinks: false describes a symbolic link itself.
  package init(ofFileAt path: String, followsLinks: Bool = true) throws(SystemError) {
    var status = ingot_file_status()
    let code = unsafe followsLinks ? ingot_stat(path, &status) : ingot_lstat(path, &status)
    guard code == 0 else { throw SystemError("stat", path: path, code: code) }
    self.init(status)
  }

  /// - Parameter descriptor: an open file's; `path` only names it in an error.
  package init(ofDescriptor descriptor: Int32, path: String) throws(SystemError) {
    var status = ingot_file_status()
    let code = unsafe ingot_fstat(descriptor, &status)
    guard code == 0 else { throw SystemError("fstat", path: path, code: code) }
    self.init(status)
  }

  init(_ status: ingot_file_status) {
    byteCount = status.byte_count
    inode = status.inode
    device = status.device
    modified = status.modified_ns
    changed = status.changed_ns
    isDirectory = status.mode & 0o170000 == 0o040000
    isRegularFile = status.mode & 0o170000 == 0o100000
    isSymbolicLink = status.mode & 0o170000 == 0o120000
  }
}
