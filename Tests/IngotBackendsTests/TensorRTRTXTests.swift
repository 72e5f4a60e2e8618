import Foundation
import IngotCore
import Testing

@testable import IngotBackends

private let batch = OptimizationProfile(inputs: ["x": .init(min: [1, 16], opt: [8, 16], max: [16, 16])])

private let projectModels = ["digits", "digits-hard"].map {
  URL(fileURLWithPath: #filePath).appendingPathComponent("../../../Pipelines/models/\($0).onnx").standardized.path
}.filter { FileManager.default.fileExists(atPath: $0) }

@Suite(.enabled(if: RealTensorRTRTX.libraryPath != nil, Comment(rawValue: RealTensorRTRTX.why)))
struct TensorRTRTXTests {
  let folder: TemporaryFolder
  let backend: TensorRTBackend

  init() throws {
    folder = try TemporaryFolder()
    backend = try RealTensorRTRTX.backend()
  }

  private func build(
    _ model: SmallModel, profiles: [OptimizationProfile] = [], to name: String = "engine.plan",
    options: [String: String] = [:], compute: [String] = ["sm_86", "sm_89"], workspace: Int? = 1 << 30
  ) throws -> TensorRTEngineHeader {
    let request = BuildRequest(
      modelPath: try folder.write(model), profiles: profiles, workspace: workspace, computeCapabilities: compute,
      options: options)
    _ = try backend.build(request, to: folder.file(name)) { _ in true }
    return try TensorRTEngineHeader(path: folder.file(name))
  }

  @Test func saysWhatItIs() {
    #expect(backend.identity.version.hasPrefix("1."))
    #expect(backend.identity.libraryPaths.count == 2)
    #expect(!backend.isUntestedVersion)
    #expect(backend.selfCheck() == nil)
  }

  @Test func takesAModelAndTellsItsInputsAndOutputs() throws {
    let report = try backend.parse(modelPath: try folder.write(.perceptron))
    #expect(report.unsupported == [])
    #expect(report.inputs == [IOTensor(name: "x", type: .float32, shape: [.symbolic("batch"), .fixed(16)])])
    #expect(report.outputs == [IOTensor(name: "y", type: .float32, shape: [.symbolic("batch"), .fixed(4)])])
    #expect(report.warnings == [])
  }

  @Test func namesEveryNodeThatItDoesNotTake() throws {
    let report = try backend.parse(modelPath: try folder.write(.unsupported))
    #expect(report.unsupported.map(\.name) == ["strange", "unique", "4"])
    #expect(report.unsupported.map(\.op) == ["Frobnicate", "Unique", "Defrobnicate"])
    #expect(report.unsupported[1].reason == "the parser does not take Unique")
    #expect(report.inputs.map(\.name) == ["x"])
    #expect(report.outputs.map(\.name) == ["y"])
  }

  @Test func warnsOfTypesThatTheParserReplaces() throws {
    let report = try backend.parse(modelPath: try folder.write(.relu(of: .float64)))
    #expect(
      report.warnings == [
        "'x' is float64 in the model and becomes float32", "'y' is float64 in the model and becomes float32",
      ])
  }

  @Test(arguments: ["empty", "garbage", "half"])
  func refusesFilesThatAreNoModel(name: String) throws {
    let whole = SmallModel.perceptron.bytes
    let bytes: [UInt8] =
      switch name {
      case "empty": []
      case "garbage": Array("garbage, and more of it".utf8)
      default: Array(whole[..<(whole.count / 2)])
      }
    let path = try folder.write(bytes, to: "\(name).onnx")
    let error = try #require(throws: BackendError.self) { try backend.parse(modelPath: path) }
    #expect(error.kind == .input)
    #expect(error.description.hasPrefix("tensorrt-rtx: \(path): "))
  }

  @Test func buildsAnEngineWithAProfileAndListsWhatItIsFor() throws {
    var phases: [BuildProgress] = []
    let request = BuildRequest(
      modelPath: try folder.write(.perceptron), profiles: [batch], workspace: 1 << 30,
      computeCapabilities: ["sm_89", "sm_86"])
    let report = try backend.build(request, to: folder.file("engine.plan")) {
      phases.append($0)
      return true
    }
    #expect(report.warnings == [])
    #expect(report.facts["compute capabilities"] == "sm_86 sm_89")
    #expect(report.facts["workspace bytes"] == "1073741824")
    let fractions = phases.compactMap(\.fraction)
    #expect(fractions == fractions.sorted() && fractions.count == phases.count)
    #expect(fractions.last.map { $0 > 0.9 && $0 <= 1 } == true)
    #expect(phases.first?.phase == "Building engine")
    let header = try TensorRTEngineHeader(path: folder.file("engine.plan"))
    #expect(header.kind == .tensorrtRTX)
    #expect(header.computeCapabilities == [86, 89])
    #expect(header.sections.map(\.name) == ["ENGN", "WGHT"])
    let version = try #require(header.version), build = try #require(header.buildByte)
    #expect(backend.identity.version == "\(version).\(build)")
  }

  @Test func givesTheSameBytesForTheSameRequestAndOthersForAnother() throws {
    func bytes(_ options: [String: String], workspace: Int?) throws -> Data {
      _ = try build(.perceptron, profiles: [batch], options: options, workspace: workspace)
      return try Data(contentsOf: URL(fileURLWithPath: folder.file("engine.plan")))
    }
    let first = try bytes([:], workspace: nil)
    #expect(try bytes([:], workspace: nil) == first)
    #expect(try bytes([:], workspace: TensorRTBackend.defaultWorkspace) == first)
    #expect(try bytes([:], workspace: 1 << 30) != first)
    #expect(try bytes(["tf32": "on"], workspace: nil) != first)
    #expect(try bytes(["profiling-verbosity": "detailed"], workspace: nil) != first)
  }

  @Test func buildsWithTwoProfilesAndWithValuesForShapes() throws {
    let small = OptimizationProfile(inputs: ["x": .init(min: [1, 16], opt: [1, 16], max: [1, 16])])
    _ = try build(.perceptron, profiles: [small, batch])
    let shapes = OptimizationProfile(inputs: [
      "x": .init(min: [2, 12], opt: [4, 12], max: [8, 12]),
      "shape": .init(min: [1, 12], opt: [4, 12], max: [24, 96]),
    ])
    _ = try build(.reshape, profiles: [shapes], to: "reshape.plan")
  }

  @Test func buildsForTheDocumentedGPUsWhereNoneAreNamed() throws {
    #expect(try build(.relu(), compute: []).computeCapabilities == TensorRTBackend.defaultComputeCapabilities)
  }

  @Test func takesEveryOptionThatItHas() throws {
    let options = [
      "optimization-level": "5", "timing-cache": "off", "sparsity": "on", "weight-streaming": "on",
      "max-aux-streams": "2", "profiling-verbosity": "none", "direct-io": "on", "strict-nans": "on",
      "distributive-independence": "on", "monitor-memory": "on", "compilation-cache": "off",
      "refit-individual": "on", "hardware-compatibility": "none", "runtime-platform": "same-as-build",
      "max-tactics": "7", "tactic-sources": "jit-convolutions", "timing-iterations": "2", "tiling": "full",
      "tiling-l2-limit": "1048576", "tactic-dram": "1048576", "tactic-shared-memory": "32768",
      "preview-features": "aliased-plugin-io,runtime-activation-resize", "builder-threads": "2",
      "debug-tensors": "y",
    ]
    #expect(try build(.perceptron, profiles: [batch], options: options).residentWeightByteCount == 0)
  }

  @Test func stopsWhenItIsTold() throws {
    let request = BuildRequest(modelPath: try folder.write(.perceptron), profiles: [batch])
    var count = 0
    let error = try #require(throws: BackendError.self) {
      try backend.build(request, to: folder.file("engine.plan")) { _ in
        count += 1
        return count < 5
      }
    }
    #expect(error == BackendError(.tensorrtRTX, .cancelled))
    #expect(count == 5)
    #expect(!FileManager.default.fileExists(atPath: folder.file("engine.plan")))
  }

  @Test func saysWhyABuildFails() throws {
    let error = try #require(throws: BackendError.self) {
      try build(.perceptron, profiles: [batch], workspace: 1)
    }
    #expect(error.kind == .step)
    #expect(error.description.contains("workspace"))
    #expect(!error.description.contains("catchCudaError"))
  }

  @Test(arguments: [
    (["hardware-compatibility": "ampere+"], "TensorRT-RTX has no hardware-compatibility 'ampere+'"),
    (
      ["version-compatible": "on"],
      "TensorRT-RTX has no version-compatible engines: they need a lean runtime, which it lacks"
    ),
    (["optimisation-level": "3"], "there is no build option 'optimisation-level'"),
    (["optimization-level": "6"], "build option 'optimization-level' cannot be '6'; expected an integer from 0 to 5"),
  ])
  func refusesOptionsThatItLacks(options: [String: String], problem: String) throws {
    let error = try #require(throws: BackendError.self) { try build(.perceptron, profiles: [batch], options: options) }
    #expect(error.reason == .refused(problem))
  }

  @Test(arguments: ["refit", "strip-plan"]) func saysThatSomeOptionsNeedAGPU(option: String) throws {
    let path = try #require(RealTensorRTRTX.libraryPath)
    let blind = try TensorRTBackend(
      libraryPath: path, parserPath: RealTensorRTRTX.parserPath(of: path), kind: .tensorrtRTX,
      driverPath: folder.file("libcuda.so.1"))
    let request = BuildRequest(modelPath: try folder.write(.relu()), options: [option: "on"])
    let error = try #require(throws: BackendError.self) {
      try blind.build(request, to: folder.file("engine.plan")) { _ in true }
    }
    #expect(error.kind == .unavailable)
    #expect(error.description.contains("needs a GPU to build with \(option), and there is no NVIDIA driver here"))
  }

  @Test(.enabled(if: projectModels.count == 2, "no Pipelines/models/digits.onnx"), arguments: projectModels)
  func buildsTheProjectsModels(path: String) throws {
    #expect(try backend.parse(modelPath: path).outputs.map(\.name) == ["logits"])
    let images = OptimizationProfile(inputs: [
      "image": .init(min: [1, 1, 8, 8], opt: [8, 1, 8, 8], max: [16, 1, 8, 8])
    ])
    let request = BuildRequest(modelPath: path, profiles: [images])
    let report = try backend.build(request, to: folder.file("engine.plan")) { _ in true }
    #expect(report.warnings == [])
  }

  @Test func refusesAGPUThatItDoesNotBuildFor() throws {
    let error = try #require(throws: BackendError.self) { try build(.relu(), compute: ["sm_90"]) }
    #expect(
      error.description.contains("does not build for sm_90; it builds for sm_75, sm_80, sm_86, sm_89, sm_120"))
  }

  @Test func saysThatAnEngineDoesNotRunHere() throws {
    _ = try build(.relu())
    let error = try #require(throws: BackendError.self) { try backend.openEngine(at: folder.file("engine.plan")) }
    #expect(error.kind == .unavailable)
    #expect(error.description.contains("the engine does not run here: there is no NVIDIA driver here: libcuda.so.1"))
    #expect(error.hint == "run it on a machine with a GPU")
  }

  /// With a driver of our own for Ingot, and none for the library.
  @Test(.enabled(if: CUDADriver.probe().isAbsent, "a driver is here"))
  func theLibrarysWordsAboutAMissingDriverAreSaidAgain() throws {
    _ = try build(.relu())
    let driver = try StandInDriver()
    let path = folder.file("engine.plan")
    let plan = Bytes([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
    let gpu = try CUDAContext(libraryPath: driver.path)
    func open(_ plan: Bytes) throws -> BackendError {
      try #require(throws: BackendError.self) {
        _ = try TensorRTEngine(plan, path: path, library: backend.library, gpu: gpu)
      }
    }
    #expect(
      try open(plan).reason == .cannotRunHere("the engine needs an NVIDIA driver, which is not here or too old"))
    for damaged in [plan[0..<10], plan[0..<plan.count / 2], Bytes([UInt8](repeating: 0x5a, count: 4096))] {
      let error = try open(damaged)
      #expect(error.kind == .input, "\(error)")
    }
  }

  /// The library keeps the list of GPUs in one place of the process.
  @Test func buildsForDifferentGPUsAtOnce() async throws {
    let path = try folder.write(.perceptron)
    let (backend, folder) = (backend, folder.path)
    let pool = BlockingPool(threadCount: 4)
    let targets = [["sm_86"], ["sm_89", "sm_120"], ["sm_80"], ["sm_86"]]
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<16 {
        group.addTask {
          try await pool.run { () throws(BackendError) in
            let request = BuildRequest(
              modelPath: path, profiles: [batch], computeCapabilities: targets[index % targets.count])
            _ = try backend.build(request, to: "\(folder)/\(index).plan") { _ in true }
          }
        }
      }
      try await group.waitForAll()
    }
    for index in 0..<16 {
      let header = try TensorRTEngineHeader(path: "\(folder)/\(index).plan")
      #expect(header.computeCapabilities?.map { "sm_\($0)" } == targets[index % targets.count])
    }
    let (first, last) = (URL(fileURLWithPath: "\(folder)/0.plan"), URL(fileURLWithPath: "\(folder)/15.plan"))
    #expect(try Data(contentsOf: first) == Data(contentsOf: last))
  }
}

@Suite(.enabled(if: RealTensorRTRTX.libraryPath != nil, Comment(rawValue: RealTensorRTRTX.why)))
struct TensorRTLibraryTests {
  @Test func refusesTheLibraryUnderTheWrongName() throws {
    let path = try #require(RealTensorRTRTX.libraryPath)
    let error = try #require(throws: BackendError.self) {
      try TensorRTBackend(libraryPath: path, parserPath: RealTensorRTRTX.parserPath(of: path), kind: .tensorrt)
    }
    #expect(error.hint == "the backend for it is `tensorrt-rtx`")
  }

  @Test func refusesAParserFromAnotherFolder() throws {
    let path = try #require(RealTensorRTRTX.libraryPath)
    let folder = try TemporaryFolder()
    let copy = folder.file("libtensorrt_onnxparser_rtx.so.1")
    try FileManager.default.copyItem(atPath: RealTensorRTRTX.parserPath(of: path), toPath: copy)
    let error = try #require(throws: BackendError.self) {
      try TensorRTBackend(libraryPath: path, parserPath: copy, kind: .tensorrtRTX)
    }
    #expect(error.description.contains("a parser works only with the library that it was shipped with"))
  }

  @Test func refusesTheParserInTheLibrarysPlace() throws {
    let parser = RealTensorRTRTX.parserPath(of: try #require(RealTensorRTRTX.libraryPath))
    let error = try #require(throws: BackendError.self) {
      try TensorRTBackend(libraryPath: parser, parserPath: parser, kind: .tensorrtRTX)
    }
    #expect(error.description.contains("has no function getInferLibVersion: it is not TensorRT"))
  }
}
