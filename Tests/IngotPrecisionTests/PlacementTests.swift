// Each placement rule of qdq-placement.md on the smallest graph that shows it.

import IngotCore
import IngotGraph
import IngotPrecision
import Testing

/// `rule node` for each decision, and `rule tensor -> reader.input …` for each tensor that is quantized.
private func placed(_ text: String, keep: KeepList = KeepList()) throws -> (decisions: [String], tensors: [String]) {
  let graph = try Model(text: text).graph
  let placement = try place(graph, keep: keep)
  let tensors = placement.activations.map { activation in
    let edges = activation.edges.map { "\(graph.nodes[$0.node].name).\($0.input)" }
    return "\(activation.rule) \(activation.name) -> \(edges.joined(separator: " "))"
  }
  #expect(placement.activationTensors == placement.activations.map(\.name))
  return (placement.decisions.map { "\($0.rule) \($0.node): \($0.reason)" }, tensors)
}

private func weightAxes(_ text: String) throws -> [String] {
  try place(Model(text: text).graph).weights.map { "\($0.name) \($0.axis)" }
}

@Suite struct PlacementTests {
  @Test func linearNodesQuantizeBothOperandsAndNotTheirResult() throws {
    let result = try placed(
      """
      graph main(%x: float32[batch,16,8,8]) -> (%y: float32[batch,16,8,8]) {
        const %w: float32[16,16,3,3] = ramp
        %a: float32[batch,16,8,8] = Conv(%x, %w) # conv1
        %b: float32[batch,16,8,8] = Relu(%a) # relu
        %y: float32[batch,16,8,8] = Conv(%b, %w) # conv2
      }
      """)
    #expect(result.tensors == ["P1 x -> conv1.0", "P1 b -> conv2.0"])
    #expect(
      result.decisions == [
        "P1 conv1: data per tensor, weight per channel on axis 0", "P9 relu: Relu stays float",
        "P1 conv2: data per tensor, weight per channel on axis 0",
      ])
  }

  @Test func channelsOfAWeightAreItsOutputs() throws {
    let axes = try weightAxes(
      """
      graph main(%x: float32[batch,32,8,8], %v: float32[batch,32]) \
      -> (%y: float32[batch,16,8,8], %z: float32[batch,16]) {
        const %deconv: float32[32,16,3,3] = ramp
        const %gemm: float32[32,32] = ramp
        const %transposed: float32[32,32] = ramp
        const %matmul: float32[32,16] = ramp
        %y: float32[batch,16,8,8] = ConvTranspose(%x, %deconv) # deconv
        %a: float32[batch,32] = Gemm(%v, %gemm) # gemm
        %b: float32[batch,32] = Gemm(%a, %transposed) {transB=1} # gemmT
        %z: float32[batch,16] = MatMul(%b, %matmul) # matmul
      }
      """)
    #expect(axes == ["deconv 1", "gemm 1", "transposed 0", "matmul 1"])
  }

  @Test func oneTensorWithTwoReadersIsQuantizedOnce() throws {
    let result = try placed(
      """
      graph main(%x: float32[batch,16,8,8]) -> (%y: float32[batch,16,8,8], %z: float32[batch,16,8,8]) {
        const %w: float32[16,16,1,1] = ramp
        const %v: float32[16,16,3,3] = ramp
        %r: float32[batch,16,8,8] = Relu(%x) # relu
        %y: float32[batch,16,8,8] = Conv(%r, %w) # one
        %z: float32[batch,16,8,8] = Conv(%r, %v) # three
      }
      """)
    #expect(result.tensors == ["P1 r -> one.0 three.0"])
  }

  @Test func aShortcutIsQuantizedAndTheConvolutionsPathIsBare() throws {
    let result = try placed(
      """
      graph main(%x: float32[batch,16,8,8]) -> (%y: float32[batch,16,8,8]) {
        const %w: float32[16,16,3,3] = ramp
        %r: float32[batch,16,8,8] = Relu(%x) # stem
        %a: float32[batch,16,8,8] = Conv(%r, %w) # conv1
        %b: float32[batch,16,8,8] = Relu(%a) # relu1
        %c: float32[batch,16,8,8] = Conv(%b, %w) # conv2
        %s: float32[batch,16,8,8] = Add(%c, %r) # add
        %t: float32[batch,16,8,8] = Relu(%s) # relu2
        %y: float32[batch,16,8,8] = Conv(%t, %w) # conv3
      }
      """)
    #expect(result.tensors == ["P1 r -> conv1.0 add.1", "P1 b -> conv2.0", "P1 t -> conv3.0"])
    #expect(result.decisions.contains("P4 add: shortcut 'r' quantized, 'c' bare"))
  }

  @Test func ofTwoConvolutionPathsTheLongerIsBare() throws {
    // The downsampling block of a ResNet: the shortcut has a convolution of its own.
    let result = try placed(
      """
      graph main(%x: float32[batch,16,8,8]) -> (%y: float32[batch,16,8,8]) {
        const %w: float32[16,16,3,3] = ramp
        const %d: float32[16,16,1,1] = ramp
        %r: float32[batch,16,8,8] = Relu(%x) # stem
        %down: float32[batch,16,8,8] = Conv(%r, %d) # down
        %a: float32[batch,16,8,8] = Conv(%r, %w) # conv1
        %b: float32[batch,16,8,8] = Relu(%a) # relu1
        %c: float32[batch,16,8,8] = Conv(%b, %w) # conv2
        %s: float32[batch,16,8,8] = Add(%down, %c) # add
        %y: float32[batch,16,8,8] = Conv(%s, %w) # conv3
      }
      """)
    #expect(result.tensors == ["P1 r -> down.0 conv1.0", "P4 down -> add.0", "P1 b -> conv2.0", "P1 s -> conv3.0"])
  }

  @Test(arguments: [
    // The convolution's own result is on both sides: nothing goes around it.
    ("%g: float32[b,16,8,8] = Tanh(%c) # g\n  %s: float32[b,16,8,8] = Add(%c, %g) # add", "no operand ends a path"),
    ("%s: float32[b,16,8,8] = Add(%c, %x) # add", "an operand is a constant or an input"),
    (
      "const %k: float32[16,1,1] = ramp\n  %s: float32[b,16,8,8] = Add(%c, %k) # add",
      "an operand is a constant or an input"
    ),
    ("%p: float32[b,16,1,1] = GlobalMaxPool(%r) # p\n  %s: float32[b,16,8,8] = Add(%c, %p) # add", "different shapes"),
    ("%p: float32[b,16,8,8] = Exp(%r) # p\n  %s: float32[b,16,8,8] = Add(%p, %r) # add", "no operand ends a path"),
  ])
  func anAddThatIsNoShortcutStaysFloat(lines: String, reason: String) throws {
    let result = try placed(
      """
      graph main(%x: float32[b,16,8,8]) -> (%y: float32[b,16,8,8]) {
        const %w: float32[16,16,3,3] = ramp
        %r: float32[b,16,8,8] = Relu(%x) # relu
        %c: float32[b,16,8,8] = Conv(%r, %w) # conv1
        \(lines)
        %y: float32[b,16,8,8] = Conv(%s, %w) # conv2
      }
      """)
    #expect(result.decisions.contains { $0.contains(" add: ") && $0.contains(reason) }, "\(result.decisions)")
    #expect(!result.tensors.contains { $0.contains("add.") })
  }

  @Test func aSumThatIsAnOutputAndASumBeforeSoftmaxStayFloat() throws {
    let text = { (tail: String) in
      """
      graph main(%x: float32[b,16,8,8]) -> (%y: float32[b,16,8,8]) {
        const %w: float32[16,16,3,3] = ramp
        %r: float32[b,16,8,8] = Relu(%x) # relu
        %c: float32[b,16,8,8] = Conv(%r, %w) # conv
        \(tail)
      }
      """
    }
    let output = try placed(text("%y: float32[b,16,8,8] = Add(%c, %r) # add"))
    #expect(output.decisions.last == "P9 add: its sum is an output of the graph")
    let scores = try placed(
      text("%s: float32[b,16,8,8] = Add(%c, %r) # add\n  %y: float32[b,16,8,8] = Softmax(%s) {axis=-1} # softmax"))
    #expect(scores.decisions.contains("P9 add: adds to the scores of a Softmax"))
  }

  @Test func anAveragePoolIsQuantizedWhereAllItsReadersAre() throws {
    let text = { (op: String, tail: String) in
      """
      graph main(%x: float32[b,16,8,8]) -> (%y: float32[b,16]) {
        const %w: float32[16,16] = ramp
        const %shape: int64[2] = [0, -1]
        %r: float32[b,16,8,8] = Relu(%x) # relu
        %p: float32[b,16,1,1] = \(op)(%r) # pool
        %f: float32[b,16] = Reshape(%p, %shape) # flat
        \(tail)
      }
      """
    }
    let quantized = try placed(text("GlobalAveragePool", "%y: float32[b,16] = Gemm(%f, %w) # fc"))
    #expect(quantized.tensors == ["P6 r -> pool.0", "P1 f -> fc.0"])
    let float = try placed(text("GlobalAveragePool", "%y: float32[b,16] = Tanh(%f) # tanh"))
    #expect(float.tensors.isEmpty)
    #expect(float.decisions.contains("P6 pool: something reads the average in float"))
    let maximum = try placed(text("GlobalMaxPool", "%y: float32[b,16] = Gemm(%f, %w) # fc"))
    #expect(maximum.tensors == ["P1 f -> fc.0"])
  }

  @Test func maxPoolsAndMoversHaveNoPairOfTheirOwn() throws {
    let result = try placed(
      """
      graph main(%x: float32[b,16,8,8]) -> (%y: float32[b,16,4,4]) {
        const %w: float32[16,16,3,3] = ramp
        %p: float32[b,16,4,4] = MaxPool(%x) {kernel_shape=[2,2], strides=[2,2]} # pool
        %t: float32[b,16,4,4] = Transpose(%p) {perm=[0,1,3,2]} # transpose
        %y: float32[b,16,4,4] = Conv(%t, %w) # conv
      }
      """)
    #expect(result.tensors == ["P1 t -> conv.0"])
    #expect(
      result.decisions.prefix(2) == [
        "P6 pool: commutes with Q and DQ", "P7 transpose: only moves elements: commutes with Q and DQ",
      ])
  }

  @Test func siluGatesAndSqueezeExciteStayFloatInside() throws {
    let result = try placed(
      """
      graph main(%x: float32[b,16,8,8]) -> (%y: float32[b,16,8,8]) {
        const %w: float32[16,16,3,3] = ramp
        const %half: float32[] = [0.5]
        %c: float32[b,16,8,8] = Conv(%x, %w) # conv1
        %g: float32[b,16,8,8] = Sigmoid(%c) # sigmoid
        %s: float32[b,16,8,8] = Mul(%c, %g) # silu
        %p: float32[b,16,1,1] = GlobalAveragePool(%s) # pool
        %k: float32[b,16,1,1] = Conv(%p, %v) # fc
        const %v: float32[16,16,1,1] = ramp
        %h: float32[b,16,1,1] = HardSigmoid(%k) # gate
        %e: float32[b,16,8,8] = Mul(%s, %h) # excite
        %q: float32[b,16,8,8] = Mul(%e, %half) # scale
        %y: float32[b,16,8,8] = Conv(%q, %w) # conv2
      }
      """)
    #expect(result.tensors == ["P1 x -> conv1.0", "P6 s -> pool.0", "P1 p -> fc.0", "P1 q -> conv2.0"])
    #expect(
      result.decisions.filter { $0.hasPrefix("P8") } == [
        "P8 silu: SiLU is fused into what it follows", "P8 excite: pointwise: gates and joins stay float",
        "P8 scale: pointwise with a constant",
      ])
  }

  @Test(arguments: [
    ("Conv(%x, %w) # n", "float32[8,4,3,3]", "4", "", true),
    ("Conv(%r, %w) # n", "float32[8,4,3,3]", "4", "a convolution from 4 to 8 channels with kernel [3, 3]", false),
    ("Conv(%x, %w) # n", "float32[16,3,3,3]", "3", "", true),
    ("Conv(%r, %w) # n", "float32[16,3,3,3]", "3", "", true),
    ("Conv(%r, %w) # n", "float32[12,12,3,3]", "12", "a convolution from 12 to 12 channels with kernel [3, 3]", false),
    ("Conv(%r, %w) # n", "float32[16,8,1,3]", "8", "a convolution from 8 to 16 channels with kernel [1, 3]", false),
    ("Conv(%r, %w) {group=32} # n", "float32[32,1,3,3]", "32", "", true),
    (
      "Conv(%r, %w) {group=32} # n", "float32[32,1,1,1]", "32",
      "a grouped convolution of 32 channels with kernel [1, 1]", false
    ),
    ("Conv(%r, %w) {group=2} # n", "float32[32,16,1,1]", "32", "", true),
  ])
  func smallConvolutionsStayFloat(call: String, weight: String, channels: String, reason: String, isQuantized: Bool)
    throws
  {
    let result = try placed(
      """
      graph main(%x: float32[b,\(channels),8,8]) -> (%y: float32[b,?,?,?]) {
        const %w: \(weight) = ramp
        %r: float32[b,\(channels),8,8] = Relu(%x) # relu
        %y: float32[b,?,?,?] = \(call)
      }
      """)
    #expect(result.tensors.isEmpty != isQuantized)
    #expect(isQuantized || result.decisions.last == "P11 n: \(reason)", "\(result.decisions)")
  }

  @Test(arguments: [
    ("[b,32]", "[32,10]", "a product with 32 x 10 weights is too small"),
    ("[b,8]", "[8,32]", "a product with 8 x 32 weights is too small"),
    ("[1,32]", "[32,32]", "one row: a matrix times a vector"), ("[32]", "[32,32]", "one row: a matrix times a vector"),
    ("[1,7,32]", "[32,32]", ""), ("[b,32]", "[32,32]", ""),
  ])
  func smallProductsStayFloat(data: String, weight: String, reason: String) throws {
    let result = try placed(
      """
      graph main(%x: float32\(data)) -> (%y: float32) {
        const %w: float32\(weight) = ramp
        %y: float32 = MatMul(%x, %w) # n
      }
      """)
    #expect(result.tensors.isEmpty == !reason.isEmpty)
    #expect(reason.isEmpty || result.decisions == ["P11 n: \(reason)"], "\(result.decisions)")
  }

  @Test func whatIsNoWeightOrNoFloatIsNotQuantized() throws {
    let result = try placed(
      """
      graph main(%x: float32[b,32,32], %h: float16[b,32]) \
      -> (%y: float32[b,32,32], %z: float32[32,32], %g: float16[b,32]) {
        const %w: float32[32,32] = ramp
        const %half: float16[32,32] = zeros
        %y: float32[b,32,32] = MatMul(%x, %x) # scores
        %z: float32[32,32] = MatMul(%w, %w) # constants
        %g: float16[b,32] = MatMul(%h, %half) # half
      }
      """)
    #expect(result.tensors.isEmpty)
    #expect(
      result.decisions == [
        "4.3 scores: no operand is a constant: products of activations stay float",
        "P1 constants: the data operand is a constant",
      ])
  }

  @Test func keptNodesAreLeftOutAndSaySo() throws {
    let text = """
      graph main(%x: float32[b,16,8,8]) -> (%y: float32[b,16,8,8]) {
        const %w: float32[16,16,3,3] = ramp
        %a: float32[b,16,8,8] = Conv(%x, %w) # /body/conv
        %y: float32[b,16,8,8] = Conv(%a, %w) # /head/conv
      }
      """
    let result = try placed(text, keep: KeepList(nodes: ["/head/*"]))
    #expect(result.tensors == ["P1 x -> /body/conv.0"])
    #expect(result.decisions.last == "2a /head/conv: kept by '/head/*'")
  }

  @Test func aModelThatIsQuantizedAlreadyIsRefused() throws {
    let graph = try Model(
      text: """
        graph main(%x: float32[4]) -> (%y: int8[4]) {
          const %s: float32[] = [0.5]
          const %z: int8[] = [0]
          %y: int8[4] = QuantizeLinear(%x, %s, %z) # q
        }
        """
    ).graph
    let error = #expect(throws: PrecisionError.self) { try place(graph) }
    #expect(
      error?.description == """
        the model is quantized already: node 'q' is a QuantizeLinear
          hint: give the float model that it was made from, or build this one with the precision that it has
        """)
    #expect(error?.kind == .input)
  }
}
