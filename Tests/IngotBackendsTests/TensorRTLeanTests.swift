// NVIDIA's lean runtimes, which can be had from PyPI: libraries of TensorRT 10 and 11 that run engines and build none. Loaded for
// real; without a GPU they make no runtime, and say so in a way of their own (a pointer that is not one).

import Foundation
import IngotCore
import Testing

@testable import IngotBackends

private let majors = [10, 11].filter { RealTensorRTRTX.file(named: "libnvinfer_lean.so.\($0)") != nil }

@Suite(
  .enabled(
    if: !majors.isEmpty,
    "no libnvinfer_lean.so.10 or .11: unpack the wheel tensorrt-lean-cu13-libs below INGOT_TEST_RUNTIMES"))
struct TensorRTLeanTests {
  private func path(_ major: Int) throws -> String {
    try #require(RealTensorRTRTX.file(named: "libnvinfer_lean.so.\(major)"))
  }

  private func library(_ major: Int) throws -> TensorRTLibrary {
    try TensorRTLibrary(
      kind: .tensorrt, libraryPath: try path(major), parserPath: nil, driverPath: nil, allowsUntestedVersion: false)
  }

  @Test(arguments: majors)
  func isKnownForWhatItIs(major: Int) throws {
    let facts = try library(major).facts
    #expect(facts.version.hasPrefix("\(major).") && facts.familyName == "TensorRT \(major)", "\(facts)")
    #expect(!facts.isUntested)
  }

  @Test(arguments: majors)
  func buildsNothing(major: Int) throws {
    let path = try path(major)
    let error = try #require(throws: BackendError.self) {
      try TensorRTBackend(libraryPath: path, parserPath: path, kind: .tensorrt)
    }
    #expect(error.description.contains("of a lean or dispatch runtime: it runs engines and cannot build them"))
    #expect(error.kind == .unavailable)
  }

  /// With a driver of our own for Ingot, and none for the library.
  @Test(.enabled(if: CUDADriver.probe().isAbsent, "a driver is here"), arguments: majors)
  func runsNothingWithoutADriverAndSaysSo(major: Int) throws {
    let driver = try StandInDriver()
    let gpu = try CUDAContext(libraryPath: driver.path)
    let plan = Bytes(Array("ftrt".utf8) + [UInt8](repeating: 0, count: 200))
    let error = try #require(throws: BackendError.self) {
      _ = try TensorRTEngine(plan, path: "engine.plan", library: try library(major), gpu: gpu)
    }
    #expect(
      error.reason == .cannotRunHere("the engine needs an NVIDIA driver, which is not here or too old"), "\(error)")
  }

  /// With a driver the library makes a runtime, whose refusal must come through the slots that Ingot has for it.
  @Test(.enabled(if: CUDADriver.probe().hasGPU, "no NVIDIA driver with a GPU here"), arguments: majors)
  func refusesOnAGPUWhatIsNoEngineInItsOwnWords(major: Int) throws {
    let gpu = try CUDAContext()
    let plan = Bytes(Array("ftrt".utf8) + [UInt8](repeating: 0, count: 200))
    let error = try #require(throws: BackendError.self) {
      _ = try TensorRTEngine(plan, path: "engine.plan", library: try library(major), gpu: gpu)
    }
    #expect(!error.description.contains("did not say why"), "\(error)")
  }
}
