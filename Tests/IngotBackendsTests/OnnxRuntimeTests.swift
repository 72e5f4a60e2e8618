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
    let one = try session.run(["x": Tensor([-1, 2, -3, 4] as [Float], shape: [1, 4])])
    #expect(one == ["y": Tensor([0, 2, 0, 4] as [Float], shape: [1, 4])])
    let two = try session.run(["x": Tensor([-1, 2, -3, 4, 5, -6, 7, -8] as [Float], shape: [2, 4])])
    #expect(two == ["y": Tensor([0, 2, 0, 4, 5, 0, 7, 0] as [Float], shape: [2, 4])])
    #expect(try session.run(["x": Tensor([] as [Float], shape: [0, 4])]) == ["y": Tensor([] as [Float], shape: [0, 4])])
  }
}
