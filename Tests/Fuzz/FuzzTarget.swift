// What the fuzzer calls with each input: everything that Ingot does with a model file that it does not trust. Built by
// `make fuzz` with `swiftc -sanitize=fuzzer`, against the modules built with coverage; no part of the package.
//
// It stops the process, and so keeps the input, on more than traps: on more than a second of processor time, on memory
// beyond twenty times the input plus 64 MiB, and where what Ingot wrote does not read or check as it should.

import Glibc

@testable import IngotCore
@testable import IngotGraph

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let limits = Limits(inputByteCount: count)
  exercise(Array(UnsafeBufferPointer(start: start, count: count)))
  limits.check()
  return 0
}

private func exercise(_ bytes: [UInt8]) {
  // Files beside the model are never opened: it has no folder.
  guard let model = try? Model.read(bytes: Bytes(bytes), path: "fuzz.onnx", baseDirectory: nil) else { return }
  let written = file(model)
  expect(file(reread(written, "the written model")) == written, "a model read and written changes")
  let isGood = !model.check().contains { $0.severity == .error }
  _ = model.summary(includesNodes: true).description
  _ = model.text()

  var inferred = model
  try? inferShapes(&inferred)

  guard isGood else { return }
  var sanitized = model
  // What folding may add in memory is a limit of its own (32 MiB by default), and this file holds it several times.
  var options = SanitizeOptions()
  options.foldLimit = 1 << 20
  guard (try? sanitize(&sanitized, options: options)) != nil else { return }
  let again = reread(file(sanitized), "the sanitized model")
  if let problem = again.check().first(where: { $0.severity == .error }) {
    stop("the sanitized model has an error: \(problem)")
  }
}

private func file(_ model: Model) -> [UInt8] { model.encoded().flatMap(\.array) }

private func reread(_ bytes: [UInt8], _ what: String) -> Model {
  do {
    return try Model.read(bytes: Bytes(bytes), path: "fuzz.onnx", baseDirectory: nil)
  } catch {
    stop("\(what) cannot be read: \(error)")
  }
}

private func expect(_ condition: Bool, _ problem: String) { if !condition { stop(problem) } }

/// libFuzzer keeps the input of a process that aborts.
private func stop(_ problem: String) -> Never {
  let line = "fuzz: \(problem)\n"
  write(2, line, line.utf8.count)
  abort()
}

/// What one input may take.
private struct Limits {
  private let memory: Int
  private let time: Int
  private let memoryLimit: Int

  /// The measured memory of the process's peak; it rises only where this input takes more than any before.
  init(inputByteCount: Int) {
    memoryLimit = 20 * inputByteCount + (64 << 20)
    (memory, time) = (Self.residentBytes, Self.milliseconds)
  }

  func check() {
    let taken = Self.milliseconds - time
    if taken > 1000 { stop("took \(taken) ms") }
    let peak = Self.peakBytes
    if peak > Self.seenPeak.value, peak - memory > memoryLimit { stop("took \((peak - memory) >> 20) MiB") }
    Self.seenPeak.value = max(peak, Self.seenPeak.value)
  }

  /// One thread fuzzes.
  private final class Peak: @unchecked Sendable { var value = 0 }
  private static let seenPeak = Peak()
  private static let pageByteCount = Int(sysconf(Int32(_SC_PAGESIZE)))
  private static let statm = open("/proc/self/statm", O_RDONLY)

  private static var milliseconds: Int {
    var now = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
    return now.tv_sec * 1000 + now.tv_nsec / 1_000_000
  }

  private static var peakBytes: Int {
    var usage = rusage()
    getrusage(RUSAGE_SELF.rawValue, &usage)
    return usage.ru_maxrss * 1024
  }

  /// The second number of /proc/self/statm.
  private static var residentBytes: Int {
    var text = [UInt8](repeating: 0, count: 64)
    let count = pread(statm, &text, text.count, 0)
    let words = text.prefix(max(count, 0)).split(separator: UInt8(ascii: " "))
    guard words.count > 1 else { return 0 }
    return words[1].reduce(0) { $0 * 10 + Int($1 &- UInt8(ascii: "0")) } * pageByteCount
  }
}
