// Float8, and weights alone in int4 and int8, on the smallest graphs that show each rule.

import IngotCore
import IngotGraph
import Testing

@testable import IngotPrecision

@Suite struct ScaledLoweringTests {
  private func numbers(_ count: Int) -> String {
    (0..<count).map { "\(Float($0 % 13 - 6) * 0.25)" }.joined(separator: ", ")
  }

  private var product: String {
    """
    graph main(%x: float32[2,64]) -> (%y: float32[2,16]) {
      const %w: float32[64,16] = [\(numbers(1024))]
      %a: float32[2,16] = MatMul(%x, %w) # matmul
      %y: float32[2,16] = Relu(%a) # relu
    }
    """
  }

  @Test func float8QuantizesBothOperands() throws {
    let result = try lowered(product) { try lowerToFloat8(&$0, amax: { $0 == "x" ? 896 : nil }) }
    #expect(
      wiring(result.model.graph) == [
        "x_quantized = QuantizeLinear x x_scale x_zero_point",
        "x_dequantized = DequantizeLinear x_quantized x_scale x_zero_point",
        "w = DequantizeLinear w_quantized w_scale w_zero_point",
        "a = MatMul x_dequantized w",
        "y = Relu a",
      ])
    #expect(result.report.opset == 19)
    #expect(result.report.quantized.map(\.scales.first) == [2, 1.5 / 448])
    #expect(result.text.contains("const %x_zero_point: float8e4m3fn[]"))
    #expect(result.text.contains("const %w_quantized: float8e4m3fn[64,16]"))
    #expect(result.report.requestedShare == 1)
    #expect(result.report.multiplyAdds == ["float8e4m3fn": 2 * 16 * 64])
  }

  @Test(arguments: [ElementType.float16, .bfloat16])
  func theRestTakesTheFallback(fallback: ElementType) throws {
    let result = try lowered(product) { try lowerToFloat8(&$0, fallback: fallback, amax: { _ in 3 }) }
    #expect(result.report.opset == (fallback == .float16 ? 19 : 22))
    let graph = result.model.graph
    #expect(graph.find("w_scale").flatMap { graph[$0].type } == fallback)
    // An input that is float32 is quantized from there.
    #expect(wiring(graph).first == "x_quantized = QuantizeLinear x x_scale x_zero_point")
    #expect(result.report.requestedShare == 1)
  }

  @Test(arguments: [
    ("[24,24,7,7]", "a kernel of 49 taps; float8 takes up to 32"),
    ("[16,24,3,3]", "from 24 to 16 channels; float8 needs more than 16"),
  ])
  func float8HasLimitsOfItsOwn(shape: String, reason: String) throws {
    let sizes = shape.dropFirst().dropLast().split(separator: ",").compactMap { Int($0) }
    let text = """
      graph main(%x: float32[1,24,8,8], %z: float32[2,64]) -> (%y: float32[?,?,?,?], %a: float32[2,16]) {
        const %w: float32[64,16] = [\(numbers(1024))]
        const %k: float32\(shape) = [\(numbers(sizes.reduce(1, *)))]
        %y: float32[?,?,?,?] = Conv(%x, %k) {kernel_shape=[\(sizes[2]),\(sizes[3])]} # conv
        %a: float32[2,16] = MatMul(%z, %w) # matmul
      }
      """
    let result = try lowered(text) { try lowerToFloat8(&$0, amax: { $0 == "z" ? 1 : nil }) }
    #expect(result.report.placement.contains { $0.node == "conv" && $0.rule == "4.4" && $0.reason == reason })
    #expect(result.report.quantized.map(\.tensor) == ["z", "w"])
  }

  @Test func int4HasBlocksAlongTheSum() throws {
    let result = try lowered(product) { try lowerWeights(&$0, to: .int4) }
    #expect(
      wiring(result.model.graph) == [
        "w = DequantizeLinear w_quantized w_scale w_zero_point", "a = MatMul x w", "y = Relu a",
      ])
    let dequantize = try #require(result.model.graph.nodes.first)
    #expect((dequantize.int("axis"), dequantize.int("block_size")) == (0, 64))
    let graph = result.model.graph
    let scale = try #require(graph.find("w_scale").flatMap { graph.constant($0) })
    #expect(scale.shape == [1, 16])
    #expect(result.report.opset == 21)
    #expect(result.report.weightBytes["int4"] == 512 + 8)
    #expect(result.report.quantized.first?.blockSize == 64)
  }

  @Test func aTransposedWeightHasItsBlocksOnTheOtherAxis() throws {
    let text = """
      graph main(%x: float32[2,32]) -> (%y: float32[2,16]) {
        const %w: float32[16,32] = [\(numbers(512))]
        %y: float32[2,16] = Gemm(%x, %w) {transB=1} # gemm
      }
      """
    let result = try lowered(text) { try lowerWeights(&$0, to: .int4, fallback: .float16) }
    let graph = result.model.graph
    let dequantize = try #require(graph.nodes.first { $0.opType == "DequantizeLinear" })
    #expect((dequantize.int("axis"), dequantize.int("block_size")) == (1, 32))
    #expect(graph.find("w_scale").flatMap { graph.constant($0) }.map { "\($0.type) \($0.shape)" } == "float16 [16, 1]")
  }

  @Test func int8WeightsHaveAScalePerChannel() throws {
    let result = try lowered(product) { try lowerWeights(&$0, to: .int8) }
    let graph = result.model.graph
    #expect(graph.find("w_scale").flatMap { graph.constant($0)?.shape } == [16])
    #expect(result.report.opset == 17)
    // Data stays float32, so that is what the product computes in.
    #expect(result.report.computeOps == ["float32": 1])
    #expect(result.report.weightBytes["int8"] == 1024 + 16)
  }

  @Test func whatHasNoWeightIsExplained() throws {
    let text = try refusal(
      of: """
        graph main(%x: float32[2,64], %w: float32[64,16]) -> (%y: float32[2,16]) {
          %y: float32[2,16] = MatMul(%x, %w) # matmul
        }
        """
    ) { try lowerWeights(&$0, to: .int4) }
    #expect(
      text == """
        no operator of the graph can be lowered to int4
          4.4: MatMul: it has no weight in float32 (1)
          hint: shorten 'keep', or ask for another precision
        """)
  }
}
