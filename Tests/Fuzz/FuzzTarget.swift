// What the fuzzer calls with each input: everything that Ingot does with a model file that it does not trust
// (FuzzExercise.swift, which the tests share). Built by `make fuzz` with `swiftc -sanitize=fuzzer`, against the modules built
// with coverage; no part of the package.
//
// It stops the process, and so keeps the input, on more than traps: on more than a second of processor time, on memory
// beyond twenty times the input plus 64 MiB, and where what Ingot wrote does not read or check as it should.

import Glibc

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let limits = Limits(inputByteCount: count)
  do throws(FuzzProblem) {
    try FuzzExercise.run(Array(UnsafeBufferPointer(start: start, count: count)))
  } catch {
    stop("\(error)")
  }
  limits.check()
  return 0
}

@_silgen_name("malloc_trim")
private func trimHeap(_ kept: Int) -> CInt

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

  init(inputByteCount: Int) {
    memoryLimit = 20 * inputByteCount + (64 << 20)
    // What an input before this one left in the heap would hide as much of this one's.
    if Self.last.value > 4 << 20 { _ = trimHeap(0) }
    // The kernel's highest measure starts again at what there is now.
    _ = pwrite(Self.clearRefs, "5", 1, 0)
    (memory, time) = (Self.peakBytes, Self.milliseconds)
  }

  func check() {
    let taken = Self.milliseconds - time
    if taken > 1000 { stop("took \(taken) ms") }
    Self.last.value = Self.peakBytes - memory
    if Self.last.value > memoryLimit { stop("took \(Self.last.value >> 20) MiB") }
  }

  /// Bytes that the last input took. One thread fuzzes.
  private final class Last: @unchecked Sendable { var value = 0 }
  private static let last = Last()
  private static let clearRefs = open("/proc/self/clear_refs", O_WRONLY)
  private static let status = open("/proc/self/status", O_RDONLY)

  private static var milliseconds: Int {
    var now = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
    return now.tv_sec * 1000 + now.tv_nsec / 1_000_000
  }

  /// The line `VmHWM:   123 kB`.
  private static var peakBytes: Int {
    withUnsafeTemporaryAllocation(byteCount: 2048, alignment: 1) { buffer in
      let count = pread(status, buffer.baseAddress, buffer.count, 0)
      var kilobytes = 0
      let label = [UInt8]("VmHWM:".utf8)
      guard count > label.count,
        let start = (0..<count - label.count).first(where: { place in
          label.indices.allSatisfy { buffer[place + $0] == label[$0] }
        })
      else { stop("the kernel does not tell the memory") }
      var place = start + label.count
      while place < count, buffer[place] != UInt8(ascii: "k") {
        if buffer[place] >= UInt8(ascii: "0") { kilobytes = kilobytes * 10 + Int(buffer[place] - UInt8(ascii: "0")) }
        place += 1
      }
      return kilobytes << 10
    }
  }
}
