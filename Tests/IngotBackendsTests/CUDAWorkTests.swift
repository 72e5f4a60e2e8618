// Work on a GPU, against a driver of our own and, where there is one, a real one.

import IngotCore
import Testing

@testable import IngotBackends

@Suite struct CUDAWorkTests {
  @Test func copiesThereAndBackInOrder() throws {
    let driver = try StandInDriver()
    try roundTrip(libraryPath: driver.path)
    let calls = try driver.calls
    #expect(
      calls.prefix(8) == [
        "cuDevicePrimaryCtxRetain", "cuStreamCreate", "cuMemAlloc_v2", "cuMemHostAlloc", "cuMemHostAlloc",
        "cuMemcpyHtoDAsync_v2", "cuMemcpyDtoHAsync_v2", "cuStreamSynchronize",
      ])
    #expect(calls.last == "cuDevicePrimaryCtxRelease_v2")
    #expect(try driver.live == 0)
  }

  @Test func launchesWhatWasRecorded() throws {
    let driver = try StandInDriver()
    try launchesAGraph(libraryPath: driver.path)
    let calls = try driver.calls
    #expect(calls.filter { $0 == "cuGraphLaunch" }.count == 2 && calls.contains("cuGraphDestroy"))
    #expect(try driver.live == 0)
  }

  @Test func timesAsTheGPUTookIt() throws {
    let driver = try StandInDriver()
    do {
      let context = try CUDAContext(libraryPath: driver.path)
      let stream = try CUDAStream(in: context)
      let start = try CUDAEvent(in: context)
      let end = try CUDAEvent(in: context)
      try stream.record(start)
      try stream.record(end)
      #expect(try end.time(since: start) == .microseconds(250))
    }
    #expect(try driver.live == 0)
  }

  @Test(arguments: [
    "cuDevicePrimaryCtxRetain", "cuStreamCreate", "cuMemAlloc_v2", "cuMemHostAlloc", "cuMemcpyHtoDAsync_v2",
    "cuMemcpyDtoHAsync_v2", "cuStreamSynchronize",
  ])
  func saysWhichCallFailedAndLeavesNothing(call: String) throws {
    let driver = try StandInDriver()
    try driver.fail(call, 700)
    let error = try #require(throws: CUDAError.self) { try roundTrip(libraryPath: driver.path) }
    let name = call.replacing("_v2", with: "")
    #expect(
      error.description == "\(name): CUDA_ERROR_ILLEGAL_ADDRESS (700): an illegal memory access was encountered")
    #expect(!error.isOutOfMemory)
    #expect(try driver.live == 0)
  }

  @Test(arguments: ["cuStreamBeginCapture_v2", "cuStreamEndCapture", "cuGraphInstantiateWithFlags", "cuGraphLaunch"])
  func aGraphThatFailsLeavesNothing(call: String) throws {
    let driver = try StandInDriver()
    try driver.fail(call, 700)
    let error = try #require(throws: CUDAError.self) { try launchesAGraph(libraryPath: driver.path) }
    #expect(error.description.hasPrefix(call.replacing("_v2", with: "") + ": CUDA_ERROR_ILLEGAL_ADDRESS (700)"))
    #expect(try driver.live == 0)
  }

  @Test func saysHowMuchMemoryWasAskedForAndIsThere() throws {
    let driver = try StandInDriver()
    let context = try CUDAContext(libraryPath: driver.path)
    let some = try CUDAMemory(byteCount: 1 << 30, in: context)
    let error = try #require(throws: CUDAError.self) { _ = try CUDAMemory(byteCount: 25 << 30, in: context) }
    #expect(error.isOutOfMemory && some.byteCount == 1 << 30)
    #expect(
      error.description == """
        cuMemAlloc: CUDA_ERROR_OUT_OF_MEMORY (2): out of memory; 25600 MiB were asked for, and 23552 MiB of 24576 MiB are free
        """)
    #expect(try context.memory() == (23 << 30, 24 << 30))
    try driver.fail("cuMemHostAlloc", 2)
    let host = try #require(throws: CUDAError.self) { _ = try CUDAHostMemory(byteCount: 1, in: context) }
    #expect(
      host.description == "cuMemHostAlloc: CUDA_ERROR_OUT_OF_MEMORY (2): out of memory; 1 MiB were asked for")
  }

  @Test func holdsTheGPUThatIsNamed() throws {
    let driver = try StandInDriver()
    _ = try CUDAContext(device: 1, libraryPath: driver.path)
    let error = try #require(throws: CUDAError.self) { _ = try CUDAContext(device: 2, libraryPath: driver.path) }
    #expect(error.description == "cuDeviceGet: CUDA_ERROR_INVALID_DEVICE (101): invalid device ordinal")
  }

  @Test func aDriverThatIsTooOldToWorkWithSaysWhoItIsAndWhatItLacks() throws {
    let driver = try StandInDriver("-DOLD")
    guard case .present = CUDADriver.probe(libraryPath: driver.path) else {
      Issue.record("the driver is there")
      return
    }
    let error = try #require(throws: CUDAError.self) { _ = try CUDAContext(libraryPath: driver.path) }
    #expect(
      error.description.hasSuffix(
        "undefined symbol: cuGraphInstantiateWithFlags: a driver for CUDA 11.4 or later is needed"))
    #expect(!error.isAbsence)
  }

  @Test func noDriverIsAnAbsence() throws {
    let error = try #require(throws: CUDAError.self) { _ = try CUDAContext(libraryPath: "/nowhere/libcuda.so.1") }
    #expect(error.isAbsence)
  }

  @Test func triesAGPU() throws {
    let driver = try StandInDriver()
    let trial = try GPUTrial(device: 1, libraryPath: driver.path, byteCount: 1 << 20)
    #expect(trial.freeMemory == 24 << 30)
    #expect(trial.toDevice == Double(8 << 20) / 0.00025 && trial.fromDevice == trial.toDevice)
    #expect(try driver.live == 0)
  }

  // MARK: On a real GPU

  @Test(.enabled(if: CUDADriver.probe().hasGPU, "no NVIDIA driver with a GPU here"))
  func aRealGPUDoesTheSame() throws {
    try roundTrip(libraryPath: nil)
    try launchesAGraph(libraryPath: nil)
    let trial = try GPUTrial(device: 0)
    #expect(trial.toDevice > 1e8 && trial.fromDevice > 1e8 && trial.launch < .milliseconds(100))
    let context = try CUDAContext()
    let error = try #require(throws: CUDAError.self) { _ = try CUDAMemory(byteCount: 1 << 50, in: context) }
    #expect(error.isOutOfMemory && error.description.contains("1073741824 MiB were asked for, and "))
  }
}

private func roundTrip(libraryPath: String?) throws {
  let context = try CUDAContext(libraryPath: libraryPath)
  let stream = try CUDAStream(in: context)
  let there = try CUDAMemory(byteCount: 1000, in: context)
  let sent = try CUDAHostMemory(byteCount: 1000, in: context)
  let back = try CUDAHostMemory(byteCount: 1000, in: context)
  let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
  sent.write(Bytes(bytes))
  back.write(Bytes([UInt8](repeating: 0xee, count: 1000)))
  try stream.copy(1000, from: sent, to: there)
  try stream.copy(1000, from: there, to: back)
  try stream.synchronize()
  #expect(back.bytes(1000) == bytes)
}

/// A graph reads what is there when it is launched.
private func launchesAGraph(libraryPath: String?) throws {
  let context = try CUDAContext(libraryPath: libraryPath)
  let stream = try CUDAStream(in: context)
  let there = try CUDAMemory(byteCount: 4, in: context)
  let sent = try CUDAHostMemory(byteCount: 4, in: context)
  let back = try CUDAHostMemory(byteCount: 4, in: context)
  back.write(Bytes([UInt8](repeating: 0, count: 4)))
  try stream.beginCapture()
  try stream.copy(4, from: sent, to: there)
  try stream.copy(4, from: there, to: back)
  let graph = try stream.endCapture()
  #expect(back.bytes(4) == [0, 0, 0, 0])
  for value: UInt8 in [7, 9] {
    sent.write(Bytes([UInt8](repeating: value, count: 4)))
    try stream.launch(graph)
    try stream.synchronize()
    #expect(back.bytes(4) == [value, value, value, value])
  }
}
