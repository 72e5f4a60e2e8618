// C1: a constant taken from lopsided values before they are quantized, and given back behind the layers.

import IngotCore
import IngotGraph
import Testing

@testable import IngotPrecision

/// Gelu reaches down to -0.17 only.
private let lopsided = ActivationRange(min: -0.17, max: 3.83, amax: 3.83)

private func layer(_ node: String, weight: String, data: String = "3,32", result: String = "3,16") -> String {
  """
  model ir 8 opset ai.onnx 17
  graph main(%x: float32[\(data)]) -> (%y: float32[\(result)]) {
    const %w: float32[\(weight)] = ramp(-0.25, 0.001)
    const %b: float32[16] = ramp(0.5, 0.125)
    %y: float32[\(result)] = \(node) # layer
  }
  """
}

private let product = layer("MatMul(%x, %w)", weight: "32,16")
private let gemm = layer("Gemm(%x, %w, %b) {transB=1}", weight: "16,32")
private let places = ("2,16,3,3", "2,16,3,3")
private let pointwise = layer("Conv(%x, %w, %b)", weight: "16,16,1,1", data: places.0, result: places.1)
private let pointwiseBare = layer("Conv(%x, %w)", weight: "16,16,1,1", data: places.0, result: places.1)
private let padded = layer(
  "Conv(%x, %w, %b) {pads=[1, 1, 1, 1]}", weight: "16,16,3,3", data: places.0, result: places.1)
private let inside = layer("Conv(%x, %w, %b)", weight: "16,16,3,3", data: "2,16,5,5", result: places.1)
private let samePadded = layer(
  "Conv(%x, %w, %b) {auto_pad=\"SAME_UPPER\"}", weight: "16,16,3,3", data: places.0, result: places.1)
private let scaled = layer("Gemm(%x, %w, %b) {alpha=2.0}", weight: "32,16")

private func lower(
  _ form: Int8Form, _ range: ActivationRange = lopsided, products: ByteProducts = .exact
) -> (inout Model) throws -> LoweringReport {
  { model in try lowerToInt8(&model, form: form, products: products) { _ in range } }
}

@Suite struct CenteringTests {
  @Test(arguments: [
    (product, ["y_of_centered = MatMul x_dequantized w", "y = Add y_of_centered y_center_share"]),
    (gemm, ["y = Gemm x_dequantized w b"]),
    (pointwise, ["y = Conv x_dequantized w b"]),
    (pointwiseBare, ["y = Conv x_dequantized w y_bias"]),
    (inside, ["y = Conv x_dequantized w b"]),
  ])
  func whatIsTakenIsGivenBack(text: String, layer: [String]) throws {
    for form in [Int8Form.tensorrt, .openvino] {
      let result = try lowered(text, lower(form))
      #expect(
        wiring(result.model.graph) == [
          "x_centered = Add x x_center", "x_quantized = QuantizeLinear x_centered x_scale x_zero_point",
          "x_dequantized = DequantizeLinear x_quantized x_scale x_zero_point",
          "w = DequantizeLinear w_quantized w_scale w_zero_point",
        ] + layer)
      let activation = try #require(result.report.quantized.first)
      #expect(activation.rule == "C1" && activation.center == (form == .tensorrt ? (3.83 - 0.17) / 2 : -0.17))
    }
  }

  /// Zeros around an image are not the constant, and a product that is doubled would double it.
  @Test(arguments: [padded, samePadded, scaled])
  func whereItCannotBeGivenBackNothingIsTaken(text: String) throws {
    let result = try lowered(text, lower(.tensorrt))
    #expect(!result.text.contains("_center") && result.report.quantized[0].center == nil)
  }

  /// Values without a sign, values that reach nearly as far to both sides, and values that are clipped to as far.
  @Test(arguments: [
    ActivationRange(min: 0, max: 4, amax: 4), ActivationRange(min: -3, max: 4, amax: 4),
    ActivationRange(min: -0.17, max: 9, amax: 0.17),
  ])
  func otherRangesAreLeftAlone(range: ActivationRange) throws {
    #expect(try !lowered(product, lower(.tensorrt, range)).text.contains("_center"))
  }

  @Test func zeroPointsAndShortFloatsNeedNoCenter() throws {
    #expect(try !lowered(product, lower(.onnxruntime)).text.contains("_center"))
    // A matrix has a zero point there.
    #expect(try !lowered(product, lower(.openvino, products: .saturating)).text.contains("_center"))
    let short = try lowered(product) { model in try lowerToInt8(&model, fallback: .bfloat16) { _ in lopsided } }
    #expect(!short.text.contains("_center"))
  }

  /// What the residual's Add reads keeps its values.
  @Test func aTensorWithAnotherReaderIsLeftAlone() throws {
    let text = """
      graph main(%x: float32[b,16,8,8]) -> (%y: float32[b,16,8,8]) {
        const %w1: float32[16,16,1,1] = ramp
        const %w2: float32[16,16,1,1] = ramp
        const %w3: float32[16,16,1,1] = ramp
        %a: float32[b,16,8,8] = Conv(%x, %w1) # first
        %r: float32[b,16,8,8] = Elu(%a) # elu
        %c: float32[b,16,8,8] = Conv(%r, %w2) # second
        %s: float32[b,16,8,8] = Add(%c, %r) # add
        %y: float32[b,16,8,8] = Conv(%s, %w3) # last
      }
      """
    let report = try lowered(text, lower(.tensorrt)).report
    let centered = report.quantized.filter { $0.role == .activation }.map { ($0.tensor, $0.center != nil) }
    #expect(centered.map(\.0) == ["x", "r", "s"] && centered.map(\.1) == [true, false, true])
  }

  /// Branches and result have one scale, so that the Concat moves codes.
  @Test func whatAConcatWritesKeepsTheScaleOfItsBranches() throws {
    let text = """
      graph main(%x: float32[b,16,8,8], %z: float32[b,16,8,8]) -> (%y: float32[b,16,8,8]) {
        const %w: float32[16,32,1,1] = ramp(-0.25, 0.001)
        %j: float32[b,32,8,8] = Concat(%x, %z) {axis=1} # concat
        %y: float32[b,16,8,8] = Conv(%j, %w) # layer
      }
      """
    let report = try lowered(text, lower(.tensorrt)).report
    let activations = report.quantized.filter { $0.role == .activation }
    #expect(activations.map(\.tensor) == ["x", "z", "j"] && activations.allSatisfy { $0.center == nil })
    #expect(Set(activations.map(\.scales)).count == 1)
  }

  /// An infinite constant would be all that is left.
  @Test func aCenterThatFloat16CannotHoldIsNotTaken() throws {
    let range = ActivationRange(min: -1, max: 140_000, amax: 140_000)
    let short = try lowered(product) { model in try lowerToInt8(&model, fallback: .float16) { _ in range } }
    #expect(!short.text.contains("_center"))
    #expect(try lowered(product, lower(.tensorrt, range)).text.contains("_center"))
  }

  /// Two layers with one matrix and one bias: each gets its own share, and neither the other's.
  @Test func whatIsSharedIsGivenBackOnceToEach() throws {
    let text = """
      graph main(%x: float32[3,32], %z: float32[3,32]) -> (%y: float32[3,16], %v: float32[3,16]) {
        const %w: float32[32,16] = ramp(-0.25, 0.001)
        const %b: float32[16] = ramp(0.5, 0.125)
        %y: float32[3,16] = Gemm(%x, %w, %b) # first
        %v: float32[3,16] = Gemm(%z, %w, %b) # second
      }
      """
    let graph = try lowered(text) { model in
      try lowerToInt8(&model) { $0 == "x" ? lopsided : ActivationRange(amax: 4) }
    }.model.graph
    let gemms = graph.nodes.filter { $0.opType == "Gemm" }
    let biases = gemms.map { $0.inputs[2].map { graph[$0].name } ?? "" }
    #expect(biases == ["y_bias", "b"])
    #expect(graph.find("b").flatMap(graph.constant)?.floats?.first == 0.5)
  }
}

@Suite(.enabled(if: ReferenceRuntime.library != nil, "no runtimes; `make test` installs them"))
struct CenteredRunTests {
  /// The codes have half the step: the noise of the data falls to a quarter. In float16 too.
  @Test(arguments: [product, gemm, pointwise, pointwiseBare, inside], [ElementType.float32, .float16])
  func centeredCodesAreFiner(text: String, fallback: ElementType) throws {
    var original = try model(text)
    // Weights of both signs that int8 holds exactly: all noise is that of the data.
    let weight = try #require(original.graph.find("w"))
    let sizes = try #require(original.graph.constant(weight)?.shape)
    let weights = (0..<sizes.reduce(1, *)).map { Float($0 * 7919 % 257 < 128 ? 0.5 : -0.5) }
    original.graph[weight].initializer = Initializer(Tensor(weights, shape: sizes))
    let input = original.graph[try #require(original.graph.inputs.first)]
    let shape = try #require(input.shape).compactMap(\.size)
    let count = shape.reduce(1, *)
    // From -0.17 to 3.83, without order.
    var state: UInt32 = 1
    let x = Tensor(
      (0..<count).map { _ in
        state = state &* 1_664_525 &+ 1_013_904_223
        return Float(state >> 16) / 65535 * 4 - 0.17
      }, shape: shape)
    let exact = try #require(try ReferenceRuntime.run(original, ["x": x])["y"]?.floats)
    func noise(_ range: ActivationRange) throws -> Double {
      var model = original
      _ = try lowerToInt8(&model, fallback: fallback) { _ in range }
      let found = try #require(try ReferenceRuntime.run(model, ["x": x])["y"]?.floats)
      return zip(exact, found).reduce(0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
    }
    let (centered, symmetric) = (try noise(lopsided), try noise(ActivationRange(amax: lopsided.amax)))
    #expect(centered < 0.5 * symmetric, "\(centered), \(symmetric)")
  }
}
