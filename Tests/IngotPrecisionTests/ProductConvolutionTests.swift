// V2: products that OpenVINO runs as convolutions where the processor has no VNNI.

import IngotCore
import IngotGraph
import Testing

@testable import IngotPrecision

/// A product of float32[SHAPE] with a matrix of 32 x 48.
private func oneProduct(
  _ shape: String, op: String = "MatMul", attributes: String = "", matrix: String = "32,48", more: String = ""
) -> String {
  let result = shape.split(separator: ",").dropLast().joined(separator: ",")
  return """
    model ir 8 opset ai.onnx 17
    graph main(%x: float32[\(shape)]) -> (%y: float32[\(result),48]) {
      const %w: float32[\(matrix)] = ramp(-1.0, 0.001)
      const %b: float32[48] = ramp
      %y: float32[\(result),48] = \(op)(%x, %w\(more)) \(attributes) # product
    }
    """
}

private func lower(_ model: inout Model) throws -> LoweringReport {
  try lowerToInt8(&model, form: .openvino, products: .saturating) { _ in ActivationRange(amax: 1) }
}

private let pairs = [
  "x_quantized = QuantizeLinear x x_scale x_zero_point",
  "x_dequantized = DequantizeLinear x_quantized x_scale x_zero_point",
  "w = DequantizeLinear w_quantized w_scale w_zero_point",
]

@Suite struct ProductConvolutionTests {
  @Test(arguments: [
    (
      oneProduct("n,32"),
      [
        "x_dequantized_wide = Unsqueeze x_dequantized convolution_axes", "y_channels = Conv x_dequantized_wide w",
        "y = Squeeze y_channels convolution_axes",
      ]
    ),
    (
      oneProduct("n,32", op: "Gemm", attributes: "{transB=1}", matrix: "48,32", more: ", %b"),
      [
        "x_dequantized_wide = Unsqueeze x_dequantized convolution_axes", "y_channels = Conv x_dequantized_wide w b",
        "y = Squeeze y_channels convolution_axes",
      ]
    ),
    (
      oneProduct("n,s,32"),
      [
        "x_dequantized_wide = Unsqueeze x_dequantized convolution_axes",
        "x_dequantized_channels = Transpose x_dequantized_wide", "y_channels = Conv x_dequantized_channels w",
        "y_wide = Transpose y_channels", "y = Squeeze y_wide convolution_axes",
      ]
    ),
    (
      oneProduct("n,s,t,32"),
      [
        "x_dequantized_channels = Transpose x_dequantized", "y_channels = Conv x_dequantized_channels w",
        "y = Transpose y_channels",
      ]
    ),
  ])
  func aProductIsAConvolution(text: String, expected: [String]) throws {
    let result = try lowered(text, lower)
    #expect(Set(wiring(result.model.graph)) == Set(pairs + expected))
    var typed = result.model
    try inferShapes(&typed)
    #expect(signature(typed.graph) == signature(result.model.graph))
    let layer = try #require(result.report.layers.first)
    #expect(layer.node == "product" && layer.op == "Conv" && layer.type == "int8" && layer.input == "x")
    #expect(layer.multiplyAdds == 32 * 48 && layer.rule == "V2")
  }

  /// Scales, weights and what is moved then are in 16 bits.
  @Test func theFallbackMayHave16Bits() throws {
    let result = try lowered(oneProduct("n,s,32")) {
      try lowerToInt8(&$0, fallback: .float16, form: .openvino, products: .saturating) { _ in ActivationRange(amax: 1) }
    }
    var typed = result.model
    try inferShapes(&typed)
    let convolution = try #require(typed.graph.nodes.first { $0.opType == "Conv" })
    #expect(convolution.inputs.allSatisfy { $0.map { typed.graph[$0].type } == .float16 })
    #expect(result.report.layers.first?.type == "int8")
  }

  /// As they are with VNNI, and for other backends.
  @Test func elsewhereProductsStay() throws {
    for (form, products) in [(Int8Form.openvino, ByteProducts.exact), (.onnxruntime, .saturating)] {
      var model = try model(oneProduct("n,s,32"))
      let report = try lowerToInt8(&model, form: form, products: products) { _ in ActivationRange(amax: 1) }
      #expect(report.layers.map(\.op) == ["MatMul"] && report.layers.map(\.rule) == ["P1"])
    }
  }

  /// Int8 is not worth it there: the product stays in the fallback type, and the record says why.
  @Test(arguments: [
    oneProduct("n,s,t,u,32"), oneProduct("n,32", op: "Gemm", attributes: "{alpha=0.5}"),
    oneProduct("n,32", op: "Gemm", attributes: "{beta=0.5}", more: ", %b"),
  ])
  func whatNoConvolutionCanSayStaysFloat(text: String) throws {
    let graph = try model(text).graph
    let placement = try place(graph, form: .openvino, products: .saturating)
    #expect(placement.weights.isEmpty && placement.decisions.map(\.rule) == ["V2"])
    #expect(try place(graph, form: .openvino).decisions.map(\.rule) == ["P1"])
  }

  /// The input is moved once, and one weight of two products is written once.
  @Test func productsShareWhatIsMoved() throws {
    let text = """
      model ir 8 opset ai.onnx 17
      graph main(%x: float32[n,s,32]) -> (%y: float32[n,s,48], %z: float32[n,s,48]) {
        const %w: float32[32,48] = ramp(-1.0, 0.001)
        %y: float32[n,s,48] = MatMul(%x, %w) # first
        %z: float32[n,s,48] = MatMul(%x, %w) # second
      }
      """
    let graph = try lowered(text, lower).model.graph
    let counts = Dictionary(graph.nodes.map { ($0.opType, 1) }, uniquingKeysWith: +)
    #expect(
      counts == ["QuantizeLinear": 1, "DequantizeLinear": 2, "Unsqueeze": 1, "Transpose": 3, "Conv": 2, "Squeeze": 2])
  }

  /// The weights' noise is told as for a product.
  @Test func theReportKnowsWhatRoundingCost() throws {
    let float = try model(oneProduct("n,s,32"))
    var (convolution, plain) = (float, float)
    var report = try lower(&convolution)
    report.measureWeights(from: float.graph, in: convolution.graph)
    var expected = try lowerToInt8(&plain, form: .onnxruntime, products: .saturating) { _ in ActivationRange(amax: 1) }
    expected.measureWeights(from: float.graph, in: plain.graph)
    let (found, wanted) = (report.layers.first?.weightSQNR, expected.layers.first?.weightSQNR)
    #expect(try abs(#require(found) - #require(wanted)) < 1e-9)
  }

  @Test(
    .enabled(if: ReferenceRuntime.library != nil, "no runtimes; `make test` installs them"),
    arguments: [
      ("MatMul", "3,32", "", "32,48", ""), ("Gemm", "3,32", "{transB=1}", "48,32", ", %b"),
      ("MatMul", "2,3,32", "", "32,48", ""),
      ("MatMul", "2,2,3,32", "", "32,48", ""),
    ])
  func itComputesWhatTheProductDoes(op: String, shape: String, attributes: String, matrix: String, more: String) throws
  {
    var convolution = try model(oneProduct(shape, op: op, attributes: attributes, matrix: matrix, more: more))
    var plain = convolution
    _ = try lower(&convolution)
    _ = try lowerToInt8(&plain, form: .openvino) { _ in ActivationRange(amax: 1) }
    let sizes = shape.split(separator: ",").compactMap { Int($0) }
    let values = (0..<sizes.reduce(1, *)).map { Float($0 % 61) / 61 - 0.5 }
    let inputs = ["x": Tensor(values, shape: sizes)]
    let found = try #require(try ReferenceRuntime.run(convolution, inputs)["y"])
    let expected = try #require(try ReferenceRuntime.run(plain, inputs)["y"])
    #expect(found.shape == expected.shape)
    let difference = zip(found.floats ?? [], expected.floats ?? []).map { abs($0 - $1) }.max()
    // Its weights are bounded, so they have half a bit less.
    #expect(try #require(difference) < 0.2)
    #expect(expected.floats?.contains { abs($0) > 2 } ?? false)
  }
}
