// Other programs: started with posix_spawn, their output read as text.

internal import CSystem
internal import Glibc

/// What a finished program left.
package struct SubprocessResult: Sendable {
  /// Exit status; 128 + the signal's number where a signal ended it.
  package var status: Int32
  /// Standard output and standard error, interleaved.
  package var output: String
}

/// Runs a program and waits for it. Blocking: not for Swift's own threads.
/// - Parameter arguments: the program (searched in PATH) and its arguments.
/// - Parameter onLine: called with each line as it arrives.
package func runSubprocess(
  _ arguments: [String], in directory: String? = nil, onLine: (String) -> Void = { _ in }
) throws(SystemError) -> SubprocessResult {
  var ends: [Int32] = [0, 0]
  guard unsafe pipe(&ends) == 0 else { throw SystemError("pipe", path: arguments[0], code: errno) }
  _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
  _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
  var pid: Int32 = 0
  let code = unsafe withCStrings(arguments) { pointers in unsafe ingot_spawn(pointers, directory, ends[1], ends[1], &pid) }
  close(ends[1])
  guard code == 0 else {
    close(ends[0])
    throw SystemError("start", path: arguments[0], code: code)
  }
  var output: [UInt8] = []
  var lineStart = 0
  var buffer = [UInt8](repeating: 0, count: 4096)
  while true {
    let count = unsafe read(ends[0], &buffer, buffer.count)
    if count < 0 && errno == EINTR { continue }
    if count <= 0 { break }
    output += buffer[..<count]
    while let end = output[lineStart...].firstIndex(of: UInt8(ascii: "\n")) {
      onLine(String(decoding: output[lineStart..<end], as: UTF8.self))
      lineStart = end + 1
    }
  }
  close(ends[0])
  let status = ingot_wait(pid)
  guard status >= 0 else { throw SystemError("wait", path: arguments[0], code: -status) }
  return SubprocessResult(status: status, output: String(decoding: output, as: UTF8.self))
}

private func withCStrings<R>(_ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> R) -> R {
  let copies = unsafe strings.map { unsafe strdup($0) }
  defer { for unsafe copy in unsafe copies { unsafe free(copy) } }
  let pointers: [UnsafePointer<CChar>?] = unsafe copies.map { unsafe UnsafePointer($0) } + [nil]
  return unsafe pointers.withUnsafeBufferPointer { buffer in
    guard let base = buffer.baseAddress else { preconditionFailure("an array with a null in it has an address") }
    return unsafe body(base)
  }
}
