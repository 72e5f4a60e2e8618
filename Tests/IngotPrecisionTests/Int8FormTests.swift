// What int8 looks like for each family of backends.

import IngotCore
import IngotGraph
import Testing

@testable import IngotPrecision

private let residual = """
  graph main(%x: float32[b,16,8,8]) -> (%y: float32[b,16,8,8]) {
    const %w1: float32[16,16,3,3] = ramp
    const %w2: float32[16,16,3,3] = ramp
    const %w3: float32[16,16,3,3] = ramp
    %a: float32[b,16,8,8] = Conv(%x, %w1) {pads=[1, 1, 1, 1]} # first
    %r: float32[b,16,8,8] = Relu(%a) # relu
    %c: float32[b,16,8,8] = Conv(%r, %w2) {pads=[1, 1, 1, 1]} # second
    %s: float32[b,16,8,8] = Add(%c, %r) # add
    %y: float32[b,16,8,8] = Conv(%s, %w3) {pads=[1, 1, 1, 1]} # last
  }
  """

@Suite struct Int8FormTests {
  @Test(
    arguments: [
      (ActivationRange(min: 0, max: 2.55, amax: 2.55), "uint8 0.01 0", "int8 0.02007874 0"),
      (ActivationRange(min: -0.51, max: 2.04, amax: 2.04), "uint8 0.01 51", "int8 0.016062992 0"),
      (ActivationRange(min: -5, max: 5, amax: 1.275), "uint8 0.01 128", "int8 0.01003937 0"),
      (ActivationRange(min: -2.55, max: -1, amax: 2.55), "uint8 0.01 255", "int8 0.02007874 0"),
      (ActivationRange(min: 0, max: 0, amax: 0), "uint8 0.0078125 0", "int8 0.0078125 0"),
    ])
  func codesSpanTheRange(range: ActivationRange, unsigned: String, signed: String) {
    for form in Int8Form.allCases {
      let codes = ActivationCodes(range, form: form, scaleType: .float32)
      let isUnsigned = form == .onnxruntime || form == .openvino && range.min >= 0
      #expect("\(codes.type) \(codes.scale) \(codes.zeroPoint)" == (isUnsigned ? unsigned : signed))
    }
  }

  /// P4 leaves the convolution's path bare; O2 has every reader of a convolution read it quantized.
  @Test func resultsOfConvolutionsAreQuantizedForOnnxRuntimeOnly() throws {
    let graph = try model(residual).graph
    func tensors(_ form: Int8Form) throws -> [String] {
      try place(graph, form: form).activations.map { "\($0.name) \($0.rule) \($0.edges.count)" }
    }
    #expect(try tensors(.tensorrt) == ["x P1 1", "r P1 2", "s P1 1"])
    #expect(try tensors(.openvino) == ["x P1 1", "r P1 2", "s P1 1"])
    #expect(try tensors(.onnxruntime) == ["x P1 1", "r P1 2", "c O2 1", "s P1 1"])
  }

  /// What is kept computes in float, on floats: no result that it reads is quantized for it.
  @Test func whatIsKeptReadsFloats() throws {
    let graph = try model(residual).graph
    let placement = try place(graph, form: .onnxruntime, keep: KeepList(nodes: ["add"]))
    #expect(placement.activations.map { "\($0.name) \($0.rule) \($0.edges.count)" } == ["x P1 1", "r P1 1", "s P1 1"])
  }

  @Test func unsignedActivationsKeepSignedWeights() throws {
    let result = try lowered(residual) {
      try lowerToInt8(&$0, form: .onnxruntime) { _ in ActivationRange(min: -1, max: 3, amax: 3) }
    }
    let graph = result.model.graph
    #expect(graph.constant(graph.find("r_zero_point")) == Tensor(type: .uint8, shape: [], bytes: Bytes([64])))
    #expect(graph[try #require(graph.find("r_quantized"))].type == .uint8)
    #expect(graph[try #require(graph.find("w1_quantized"))].type == .int8)
    #expect(result.report.computeOps == ["int8": 3])
  }

  @Test func aBiasTakesOutWhatRoundingAddsToTheMean() throws {
    let model = try model(residual)
    let placement = try place(model.graph)
    let means = ["x": [Double](repeating: 1, count: 16)]
    let corrections = biasCorrections(model.graph, placement, means: means)
    #expect(corrections.map(\.output) == ["a"])
    let weights = try #require(model.graph.constant(model.graph.find("w1")))
    let quantized = try ScaledFormat.int8.quantize(weights, by: .channels(axis: 0), scaleType: .float32).get()
    let (exact, codes) = (weights.elements(as: Float.self), quantized.values.elements(as: Int8.self))
    let scales = quantized.scales.elements(as: Float.self)
    for channel in 0..<16 {
      var shift = 0.0
      for index in channel * 144..<(channel + 1) * 144 {
        shift += Double(codes[index]) * Double(scales[channel]) - Double(exact[index])
      }
      #expect(abs(Double(corrections[0].values[channel]) + shift) < 1e-3)
    }
  }
}
