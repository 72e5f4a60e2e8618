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
    #expect(result.report.computeShare(of: .float16) == 1)
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
    ) { try lowerToFloat16(&$0, keep: KeepList(nodes: ["/head/*"])) }
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
    ) { try lowerToFloat16(&$0, keep: KeepList(nodes: ["full"])) }
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
  func aMaskBeforeSoftmaxIsClippedInstead(value: String) throws {
    let result = try lowered(
      """
      graph main(%x: float32[2,2]) -> (%y: float32[2,2]) {
        const %mask: float32[2,2] = [0.0, \(value), 0.0, 0.0]
        %a: float32[2,2] = Add(%x, %mask) # mask
        %y: float32[2,2] = Softmax(%a) {axis=-1} # softmax
      }
      """
    ) { try lowerToFloat16(&$0) }
    #expect(result.report.kept.isEmpty)
    #expect(result.report.clipped == [ClippedTensor(tensor: "mask", clipped: 1, raised: 0)])
    #expect(result.text.contains("const %mask: float16[2,2] = [0.0, -65504.0, 0.0, 0.0]"))
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
    ) { try lowerToFloat16(&$0, keep: KeepList(ops: ["Exp", "Log"])) }
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
        "a_float16 = Relu x_float16",
        "a = Cast a_float16",
        "b = If c",
        "b_float16 = Cast b",
        "y_float16 = Tanh b_float16",
        "y = Cast y_float16",
      ])
    #expect(result.report.kept.map { "\($0.node) \($0.rule) \($0.reason)" } == ["if 5 the bodies of If keep float32"])
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

  @Test func bfloat16KeepsLargeConstantsAndNeedsAnOperatorSetThatHasIt() throws {
    let text = """
      graph main(%x: float32[2,2]) -> (%y: float32[2,2]) {
        const %c: float32[2,2] = [1e30, 1.00390625, 1.01171875, nan]
        %a: float32[2,2] = MatMul(%x, %c) # matmul
        %y: float32[2,2] = Softplus(%a) # softplus
      }
      """
    let result = try lowered(text) { try lowerToFloat16(&$0, type: .bfloat16) }
    // Ties to even: 1 + 1/256 goes down, 1 + 3/256 goes up.
    #expect(result.text.contains("const %c: bfloat16[2,2] = [1.00025555e+30, 1.0, 1.015625, nan]"))
    #expect(result.report.kept.map(\.reason) == ["Softplus takes bfloat16 from operator set 22 on, the model has 17"])
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
