// V3 and P7: where a Q goes that commutes with what is in front of it.

import IngotCore
import IngotGraph
import Testing

@testable import IngotPrecision

/// - Parameter behind: what else reads the Relu or the pool.
private func pooled(_ behind: String = "") -> String {
  """
  model ir 8 opset ai.onnx 17
  graph main(%x: float32[b,16,8,8]) -> (%y: float32[b,32]\(behind.isEmpty ? "" : ", %z: float32[?]")) {
    const %w: float32[16,16,3,3] = ramp(-1.0, 0.001)
    const %v: float32[256,32] = ramp(-1.0, 0.0001)
    const %s: int64[2] = [0, -1]
    %c: float32[b,16,8,8] = Conv(%x, %w) {pads=[1, 1, 1, 1]} # conv
    %r: float32[b,16,8,8] = Relu(%c) # relu
    %p: float32[b,16,4,4] = MaxPool(%r) {kernel_shape=[2, 2], strides=[2, 2]} # pool
    %f: float32[b,256] = Reshape(%p, %s) # flat
    %y: float32[b,32] = MatMul(%f, %v) # product
    \(behind)
  }
  """
}

private let rows = """
  model ir 8 opset ai.onnx 17
  graph main(%x: int64[b,4]) -> (%y: float32[b,32]) {
    const %t: float32[5,8] = ramp(-126.5, 7.0)
    const %v: float32[32,32] = ramp(-1.0, 0.001)
    %g: float32[b,4,8] = Gather(%t, %x) # rows
    %f: float32[b,32] = Flatten(%g) # flat
    %y: float32[b,32] = MatMul(%f, %v) # product
  }
  """

private func lower(
  _ text: String, _ form: Int8Form, _ products: ByteProducts = .exact, fallback: ElementType = .float32
) throws -> (text: String, report: LoweringReport, model: Model) {
  try lowered(text) { model in
    try lowerToInt8(&model, fallback: fallback, form: form, products: products) { name in
      name == "x" || name == "f" && form == .openvino && text.contains("Gather")
        ? ActivationRange(amax: 127) : ActivationRange(min: 0, max: 1, amax: 1)
    }
  }
}

@Suite struct QuantizerMotionTests {
  /// V3: the convolution's kernel writes codes, and what is behind it moves them.
  @Test func aKernelQuantizesWhatIsPooledBehindIt() throws {
    let result = try lower(pooled(), .openvino)
    #expect(
      wiring(result.model.graph) == [
        "x_quantized = QuantizeLinear x x_scale x_zero_point",
        "x_dequantized = DequantizeLinear x_quantized x_scale x_zero_point",
        "w = DequantizeLinear w_quantized w_scale w_zero_point", "c = Conv x_dequantized w", "r = Relu c",
        "r_quantized = QuantizeLinear r f_scale f_zero_point",
        "r_dequantized = DequantizeLinear r_quantized f_scale f_zero_point",
        "p_dequantized = MaxPool r_dequantized", "f_dequantized = Reshape p_dequantized s",
        "v = DequantizeLinear v_quantized v_scale v_zero_point", "y = MatMul f_dequantized v",
      ])
    var typed = result.model
    try inferShapes(&typed)
    #expect(signature(typed.graph) == signature(result.model.graph))
    // It is an int8 layer all the same, under the tensor that was measured.
    let layer = try #require(result.report.layers.last)
    #expect(layer.node == "product" && layer.type == "int8" && layer.input == "f")
    #expect(result.report.computeOps == ["int8": 2])
  }

  /// V2 and V3: without VNNI the product is a convolution, which needs another shape.
  @Test func itGoesUpOverWhatAConvolutionNeeds() throws {
    let result = try lower(pooled(), .openvino, .saturating)
    let lines = wiring(result.model.graph)
    #expect(lines.contains("r_quantized = QuantizeLinear r f_scale f_zero_point"))
    #expect(lines.contains("f_dequantized_wide = Unsqueeze f_dequantized convolution_axes"))
    #expect(result.report.layers.last?.type == "int8")
  }

  /// ONNX Runtime moves a Q up itself, and wants the DQ right in front of a kernel; TensorRT looks for both.
  @Test(arguments: [Int8Form.onnxruntime, .tensorrt])
  func otherRuntimesMoveItThemselves(form: Int8Form) throws {
    let lines = wiring(try lower(pooled(), form).model.graph)
    #expect(lines.contains("p = MaxPool r") || lines.contains("p = MaxPool r_dequantized"))
    #expect(lines.contains { $0.hasSuffix(" = DequantizeLinear f_quantized f_scale f_zero_point") })
  }

  /// What something else reads in float must be written in float.
  @Test(arguments: ["%z: float32[?] = Sigmoid(%r)", "%z: float32[?] = Sigmoid(%p)", "%z: float32[?] = Sigmoid(%f)"])
  func whatIsReadInFloatStaysFloat(behind: String) throws {
    let lines = wiring(try lower(pooled(behind), .openvino).model.graph)
    #expect(lines.contains("f_quantized = QuantizeLinear f f_scale f_zero_point"))
    #expect(lines.contains("p = MaxPool r"))
  }

  @Test func a16BitFallbackMovesItToo() throws {
    let result = try lower(pooled(), .openvino, fallback: .float16)
    #expect(wiring(result.model.graph).contains("p_dequantized = MaxPool r_dequantized"))
    #expect(result.report.layers.allSatisfy { $0.type == "int8" })
  }

  /// P7: -126.5 and on by 7: halves go to even codes, and what is beyond 127 is clipped.
  @Test func aTableIsStoredInCodes() throws {
    let result = try lower(rows, .openvino)
    #expect(
      wiring(result.model.graph) == [
        "g_quantized = Gather t_quantized x", "f_quantized = Flatten g_quantized",
        "f_dequantized = DequantizeLinear f_quantized f_scale f_zero_point",
        "v = DequantizeLinear v_quantized v_scale v_zero_point", "y = MatMul f_dequantized v",
      ])
    let table = try #require(result.model.graph.find("t_quantized").flatMap { result.model.graph.constant($0) })
    #expect(table.type == .int8 && table.shape == [5, 8])
    let expected = (0..<40).map { Int8(max(-128, min(127, (-126.5 + 7 * Float($0)).rounded(.toNearestOrEven)))) }
    #expect(table.elements(as: Int8.self) == expected && expected.contains(127) && expected[0] == -126)
    #expect(result.report.layers.first?.input == "f" && result.report.layers.first?.type == "int8")
    #expect(result.report.weightBytes["float32"].map { $0 < 32 * 32 } ?? true)
  }

  /// Unsigned codes start at the zero point; TensorRT takes no table of codes.
  @Test func tablesOfOtherForms() throws {
    let unsigned = try lower(rows, .openvino, .saturating).model.graph
    let table = try #require(unsigned.find("t_quantized").flatMap { unsigned.constant($0) })
    #expect(table.type == .uint8 && table.elements(as: UInt8.self).prefix(3) == [1, 8, 15])
    #expect(wiring(try lower(rows, .onnxruntime).model.graph).contains("g_quantized = Gather t_quantized x"))
    #expect(wiring(try lower(rows, .tensorrt).model.graph).contains("g = Gather t x"))
  }

  /// A table that is read in float as well would be stored twice.
  @Test func aTableThatIsReadInFloatStaysFloat() throws {
    let text = rows.replacing("-> (%y: float32[b,32])", with: "-> (%y: float32[b,32], %z: float32[5,8])")
      .replacing("# product", with: "# product\n  %z: float32[5,8] = Sigmoid(%t)")
    #expect(wiring(try lower(text, .openvino).model.graph).contains("g = Gather t x"))
  }
}
