// Failures of the operating system: the call, the path and the system's own words.

internal import CSystem
internal import Glibc

/// A system call failed on a path.
package struct SystemError: ReportableError, Hashable {
  package var call: String
  package var path: String
  package var code: Int32

  package init(_ call: String, path: String, code: Int32) { (self.call, self.path, self.code) = (call, path, code) }

  package var isNotFound: Bool { code == ENOENT || code == ENOTDIR }
  package var isOutOfMemory: Bool { code == ENOMEM }
  package var kind: FailureKind { .step }
  package var description: String {
    "\(path): \(call) failed: \(unsafe withUnsafeTemporaryText { unsafe ingot_error_text(code, $0, $1) })\(advice)"
  }

  private var advice: String {
    switch code {
    case ENOSPC, EDQUOT: "; free space there, or name another place with INGOT_HOME"
    case ENOMEM: "; raise the process's limit of memory (ulimit -v), or free some"
    case EACCES, EPERM, EROFS: "; check the permissions of the file and its folder"
    default: ""
    }
  }
}

/// A C string that a function writes into a buffer of 512 bytes.
func withUnsafeTemporaryText(_ write: (UnsafeMutablePointer<CChar>, Int) -> Void) -> String {
  unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
    guard let base = buffer.baseAddress else { return "" }
    unsafe base.initialize(repeating: 0, count: buffer.count)
    unsafe write(base, buffer.count)
    return unsafe String(cString: base)
  }
}
