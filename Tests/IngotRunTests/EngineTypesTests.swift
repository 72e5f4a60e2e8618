import IngotBackends
import IngotCore
import IngotGraph
import Testing

@testable import IngotRun

@Suite struct EngineTypesTests {
  /// 64 and 32 multiply-adds.
  private func model() throws -> Model {
    try Model(
      text: """
        graph main(%x: float32[1,8]) -> (%y: float32[1,4]) {
          const %w: float32[8,8] = ramp
          const %v: float32[8,4] = ramp
          %a: float32[1,8] = MatMul(%x, %w) # first
          %y: float32[1,4] = MatMul(%a, %v) # second
        }
        """)
  }

  @Test func theModelSaysHowMuchAKernelIs() throws {
    // The second under the name of what it writes.
    let types = EngineTypes(
      .told([
        EngineKernel(node: "first", kernel: "jit_I8", type: .int8),
        EngineKernel(node: "y", kernel: "f32", type: .float32),
      ]), of: try model())
    #expect(types.multiplyAdds == ["int8": 64, "float32": 32])
    #expect(types.text == "int8 66.7%, float32 33.3%" && types.share(of: "int8") == 64.0 / 96)
    #expect(types.kernels?.map(\.multiplyAdds) == [64, 32])
  }

  @Test func whatNoKernelNamesIsUntold() throws {
    let types = EngineTypes(.told([EngineKernel(node: "first", kernel: "k", type: .int8)]), of: try model())
    #expect(types.multiplyAdds == ["int8": 64, "untold": 32])
  }

  @Test func anEngineThatSaysHowMuchIsBelieved() throws {
    let types = EngineTypes(
      .told([EngineKernel(node: "fused", kernel: "QGemm", type: .int8, multiplyAdds: 90)]), of: try model())
    #expect(types.multiplyAdds == ["int8": 90])
  }

  @Test func aBackendThatDoesNotTellIsHeldToNothing() throws {
    let types = EngineTypes(.untold("it needs a GPU"), of: try model())
    #expect(types.text == "not told by this backend: it needs a GPU" && types.share(of: "int8") == nil)
    #expect(types.warning(asked: "int8") == nil)
    try types.require(1, of: "int8")
  }

  @Test func tooLittleNamesTheKernels() throws {
    let types = EngineTypes(
      .told([
        EngineKernel(node: "first", kernel: "jit_I8", type: .int8),
        EngineKernel(node: "second", kernel: "FusedGemm", type: .float32),
      ]), of: try model())
    try types.require(0.6, of: "int8")
    let error = #expect(throws: EngineShareMissed.self) { try types.require(0.7, of: "int8") }
    #expect(error?.kind == .gate)
    #expect(
      error?.description == """
        66.7% of the engine's compute is int8, must be at least 70.0%
          second runs as float32 (FusedGemm)
          hint: the runtime has no kernels for the rest; lower 'at-least', or build for another target
        """)
  }

  @Test func noneOfWhatWasAskedIsAWarning() throws {
    let types = EngineTypes(
      .told([EngineKernel(node: "all", kernel: "Conv", type: .float32, multiplyAdds: 5)]), of: try model())
    #expect(
      types.warning(asked: "float16")
        == "none of the engine's compute is float16: the runtime does it in float32 100.0%")
    #expect(types.warning(asked: "float32") == nil)
  }
}
