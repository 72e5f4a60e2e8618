// Q/DQ as it stands in the graph: names, scales, positions, types; and every way in which int8 is refused.

import IngotCore
import IngotGraph
import Testing

@testable import IngotPrecision

private let twoConvolutions = """
  graph main(%x: float32[b,16,8,8]) -> (%y: float32[b,16,8,8]) {
    const %w: float32[16,16,3,3] = ramp(-1.0, 0.001)
    const %bias: float32[16] = ramp
    %a: float32[b,16,8,8] = Conv(%x, %w, %bias) # conv1
    %b: float32[b,16,8,8] = Relu(%a) # relu
    %y: float32[b,16,8,8] = Conv(%b, %w, %bias) # conv2
  }
  """

private let ranges = ["x": ActivationRange(amax: 1.27), "b": ActivationRange(amax: 12.7)]

private func unit(_ tensor: String) -> ActivationRange? { ActivationRange(amax: 1) }

@Suite struct Int8LoweringTests {
  @Test func writesOnePairForEachTensorAndInt8Weights() throws {
    let result = try lowered(twoConvolutions) { try lowerToInt8(&$0) { ranges[$0] } }
    #expect(
      result.text == """
        graph main(%x: float32[b,16,8,8]) -> (%y: float32[b,16,8,8]) {
          const %bias: float32[16] = elided(16)
          const %x_scale: float32[] = [0.01]
          const %x_zero_point: int8[] = [0]
          const %b_scale: float32[] = [0.1]
          const %b_zero_point: int8[] = [0]
          const %w_quantized: int8[16,16,3,3] = elided(2304)
          const %w_scale: float32[16] = elided(16)
          const %w_zero_point: int8[16] = elided(16)
          %x_quantized: int8[b,16,8,8] = QuantizeLinear(%x, %x_scale, %x_zero_point) # x_quantized/QuantizeLinear
          %x_dequantized: float32[b,16,8,8] = DequantizeLinear(%x_quantized, %x_scale, %x_zero_point) \
        # x_dequantized/DequantizeLinear
          %w: float32[16,16,3,3] = DequantizeLinear(%w_quantized, %w_scale, %w_zero_point) {axis=0} # w/DequantizeLinear
          %a: float32[b,16,8,8] = Conv(%x_dequantized, %w, %bias) # conv1
          %b: float32[b,16,8,8] = Relu(%a) # relu
          %b_quantized: int8[b,16,8,8] = QuantizeLinear(%b, %b_scale, %b_zero_point) # b_quantized/QuantizeLinear
          %b_dequantized: float32[b,16,8,8] = DequantizeLinear(%b_quantized, %b_scale, %b_zero_point) \
        # b_dequantized/DequantizeLinear
          %y: float32[b,16,8,8] = Conv(%b_dequantized, %w, %bias) # conv2
        }

        """)
    #expect(result.report.computeOps == ["int8": 2])
    #expect(
      result.report.quantized.map { "\($0.role) \($0.tensor) \($0.rule) \($0.readers)" } == [
        "activation x P1 [\"conv1\"]",
        "activation b P1 [\"conv2\"]",
        "weight w P1 [\"conv1\", \"conv2\"]",
      ])
  }

  @Test func aFloat16FallbackHasFloat16ScalesAndNoCastInside() throws {
    let result = try lowered(twoConvolutions) { try lowerToInt8(&$0, fallback: .float16) { ranges[$0] } }
    #expect(result.model.opsets == ["": 19])
    #expect(result.model.irVersion == 9)
    #expect(
      result.text == """
        graph main(%x: float32[b,16,8,8]) -> (%y: float32[b,16,8,8]) {
          const %bias: float16[16] = elided(16)
          const %x_scale: float32[] = [0.010002136]
          const %x_zero_point: int8[] = [0]
          const %b_scale: float16[] = [0.099975586]
          const %b_zero_point: int8[] = [0]
          const %w_quantized: int8[16,16,3,3] = elided(2304)
          const %w_scale: float16[16] = elided(16)
          const %w_zero_point: int8[16] = elided(16)
          const %x_scale_float16: float16[] = [0.010002136]
          %x_quantized: int8[b,16,8,8] = QuantizeLinear(%x, %x_scale, %x_zero_point) # x_quantized/QuantizeLinear
          %x_dequantized: float16[b,16,8,8] = DequantizeLinear(%x_quantized, %x_scale_float16, %x_zero_point) \
        # x_dequantized/DequantizeLinear
          %w: float16[16,16,3,3] = DequantizeLinear(%w_quantized, %w_scale, %w_zero_point) {axis=0} # w/DequantizeLinear
          %a: float16[b,16,8,8] = Conv(%x_dequantized, %w, %bias) # conv1
          %b: float16[b,16,8,8] = Relu(%a) # relu
          %b_quantized: int8[b,16,8,8] = QuantizeLinear(%b, %b_scale, %b_zero_point) # b_quantized/QuantizeLinear
          %b_dequantized: float16[b,16,8,8] = DequantizeLinear(%b_quantized, %b_scale, %b_zero_point) \
        # b_dequantized/DequantizeLinear
          %y_float16: float16[b,16,8,8] = Conv(%b_dequantized, %w, %bias) # conv2
          %y: float32[b,16,8,8] = Cast(%y_float16) {to=1} # y/Cast
        }

        """)
    #expect(result.report.castsAdded == 1)
    #expect(result.report.clipped.isEmpty)
  }

  @Test func aWeightThatSomethingElseReadsStaysBesideItsInt8Form() throws {
    let result = try lowered(
      """
      graph main(%x: float32[b,16]) -> (%y: float32[b,16], %z: float32[16,16]) {
        const %w: float32[16,16] = ramp
        %y: float32[b,16] = MatMul(%x, %w) # matmul
        %z: float32[16,16] = Relu(%w) # relu
      }
      """
    ) { try lowerToInt8(&$0, range: unit) }
    #expect(
      wiring(result.model.graph) == [
        "x_quantized = QuantizeLinear x x_scale x_zero_point",
        "x_dequantized = DequantizeLinear x_quantized x_scale x_zero_point",
        "w_dequantized = DequantizeLinear w_quantized w_scale w_zero_point",
        "y = MatMul x_dequantized w_dequantized",
        "z = Relu w",
      ])
    #expect(result.text.contains("const %w: float32[16,16]"))
  }

  /// A layer that is kept from int8 takes the fallback; what has the fallback anyway keeps float32.
  @Test(arguments: [KeepList(nodes: ["conv2", "relu"]), KeepList(nodes: ["relu"], found: ["conv2"])])
  func whatIsKeptStaysOneTypeUp(keep: KeepList) throws {
    let result = try lowered(twoConvolutions) {
      try lowerToInt8(&$0, fallback: .float16, keep: keep) { ranges[$0] }
    }
    let graph = result.model.graph
    #expect(result.report.computeOps == ["int8": 1, "float16": 1])
    #expect(result.report.kept.filter { $0.rule == "2a" }.map(\.node) == ["relu"])
    let convolution = try #require(graph.nodes.first { $0.name == "conv2" })
    #expect(convolution.inputs.compactMap { $0.flatMap { graph[$0].type } } == [.float16, .float16, .float16])
  }

  @Test func namesThatAreTakenGetANumber() throws {
    let result = try lowered(
      """
      graph main(%x: float32[b,16], %x_scale: float32[b,16]) -> (%y: float32[b,16], %x_quantized: float32[b,16]) {
        const %w: float32[16,16] = ramp
        %y: float32[b,16] = MatMul(%x, %w) # x_quantized/QuantizeLinear
        %x_quantized: float32[b,16] = Relu(%x_scale) # relu
      }
      """
    ) { try lowerToInt8(&$0, range: unit) }
    #expect(
      wiring(result.model.graph) == [
        "x_quantized_1 = QuantizeLinear x x_scale_1 x_zero_point",
        "x_dequantized = DequantizeLinear x_quantized_1 x_scale_1 x_zero_point",
        "w = DequantizeLinear w_quantized w_scale w_zero_point",
        "y = MatMul x_dequantized w",
        "x_quantized = Relu x_scale",
      ])
    #expect(Set(result.model.graph.nodes.map(\.name)).count == result.model.graph.nodes.count)
  }

  @Test func allMissingRangesAreNamed() throws {
    let text = try refusal(of: twoConvolutions) { try lowerToInt8(&$0) { _ in nil } }
    #expect(
      text == """
        no range was measured for 2 of the tensors to quantize: x, b
          hint: calibrate this model; a range table of another model or of an older one does not fit
        """)
  }

  @Test(arguments: [Float.nan, .infinity, -1])
  func aRangeThatIsNoMagnitudeIsRefused(amax: Float) throws {
    let text = try refusal(of: twoConvolutions) { try lowerToInt8(&$0) { ActivationRange(amax: $0 == "b" ? amax : 1) } }
    #expect(text.hasPrefix("the range of 'b' is \(Double(amax)); a largest magnitude must be finite and not negative"))
  }

  @Test func aWeightWithNaNIsRefused() throws {
    let tail = String(repeating: ", inf", count: 55)
    let text = try refusal(
      of: """
        graph main(%x: float32[b,16]) -> (%y: float32[b,16]) {
          const %w: float32[16,16] = [\(Array(repeating: "0.0", count: 200).joined(separator: ", ")), nan\(tail)]
          %y: float32[b,16] = MatMul(%x, %w) # fc
        }
        """
    ) { try lowerToInt8(&$0, range: unit) }
    #expect(
      text == """
        weight 'w' of node 'fc' has a NaN or Inf at element 200 and cannot be quantized
          hint: repair the model, or keep the node with 'keep: { nodes: ["fc"] }'
        """)
  }

  @Test func nothingToQuantizeIsAnErrorWithTheReasons() throws {
    let text = try refusal(of: twoConvolutions) { try lowerToInt8(&$0, keep: KeepList(ops: ["Conv"]), range: unit) }
    #expect(
      text == """
        no operator of the graph can be lowered to int8
          2a: Conv: kept by 'Conv' (2)
          P9: Relu: Relu stays float (1)
          hint: shorten 'keep', or ask for another precision
        """)
  }

  @Test func aFallbackThatIsNoFloatIsRefused() throws {
    let text = try refusal(of: twoConvolutions) { try lowerToInt8(&$0, fallback: .int4, range: unit) }
    #expect(text == "int4 cannot be used as the fallback of int8")
  }

  @Test func theReportIsTheSameBytesAndReadsBack() throws {
    let result = try lowered(twoConvolutions) { try lowerToInt8(&$0) { ranges[$0] } }
    let text = String(decoding: result.report.json(), as: UTF8.self)
    #expect(text.hasSuffix("}\n"))
    #expect(text.contains(#""precision" : "int8""#))
    #expect(result.report.json() == result.report.json())
  }
}

@Suite struct WeightQuantizationTests {
  private func quantized(_ values: [Float], shape: [Int], axis: Int, type: ElementType = .float32) throws
    -> ScaledWeight
  {
    try ScaledFormat.int8.quantize(Tensor(values, shape: shape), by: .channels(axis: axis), scaleType: type).get()
  }

  @Test func eachChannelHasItsScaleAndHalvesGoToEven() throws {
    // Scales 1 and 2; 0.5, 1.5 and 2.5 steps are ties.
    let result = try quantized([127, 0.5, 1.5, 2.5, -254, -1, 3, 5], shape: [2, 4], axis: 0)
    #expect(result.scales == Tensor([Float(1), 2]))
    #expect(result.values.elements(as: Int8.self) == [127, 0, 2, 2, -127, 0, 2, 2])
    #expect(result.values.shape == [2, 4])
  }

  @Test func channelsMayLieOnAnyAxis() throws {
    let result = try quantized([127, 254, -127, 2, 1, -254], shape: [3, 2], axis: 1)
    #expect(result.scales == Tensor([Float(1), 2]))
    #expect(result.values.elements(as: Int8.self) == [127, 127, -127, 1, 1, -127])
  }

  @Test func aChannelOfZerosHasAPositiveScale() throws {
    let result = try quantized([0, -0.0, 127, 1], shape: [2, 2], axis: 0)
    #expect(result.scales == Tensor([Float(1.0 / 128), 1]))
    #expect(result.zeroGroups == 1)
    #expect(result.values.elements(as: Int8.self) == [0, 0, 127, 1])
  }

  @Test(arguments: [Float.leastNonzeroMagnitude, 1e-38, 1e-20, 1e-6, 1, 1e20, .greatestFiniteMagnitude])
  func scalesArePositiveAndFiniteForEveryMagnitude(amax: Float) throws {
    let scale = ScaledFormat.int8.scale(amax: amax, storedAs: .float32)
    #expect(scale > 0 && scale.isFinite && (1 / scale).isFinite)
    let narrow = ScaledFormat.int8.scale(amax: amax, storedAs: .float16)
    #expect(narrow > 0 && Float(Float16(narrow)) == narrow)
  }

  @Test func float16ScalesAreExactAndWeightsAreRoundedWithThem() throws {
    let result = try quantized([0.1, 0.05], shape: [1, 2], axis: 0, type: .float16)
    #expect(result.scales == Tensor([Float(Float16(0.1 / 127))]))
    #expect(result.values.elements(as: Int8.self) == [127, 64])
  }

  @Test func theFirstElementThatIsNoNumberIsNamed() {
    let result = ScaledFormat.int8.quantize(
      Tensor([1, .infinity, .nan], shape: [3]), by: .channels(axis: 0), scaleType: .float32)
    #expect(throws: NonFiniteElement.self) { try result.get() }
    if case .failure(let element) = result { #expect(element.index == 1) }
  }
}
