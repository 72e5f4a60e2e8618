// Lowered layers beside the float model: each reads what the float model computes.

import IngotCore
import IngotGraph
import Testing

@testable import IngotPrecision

private let convolutions = """
  graph main(%x: float32[b,16,8,8]) -> (%y: float32[b,16,8,8]) {
    const %w: float32[16,16,3,3] = ramp(-1.0, 0.001)
    const %bias: float32[16] = ramp
    %a: float32[b,16,8,8] = Conv(%x, %w, %bias) # conv1
    %b: float32[b,16,8,8] = Relu(%a) # relu
    %y: float32[b,16,8,8] = Conv(%b, %w, %bias) # conv2
  }
  """

@Suite struct LoweredBesideTests {
  @Test func everyLayerReadsTheFloatModelsTensors() throws {
    let float = try model(convolutions)
    var int8 = float
    _ = try lowerToInt8(&int8) { _ in ActivationRange(amax: 1) }
    let beside = try LoweredBeside(float, int8, nodes: ["conv1", "conv2"])
    #expect(beside.results.map(\.node) == ["conv1", "conv2"])
    #expect(beside.results.map(\.float) == ["a", "y"] && beside.results.map(\.lowered) == ["a_beside", "y_beside"])
    #expect(
      wiring(beside.model.graph) == wiring(float.graph) + [
        "x_quantized_beside = QuantizeLinear x x_scale_beside x_zero_point_beside",
        "x_dequantized_beside = DequantizeLinear x_quantized_beside x_scale_beside x_zero_point_beside",
        "w_beside = DequantizeLinear w_quantized_beside w_scale_beside w_zero_point_beside",
        "a_beside = Conv x_dequantized_beside w_beside bias_beside",
        "b_quantized_beside = QuantizeLinear b b_scale_beside b_zero_point_beside",
        "b_dequantized_beside = DequantizeLinear b_quantized_beside b_scale_beside b_zero_point_beside",
        "y_beside = Conv b_dequantized_beside w_beside bias_beside",
      ])
    #expect(beside.model.graph.verify(requiresOrder: true).isEmpty)
    #expect(beside.model.opsets == int8.opsets)
  }

  /// What is narrow in the lowered model is cast from the float one.
  @Test func narrowTensorsAreCastOnce() throws {
    let float = try model(convolutions)
    var narrow = float
    _ = try lowerToFloat16(&narrow)
    let rounded = try #require(roundingFloat16(narrow))
    let beside = try LoweredBeside(float, rounded.model, nodes: ["relu", "conv2"])
    #expect(beside.results.map(\.float) == ["b", "y"])
    let casts = wiring(beside.model.graph).filter {
      $0.hasPrefix("b_beside = Cast b") || $0.hasPrefix("a_beside = Cast a")
    }
    #expect(casts.count == 2, "\(wiring(beside.model.graph))")
    #expect(beside.model.graph.verify(requiresOrder: true).isEmpty)
  }

  @Test func onlyWhatIsAskedForIsThere() throws {
    let float = try model(convolutions)
    let beside = try LoweredBeside(float, float, nodes: ["nothing"])
    #expect(beside.results.isEmpty && wiring(beside.model.graph) == wiring(float.graph))
  }
}
