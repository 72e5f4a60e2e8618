import Foundation
import IngotBackends
import Testing

@Suite struct CUDADriverTests {
  let folder = TestFolder()

  @Test func describesTheDriverAndItsDevices() throws {
    let text =
      "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build\nGCC version:  gcc 12.2.0\n"
    let release = try folder.write(Array(text.utf8), as: "version")
    let driver = try StandInDriver()
    let state = CUDADriver.probe(libraryPath: driver.path, releasePath: release)
    guard case .present(let cuda, let found, let devices) = state else {
      Issue.record("\(state)")
      return
    }
    #expect(cuda == "13.1")
    #expect(found == "580.65.06")
    #expect(devices.map(\.name) == ["Stand-in 40", "Stand-in 41"])
    #expect(devices.map(\.computeCapability) == ["sm_86", "sm_89"])
    #expect(devices.map(\.memory) == [24 << 30, 24 << 30])
    #expect(devices.map(\.multiprocessorCount) == [84, 84])
    #expect(devices.map(\.pci) == ["0000:28:00.0", "0000:29:00.0"])
    #expect(
      devices.map(\.uuid) == ["GPU-00102030-4050-6070-8090-a0b0c0d0e0f0", "GPU-01112131-4151-6171-8191-a1b1c1d1e1f1"])
    #expect(state.description == "CUDA driver 580.65.06 for CUDA 13.1, 2 GPUs")
  }

  @Test func aDriverWithoutAGPUIsPresent() throws {
    let driver = try StandInDriver("-DINIT=100")
    let state = CUDADriver.probe(libraryPath: driver.path, releasePath: "/nowhere")
    #expect(state == .present(cuda: "13.1", release: nil, devices: []))
    #expect(state.description == "CUDA driver for CUDA 13.1, no GPU")
  }

  @Test(arguments: [
    (804, "cuInit: CUDA_ERROR_COMPAT_NOT_SUPPORTED (804): not for this GPU"),
    (7777, "cuInit: an unknown error (7777): no text"),
  ])
  func reportsTheDriversOwnWords(code: Int, words: String) throws {
    let driver = try StandInDriver("-DINIT=\(code)")
    let state = CUDADriver.probe(libraryPath: driver.path)
    #expect(state == .failed(words))
    #expect(state.description == "the CUDA driver does not work: \(words)")
  }

  @Test func noDriverIsAStateWithWords() throws {
    #expect(
      CUDADriver.probe(libraryPath: "/nowhere/libcuda.so.1")
        == .absent(reason: "/nowhere/libcuda.so.1: cannot open shared object file: No such file or directory"))
    guard case .failed(let words) = CUDADriver.probe(libraryPath: "libc.so.6") else {
      Issue.record("the C library is no driver")
      return
    }
    #expect(words.contains("undefined symbol: cuInit"))
  }
}
