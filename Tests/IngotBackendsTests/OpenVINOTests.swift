import Foundation
import IngotBackends
import IngotCore
import Testing

@Suite(.enabled(if: TestRuntimes.openVINO != nil, TestRuntimes.comment))
struct OpenVINOTests {
  let folder = TestFolder()
  let backend: OpenVINOBackend

  init() throws { backend = try OpenVINOBackend(libraryPath: #require(TestRuntimes.openVINO)) }

  private func build(
    _ path: String, _ options: [String: String] = [:], profiles: [OptimizationProfile] = []
  ) throws -> (path: String, report: BuildReport) {
    let engine = "\(folder.path)/engine-\(UUID().uuidString)"
    let request = BuildRequest(modelPath: path, profiles: profiles, options: options)
    return (engine, try backend.build(request, to: engine) { _ in true })
  }

  private func batches(_ extents: [(Int, Int)], rest: [Int], of input: String) -> [OptimizationProfile] {
    extents.map {
      OptimizationProfile(inputs: [input: .init(min: [$0.0] + rest, opt: [$0.1] + rest, max: [$0.1] + rest)])
    }
  }

  @Test func saysWhatItIsAndWhichFilesTakePart() {
    #expect(backend.identity.version == "2026.4.1")
    let names = backend.identity.libraryPaths.map { URL(fileURLWithPath: $0).lastPathComponent }
    for part in [
      "libopenvino.so", "libopenvino_c.so", "libopenvino_intel_cpu_plugin.so", "libopenvino_onnx_frontend.so",
      "libtbb.so",
    ] {
      #expect(names.contains { $0.hasPrefix(part) }, "\(part)")
    }
  }

  @Test func buildsAnEngineThatRunsWithAnyBatch() throws {
    let built = try build(folder.write(.relu))
    let session = try backend.openEngine(at: built.path)
    #expect(session.inputs == [IOTensor(name: "x", type: .float32, shape: [.unknown, .fixed(4)])])
    #expect(session.outputs == [IOTensor(name: "y", type: .float32, shape: [.unknown, .fixed(4)])])
    #expect(try session.run(["x": floats([-1, 2, -3, 4], [1, 4])]) == ["y": floats([0, 2, 0, 4], [1, 4])])
    #expect(
      try session.run(["x": floats([-1, 2, -3, 4, 5, -6, 7, -8], [2, 4])]) == [
        "y": floats([0, 2, 0, 4, 5, 0, 7, 0], [2, 4])
      ])
  }

  @Test func refusesSizesOutsideOfItsProfiles() throws {
    let path = try folder.write(.relu)
    let built = try build(path, profiles: batches([(1, 2), (2, 3)], rest: [4], of: "x"))
    #expect(built.report.facts["bounds of x"] == "[1..3, 4]")
    let session = try backend.openEngine(at: built.path)
    #expect(try session.run(["x": floats([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [3, 4])]).count == 1)
    let error = #expect(throws: BackendError.self) {
      try session.run(["x": Tensor([Float](repeating: 1, count: 16), shape: [4, 4])])
    }
    #expect(
      error?.description == """
        openvino: Can't set the input tensor with index: 0, because the model input (shape=[1..3,4]) and the tensor \
        (shape=(4.4)) are incompatible
        """)
    #expect(try session.run(["x": floats([1, 2, 3, 4], [1, 4])]).count == 1)
  }

  @Test func makesSizesFixedThatCannotVary() throws {
    let built = try build(folder.write(.relu), profiles: batches([(2, 2)], rest: [4], of: "x"))
    let session = try backend.openEngine(at: built.path)
    #expect(session.inputs == [IOTensor(name: "x", type: .float32, shape: [.fixed(2), .fixed(4)])])
    let error = #expect(throws: BackendError.self) { try session.run(["x": floats([1, 2, 3, 4], [1, 4])]) }
    #expect(error?.description == "openvino: the input 'x' is float32 [2, 4], not float32 [1, 4]")
  }

  @Test func refusesProfilesThatDoNotFit() throws {
    let path = try folder.write(.relu)
    let error = #expect(throws: BackendError.self) {
      try build(path, profiles: batches([(1, 2)], rest: [4, 4], of: "x"))
    }
    #expect(error?.description == "openvino: a profile has no shapes for 'x' that fit [?, 4]")
    let other = #expect(throws: BackendError.self) { try build(path, profiles: batches([(1, 2)], rest: [5], of: "x")) }
    #expect(other?.description == error?.description)
  }

  @Test func runsQuantizedAndHalfPrecisionGraphs() throws {
    let quantized = try backend.openEngine(at: build(folder.write(.quantized, as: "q.onnx")).path)
    #expect(try quantized.run(["x": floats([0.3, -0.4, 100, 0], [1, 4])])["y"]?.floats == [0.25, -0.5, 31.75, 0])
    let half = try backend.openEngine(at: build(folder.write(.half, as: "h.onnx")).path)
    let input = Tensor(
      type: .float16, shape: [1, 4], bytes: Bytes(littleEndianBytes(of: [1, -2, 0.5, 4] as [Float16])))
    let result = try #require(try half.run(["x": input])["y"])
    #expect(result.type == .float16)
    #expect(result.elements(as: Float16.self) == [1.5, -3, 0.75, 6])
  }

  /// 16 channels x 9 taps x 0.5 / 8; also on machines whose AMX is half hidden.
  @Test(arguments: ["f32", "bf16"]) func runsAnInt8Convolution(hint: String) throws {
    let built = try build(folder.write(.quantizedConvolution), ["precision-hint": hint])
    let session = try backend.openEngine(at: built.path, options: ["precision-hint": hint])
    let result = try session.run(["x": Tensor([Float](repeating: 0.6, count: 512), shape: [2, 16, 4, 4])])
    #expect(result["y"] == Tensor([Float](repeating: 9, count: 128), shape: [2, 16, 2, 2]))
  }

  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: TestRuntimes.model("digits.onnx")), "the models are not here"))
  func agreesWithTheReferenceOnARealModel() throws {
    let path = TestRuntimes.model("digits.onnx")
    #expect(try backend.parse(modelPath: path).unsupported == [])
    let engine = try backend.openEngine(at: build(path).path)
    let reference = try OnnxRuntimeBackend(libraryPath: #require(TestRuntimes.onnxRuntime)).openModel(at: path)
    for batch in [1, 5] {
      let input = ["image": Tensor((0..<batch * 64).map { Float($0 * 7 % 17) / 16 }, shape: [batch, 1, 8, 8])]
      let expected = try #require(try reference.run(input)["logits"]?.floats)
      let got = try #require(try engine.run(input)["logits"]?.floats)
      #expect(expected.count == got.count)
      #expect(zip(expected, got).allSatisfy { abs($0 - $1) < 1e-4 * max(1, abs($0)) })
    }
  }

  @Test(arguments: [
    ["precision-hint": "f16"], ["precision-hint": "bf16"], ["performance-mode": "throughput"],
    ["threads": "1", "streams": "1"],
  ])
  func takesItsOptions(options: [String: String]) throws {
    let built = try build(folder.write(.relu), options)
    for (name, value) in options { #expect(built.report.facts[name] == value) }
    let session = try backend.openEngine(at: built.path, options: options)
    #expect(try session.run(["x": floats([-1, 2, -3, 4], [1, 4])])["y"]?.floats == [0, 2, 0, 4])
  }

  @Test func refusesOptionsThatItDoesNotHave() throws {
    let path = try folder.write(.relu)
    let error = #expect(throws: BackendError.self) { try build(path, ["device": "TPU"]) }
    #expect(error?.description == "openvino: build option 'device' cannot be 'TPU'; expected CPU, GPU or NPU")
  }
}
