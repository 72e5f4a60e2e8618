// TensorRT 10 and 11 cannot be had without an account or a container, and need a GPU: their tables are proven against a
// library of our own with their layout, which records each call (StandIn/TensorRTStandIn.cpp).

import Foundation
import IngotCore
import Testing

@testable import IngotBackends

@Suite(.serialized) struct TensorRTStandInTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func library(version: Int, layout: Int, more: [String] = []) throws -> String {
    try StandIn.tensorRT(version: version, layout: layout, more, in: folder)
  }

  private func backend(_ path: String, allowsUntested: Bool = false) throws -> TensorRTBackend {
    try StandIn.backend(path, allowsUntested: allowsUntested)
  }

  private func record(_ path: String) throws -> [String] { try StandIn.record(of: path) }

  private func request(_ options: [String: String] = [:], compute: [String] = ["sm_90"]) throws -> BuildRequest {
    BuildRequest(
      modelPath: try folder.write(.perceptron), profiles: [StandIn.profile], workspace: 1 << 20,
      computeCapabilities: compute,
      options: options)
  }

  /// Every option, with a value that is not the library's own.
  private static let everything = [
    "tf32": "off", "sparsity": "on", "strip-plan": "on", "refit": "on", "refit-identical": "on",
    "refit-individual": "on", "weight-streaming": "on", "version-compatible": "on", "exclude-lean-runtime": "on",
    "direct-io": "on", "strict-nans": "on", "distributive-independence": "on", "monitor-memory": "on",
    "compilation-cache": "off", "timing-cache": "auto", "deterministic": "on", "optimization-level": "4",
    "hardware-compatibility": "ampere+", "runtime-platform": "windows-amd64", "max-aux-streams": "2",
    "max-tactics": "7", "tactic-sources": "edge-mask-convolutions,jit-convolutions", "timing-iterations": "5",
    "tiling": "full", "tiling-l2-limit": "5000000000", "tactic-dram": "65536", "tactic-shared-memory": "32768",
    "preview-features": "aliased-plugin-io,runtime-activation-resize", "builder-threads": "3",
    "profiling-verbosity": "detailed", "debug-tensors": "y", "cuda-graphs": "on", "weight-streaming-budget": "1000",
    "dynamic-shape-kernels": "eager",
  ]

  @Test func knowsAValueOfEachOption() {
    #expect(Set(Self.everything.keys) == Set(TensorRTBackend.options.map(\.name)))
  }

  /// What each option became, in order.
  private static let settingsOf10 = [
    "clearFlag 6", "setFlag 7", "setFlag 19", "setFlag 4", "setFlag 20", "setFlag 23", "setFlag 21", "setFlag 13",
    "setFlag 14", "setFlag 11", "setFlag 24", "setFlag 28", "setFlag 25", "setFlag 18", "clearFlag 5", "setFlag 16",
    "setBuilderOptimizationLevel 4", "setHardwareCompatibilityLevel 1", "setRuntimePlatform 1", "setMaxAuxStreams 2",
    "setMaxNbTactics 7", "setTacticSources 24", "setAvgTimingIterations 5", "setTilingOptimizationLevel 3",
    "setL2LimitForTiling 5000000000", "setMemoryPoolLimit 4 65536", "setMemoryPoolLimit 5 32768",
    "setPreviewFeature 1 on", "setPreviewFeature 2 on", "setMaxThreads 3", "setProfilingVerbosity 2", "markDebug y",
  ]
  private static let settingsOf11 = [
    "clearFlag 6", "setFlag 7", "setFlag 18", "setFlag 4", "setFlag 19", "setFlag 22", "setFlag 20", "setFlag 12",
    "setFlag 13", "setFlag 11", "setFlag 23", "setFlag 27", "setFlag 24", "setFlag 17", "clearFlag 5", "setFlag 15",
    "setBuilderOptimizationLevel 4", "setHardwareCompatibilityLevel 1", "setRuntimePlatform 1", "setMaxAuxStreams 2",
    "setMaxNbTactics 7", "setTacticSources 3", "setAvgTimingIterations 5", "setTilingOptimizationLevel 3",
    "setL2LimitForTiling 5000000000", "setMemoryPoolLimit 4 65536", "setMemoryPoolLimit 5 32768",
    "setPreviewFeature 0 on", "setPreviewFeature 1 on", "setMaxThreads 3", "setProfilingVerbosity 2", "markDebug y",
  ]

  @Test(arguments: [
    (101601, 10, "createNetworkV2 2", settingsOf10, "setShapeValuesV2"),
    (101200, 10, "createNetworkV2 2", settingsOf10, "setShapeValuesV2"),
    (110400, 11, "createNetworkV2 1", settingsOf11, "setShapeValuesV2"),
  ])
  func callsEachMethodInItsSlotWithTheFamilysValues(
    version: Int, layout: Int, network: String, settings: [String], values: String
  ) throws {
    let path = try library(version: version, layout: layout)
    let engine = folder.file("engine.plan")
    var progress: [BuildProgress] = []
    let report = try backend(path).build(try request(Self.everything), to: engine) {
      progress.append($0)
      return true
    }
    #expect(
      try record(path) == [
        "createInferBuilder \(version)", network, "parse model.onnx", "setMemoryPoolLimit 0 1048576",
      ] + settings + [
        "setDimensions x 0 1x16", "setDimensions x 1 8x16", "setDimensions x 2 16x16",
        "\(values) sizes 0 1,2", "\(values) sizes 1 3,4", "\(values) sizes 2 5,6", "addOptimizationProfile",
        "setProgressMonitor", "buildSerializedNetwork network config", "setProgressMonitor null",
        "delete plan", "delete parser", "delete network", "delete config", "delete builder",
      ])
    #expect(try Data(contentsOf: URL(fileURLWithPath: engine)).dropFirst(64) == Data("a plan of the stand-in".utf8))
    #expect(report.warnings == ["an internal error that means nothing", "a warning of the stand-in"])
    #expect(progress.map(\.fraction) == [0, 0.5, 1])
  }

  @Test func givesShapesAs32BitsToAnOldMinorVersion() throws {
    let path = try library(version: 101000, layout: 10)
    _ = try backend(path).build(try request(), to: folder.file("engine.plan")) { _ in true }
    #expect(try record(path).contains("setShapeValues sizes 2 5,6"))
    #expect(!(try record(path)).contains { $0.hasPrefix("WRONG") })
  }

  @Test(arguments: [
    (100000, 10, ["runtime-platform": "windows-amd64"], "has no runtime-platform 'windows-amd64'"),
    (100000, 10, ["max-tactics": "7"], "has no max-tactics '7'"),
    (100700, 10, ["tiling": "fast"], "has no tiling 'fast'"),
    (100800, 10, ["debug-tensors": "y"], "has no debug-tensors 'y'"),
    (101100, 10, ["distributive-independence": "on"], "has no distributive-independence 'on'"),
    (110400, 11, ["tactic-sources": "cublas"], "has no tactic-sources 'cublas'"),
    (110400, 11, ["preview-features": "profile-sharing"], "has no preview-features 'profile-sharing'"),
  ])
  func namesTheOptionThatAVersionLacks(
    version: Int, layout: Int, options: [String: String], text: String
  ) throws {
    let path = try library(version: version, layout: layout)
    let error = try #require(throws: BackendError.self) {
      try backend(path).build(try request(options), to: folder.file("engine.plan")) { _ in true }
    }
    #expect(error.description.contains("\(text)\n  hint: "))
    #expect(!(try record(path)).contains { $0.hasPrefix("WRONG") })
  }

  @Test func refusesDebugTensorsThatTheNetworkLacks() throws {
    let backend = try backend(try library(version: 110400, layout: 11))
    let error = try #require(throws: BackendError.self) {
      try backend.build(try request(["debug-tensors": "y,hidden"]), to: folder.file("engine.plan")) { _ in true }
    }
    #expect(error.reason == .refused("the network has no debug-tensors 'y,hidden'"))
  }

  // MARK: Timing cache

  private func timings(of version: String) -> String { folder.file("tensorrt-\(version)-cuda13.2-Stand-in-GPU.cache") }

  private func build(
    _ path: String, _ options: [String: String] = [:], during: () throws -> Void = {}
  ) throws -> BuildReport {
    var request = try request(options)
    request.timingCaches = folder.path
    var failure: (any Error)?
    let report = try backend(path).build(request, to: folder.file("engine.plan")) { progress in
      if progress.fraction == 0 { do { try during() } catch { failure = error } }
      return true
    }
    if let failure { throw failure }
    return report
  }

  @Test(arguments: [(101601, 10, "10.16.1.9"), (110400, 11, "11.4.0.9")])
  func keepsTimingsFromBuildToBuild(version: Int, layout: Int, name: String) throws {
    let path = try library(version: version, layout: layout)
    #expect(try build(path).facts["timing cache"] == "new")
    #expect(try String(contentsOfFile: timings(of: name), encoding: .utf8) == "[timed]")
    let calls = try record(path)
    #expect(calls.filter { $0.contains("imingCache") } == ["createTimingCache ", "setTimingCache"])
    #expect(calls.filter { $0.hasPrefix("delete") }.last == "delete builder" && calls.contains("delete cache"))
    #expect(try build(path).facts["timing cache"] == "7 B of earlier builds")
    #expect(try String(contentsOfFile: timings(of: name), encoding: .utf8) == "[timed][timed]")
    #expect(try build(path, ["timing-cache": "off"]).facts["timing cache"] == nil)
    #expect(try record(path).contains("setFlag 5"))
    #expect(!(try record(path)).contains { $0.contains("imingCache") })
  }

  @Test func addsToWhatAnotherBuildKeptMeanwhile() throws {
    let path = try library(version: 110400, layout: 11)
    let file = timings(of: "11.4.0.9")
    _ = try build(path) { try "[other]".write(toFile: file, atomically: true, encoding: .utf8) }
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "[timed][other]")
  }

  @Test(arguments: ["junk", "foreign"])
  func takesABadTimingCacheForNone(entries: String) throws {
    let path = try library(version: 110400, layout: 11)
    let file = timings(of: "11.4.0.9")
    try entries.write(toFile: file, atomically: true, encoding: .utf8)
    let report = try build(path)
    let why = entries == "junk" ? ": Failed to deserialize timing cache" : ""
    #expect(report.facts["timing cache"] == "new: the library did not take \(file)\(why)")
    #expect(report.warnings == ["an internal error that means nothing", "a warning of the stand-in"])
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "[timed]")
  }

  @Test func leavesTheTimingCacheAsItIsWhereABuildIsDeterministic() throws {
    let path = try library(version: 110400, layout: 11)
    let file = timings(of: "11.4.0.9")
    try "[earlier]".write(toFile: file, atomically: true, encoding: .utf8)
    #expect(try build(path, ["deterministic": "on"]).facts["timing cache"] == "9 B of earlier builds")
    #expect(try record(path).contains("setFlag 15"))
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "[earlier]")
    let request = try request(["deterministic": "on", "timing-cache": "off"])
    let error = try #require(throws: BackendError.self) {
      try backend(path).build(request, to: folder.file("engine.plan")) { _ in true }
    }
    #expect(
      error.reason == .refused("deterministic takes tactics from the timing cache, and timing-cache is off"))
  }

  @Test(arguments: [(101601, 10), (110400, 11)])
  func readsTensorsAndErrors(version: Int, layout: Int) throws {
    let path = try library(version: version, layout: layout)
    let backend = try backend(path)
    let fine = try backend.parse(modelPath: try folder.write(.perceptron))
    #expect(
      fine.inputs == [
        IOTensor(name: "x", type: .float32, shape: [.symbolic("batch"), .fixed(16)]),
        IOTensor(name: "sizes", type: .int64, shape: [.fixed(2)]),
      ])
    #expect(fine.outputs.map(\.name) == ["y"])
    let refused = try backend.parse(modelPath: try folder.write(.unsupported, to: "bad.onnx"))
    #expect(
      refused.unsupported == [
        UnsupportedNode(
          name: "strange", op: "Frobnicate",
          reason: "the parser does not take Frobnicate (in the function Outer > Inner)"),
        UnsupportedNode(name: "unique", op: "Unique", reason: "the parser does not take Unique"),
      ])
    #expect(try record(path).contains("supportsModelV2"))
    #expect(!(try record(path)).contains { $0.hasPrefix("WRONG") })
  }

  @Test func leavesOutWhatAnOldMinorVersionLacks() throws {
    let path = try library(version: 100000, layout: 10)
    let backend = try backend(path)
    let refused = try backend.parse(modelPath: try folder.write(.unsupported, to: "bad.onnx"))
    #expect(refused.unsupported.map(\.name) == ["strange"])
    #expect(!(try record(path)).contains("supportsModelV2"))
    let request = try request(["hardware-compatibility": "same-compute-capability"])
    let error = try #require(throws: BackendError.self) {
      try backend.build(request, to: folder.file("engine.plan")) { _ in true }
    }
    #expect(error.reason == .refused("TensorRT 10.0.0 has no hardware-compatibility 'same-compute-capability'"))
  }

  @Test func refusesShapeValuesThatAnOldMinorVersionCannotHold() throws {
    let path = try library(version: 101000, layout: 10)
    var request = try request()
    request.profiles[0].inputs["sizes"] = .init(min: [1, 2], opt: [3, 4], max: [5, 1 << 40])
    let error = try #require(throws: BackendError.self) {
      try backend(path).build(request, to: folder.file("engine.plan")) { _ in true }
    }
    #expect(error.reason == .refused("TensorRT 10.10.0 does not take profile 0"))
  }

  @Test func buildsOnlyForTheGPUThatIsHere() throws {
    let backend = try backend(try library(version: 110400, layout: 11))
    func build(_ compute: [String], _ options: [String: String] = [:]) throws {
      _ = try backend.build(try request(options, compute: compute), to: folder.file("engine.plan")) { _ in true }
    }
    try build([])
    try build(["sm_80", "sm_86"], ["hardware-compatibility": "ampere+"])
    let error = try #require(throws: BackendError.self) { try build(["sm_80"]) }
    #expect(error.reason == .cannotRunHere("the target is sm_80 and the GPU here is Stand-in GPU, sm_90"))
  }

  @Test func refusesToStartWithoutADriver() throws {
    let path = try library(version: 101601, layout: 10)
    let error = try #require(throws: BackendError.self) {
      try TensorRTBackend(libraryPath: path, parserPath: path, kind: .tensorrt, driverPath: folder.file("libcuda.so.1"))
    }
    #expect(error.kind == .unavailable)
    #expect(
      error.description.hasPrefix(
        "tensorrt: TensorRT builds for the GPU that it runs on, and there is no NVIDIA driver here: "))
    #expect(try record(path) == [])
  }

  @Test(arguments: [
    (90000, "9.0.0"), (120000, "12.0.0"), (20000, "2.0.0"), (10800, "1.8.0"), (10200, "1.2.0"), (0, "0.0.0"),
    (-5, "0.0.-5"),
  ])
  func refusesVersionsThatItDoesNotKnow(version: Int, text: String) throws {
    let path = try library(version: version, layout: 11)
    let error = try #require(throws: BackendError.self) { try backend(path) }
    #expect(
      error.description == """
        tensorrt: version \(text) of \(path) is not one that Ingot knows (TensorRT 10 and 11, TensorRT-RTX 1.3 to 1.7)
          hint: install one of those, or allow this one with --untested-runtime
        """)
    #expect(try record(path) == [])
  }

  @Test func runsAnUntestedVersionAfterItsSelfCheck() throws {
    let backend = try backend(try library(version: 120000, layout: 11), allowsUntested: true)
    #expect(backend.isUntestedVersion)
    _ = try backend.build(try request(), to: folder.file("engine.plan")) { _ in true }
  }

  @Test(arguments: [
    ([], "no network or no configuration could be made"),
    (["-DCRASH"], "it crashed (signal 6): its layout is another one"),
  ])
  func refusesAnUntestedVersionWithAnotherLayout(more: [String], problem: String) throws {
    let path = try library(version: 120000, layout: 10, more: more)
    let error = try #require(throws: BackendError.self) { try backend(path, allowsUntested: true) }
    #expect(
      error.reason
        == .unknownVersion(
          "12.0.0 of \(path), whose self-check failed: \(problem)", known: "TensorRT 10 and 11, TensorRT-RTX 1.3 to 1.7"
        ))
  }
}
