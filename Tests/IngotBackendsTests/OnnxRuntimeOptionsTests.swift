// Every option of ONNX Runtime, asked back from the library: what it logs of a session says what the session was made with.

import Foundation
import IngotBackends
import IngotCore
import IngotGraph
import Testing

@testable import IngotBackends

@Suite(.enabled(if: TestRuntimes.onnxRuntime != nil, TestRuntimes.comment))
struct OnnxRuntimeOptionsTests {
  let folder = TestFolder()
  let backend: OnnxRuntimeBackend

  init() throws { backend = try OnnxRuntimeBackend(libraryPath: #require(TestRuntimes.onnxRuntime)) }

  @Test(
    arguments: [
      ([:], ["thread_pool_size: 0", "enable_cpu_mem_arena:1", "use_deterministic_compute:0", "execution_mode:0"]),
      (["threads": "3"], ["intra_op_param:OrtThreadPoolParams { thread_pool_size: 3 "]),
      (["inter-threads": "5"], ["inter_op_param:OrtThreadPoolParams { thread_pool_size: 5 ", "execution_mode:1"]),
      (["inter-threads": "1"], ["inter_op_param:OrtThreadPoolParams { thread_pool_size: 1 ", "execution_mode:0"]),
      (["memory-arena": "off"], ["enable_cpu_mem_arena:0"]),
      (["deterministic": "on"], ["use_deterministic_compute:1"]),
    ] as [([String: String], [String])])
  func theLibraryHasWhatTheOptionSays(options: [String: String], words: [String]) throws {
    let settings = try backend.settings(ofEngineAt: folder.write(.relu), options: options)
    for word in words { #expect(settings.contains(word), "\(settings)") }
  }

  /// The levels are seen in what is written.
  @Test func anEngineOfEachOptionRuns() throws {
    let model = try folder.write(.relu)
    for options in [["inter-threads": "2", "memory-arena": "off"], ["deterministic": "on", "threads": "1"]] {
      let session = try backend.openEngine(at: model, options: options)
      #expect(try session.run(["x": floats([-1, 2, -3, 4], [1, 4])]) == ["y": floats([0, 2, 0, 4], [1, 4])])
    }
  }

  /// By the library's own profiler, whose file goes away.
  @Test func layersAreTimed() throws {
    let scratch = "\(folder.path)/scratch"
    try FileSystem.makeDirectory(scratch)
    let layers = try backend.timeLayers(
      ofEngineAt: folder.write(.relu), options: [:], code: EngineCode(),
      inputs: ["x": floats([-1, 2, -3, 4], [1, 4])], runs: 3,
      scratch: scratch)
    #expect(
      layers.map(\.kind) == ["Relu"] && layers.allSatisfy { $0.time >= .zero && $0.time < .seconds(1) }, "\(layers)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch) == [])
    let error = #expect(throws: BackendError.self) {
      try backend.timeLayers(
        ofEngineAt: folder.write(.relu), options: ["provider": "cuda"], code: EngineCode(), inputs: [:], runs: 1,
        scratch: scratch)
    }
    #expect(error?.description.contains("when layers were launched on a GPU") == true, "\(error as Any)")
  }

  /// The first run does not count, nor what is no node; layers of one name are one.
  @Test func aProfileIsTheMeanOfAllRunsButTheFirst() throws {
    func node(_ name: String, _ op: String, at start: Int, for duration: Int) -> String {
      #"{"cat":"Node","dur":\#(duration),"ts":\#(start),"ph":"X","name":"\#(name)","args":{"op_name":"\#(op)","node_index":"1"}}"#
    }
    func run(at start: Int) -> String {
      #"{"cat":"Session","dur":90,"ts":\#(start),"ph":"X","name":"model_run","args":{}}"#
    }
    let events = [
      #"{"cat":"Session","dur":700,"ts":1,"ph":"X","name":"session_initialization","args":{}}"#,
      node("a_kernel_time", "Conv", at: 1001, for: 900), run(at: 1000),
      node("a_kernel_time", "Conv", at: 2001, for: 30),
      node("a_fence_before", "Conv", at: 2000, for: 5), node("b_kernel_time", "Relu", at: 2040, for: 7), run(at: 2000),
      node("b_kernel_time", "Relu", at: 3040, for: 9), node("a_kernel_time", "Conv", at: 3001, for: 10), run(at: 3000),
    ]
    let profile = try OnnxRuntimeProfile(Array("[\(events.joined(separator: ","))]".utf8))
    #expect(
      profile.layers.mean(ofRuns: 2) == [
        LayerTime(layer: "a", kind: "Conv", time: .microseconds(20)),
        LayerTime(layer: "b", kind: "Relu", time: .microseconds(8)),
      ])
    #expect(throws: (any Error).self) { try OnnxRuntimeProfile(Array("{}".utf8)) }
  }

  /// This build of the library has no provider for GPUs, and says so itself.
  @Test(arguments: [("cuda", "CUDA"), ("tensorrt", "TensorRT")])
  func aProviderThatIsAbsentIsAskedOfTheLibrary(provider: String, word: String) throws {
    let error = #expect(throws: BackendError.self) {
      try backend.openEngine(at: folder.write(.relu), options: ["provider": provider, "device-id": "3", "tf32": "on"])
    }
    #expect(
      error?.description.contains("\(word) execution provider is not enabled in this build") == true, "\(error as Any)")
  }

  @Test func anEngineForAGPUIsBuiltWithoutOne() throws {
    let engine = "\(folder.path)/engine"
    let request = BuildRequest(modelPath: try folder.write(.relu), options: ["provider": "cuda", "tf32": "on"])
    let report = try backend.build(request, to: engine) { _ in true }
    #expect(report.facts["provider"] == "cuda" && report.facts["format"] == "onnx")
    guard case .untold = report.kernels else { throw BackendError(.onnxruntime, .failed("\(report.kernels)")) }
    // Any provider takes what was written.
    #expect(try backend.openEngine(at: engine).run(["x": floats([-1, 2, -3, 4], [1, 4])]).count == 1)
  }

  /// The processor has no float16 kernels: a session on it would have put casts to float32 around them.
  @Test func anEngineForAGPUComputesInTheTypesOfTheModel() throws {
    let engine = "\(folder.path)/engine"
    let request = BuildRequest(modelPath: try folder.write(.half), options: ["provider": "cuda"])
    _ = try backend.build(request, to: engine) { _ in true }
    let graph = try Model.read(path: engine).graph
    #expect(graph.nodes.map(\.opType) == ["Mul"])
    #expect(graph.allInitializers.map { $0.initializer.type } == [.float16])
  }

  @Test(arguments: [["device-id": "1"], ["tf32": "on"]])
  func optionsOfGPUsNeedOne(options: [String: String]) throws {
    let error = #expect(throws: BackendError.self) { try backend.openEngine(at: folder.write(.relu), options: options) }
    #expect(error?.description.contains("is for GPUs, and the provider is cpu\n  hint: add `provider: cuda`") == true)
  }

  @Test func preparedRunsTakeCopiesOrNone() throws {
    let session = try backend.openEngine(at: folder.write(.relu))
    let prepared = try session.prepare(["x": floats([1, 2, 3, 4], [1, 4])])
    for withCopies in [false, true, false] { try prepared.run(withCopies: withCopies) }
    #expect(throws: BackendError.self) { try session.prepare(["x": floats([1, 2, 3], [1, 3])]) }
  }
}

@Suite struct CUDALibrariesTests {
  let folder = TestFolder()

  /// A library that needs `libneeded.so.7`, which needs nothing; made by the system's compiler.
  private func make(_ name: String, needs: String? = nil) throws -> String {
    let path = "\(folder.path)/\(name)"
    try "int \(name.filter(\.isLetter))(void) { return 0; }".write(
      toFile: "\(path).c", atomically: true, encoding: .utf8)
    let words = ["cc", "-shared", "-Wl,--no-as-needed", "-Wl,-soname,\(name)", "-o", path, "\(path).c"]
    let compiler = Process()
    compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    compiler.arguments = words + (needs.map { ["\(folder.path)/\($0)"] } ?? [])
    try compiler.run()
    compiler.waitUntilExit()
    try #require(compiler.terminationStatus == 0)
    return path
  }

  @Test func readsWhatALibraryNeeds() throws {
    _ = try make("libneeded.so.7")
    let path = try make("libuser.so", needs: "libneeded.so.7")
    let names = try #require(neededLibraries(inELF: MappedFile(path: path)))
    #expect(names.first == "libneeded.so.7" && names.contains("libc.so.6"))
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    for cut in [0, 10, 63, 100, bytes.count / 2] {
      try Data(bytes[..<cut]).write(to: URL(fileURLWithPath: "\(folder.path)/cut"))
      // Nothing, or what is still there: no crash.
      _ = try neededLibraries(inELF: MappedFile(path: "\(folder.path)/cut"))
    }
    for byte in 32..<64 {
      let old = bytes[byte]
      bytes[byte] = 0xff
      try Data(bytes).write(to: URL(fileURLWithPath: "\(folder.path)/cut"))
      _ = try neededLibraries(inELF: MappedFile(path: "\(folder.path)/cut"))
      bytes[byte] = old
    }
  }

  @Test func namesTheLibraryThatIsMissingOrFindsItAmongPackages() throws {
    let needed = try make("libingotneeded.so.9")
    let path = try make("libingotuser.so", needs: "libingotneeded.so.9")
    let packages = "\(folder.path)/site/nvidia/some/lib"
    try FileManager.default.createDirectory(atPath: packages, withIntermediateDirectories: true)
    try FileManager.default.moveItem(atPath: needed, toPath: "\(packages)/libingotneeded.so.9")
    let error = #expect(throws: BackendError.self) {
      try CUDALibraries(places: ["/nowhere"]).openNeeds(ofLibraryAt: path)
    }
    #expect(error?.kind == .unavailable)
    #expect(
      error?.description.contains("libingotuser.so needs libingotneeded.so.9, which neither") == true, "\(error as Any)"
    )
    try CUDALibraries(places: ["\(folder.path)/site"]).openNeeds(ofLibraryAt: path)
  }
}
