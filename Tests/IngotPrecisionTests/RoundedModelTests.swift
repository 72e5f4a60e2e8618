// Which casts stand where after rounding: each rule on the smallest graph that shows it.

import IngotCore
import IngotGraph
import Testing

@testable import IngotPrecision

@Suite struct RoundedModelTests {
  @Test func everyTensorIsRoundedOnceAndReadWidened() throws {
    let result = try rounded(
      """
      graph main(%x: float32[batch,1,4,4]) -> (%y: float32[batch,2,4,4]) {
        const %w: float16[2,1,1,1] = [1.5, -2.0]
        const %b: float16[2] = [0.25, 5.9604645e-08]
        %h: float16[batch,1,4,4] = Cast(%x) {to=10} # narrow
        %a: float16[batch,2,4,4] = Conv(%h, %w, %b) {kernel_shape=[1,1]} # conv
        %s: float16[batch,2,4,4] = Sigmoid(%a) # sigmoid
        %m: float16[batch,2,4,4] = Mul(%a, %s) # mul
        %y: float32[batch,2,4,4] = Cast(%m) {to=1} # widen
      }
      """)
    #expect(
      result.text == """
        graph main(%x: float32[batch,1,4,4]) -> (%y: float32[batch,2,4,4]) {
          const %w: float32[2,1,1,1] = [1.5, -2.0]
          const %b: float32[2] = [0.25, 5.9604645e-08]
          %h: float16[batch,1,4,4] = Cast(%x) {to=10} # narrow
          %h_float32: float32[batch,1,4,4] = Cast(%h) {to=1} # h_float32/Cast
          %a_unrounded: float32[batch,2,4,4] = Conv(%h_float32, %w, %b) {kernel_shape=[1,1]} # conv
          %a: float16[batch,2,4,4] = Cast(%a_unrounded) {to=10} # a/Cast
          %a_float32: float32[batch,2,4,4] = Cast(%a) {to=1} # a_float32/Cast
          %s_unrounded: float32[batch,2,4,4] = Sigmoid(%a_float32) # sigmoid
          %s: float16[batch,2,4,4] = Cast(%s_unrounded) {to=10} # s/Cast
          %s_float32: float32[batch,2,4,4] = Cast(%s) {to=1} # s_float32/Cast
          %m_unrounded: float32[batch,2,4,4] = Mul(%a_float32, %s_float32) # mul
          %m: float16[batch,2,4,4] = Cast(%m_unrounded) {to=10} # m/Cast
          %y: float32[batch,2,4,4] = Cast(%m) {to=1} # widen
        }

        """)
    #expect(result.summary == "float16 rounded after each node")
  }

  @Test func inputsAndOutputsKeepTheirNamesAndTypes() throws {
    let result = try rounded(
      """
      graph main(%x: float16[2], %d: float16[2]) -> (%y: float16[2], %i: int64[1], %x: float16[2]) {
        const %d: float16[2] = [1.0, 2.0]
        %y: float16[2] = Add(%x, %d) # add
        %i: int64[1] = ArgMax(%y) {axis=0} # argmax
      }
      """)
    #expect(
      result.text == """
        graph main(%x: float16[2], %d: float16[2]) -> (%y: float16[2], %i: int64[1], %x: float16[2]) {
          const %d: float16[2] = [1.0, 2.0]
          %x_float32: float32[2] = Cast(%x) {to=1} # x_float32/Cast
          %d_float32: float32[2] = Cast(%d) {to=1} # d_float32/Cast
          %y_unrounded: float32[2] = Add(%x_float32, %d_float32) # add
          %y: float16[2] = Cast(%y_unrounded) {to=10} # y/Cast
          %y_float32: float32[2] = Cast(%y) {to=1} # y_float32/Cast
          %i: int64[1] = ArgMax(%y_float32) {axis=0} # argmax
        }

        """)
  }

  @Test func quantizationWithFloat16ScalesIsRoundedToo() throws {
    let result = try rounded(
      """
      model ir 9 opset ai.onnx 19
      graph main(%x: float32[b,16]) -> (%y: float16[b,16]) {
        const %s: float16[] = [0.1]
        const %z: int8[] = [0]
        const %wq: int8[16,16] = ones
        const %ws: float16[16] = ones
        const %wz: int8[16] = zeros
        const %s32: float32[] = [0.1]
        %q: int8[b,16] = QuantizeLinear(%x, %s32, %z) # q
        %d: float16[b,16] = DequantizeLinear(%q, %s, %z) # dq
        %w: float16[16,16] = DequantizeLinear(%wq, %ws, %wz) {axis=1} # w
        %m: float16[b,16] = MatMul(%d, %w) # matmul
        %mq: int8[b,16] = QuantizeLinear(%m, %s, %z) # q2
        %y: float16[b,16] = DequantizeLinear(%mq, %s, %z) # dq2
      }
      """)
    #expect(
      result.text == """
        graph main(%x: float32[b,16]) -> (%y: float16[b,16]) {
          const %s: float32[] = [0.099975586]
          const %z: int8[] = [0]
          const %wq: int8[16,16] = elided(256)
          const %ws: float32[16] = elided(16)
          const %wz: int8[16] = elided(16)
          const %s32: float32[] = [0.1]
          %q: int8[b,16] = QuantizeLinear(%x, %s32, %z) # q
          %d_unrounded: float32[b,16] = DequantizeLinear(%q, %s, %z) # dq
          %d: float16[b,16] = Cast(%d_unrounded) {to=10} # d/Cast
          %w_unrounded: float32[16,16] = DequantizeLinear(%wq, %ws, %wz) {axis=1} # w
          %w: float16[16,16] = Cast(%w_unrounded) {to=10} # w/Cast
          %d_float32: float32[b,16] = Cast(%d) {to=1} # d_float32/Cast
          %w_float32: float32[16,16] = Cast(%w) {to=1} # w_float32/Cast
          %m_unrounded: float32[b,16] = MatMul(%d_float32, %w_float32) # matmul
          %m: float16[b,16] = Cast(%m_unrounded) {to=10} # m/Cast
          %m_float32: float32[b,16] = Cast(%m) {to=1} # m_float32/Cast
          %mq: int8[b,16] = QuantizeLinear(%m_float32, %s, %z) # q2
          %y_unrounded: float32[b,16] = DequantizeLinear(%mq, %s, %z) # dq2
          %y: float16[b,16] = Cast(%y_unrounded) {to=10} # y/Cast
        }

        """)
  }

  @Test func conversionsAndConstantsStayAndAreReadWidened() throws {
    let result = try rounded(
      """
      graph main(%x: float16[2], %n: int64[1]) -> (%y: float16[2], %z: int8[2], %s: int64[1]) {
        const %c: float16[2] = [3.0, 4.0]
        %k: float16[2] = Constant() {value=float16[2] [1.0, 2.0]} # k
        %f: float16[2] = ConstantOfShape(%n) {value=float16[1] [0.5]} # fill
        %t: float16[2] = CastLike(%n, %c) # like
        %a: float16[2] = Sum(%x, %k, %f, %t, %c) # sum
        %y: float16[2] = Identity(%a) # id
        %z: int8[2] = Cast(%a) {to=3} # int
        %s: int64[1] = Shape(%a) # shape
      }
      """)
    #expect(
      wiring(result.model.graph) == [
        "k = Constant ",
        "f = ConstantOfShape n",
        "t = CastLike n c",
        "x_float32 = Cast x",
        "k_float32 = Cast k",
        "f_float32 = Cast f",
        "t_float32 = Cast t",
        "a_unrounded = Sum x_float32 k_float32 f_float32 t_float32 c_float32",
        "a = Cast a_unrounded",
        "a_float32 = Cast a",
        "y_unrounded = Identity a_float32",
        "y = Cast y_unrounded",
        "z = Cast a",
        "s = Shape a",
      ])
    #expect(result.text.contains("const %c: float16[2] = [3.0, 4.0]"))
    #expect(result.text.contains("const %c_float32: float32[2] = [3.0, 4.0]"))
  }

  @Test func attributesThatNameTheTypeFollowIt() throws {
    let result = try rounded(
      """
      model ir 10 opset ai.onnx 23
      graph main(%q: int8[4], %s: float32) -> (%y: bfloat16[4], %n: bfloat16[4]) {
        const %g: bfloat16[4] = [1.0, 1.0, 1.0, 1.0]
        %y: bfloat16[4] = DequantizeLinear(%q, %s) {output_dtype=16} # dq
        %n: bfloat16[4], %m: bfloat16[1] = LayerNormalization(%y, %g) {axis=-1, stash_type=16} # norm
      }
      """)
    #expect(result.text.contains("%y_unrounded: float32[4] = DequantizeLinear(%q, %s) {output_dtype=1} # dq"))
    #expect(
      result.text.contains(
        "%n_unrounded: float32[4], %m_unrounded: float32[1] = LayerNormalization(%y_float32, %g) "
          + "{axis=-1, stash_type=1} # norm"))
    #expect(result.text.contains("%m: bfloat16[1] = Cast(%m_unrounded) {to=16} # m/Cast"))
    #expect(result.summary == "bfloat16 rounded after each node")
  }

  @Test func bodiesKeepTheTensorsThatTheyReadAndNewNamesAvoidTheirs() throws {
    let result = try rounded(
      """
      graph main(%x: float16[2], %c: bool) -> (%y: float16[2], %f: float32[2]) {
        %a: float16[2] = Neg(%x) # neg
        %b: float16[2] = If(%c) {
          then_branch=graph then() -> (%a_float32: float16[2]) {
            %a_float32: float16[2] = Neg(%a) # inner
          },
          else_branch=graph else() -> (%b_float32: float16[2]) {
            %b_float32: float16[2] = Abs(%a) # inner
          }
        } # choose
        %y: float16[2] = Add(%a, %b) # add
        %g: float32[2] = Cast(%y) {to=1} # widen
        %f: float32[2] = If(%c) {
          then_branch=graph then2() -> (%t: float32[2]) {
            %t: float32[2] = Neg(%g) # inner
          },
          else_branch=graph else2() -> (%e: float32[2]) {
            %e: float32[2] = Abs(%g) # inner
          }
        } # full
      }
      """)
    #expect(
      wiring(result.model.graph) == [
        "x_float32 = Cast x",
        "a_unrounded = Neg x_float32",
        "a = Cast a_unrounded",
        "b = If c",
        "a_float32_1 = Cast a",
        "b_float32_1 = Cast b",
        "y_unrounded = Add a_float32_1 b_float32_1",
        "y = Cast y_unrounded",
        "g = Cast y",
        "f = If c",
      ])
    #expect(result.unrounded == [.init(node: "choose", op: "If", reason: "it has bodies")])
    #expect(result.summary == "float16 rounded after each node but If 'choose'")
  }

  @Test func whatIsUnknownStaysAndIsTold() throws {
    let result = try rounded(
      """
      model ir 8 opset ai.onnx 17 opset com.example 1
      graph main(%x: float16[2]) -> (%y: float16[2], %u: float32[2]) {
        %a: float16[2] = com.example::Thing(%x) # thing
        %b: ?[2] = Neg(%a) # untyped
        %c: ?[2] = Neg(%a) # untyped2
        %d: ?[2] = Neg(%a)
        %y: float16[2] = Relu(%a) # relu
        %u: float32[2] = Cast(%b) {to=1} # cast
      }
      """)
    #expect(
      wiring(result.model.graph) == [
        "a = Thing x", "b = Neg a", "c = Neg a", "d = Neg a", "a_float32 = Cast a", "y_unrounded = Relu a_float32",
        "y = Cast y_unrounded", "u = Cast b",
      ])
    #expect(
      result.unrounded.map(\.reason) == [
        "operators of com.example are unknown to Ingot", "the type of 'b' is unknown", "the type of 'c' is unknown",
        "the type of 'd' is unknown",
      ])
    #expect(
      result.summary
        == "float16 rounded after each node but com.example::Thing 'thing', Neg 'untyped', Neg 'untyped2' and 1 more")
  }

  @Test func namesThatAreTakenGetANumber() throws {
    let result = try rounded(
      """
      graph main(%x: float16[2], %x_float32: float32[2]) -> (%y: float16[2], %y_unrounded: float32[2]) {
        %y: float16[2] = Neg(%x) # "y/Cast"
        %y_unrounded: float32[2] = Neg(%x_float32) # neg
      }
      """)
    #expect(
      wiring(result.model.graph) == [
        "x_float32_1 = Cast x", "y_unrounded_1 = Neg x_float32_1", "y = Cast y_unrounded_1",
        "y_unrounded = Neg x_float32",
      ])
    #expect(result.model.graph.nodes.map(\.name) == ["x_float32_1/Cast", "y/Cast", "y/Cast_1", "neg"])
  }

  @Test func aModelWithout16BitFloatsIsNotTouched() throws {
    let model = try model(
      """
      graph main(%x: float32[2]) -> (%y: float32[2]) {
        %y: float32[2] = Relu(%x) # relu
      }
      """)
    #expect(roundingFloat16(model) == nil)
  }
}

/// Rounds twice, checks what holds for every rounding, and hands out the text without the line with the versions.
private func rounded(
  _ text: String
) throws -> (text: String, model: Model, unrounded: [RoundedModel.UnroundedNode], summary: String) {
  let original = try Model(text: text)
  let result = try #require(roundingFloat16(original))
  let again = try #require(roundingFloat16(original))
  #expect(bytes(of: result.model) == bytes(of: again.model))
  let graph = result.model.graph
  #expect(graph.verify(requiresOrder: true).isEmpty, "\(graph.verify(requiresOrder: true))")
  #expect(signature(graph) == signature(original.graph))
  #expect(result.model.opsets == original.opsets)
  return (graph.text(elementLimit: 4), result.model, result.unrounded, result.summary)
}
