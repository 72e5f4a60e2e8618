// TensorRT 10 and 11 cannot be had without an account or a container, and need a GPU: their tables are proven against a
// library of our own with their layout, which records each call (StandIn/TensorRTStandIn.cpp).

import Foundation
import IngotCore
import Testing

@testable import IngotBackends

private let profile = OptimizationProfile(inputs: [
  "x": .init(min: [1, 16], opt: [8, 16], max: [16, 16]), "sizes": .init(min: [1, 2], opt: [3, 4], max: [5, 6]),
])

@Suite(.serialized) struct TensorRTStandInTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Compiles the library.
  private func library(version: Int, layout: Int, more: [String] = []) throws -> String {
    let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/StandIn/TensorRTStandIn.cpp"
    let path = folder.file("libnvinfer-\(version)-\(layout).so")
    let result = Process()
    result.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    result.arguments =
      ["clang++", "-std=c++17", "-shared", "-fPIC", "-DVERSION=\(version)", "-DLAYOUT=\(layout)"] + more + [
        source, "-o", path,
      ]
    try result.run()
    result.waitUntilExit()
    try #require(result.terminationStatus == 0)
    return path
  }

  private func backend(_ path: String, allowsUntested: Bool = false) throws -> TensorRTBackend {
    try TensorRTBackend(
      libraryPath: path, parserPath: path, kind: .tensorrt, allowsUntestedVersion: allowsUntested, driverPath: path)
  }

  /// The calls that the library recorded since its last builder was made.
  private func record(_ path: String) throws -> [String] {
    let handle = try #require(dlopen(path, RTLD_NOW))
    let symbol = try #require(dlsym(handle, "standInRecord"))
    let text = unsafeBitCast(symbol, to: (@convention(c) () -> UnsafePointer<CChar>).self)()
    return String(cString: text).split(separator: "\n").map(String.init)
  }

  private func request(_ options: [String: String] = [:], compute: [String] = ["sm_90"]) throws -> BuildRequest {
    BuildRequest(
      modelPath: try folder.write(.perceptron), profiles: [profile], workspace: 1 << 20, computeCapabilities: compute,
      options: options)
  }

  private static let everything = [
    "optimization-level": "4", "hardware-compatibility": "ampere+", "timing-cache": "off", "tf32": "off",
    "sparsity": "on",
    "strip-plan": "on", "refit": "on", "weight-streaming": "on", "version-compatible": "on", "max-aux-streams": "2",
    "profiling-verbosity": "detailed",
  ]

  @Test(arguments: [
    (101601, 10, "createNetworkV2 2", ["setFlag 19", "setFlag 21", "setFlag 13"], "setShapeValuesV2"),
    (101000, 10, "createNetworkV2 2", ["setFlag 19", "setFlag 21", "setFlag 13"], "setShapeValues"),
    (110400, 11, "createNetworkV2 1", ["setFlag 18", "setFlag 20", "setFlag 12"], "setShapeValuesV2"),
  ])
  func callsEachMethodInItsSlotWithTheFamilysValues(
    version: Int, layout: Int, network: String, moved: [String], values: String
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
        "createInferBuilder \(version)", network, "parse model.onnx", "setMemoryPoolLimit 0 1048576", "clearFlag 6",
        "setFlag 7", moved[0], "setFlag 4", moved[1], moved[2], "setFlag 5", "setBuilderOptimizationLevel 4",
        "setHardwareCompatibilityLevel 1", "setMaxAuxStreams 2", "setProfilingVerbosity 2",
        "setDimensions x 0 1x16", "setDimensions x 1 8x16", "setDimensions x 2 16x16",
        "\(values) sizes 0 1,2", "\(values) sizes 1 3,4", "\(values) sizes 2 5,6", "addOptimizationProfile",
        "setProgressMonitor", "buildSerializedNetwork network config", "setProgressMonitor null", "delete plan",
        "delete parser", "delete network", "delete config", "delete builder",
      ])
    #expect(try Data(contentsOf: URL(fileURLWithPath: engine)) == Data("a plan of the stand-in".utf8))
    #expect(report.warnings == ["an internal error that means nothing", "a warning of the stand-in"])
    #expect(progress.map(\.fraction) == [0, 0.5, 1])
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

  @Test func saysThatAnEngineDoesNotRunHere() throws {
    let path = try library(version: 101601, layout: 10)
    var bytes = Array("ftrt".utf8) + [UInt8](repeating: 0, count: 60)
    bytes.replaceSubrange(24..<28, with: [10, 16, 1, 9])
    let engine = try folder.write(bytes, to: "engine.plan")
    let error = try #require(throws: BackendError.self) { try backend(path).openEngine(at: engine) }
    #expect(
      error.description == """
        tensorrt: the engine was built by version 10.16.1; the GPU here is Stand-in GPU, sm_90, but this version of Ingot \
        runs no TensorRT engines
          hint: verify it at the level `graph`, which runs the lowered model with the reference runtime
        """)
    let junk = try folder.write(Array("a plan of the stand-in, which is no plan".utf8), to: "junk.plan")
    let refusal = try #require(throws: BackendError.self) { try backend(path).openEngine(at: junk) }
    #expect(refusal.kind == .input)
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
        tensorrt: version \(text) is not one that Ingot knows (TensorRT 10 and 11, TensorRT-RTX 1.3 to 1.7)
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
          "12.0.0, whose self-check failed: \(problem)", known: "TensorRT 10 and 11, TensorRT-RTX 1.3 to 1.7"))
  }
}
