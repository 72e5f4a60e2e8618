// Libraries of plug-ins: against the stand-in for TensorRT 10 and 11; and TensorRT-RTX's own registry, which has the slots of
// TensorRT 11, though its parser takes no plug-in.

import Foundation
import IngotCore
import Testing

@testable import IngotBackends

extension SmallModel {
  /// An operator that only a plug-in has.
  fileprivate static let twice = SmallModel(
    nodes: [Node(op: "IngotTwice", inputs: ["x"], outputs: ["y"], name: "twice")],
    inputs: [IOTensor(name: "x", type: .float32, shape: [.fixed(2)])],
    outputs: [IOTensor(name: "y", type: .float32, shape: [.fixed(2)])])
}

@Suite(.serialized) struct TensorRTPluginTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func request(_ plugins: [PluginLibrary], _ options: [String: String] = [:]) throws -> BuildRequest {
    BuildRequest(
      modelPath: try folder.write(.twice, to: "twice.onnx"), profiles: [StandIn.profile], options: options,
      plugins: plugins)
  }

  @Test(arguments: [(101601, 10), (100000, 10), (110400, 11)])
  func buildsWithPluginsThatTheNextBuildDoesNotSee(version: Int, layout: Int) throws {
    let path = try StandIn.tensorRT(version: version, layout: layout, in: folder)
    let backend = try StandIn.backend(path)
    let twice = try StandIn.plugin("IngotTwice", in: folder), other = try StandIn.plugin("Other", in: folder)
    let both = [PluginLibrary(path: twice), PluginLibrary(path: other, isSerialized: true)]
    let request = try request(both, ["version-compatible": "on"])
    _ = try backend.build(request, to: folder.file("engine.plan")) { _ in true }
    let calls = try StandIn.record(of: path)
    let parsed = try #require(calls.firstIndex(of: "parse twice.onnx"))
    #expect(
      calls[2..<parsed] == [
        "loadLibrary libIngotTwice.so with 1: IngotTwice", "loadLibrary libOther.so with 1: Other",
        "setPluginsToSerialize libOther.so",
      ])
    #expect(
      calls.suffix(5) == [
        "delete network", "delete config", "deregisterLibrary", "deregisterLibrary", "delete builder",
      ])
    #expect(!calls.contains { $0.hasPrefix("WRONG") })
    let model = request.modelPath
    #expect(try backend.parse(modelPath: model, plugins: [PluginLibrary(path: twice)]).unsupported == [])
    #expect(try backend.parse(modelPath: model, plugins: [PluginLibrary(path: other)]).unsupported.count == 1)
    #expect(throws: BackendError.self) {
      try backend.build(try self.request([]), to: folder.file("engine.plan")) { _ in true }
    }
  }

  private func refusal(_ plugins: String...) throws -> BackendError {
    let path = try StandIn.tensorRT(version: 101601, layout: 10, in: folder)
    let backend = try StandIn.backend(path)
    let request = try request(plugins.map { PluginLibrary(path: $0) })
    let errors = [
      try #require(throws: BackendError.self) {
        try backend.parse(modelPath: request.modelPath, plugins: request.plugins)
      },
      try #require(throws: BackendError.self) {
        try backend.build(request, to: folder.file("engine.plan")) { _ in true }
      },
    ]
    #expect(errors[0] == errors[1])
    return errors[0]
  }

  @Test func saysWhatALibraryThatDoesNotLoadLacks() throws {
    let path = try StandIn.plugin("IngotTwice", ["-DLACKING"], in: folder)
    let error = try refusal(path)
    #expect(error.kind == .unavailable)
    #expect(
      error.description == """
        tensorrt: the library cannot be loaded: the plug-in library \(path): \(path): undefined symbol: noSuchFunctionAnywhere
          hint: `ldd \(path)` lists what it needs and where that is missing; LD_LIBRARY_PATH may name its folder
        """)
  }

  @Test func refusesALibraryWithoutPlugins() throws {
    let path = try StandIn.plugin("IngotTwice", ["-DENTRY=other"], in: folder)
    let error = try refusal(path)
    #expect(error.kind == .input)
    #expect(error.reason == .malformed("the plug-in library \(path) has no function getCreators"))
    #expect(error.hint?.hasPrefix("build it to export getCreators and setLoggerFinder") == true)
  }

  @Test func refusesTwoLibrariesWithOnePlugin() throws {
    let first = try StandIn.plugin("IngotTwice", in: folder), second = folder.file("second.so")
    try FileManager.default.copyItem(atPath: first, toPath: second)
    let error = try refusal(first, second)
    #expect(error.kind == .step)
    #expect(
      error.reason
        == .refused(
          "TensorRT 10.16.1 does not take the plug-in library \(second): plugin creator of IngotTwice exists already"))
  }

  /// What registers itself for the process would be seen by the engines of all other targets.
  @Test func refusesALibraryThatRegistersItself() throws {
    let path = try StandIn.tensorRT(version: 110400, layout: 11, in: folder)
    let plugin = try StandIn.plugin("IngotTwice", ["-DSHARED", path], in: folder)
    let backend = try StandIn.backend(path)
    let error = try #require(throws: BackendError.self) {
      try backend.build(try request([PluginLibrary(path: plugin)]), to: folder.file("engine.plan")) { _ in true }
    }
    #expect(
      error.reason
        == .malformed("the plug-in library \(plugin) registers its plug-ins for the whole process when it is loaded"))
  }
}

/// The stand-in's engines say which plug-ins they call, and whether they have code in them, and are refused without.
@Suite(.serialized) struct TensorRTEngineCodeTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func code(_ plugins: PluginLibrary...) -> EngineCode { EngineCode(plugins: plugins, isTrusted: true) }
  private func twice(_ more: String...) throws -> PluginLibrary {
    PluginLibrary(path: try StandIn.plugin("IngotTwice", more, in: folder))
  }

  @Test(arguments: [(101601, 10), (100000, 10), (110400, 11)])
  func loadsThePluginsOfAnEngineForItAlone(version: Int, layout: Int) throws {
    let standIn = try StandInTensorRT(version: version, layout: layout)
    let engine = try standIn.engine("calls=IngotTwice weight=0.5")
    do {
      let session = try standIn.backend().openEngine(at: engine, options: [:], code: code(try twice()))
      let x = Tensor((0..<16).map(Float.init), shape: [1, 16])
      #expect(try session.run(["x": x])["y"] == Tensor((0..<16).map { Float($0) + 0.5 }, shape: [1, 16]))
    }
    let calls = try standIn.calls
    #expect(
      calls.prefix(3) == [
        "createInferRuntime \(version)", "loadLibrary libIngotTwice.so with 1: IngotTwice", "deserializeCudaEngine",
      ])
    #expect(calls.suffix(4) == ["delete context", "delete engine", "deregisterLibrary", "delete runtime"])
    #expect(!calls.contains { $0.hasPrefix("WRONG") || $0.hasPrefix("setEngineHostCodeAllowed") }, "\(calls)")
    let error = try #require(throws: BackendError.self) { try standIn.backend().openEngine(at: engine) }
    #expect(error.description.contains("Cannot find plugin: IngotTwice"), "\(error)")
    #expect(try standIn.driver.live == 0)
  }

  @Test(arguments: [(101601, 10), (110400, 11)])
  func allowsCodeInTheEngineWhereItsRecordSaysThereIsAny(version: Int, layout: Int) throws {
    let standIn = try StandInTensorRT(version: version, layout: layout)
    let engine = try standIn.engine("host-code"), compatible = ["version-compatible": "on"]
    let inside = code(PluginLibrary(path: "libscan.so", isSerialized: true))
    for (options, code) in [(compatible, code()), ([:], inside)] {
      _ = try standIn.backend().openEngine(at: engine, options: options, code: code)
      #expect(
        try standIn.calls.prefix(3) == [
          "createInferRuntime \(version)", "setEngineHostCodeAllowed on", "deserializeCudaEngine",
        ])
    }
    let plain = try #require(throws: BackendError.self) {
      try standIn.backend().openEngine(at: engine, options: [:], code: code())
    }
    #expect(plain.description.contains("setEngineHostCodeAllowed was not called"), "\(plain)")
    #expect(try !standIn.calls.contains { $0.hasPrefix("WRONG") || $0.hasPrefix("setEngineHostCodeAllowed") })
  }

  @Test func runsNothingOfAnEngineThatNobodyVouchesFor() throws {
    let standIn = try StandInTensorRT(version: 110400, layout: 11)
    let engine = try standIn.engine("host-code")
    let plugins = [PluginLibrary(path: "libscan.so"), PluginLibrary(path: "libpool.so", isSerialized: true)]
    let error = try #require(throws: BackendError.self) {
      try standIn.backend().openEngine(
        at: engine, options: ["version-compatible": "on"], code: EngineCode(plugins: plugins))
    }
    #expect(
      error.description == """
        tensorrt: \(engine) runs code of others with all of your rights: it is version-compatible and has a runtime in it, \
        it calls libscan.so, it has libpool.so in it
          hint: allow it with --host-code if you trust whoever made it
        """)
    #expect(try standIn.calls == [])
  }

  @Test func saysWhyAPluginOfAnEngineCannotBeLoaded() throws {
    let standIn = try StandInTensorRT(version: 101601, layout: 10)
    let engine = try standIn.engine("calls=IngotTwice")
    func refusal(_ plugins: PluginLibrary...) throws -> BackendError {
      try #require(throws: BackendError.self) {
        try standIn.backend().openEngine(
          at: engine, options: [:], code: EngineCode(plugins: plugins, isTrusted: true))
      }
    }
    let lacking = try refusal(try twice("-DLACKING"))
    #expect(
      lacking.kind == .unavailable && lacking.description.contains("symbol: noSuchFunctionAnywhere"), "\(lacking)")
    let first = try twice()
    #expect(
      try refusal(first, first).reason
        == .refused(
          "TensorRT 10.16.1 does not take the plug-in library \(first.path): plugin creator of IngotTwice exists already"
        ))
    let gone = try refusal(PluginLibrary(path: folder.file("gone.so")))
    #expect(gone.description.contains("gone.so"), "\(gone)")
    #expect(try standIn.calls.last == "delete runtime" && standIn.driver.live == 0)
  }
}

@Suite(.enabled(if: RealTensorRTRTX.libraryPath != nil, Comment(rawValue: RealTensorRTRTX.why)))
struct TensorRTRTXPluginTests {
  let folder: TemporaryFolder
  let backend: TensorRTBackend

  init() throws {
    folder = try TemporaryFolder()
    backend = try RealTensorRTRTX.backend()
  }

  @Test func refusesPluginsByName() throws {
    let plugins = [PluginLibrary(path: try StandIn.plugin("IngotTwice", in: folder))]
    let model = try folder.write(.twice)
    let error = try #require(throws: BackendError.self) { try backend.parse(modelPath: model, plugins: plugins) }
    #expect(error.reason == .refused("TensorRT-RTX does not support plug-ins"))
    #expect(throws: error) {
      try backend.build(BuildRequest(modelPath: model, plugins: plugins), to: folder.file("engine.plan")) { _ in true }
    }
  }

  /// What the parser of a job of its own says of the operator.
  private func words(_ plugins: PluginLibrary...) throws -> String? {
    let job = try TensorRTJob(backend.library, listener: TensorRTListener(hasDevice: false))
    for library in plugins { try job.load(library) }
    return SmallModel.twice.bytes.withUnsafeBytes { bytes in
      _ = job.parse(RawSpan(_unsafeBytes: bytes), path: folder.file("twice.onnx"))
      return job.parseErrors.first?.text
    }
  }

  /// The plug-in is found in the registry of its own builder, asked to make an object, and makes none.
  @Test func keepsThePluginsOfJobsApart() throws {
    let twice = PluginLibrary(path: try StandIn.plugin("IngotTwice", in: folder), isSerialized: true)
    for _ in 0..<2 {
      #expect(try words(twice)?.contains("Could not create the plugin") == true)
      #expect(
        try words(PluginLibrary(path: try StandIn.plugin("Other", in: folder)))?.contains("Plugin not found") == true)
      #expect(try words()?.contains("Plugin not found") == true)
    }
  }

  /// As far as the plan, which is none: the runtime's registry, and its leave for code in a plan.
  @Test func keepsThePluginsOfEnginesApart() throws {
    let driver = try StandInDriver()
    let gpu = try CUDAContext(libraryPath: driver.path)
    let twice = PluginLibrary(path: try StandIn.plugin("IngotTwice", in: folder))
    func refusal(_ plugins: PluginLibrary...) throws -> String {
      let code = TensorRTEngineCode(
        EngineCode(plugins: plugins, isTrusted: true), options: ["version-compatible": "on"])
      return try #require(throws: BackendError.self) {
        _ = try TensorRTEngine(
          Bytes(Array("vtrt and no more".utf8)), path: "engine.plan", library: backend.library, gpu: gpu, code: code)
      }.description
    }
    for _ in 0..<2 { #expect(try refusal(twice).contains("takes it for no engine")) }
    #expect(
      try refusal(twice, twice).contains(
        "Cannot register the library as plugin creator of IngotTwice exists already"))
  }

  @Test func tellsWhyALibraryIsNotTaken() throws {
    let twice = PluginLibrary(path: try StandIn.plugin("IngotTwice", in: folder))
    let error = try #require(throws: BackendError.self) { try words(twice, twice) }
    guard case .refused(let text) = error.reason else { throw error }
    #expect(text.contains("Cannot register the library as plugin creator of IngotTwice exists already"))
  }
}
