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
    // Its last convolution writes the output, which stays float.
    #expect(try tensors(.onnxruntime) == ["x P1 1", "r P1 2", "c O2 1"])
    let decision = try place(graph, form: .onnxruntime).decisions.last
    #expect(decision?.rule == "O2" && decision?.node == "last")
  }

  /// A search keeps nodes after ranges are measured: what takes a kept node's place must have a range too.
  @Test(arguments: Int8Form.allCases)
  func whateverIsKeptWhatIsQuantizedWasMeasured(form: Int8Form) throws {
    let graph = try model(
      """
      graph main(%x: float32[b,8,8,8]) -> (%y: float32[b,4]) {
        const %w: float32[8,8,1,1] = ramp
        const %v: float32[8,16,1,1] = ramp
        const %g: float32[32,4] = ramp
        %a: float32[b,8,8,8] = Conv(%x, %w) # one
        %ar: float32[b,8,8,8] = Relu(%a) # relu1
        %p: float32[b,8,4,4] = MaxPool(%ar) {kernel_shape=[2,2], strides=[2,2]} # pool
        %b1: float32[b,8,4,4] = Conv(%p, %w) # two
        %c: float32[b,8,4,4] = Conv(%p, %w) # three
        %s: float32[b,8,4,4] = Add(%b1, %c) # sum
        %sr: float32[b,8,4,4] = Relu(%s) # relu2
        %d: float32[b,8,4,4] = Conv(%sr, %w) # four
        %t: float32[b,8,4,4] = Sigmoid(%sr) # gate
        %j: float32[b,16,4,4] = Concat(%d, %t) {axis=1} # join
        %e: float32[b,8,4,4] = Conv(%j, %v) # five
        %q: float32[b,8,2,2] = AveragePool(%e) {kernel_shape=[2,2], strides=[2,2]} # mean
        %f: float32[b,32] = Flatten(%q) # flat
        %z: float32[b,4] = MatMul(%f, %g) # product
        %y: float32[b,4] = Softmax(%z) # scores
      }
      """
    ).graph
    let measured = Set(try place(graph, form: form).tensorsToMeasure)
    let layers = ["one", "two", "three", "four", "five", "product", "sum", "join", "mean"]
    for choice in 0..<1 << layers.count {
      let kept = Set(layers.enumerated().filter { choice >> $0.offset & 1 == 1 }.map(\.element))
      let found = try place(graph, form: form, keep: KeepList(found: kept)).activationTensors
      #expect(measured.isSuperset(of: found), "\(kept.sorted()): \(Set(found).subtracting(measured))")
    }
  }

  /// One range table serves all targets.
  @Test func allFormsTogetherHaveEveryTensor() throws {
    let graph = try model(residual).graph
    let all = Set(try placeForAllForms(graph).activationTensors)
    for form in Int8Form.allCases { #expect(all.isSuperset(of: try place(graph, form: form).activationTensors)) }
    #expect(all == ["x", "r", "c", "s"])
  }

  /// O2: the pool's reader is quantized, and ONNX Runtime moves that up over the pool, to the convolution; it does not move it
  /// over a Flatten.
  @Test(arguments: [
    ("MaxPool", "{kernel_shape=[2, 2]}", ["x P1 x", "p P1 p"]), ("Flatten", "", ["x P1 x", "r O2 r", "p P1 r"]),
  ])
  func aMoveBehindAConvolutionIsOfCodes(op: String, attributes: String, expected: [String]) throws {
    let isFlat = op == "Flatten"
    let text = """
      graph main(%x: float32[b,16,1,1]) -> (%y: float32[?]) {
        const %w: float32[16,16,1,1] = ramp
        const %v: float32[\(isFlat ? "16,16" : "16,16,1,1")] = ramp
        %a: float32[b,16,1,1] = Conv(%x, %w) # conv
        %r: float32[b,16,1,1] = Relu(%a) # relu
        %p: float32[\(isFlat ? "b,16" : "b,16,1,1")] = \(op)(%r) \(attributes) # move
        %c: float32[\(isFlat ? "b,16" : "b,16,1,1")] = \(isFlat ? "MatMul" : "Conv")(%p, %v) # reader
        %y: float32[?] = Sigmoid(%c) # last
      }
      """
    let found = try place(try model(text).graph, form: .onnxruntime).activations.filter { $0.name != "c" }
    #expect(found.map { "\($0.name) \($0.rule) \($0.range)" } == expected)
  }

  /// O2 for products: ONNX Runtime waits for a Q behind a Relu with one reader, and takes the Relu for itself with two.
  @Test(arguments: [(1, ["x P1", "r O2"]), (2, ["x P1"])])
  func aProductsReluWithOneReaderIsQuantized(readers: Int, expected: [String]) throws {
    let text = """
      graph main(%x: float32[b,32]) -> (%y: float32[b,32]) {
        const %w: float32[32,32] = ramp
        const %bias: float32[32] = ramp
        %a: float32[b,32] = MatMul(%x, %w) # product
        %s: float32[b,32] = Add(%a, %bias) # add
        %r: float32[b,32] = Relu(%s) # relu
        %t: float32[b,32] = Sigmoid(%r) # sigmoid
        %y: float32[b,32] = Mul(%t, \(readers == 1 ? "%t" : "%r")) # last
      }
      """
    let found = try place(try model(text).graph, form: .onnxruntime).activations
    #expect(found.map { "\($0.name) \($0.rule)" } == expected)
  }

  /// O3, in the two places where ONNX Runtime makes a Gemm of a product; elsewhere a float Add follows.
  @Test(arguments: [("b,32", true), ("2,4,32", true), ("b,s,32", false)])
  func aBiasOfAProductIsInt32ForOnnxRuntime(shape: String, isInt32: Bool) throws {
    let text = """
      graph main(%x: float32[\(shape)]) -> (%y: float32[\(shape)]) {
        const %w: float32[32,32] = ramp
        const %bias: float32[32] = ramp
        %a: float32[\(shape)] = MatMul(%x, %w) # product
        %y: float32[\(shape)] = Add(%a, %bias) # add
      }
      """
    for form in Int8Form.allCases {
      let graph = try lowered(text) {
        try lowerToInt8(&$0, form: form) { _ in ActivationRange(amax: 1) }
      }.model.graph
      let codes = graph.constant(graph.find("bias_quantized"))
      #expect((codes?.type == .int32) == (isInt32 && form == .onnxruntime))
      guard let codes else { continue }
      let scales = try #require(graph.constant(graph.find("bias_scale"))).elements(as: Float.self)
      for (index, (code, scale)) in zip(codes.elements(as: Int32.self), scales).enumerated() {
        #expect(abs(Float(code) * scale - Float(index)) <= scale / 2)
      }
    }
  }

  /// A channel of the weights that is nearly nothing has a bias that is too many of its steps.
  @Test func aBiasThatInt32DoesNotReachStaysFloat() throws {
    let text = """
      graph main(%x: float32[b,32]) -> (%y: float32[b,32]) {
        const %w: float32[32,32] = ramp(0.0, 1e-20)
        const %bias: float32[32] = ramp(1.0, 1.0)
        %y: float32[b,32] = Gemm(%x, %w, %bias) # product
      }
      """
    let result = try lowered(text) {
      try lowerToInt8(&$0, form: .onnxruntime) { _ in ActivationRange(amax: 1) }
    }
    #expect(result.model.graph.find("bias_quantized") == nil)
    #expect(wiring(result.model.graph).last == "y = Gemm x_dequantized w bias")
  }

  @Test func aTransposedConvolutionStaysFloatForOnnxRuntime() throws {
    let text = """
      graph main(%x: float32[b,16,8,8]) -> (%y: float32[b,16,10,10]) {
        const %w: float32[16,16,3,3] = ramp
        %y: float32[b,16,10,10] = ConvTranspose(%x, %w) # up
      }
      """
    let graph = try model(text).graph
    #expect(try place(graph, form: .onnxruntime).decisions.map(\.rule) == ["O4"])
    #expect(try place(graph, form: .openvino).activationTensors == ["x"])
  }

  /// What is kept computes in float, on floats: no result that it reads is quantized for it.
  @Test func whatIsKeptReadsFloats() throws {
    let graph = try model(residual).graph
    let placement = try place(graph, form: .onnxruntime, keep: KeepList(nodes: ["add"]))
    #expect(placement.activations.map { "\($0.name) \($0.rule) \($0.edges.count)" } == ["x P1 1", "r P1 1"])
  }

  @Test func unsignedActivationsKeepSignedWeights() throws {
    let result = try lowered(residual) {
      try lowerToInt8(&$0, form: .onnxruntime) { _ in ActivationRange(min: -1, max: 3, amax: 3) }
    }
    let graph = result.model.graph
    #expect(graph.constant(graph.find("r_zero_point")) == Tensor(type: .uint8, shape: [], bytes: Bytes([64])))
    #expect(graph[try #require(graph.find("r_quantized"))].type == .uint8)
    #expect(graph[try #require(graph.find("w1_quantized"))].type == .int8)
    #expect(result.report.computeOps == ["int8": 2, "float32": 1])
  }

  /// The rounding is that of the weights as they are stored, which depends on the processor.
  @Test(arguments: ByteProducts.allCases)
  func aBiasTakesOutWhatRoundingAddsToTheMean(products: ByteProducts) throws {
    let float = try model(residual)
    var recipe = QuantizationRecipe(method: "mse")
    recipe.corrections = biasCorrections(
      float.graph, try place(float.graph), means: ["x": [Double](repeating: 1, count: 16)])
    #expect(recipe.corrections.map(\.output) == ["a"])
    var int8 = float
    try recipe.apply(to: &int8, form: .onnxruntime, products: products)
    _ = try lowerToInt8(&int8, form: .onnxruntime, products: products) { _ in ActivationRange(amax: 1) }
    func floats(_ name: String, _ graph: Graph) throws -> [Float] {
      try #require(graph.constant(graph.find(name))).elements(as: Float.self)
    }
    let exact = try floats("w1", float.graph)
    let codes = try #require(int8.graph.constant(int8.graph.find("w1_quantized"))).elements(as: Int8.self)
    let (scales, biases) = (try floats("w1_scale", int8.graph), try floats("a_bias", int8.graph))
    for channel in 0..<16 {
      var shift = 0.0
      for index in channel * 144..<(channel + 1) * 144 {
        shift += Double(codes[index]) * Double(scales[channel]) - Double(exact[index])
      }
      #expect(abs(Double(biases[channel]) + shift) < 1e-3)
    }
  }

  @Test func aNodeThatStaysFloatHasNothingToCorrect() throws {
    let float = try model(residual)
    var recipe = QuantizationRecipe(method: "mse")
    let means = ["x", "r", "s"].map { ($0, [Double](repeating: 1, count: 16)) }
    recipe.corrections = biasCorrections(
      float.graph, try place(float.graph), means: Dictionary(uniqueKeysWithValues: means))
    #expect(recipe.corrections.map(\.output) == ["a", "c", "y"])
    var corrected = float
    try recipe.apply(to: &corrected, form: .onnxruntime)
    #expect(corrected.graph.find("c_bias") != nil && corrected.graph.find("y_bias") == nil)
  }
}
