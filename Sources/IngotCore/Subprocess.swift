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
  var (readEnd, writeEnd): (Int32, Int32) = (0, 0)
  let failure = unsafe ingot_pipe(&readEnd, &writeEnd)
  guard failure == 0 else { throw SystemError("pipe", path: arguments[0], code: failure) }
  var pid: Int32 = 0
  let code = unsafe withCStrings(arguments) { pointers in
    unsafe ingot_spawn(pointers, directory, writeEnd, writeEnd, &pid)
  }
  close(writeEnd)
  guard code == 0 else {
    close(readEnd)
    throw SystemError("start", path: arguments[0], code: code)
  }
  var output: [UInt8] = []
  var lineStart = 0
  var buffer = [UInt8](repeating: 0, count: 4096)
  while true {
    let count = unsafe read(readEnd, &buffer, buffer.count)
    if count < 0 && errno == EINTR { continue }
    if count <= 0 { break }
    let end = output.count
    output += buffer[..<count]
    // Only what is new is searched: a line of many megabytes arrives in pieces of one buffer.
    for index in end..<output.count where output[index] == UInt8(ascii: "\n") {
      onLine(String(decoding: output[lineStart..<index], as: UTF8.self))
      lineStart = index + 1
    }
  }
  close(readEnd)
  if lineStart < output.count { onLine(String(decoding: output[lineStart...], as: UTF8.self)) }
  let status = ingot_wait(pid)
  guard status >= 0 else { throw SystemError("wait", path: arguments[0], code: -status) }
  return SubprocessResult(status: status, output: String(decoding: output, as: UTF8.self))
}

private func withCStrings<R>(_ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> R) -> R {
  let copies = unsafe strings.map { unsafe strdup($0) }
  defer { unsafe copies.forEach { unsafe free($0) } }
  let pointers: [UnsafePointer<CChar>?] = unsafe copies.map { unsafe UnsafePointer($0) } + [nil]
  return unsafe pointers.withUnsafeBufferPointer { buffer in
    guard let base = buffer.baseAddress else { preconditionFailure("an array with a null in it has an address") }
    return unsafe body(base)
  }
}
