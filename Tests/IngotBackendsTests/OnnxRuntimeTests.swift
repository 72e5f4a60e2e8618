import Foundation
import IngotBackends
import IngotCore
import Testing

@Suite(.enabled(if: TestRuntimes.onnxRuntime != nil, TestRuntimes.comment))
struct OnnxRuntimeTests {
  let folder = TestFolder()
  let backend: OnnxRuntimeBackend

  init() throws { backend = try OnnxRuntimeBackend(libraryPath: #require(TestRuntimes.onnxRuntime)) }

  @Test func saysWhatItIs() {
    #expect(backend.identity.version == "1.31.1")
    #expect(backend.identity.libraryPaths == [TestRuntimes.onnxRuntime])
  }

  @Test func runsAModelWithAnyBatch() throws {
    let session = try backend.openModel(at: folder.write(.relu))
    #expect(session.inputs == [IOTensor(name: "x", type: .float32, shape: [.symbolic("n"), .fixed(4)])])
    #expect(session.outputs == [IOTensor(name: "y", type: .float32, shape: [.symbolic("n"), .fixed(4)])])
    let one = try session.run(["x": floats([-1, 2, -3, 4], [1, 4])])
    #expect(one == ["y": floats([0, 2, 0, 4], [1, 4])])
    let two = try session.run(["x": floats([-1, 2, -3, 4, 5, -6, 7, -8], [2, 4])])
    #expect(two == ["y": floats([0, 2, 0, 4, 5, 0, 7, 0], [2, 4])])
    #expect(try session.run(["x": floats([], [0, 4])]) == ["y": floats([], [0, 4])])
  }

  @Test func readsInputsThatAreNotAlignedAndHandsInputsThrough() throws {
    var model = TestModel.relu
    model.nodes.append(.init(op: "Identity", inputs: ["x"], outputs: ["same"]))
    model.outputs.append(("same", .float32, ["n", "4"]))
    let session = try backend.openModel(at: folder.write(model))
    let bytes = Bytes([7] + littleEndianBytes(of: [-1, 2, -3, 4] as [Float]))[1..<17]
    let result = try session.run(["x": Tensor(type: .float32, shape: [1, 4], bytes: bytes)])
    #expect(result["y"]?.floats == [0, 2, 0, 4])
    #expect(result["same"]?.floats == [-1, 2, -3, 4])
  }

  /// Quantize, dequantize: 0.3 / 0.25 rounds to 1, 100 / 0.25 saturates at 127.
  @Test func runsAQuantizedGraphAsItsNodesSay() throws {
    let session = try backend.openModel(at: folder.write(.quantized))
    let result = try session.run(["x": floats([0.3, -0.4, 100, 0], [1, 4])])
    #expect(result["y"]?.floats == [0.25, -0.5, 31.75, 0])
  }

  @Test func runsAnInt8Convolution() throws {
    let path = try folder.write(.quantizedConvolution), engine = "\(folder.path)/engine"
    _ = try backend.build(BuildRequest(modelPath: path), to: engine) { _ in true }
    for session in [try backend.openModel(at: path), try backend.openEngine(at: engine)] {
      let result = try session.run(["x": Tensor([Float](repeating: 0.6, count: 512), shape: [2, 16, 4, 4])])
      #expect(result["y"] == Tensor([Float](repeating: 9, count: 128), shape: [2, 16, 2, 2]))
    }
  }

  @Test func runsAHalfPrecisionGraph() throws {
    let session = try backend.openModel(at: folder.write(.half))
    #expect(session.inputs.first?.type == .float16)
    let halves: [Float16] = [1, -2, 0.5, 4]
    let input = Tensor(type: .float16, shape: [1, 4], bytes: Bytes(littleEndianBytes(of: halves)))
    let result = try #require(try session.run(["x": input])["y"])
    #expect(result.type == .float16)
    #expect(result.elements(as: Float16.self) == [1.5, -3, 0.75, 6])
  }

  /// 3.7 * 60000 is beyond float16. On a CPU ONNX Runtime computes float16 nodes in float32 and leaves out the rounding between
  /// them, so a graph that must round has to say so with casts of its own around float32 nodes.
  @Test func roundsToHalfOnlyWhereCastsSaySo() throws {
    let half = try backend.openModel(at: folder.write(.overflowingHalf, as: "half.onnx"))
    #expect(try half.run(["x": floats([3.7])])["y"]?.floats == [54.19921875])
    let widened = try backend.openModel(at: folder.write(.overflowingHalfWithCasts, as: "casts.onnx"))
    #expect(try widened.run(["x": floats([3.7])])["y"]?.floats == [.infinity])
  }

  @Test(
    arguments: [
      ([:], "the input x (float32 [n, 4]) is missing"),
      (["z": floats([1])], "there is no input 'z'; the inputs are x (float32 [n, 4])"),
      (["x": floats([1, 2, 3], [1, 3])], "the input 'x' is float32 [n, 4], not float32 [1, 3]"),
      (["x": floats([1, 2, 3, 4], [4])], "the input 'x' is float32 [n, 4], not float32 [4]"),
      (["x": Tensor([1, 2, 3, 4] as [Int64], shape: [1, 4])], "the input 'x' is float32 [n, 4], not int64 [1, 4]"),
    ] as [([String: Tensor], String)])
  func refusesInputsThatDoNotFit(inputs: [String: Tensor], words: String) throws {
    let session = try backend.openModel(at: folder.write(.relu))
    let error = #expect(throws: BackendError.self) { try session.run(inputs) }
    #expect(error?.description == "onnxruntime: \(words)")
    #expect(try session.run(["x": floats([1, 2, 3, 4], [1, 4])]).count == 1)
  }

  @Test func reportsWhatTheRuntimeSaysInARun() throws {
    let model = TestModel(
      nodes: [.init(op: "Add", inputs: ["a", "b"], outputs: ["y"], name: "sum")],
      inputs: [("a", .float32, ["n"]), ("b", .float32, ["n"])], outputs: [("y", .float32, ["n"])])
    let session = try backend.openModel(at: folder.write(model))
    let error = #expect(throws: BackendError.self) { try session.run(["a": floats([1, 2]), "b": floats([1, 2, 3])]) }
    #expect(error?.kind == .step)
    #expect(error?.description.contains("'sum'") == true)
  }

  @Test func refusesALibraryThatIsNone() throws {
    let text = try folder.write(Array("hello".utf8), as: "libonnxruntime.so")
    let error = #expect(throws: BackendError.self) { try OnnxRuntimeBackend(libraryPath: text) }
    #expect(error?.kind == .unavailable)
    #expect(
      error?.description == """
        onnxruntime: the library cannot be loaded: \(text): file too short
          hint: `ingot runtimes install onnxruntime` brings one that works
        """)
    let missing = #expect(throws: BackendError.self) {
      try OnnxRuntimeBackend(libraryPath: "/nowhere/libonnxruntime.so")
    }
    #expect(missing?.description.contains("cannot open shared object file") == true)
    let other = #expect(throws: BackendError.self) { try OnnxRuntimeBackend(libraryPath: "libc.so.6") }
    #expect(other?.description.contains("undefined symbol: OrtGetApiBase") == true)
  }
}
