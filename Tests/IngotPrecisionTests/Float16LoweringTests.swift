// Each rule of fp16-lowering.md on the smallest graph that shows it.

import IngotCore
import IngotGraph
import Testing

@testable import IngotPrecision

@Suite struct Float16LoweringTests {
  @Test func convertsWeightsAndKeepsTheTypesOfInputsAndOutputs() throws {
    let result = try lowered(
      """
      graph main(%x: float32[batch,1,4,4]) -> (%y: float32[batch,2,4,4]) {
        const %w: float32[2,1,1,1] = [1.5, -2.0]
        const %b: float32[2] = [0.25, 0.5]
        %a: float32[batch,2,4,4] = Conv(%x, %w, %b) {kernel_shape=[1,1]} # conv
        %y: float32[batch,2,4,4] = Relu(%a) # relu
      }
      """
    ) { try lowerToFloat16(&$0) }
    #expect(
      result.text == """
        graph main(%x: float32[batch,1,4,4]) -> (%y: float32[batch,2,4,4]) {
          const %w: float16[2,1,1,1] = [1.5, -2.0]
          const %b: float16[2] = [0.25, 0.5]
          %x_float16: float16[batch,1,4,4] = Cast(%x) {to=10} # x_float16/Cast
          %a: float16[batch,2,4,4] = Conv(%x_float16, %w, %b) {kernel_shape=[1,1]} # conv
          %y_float16: float16[batch,2,4,4] = Relu(%a) # relu
          %y: float32[batch,2,4,4] = Cast(%y_float16) {to=1} # y/Cast
        }

        """)
    #expect(result.report.castsAdded == 2)
    #expect(result.report.computeOps == ["float16": 1])
    #expect(result.report.weightBytes == ["float16": 8])
    #expect(result.report.requestedShare == 1)
  }

  @Test func aKeptNodeReadsAndWritesFloat32ThroughSharedCasts() throws {
    // rule 2a and 6: two kept readers share one cast, two narrow readers share another
    let result = try lowered(
      """
      graph main(%x: float32[2,4]) -> (%y: float32[2,4], %z: float32[2,4]) {
        %a: float32[2,4] = Relu(%x) # r0
        %b: float32[2,4] = Exp(%a) # /head/exp
        %c: float32[2,4] = Sqrt(%a) # /head/sqrt
        %d: float32[2,4] = Mul(%b, %c) # /head/mul
        %y: float32[2,4] = Tanh(%d) # t1
        %z: float32[2,4] = Neg(%d) # t2
      }
      """
    ) { try lowerToFloat16(&$0, options: FloatOptions(keep: KeepList(nodes: ["/head/*"]))) }
    #expect(
      wiring(result.model.graph) == [
        "x_float16 = Cast x",
        "a = Relu x_float16",
        "a_float32 = Cast a",
        "b = Exp a_float32",
        "c = Sqrt a_float32",
        "d = Mul b c",
        "d_float16 = Cast d",
        "y_float16 = Tanh d_float16",
        "y = Cast y_float16",
        "z_float16 = Neg d_float16",
        "z = Cast z_float16",
      ])
    #expect(
      result.report.kept.map { "\($0.node) \($0.rule) \($0.reason)" } == [
        "/head/exp 2a kept by '/head/*'", "/head/sqrt 2a kept by '/head/*'", "/head/mul 2a kept by '/head/*'",
      ])
  }

  @Test func aSharedConstantIsConvertedForEachKindOfReader() throws {
    let result = try lowered(
      """
      graph main(%x: float32[2]) -> (%y: float32[2], %z: float32[2]) {
        const %c: float32[2] = [1.0, 2.0]
        %y: float32[2] = Add(%x, %c) # narrow
        %z: float32[2] = Mul(%x, %c) # full
      }
      """
    ) { try lowerToFloat16(&$0, options: FloatOptions(keep: KeepList(nodes: ["full"]))) }
    #expect(
      result.text == """
        graph main(%x: float32[2]) -> (%y: float32[2], %z: float32[2]) {
          const %c: float32[2] = [1.0, 2.0]
          const %c_float16: float16[2] = [1.0, 2.0]
          %x_float16: float16[2] = Cast(%x) {to=10} # x_float16/Cast
          %y_float16: float16[2] = Add(%x_float16, %c_float16) # narrow
          %y: float32[2] = Cast(%y_float16) {to=1} # y/Cast
          %z: float32[2] = Mul(%x, %c) # full
        }

        """)
  }

  @Test func aConstantOverTheRangeKeepsItsReader() throws {
    let result = try lowered(
      """
      graph main(%x: float32[2]) -> (%y: float32[2]) {
        const %c: float32[2] = [70000.0, 1.0]
        %a: float32[2] = Mul(%x, %c) # big
        %y: float32[2] = Relu(%a) # relu
      }
      """
    ) { try lowerToFloat16(&$0) }
    #expect(result.report.kept.map { "\($0.rule) \($0.reason)" } == ["2b 'c' has values over 65504"])
    #expect(result.report.clipped.isEmpty)
  }

  @Test(arguments: ["-1e9", "-3.4e38", "-inf"])
  func aMaskStaysAsItIsWithTheSoftmaxBehindIt(value: String) throws {
    // rules 5 and 8: nothing is clipped, and a row with nothing left in it gives what it gave
    let result = try lowered(
      """
      graph main(%x: float32[2,2]) -> (%y: float32[2,2]) {
        const %mask: float32[2,2] = [0.0, \(value), 0.0, 0.0]
        %s: float32[2,2] = MatMul(%x, %x) # scores
        %a: float32[2,2] = Add(%s, %mask) # mask
        %b: float32[2,2] = Reshape(%a, %shape) # same
        %p: float32[2,2] = Softmax(%b) {axis=-1} # softmax
        %y: float32[2,2] = MatMul(%p, %x) # values
      }
      """.replacing("const %mask", with: "const %shape: int64[2] = [2, 2]\n  const %mask")
    ) { try lowerToFloat16(&$0) }
    #expect(
      wiring(result.model.graph) == [
        "x_float16 = Cast x", "s = MatMul x_float16 x_float16", "s_float32 = Cast s", "a = Add s_float32 mask",
        "b = Reshape a shape", "p = Softmax b", "p_float16 = Cast p", "y_float16 = MatMul p_float16 x_float16",
        "y = Cast y_float16",
      ])
    #expect(result.report.kept.map { "\($0.node) \($0.rule)" } == ["mask 8", "same 8", "softmax 8"])
    #expect(result.report.clipped.isEmpty)
  }

  @Test func boundsOutsideTheRangeAreClippedAndReported() throws {
    let result = try lowered(
      """
      graph main(%x: float32[4]) -> (%y: float32[4]) {
        const %low: float32[] = [-3.4e38]
        const %high: float32[] = [70000.0]
        %y: float32[4] = Clip(%x, %low, %high) # clip
      }
      """
    ) { try lowerToFloat16(&$0) }
    #expect(result.text.contains("const %low: float16[] = [-65504.0]"))
    #expect(result.text.contains("const %high: float16[] = [65504.0]"))
    #expect(
      result.report.clipped == [
        ClippedTensor(tensor: "high", clipped: 1, raised: 0), ClippedTensor(tensor: "low", clipped: 1, raised: 0),
      ])
    #expect(result.report.kept.isEmpty)
  }

  @Test func whatWasMeasuredToBeLargeKeepsItsNodes() throws {
    let text = """
      graph main(%x: float32[4]) -> (%y: float32[4]) {
        %a: float32[4] = Relu(%x) # small
        %b: float32[4] = Mul(%a, %a) # large
        %c: float32[4] = Sqrt(%b) # reads
        %y: float32[4] = Neg(%c) # back
      }
      """
    let measured: [String: Float] = ["x": 30, "a": 30, "b": 900, "c": .nan, "y": 30]
    let result = try lowered(text) { try lowerToFloat16(&$0, amax: { measured[$0] }) }
    #expect(
      result.report.kept.map { "\($0.node) \($0.rule) \($0.reason)" } == [
        "large 2c 'b' was measured up to 900.0, over 512.0", "reads 2c 'b' was measured up to 900.0, over 512.0",
        "back 2c 'c' was measured up to nan, over 512.0",
      ])
    #expect(result.report.activationsMeasured == true)
    let unmeasured = try lowered(text) { try lowerToFloat16(&$0) }
    #expect(unmeasured.report.kept.isEmpty)
    #expect(unmeasured.report.activationsMeasured == false)
    let allowed = try lowered(text) {
      try lowerToFloat16(&$0, options: FloatOptions(activationLimit: 1000), amax: { $0 == "c" ? 1 : measured[$0] })
    }
    #expect(allowed.report.kept.isEmpty)
    // bfloat16 has float32's range
    let wide = try lowered(text) { try lowerToFloat16(&$0, type: .bfloat16, amax: { measured[$0] }) }
    #expect(wide.report.kept.isEmpty)
  }

  @Test func longSumsKeepFloat32WhereALimitIsAskedFor() throws {
    let text = """
      graph main(%x: float32[1,64,8,8]) -> (%y: float32[1,64,1,1]) {
        const %w: float32[64,64,1,1]
        const %v: float32[64,1,3,3]
        %a: float32[1,64,8,8] = Conv(%x, %w) {kernel_shape=[1,1]} # long
        %b: float32[1,64,8,8] = Conv(%a, %v) {kernel_shape=[3,3], pads=[1,1,1,1], group=64} # short
        %y: float32[1,64,1,1] = ReduceMean(%b) {axes=[2,3]} # mean
      }
      """
    let values = (0..<4096).map { "\($0 % 7)" }.joined(separator: ", ")
    let filled = text.replacing("[64,64,1,1]\n", with: "[64,64,1,1] = [\(values)]\n").replacing(
      "[64,1,3,3]\n", with: "[64,1,3,3] = [\((0..<576).map { _ in "1" }.joined(separator: ", "))]\n")
    let result = try lowered(filled) { try lowerToFloat16(&$0, options: FloatOptions(depthLimit: 63)) }
    #expect(
      result.report.kept.map { "\($0.node) \($0.rule) \($0.reason)" } == [
        "long 2d it adds up 64 numbers, over 63", "mean 2d it adds up 64 numbers, over 63",
      ])
  }

  @Test func inputsAndOutputsTakeTheTypeWhereTheyAreNamed() throws {
    let text = """
      graph main(%x: float32[2], %z: float32[2]) -> (%y: float32[2], %e: float32[2]) {
        %a: float32[2] = Add(%x, %z) # add
        %y: float32[2] = Relu(%a) # relu
        %e: float32[2] = LpNormalization(%a) # norm
      }
      """
    var lowered = try model(text)
    _ = try lowerToFloat16(&lowered, options: FloatOptions(ports: ["x", "y", "e"]))
    #expect(lowered.graph.verify(requiresOrder: true).isEmpty)
    #expect(
      signature(lowered.graph) == [
        "x float16 [2]", "z float32 [2]", "y float16 [2]", "e float16 [2]",
      ])
    #expect(
      wiring(lowered.graph) == [
        "z_float16 = Cast z", "a = Add x z_float16", "a_float32 = Cast a", "y = Relu a",
        "e_float32 = LpNormalization a_float32", "e = Cast e_float32",
      ])
    let wrong = try refusal(of: text) { try lowerToFloat16(&$0, options: FloatOptions(ports: ["yy"])) }
    #expect(wrong.hasPrefix("io: input or output pattern 'yy' matches nothing in the graph"))
  }

  @Test func tinyNumbersKeepTheirSignAndInfinitiesStay() throws {
    let result = try lowered(
      """
      graph main(%x: float32[4]) -> (%y: float32[4]) {
        const %c: float32[4] = [1e-12, -1e-12, inf, nan]
        %y: float32[4] = Add(%x, %c) # add
      }
      """
    ) { try lowerToFloat16(&$0) }
    #expect(result.report.clipped == [ClippedTensor(tensor: "c", clipped: 0, raised: 2)])
    #expect(result.text.contains("const %c: float16[4] = [5.9604645e-08, -5.9604645e-08, inf, nan]"))
  }

  @Test(arguments: [
    ("NonMaxSuppression(%x, %x)", "int64", "3"), ("CumSum(%x, %axis)", "float32", "3"),
    ("TopK(%x, %k)", "float32", "3"),
    ("LpNormalization(%x)", "float32", "8"), ("Gelu(%x)", "float32", "2f"), ("com.example::Thing(%x)", "float32", "2f"),
    ("DynamicQuantizeLinear(%x)", "uint8", "2f"),
  ])
  func operatorsThatNeedFloat32KeepIt(call: String, type: String, rule: String) throws {
    let result = try lowered(
      """
      graph main(%x: float32[4], %k: int64[1], %axis: int64) -> (%y: \(type)[4], %z: float32[4]) {
        %y: \(type)[4] = \(call) # node
        %z: float32[4] = Relu(%x) # relu
      }
      """
    ) { try lowerToFloat16(&$0) }
    #expect(result.report.kept.map { "\($0.node) \($0.rule)" } == ["node \(rule)"])
    #expect(!wiring(result.model.graph).contains { $0.hasPrefix("y_float16") })
  }

  @Test func scalesOfResizeStayFloat32() throws {
    let result = try lowered(
      """
      graph main(%x: float32[1,1,2,2]) -> (%y: float32[1,1,4,4]) {
        const %roi: float32[0] = []
        const %scales: float32[4] = [1.0, 1.0, 2.0, 2.0]
        %a: float32[1,1,2,2] = Relu(%x) # relu
        %y: float32[1,1,4,4] = Resize(%a, %roi, %scales) {mode="nearest"} # resize
      }
      """
    ) { try lowerToFloat16(&$0) }
    #expect(result.text.contains("const %scales: float32[4]"))
    #expect(result.text.contains("Resize(%a, %roi, %scales)"))
    #expect(result.report.kept.isEmpty)
  }

  @Test func shapesAreNeverCast() throws {
    let result = try lowered(
      """
      graph main(%x: float32[batch,4]) -> (%y: float32[?,?]) {
        const %half: float32[2] = [0.5, 1.0]
        %a: float32[batch,4] = Relu(%x) # relu
        %s: int64[2] = Shape(%a) # shape
        %f: float32[2] = Cast(%s) {to=1} # tofloat
        %h: float32[2] = Mul(%f, %half) # half
        %i: int64[2] = Cast(%h) {to=7} # toint
        %y: float32[?,?] = Expand(%a, %i) # expand
      }
      """
    ) { try lowerToFloat16(&$0) }
    #expect(
      wiring(result.model.graph) == [
        "x_float16 = Cast x",
        "a = Relu x_float16",
        "s = Shape a",
        "f = Cast s",
        "h = Mul f half",
        "i = Cast h",
        "y_float16 = Expand a i",
        "y = Cast y_float16",
      ])
    #expect(result.report.kept.map { "\($0.node) \($0.rule)" } == ["tofloat 6", "half 6", "toint 6"])
  }

  @Test func elementMoversFollowTheirInputWithoutCasts() throws {
    let result = try lowered(
      """
      graph main(%x: float32[2,3]) -> (%y: float32[3,2]) {
        %a: float32[2,3] = Exp(%x) # full1
        %b: float32[3,2] = Transpose(%a) # move
        %c: float32[3,2] = Log(%b) # full2
        %y: float32[3,2] = Relu(%c) # relu
      }
      """
    ) { try lowerToFloat16(&$0, options: FloatOptions(keep: KeepList(ops: ["Exp", "Log"]))) }
    #expect(
      wiring(result.model.graph) == [
        "a = Exp x",
        "b = Transpose a",
        "c = Log b",
        "c_float16 = Cast c",
        "y_float16 = Relu c_float16",
        "y = Cast y_float16",
      ])
  }

  @Test func castsOfTheModelAreCancelledWhereNoPrecisionIsLost() throws {
    let result = try lowered(
      """
      graph main(%x: float16[2]) -> (%y: float32[2], %z: float32[2]) {
        const %axis: int64[] = [0]
        %a: float32[2] = Cast(%x) {to=1} # widen
        %b: float32[2] = Relu(%a) # relu
        %c: float16[2] = Cast(%b) {to=10} # narrow
        %d: float16[2] = Neg(%c) # neg
        %y: float32[2] = Cast(%d) {to=1} # widen2
        %z: float32[2] = CumSum(%a, %axis) # sum
      }
      """
    ) { try lowerToFloat16(&$0) }
    #expect(wiring(result.model.graph) == ["a = Cast x", "b = Relu x", "d = Neg b", "y = Cast d", "z = CumSum a axis"])
    #expect(result.report.castsRemoved == 1)
  }

  @Test func namesThatBodiesReadSurvive() throws {
    let result = try lowered(
      """
      graph main(%x: float32[2], %c: bool) -> (%y: float32[2]) {
        %a: float32[2] = Relu(%x) # relu
        %b: float32[2] = If(%c) {
          then_branch=graph then() -> (%t: float32[2]) {
            %t: float32[2] = Neg(%a) # neg
          },
          else_branch=graph else() -> (%e: float32[2]) {
            %e: float32[2] = Abs(%a) # abs
          }
        } # if
        %y: float32[2] = Tanh(%b) # tanh
      }
      """
    ) { try lowerToFloat16(&$0) }
    #expect(
      wiring(result.model.graph) == [
        "x_float16 = Cast x",
        "a_float16_2 = Relu x_float16",
        "a = Cast a_float16_2",
        "b = If c",
        "b_float16 = Cast b",
        "y_float16 = Tanh b_float16",
        "y = Cast y_float16",
      ])
    // rule 5: inside, branches compute in float16; what leaves them keeps its type
    let branches = result.model.graph.nodes[3].bodies
    #expect(
      branches.map(wiring) == [
        ["a_float16 = Cast a", "t_float16 = Neg a_float16", "t = Cast t_float16"],
        ["a_float16_1 = Cast a", "e_float16 = Abs a_float16_1", "e = Cast e_float16"],
      ])
    #expect(
      result.report.kept.map { "\($0.node) \($0.rule) \($0.reason)" } == [
        "if 5 what enters and leaves its bodies keeps its type"
      ])
  }

  @Test func aConstantThatOnlyBodiesReadGoesIntoThem() throws {
    let result = try lowered(
      """
      graph main(%x: float32[2,2], %n: int64[], %c: bool[]) -> (%y: float32[2,2]) {
        const %w: float32[2,2] = [1.5, -2.0, 1e-9, 0.5]
        const %big: float32[2,2] = [1e30, 1.0, 1.0, 1.0]
        %y: float32[2,2] = Loop(%n, %c, %x) {
          body=graph body(%i: int64[], %go: bool[], %s: float32[2,2]) -> (%more: bool[], %t: float32[2,2]) {
            %more: bool[] = Identity(%go) # same
            %p: float32[2,2] = MatMul(%s, %w) # product
            %t: float32[2,2] = Mul(%p, %big) # scaled
          }
        } # loop
      }
      """
    ) { try lowerToFloat16(&$0) }
    let body = try #require(result.model.graph.nodes.first { $0.opType == "Loop" }?.bodies.first)
    #expect(
      wiring(body) == [
        "s_float16 = Cast s", "more = Identity go", "p = MatMul s_float16 w_float16", "p_float32 = Cast p",
        "t = Mul p_float32 big",
      ])
    #expect(body.find("w_float16").flatMap { body[$0].initializer?.type } == .float16)
    let main = result.model.graph
    #expect(main.find("w").map { main[$0].initializer == nil } ?? true)
    #expect(main.find("big").map { main[$0].initializer != nil } == true)
    #expect(result.report.clipped == [ClippedTensor(tensor: "w", clipped: 0, raised: 1)])
    #expect(result.report.kept.map { "\($0.node) \($0.rule)" } == ["scaled 2b", "loop 5"])
    #expect(result.report.computeOps == ["float16": 1])
  }

  @Test func aNormalizationInPiecesStaysWhole() throws {
    let result = try lowered(
      """
      graph main(%x: float32[2,8]) -> (%y: float32[2,8]) {
        const %two: float32[] = [2.0]
        const %eps: float32[] = [0.00001]
        %x1: float32[2,8] = Relu(%x) # relu
        %m: float32[2,1] = ReduceMean(%x1) {axes=[-1]} # mean
        %d: float32[2,8] = Sub(%x1, %m) # sub
        %p: float32[2,8] = Pow(%d, %two) # pow
        %v: float32[2,1] = ReduceMean(%p) {axes=[-1]} # var
        %e: float32[2,1] = Add(%v, %eps) # add
        %s: float32[2,1] = Sqrt(%e) # sqrt
        %n: float32[2,8] = Div(%d, %s) # div
        %y: float32[2,8] = Tanh(%n) # tanh
      }
      """
    ) { try lowerToFloat16(&$0) }
    #expect(result.report.kept.map(\.node) == ["mean", "sub", "pow", "var", "add", "sqrt", "div"])
    #expect(result.report.kept.allSatisfy { $0.rule == "8" })
    #expect(result.report.castsAdded == 4)
  }

  @Test func bfloat16KeepsLargeConstantsAndRaisesTheOperatorSet() throws {
    let text = """
      graph main(%x: float32[2,2]) -> (%y: float32[2,2]) {
        const %c: float32[2,2] = [1e30, 1.00390625, 1.01171875, nan]
        const %lowest: float32[] = [-3.4028235e38]
        %a: float32[2,2] = MatMul(%x, %c) # matmul
        %b: float32[2,2] = Softplus(%a) # softplus
        %y: float32[2,2] = Mul(%b, %lowest) # lowest
      }
      """
    let result = try lowered(text) { try lowerToFloat16(&$0, type: .bfloat16) }
    // Ties to even: 1 + 1/256 goes down, 1 + 3/256 goes up.
    #expect(result.text.contains("const %c: bfloat16[2,2] = [1.00025555e+30, 1.0, 1.015625, nan]"))
    // What would round to infinity stays, and 0 times it is no NaN.
    #expect(
      result.report.kept.map { "\($0.node) \($0.rule) \($0.reason)" } == ["lowest 2b 'lowest' has values over 3.39e38"])
    #expect((result.report.opsetBefore, result.report.opset) == (17, 22))
    #expect(result.model.irVersion == 10)
    #expect(result.report.activationsMeasured == nil)
  }

  @Test func nothingToLowerIsAnError() throws {
    let text = try refusal(
      of: """
        graph main(%x: float32[2]) -> (%y: float32[2]) {
          %y: float32[2] = LpNormalization(%x) # norm
        }
        """
    ) { try lowerToFloat16(&$0) }
    #expect(
      text == """
        no operator of the graph can be lowered to float16
          8: LpNormalization: statistics of a normalization need float32 (1)
          hint: shorten 'keep', or ask for another precision
        """)
  }

  @Test func aModelWithoutInferredTypesStaysAsItIs() throws {
    let text = try refusal(
      of: """
        graph main(%x: float32[2]) -> (%y: float32[2]) {
          %a = Relu(%x) # relu
          %y: float32[2] = Neg(%a) # neg
        }
        """
    ) { try lowerToFloat16(&$0) }
    #expect(text.contains("2f: Relu: the type of 'a' is unknown (1)"))
  }
}
