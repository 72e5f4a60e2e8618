// Attention, as the standard has it and as ONNX Runtime fuses it, and the layers around it.

import Testing

@testable import IngotGraph

@Suite struct ShapesAttentionTests {
  private static let flat = "%q: float16[b,s,32], %k: float16[b,t,16], %v: float16[b,t,8]"
  private static let cached =
    "%q: float32[b,8,s,4], %k: float32[b,2,t,4], %v: float32[b,2,t,6], %p: float32[b,2,p,4], %r: float32[b,2,p,6]"

  @Test(arguments: [
    ShapeCase(flat, "%y = Attention(%q, %k, %v) {q_num_heads=8, kv_num_heads=4}", "float16[b, s, 16]", opset: 23),
    ShapeCase(
      flat, "%a, %c, %d, %y = Attention(%q, %k, %v) {q_num_heads=8, kv_num_heads=4}", "float16[b, 8, s, t]", opset: 23),
    ShapeCase(cached, "%y, %c, %d = Attention(%q, %k, %v, _, %p, %r)", "float32[b, 8, s, 6]", opset: 23),
    ShapeCase(cached, "%a, %y, %d = Attention(%q, %k, %v, _, %p, %r)", "float32[b, 2, p+t, 4]", opset: 23),
    ShapeCase(cached, "%a, %c, %y = Attention(%q, %k, %v, _, %p, %r)", "float32[b, 2, p+t, 6]", opset: 23),
    ShapeCase(
      "%x: float32[b,h,s,d], %c: float32[9,2]", "%y = RotaryEmbedding(%x, %c, %c)", "float32[b, h, s, d]", opset: 23),
    ShapeCase("%c: float32[b,9,4], %u: float32[b,1,4]", "%y = TensorScatter(%c, %u)", "float32[b, 9, 4]", opset: 24),
    ShapeCase(
      "%q: float32[b,t,8], %k: float32[?,t,4], %v: float32[b,t,6]",
      "%x, %y = LinearAttention(%q, %k, %v) {q_num_heads=4, kv_num_heads=2, update_rule=\"linear\"}",
      "float32[b, 2, 2, 3]",
      opset: 27),
    ShapeCase(
      "%x: float32[b,c,t], %w: float32[6,1,4]", "%x1, %y = CausalConvWithState(%x, %w)", "float32[b, 6, 3]", opset: 27),
    ShapeCase(
      "%q: float32[b,8,s,4], %k: float32[b,2,t,4], %v: float32[b,2,t,6]",
      "%y = ai.onnx.preview::FlexAttention(%q, %k, %v)", "float32[b, 8, s, 6]", opset: 25),
  ]) func infersStandardAttention(_ test: ShapeCase) throws { #expect(try test.infer() == test.expected) }

  private static let packed = "%x: float32[b,s,8], %w: float32[8,24], %c: float32[24]"
  private static let grouped =
    "%q: float32[b,1,16], %k: float32[b,1,8], %v: float32[b,1,8], %p: float32[b,1,p,8], %l: int32[b]"

  @Test(arguments: [
    ShapeCase(packed, "%y = com.microsoft::Attention(%x, %w, %c) {num_heads=2}", "float32[b, s, 8]"),
    ShapeCase(packed, "%a, %y = com.microsoft::Attention(%x, %w, %c) {num_heads=2}", "float32[2, b, 2, s, 4]"),
    ShapeCase(
      "%x: float32[b,s,8], %w: float32[8,20], %c: float32[20]",
      "%y = com.microsoft::Attention(%x, %w, %c) {num_heads=2, qkv_hidden_sizes=[8,8,4]}", "float32[b, s, 4]"),
    ShapeCase(
      "%x: uint8[b,s,8], %w: uint8[8,24], %c: float32[24], %f: float32[]",
      "%y = com.microsoft::QAttention(%x, %w, %c, %f, %f) {num_heads=2}", "float32[b, s, 8]"),
    ShapeCase(
      "%q: float32[b,s,8], %k: float32[b,t,8], %v: float32[b,t,12]",
      "%y = com.microsoft::MultiHeadAttention(%q, %k, %v) {num_heads=2}",
      "float32[b, s, 12]"),
    ShapeCase(
      "%q: float32[b,s,8], %k: float32[b,t,8], %v: float32[b,t,12]",
      "%a, %c, %y = com.microsoft::MultiHeadAttention(%q, %k, %v) {num_heads=2}", "float32[b, 2, t, 6]"),
    ShapeCase("%q: float32[b,s,2,3,4]", "%y = com.microsoft::MultiHeadAttention(%q) {num_heads=2}", "float32[b, s, 8]"),
    ShapeCase(
      grouped,
      "const %t: int32[] = [9]\n%a, %y, %d = com.microsoft::GroupQueryAttention(%q, %k, %v, %p, %p, %l, %t) {num_heads=2, kv_num_heads=1}",
      "float32[b, 1, max(p,9), 8]"),
    ShapeCase(
      "%q: float32[b,s,32], %l: int32[b], %t: int32[]",
      "%y = com.microsoft::GroupQueryAttention(%q, _, _, _, _, %l, %t) {num_heads=2, kv_num_heads=1}",
      "float32[b, s, 16]"),
    ShapeCase("%x: float32[b,s,8], %n: int32[b,1]", "%a, %c, %y = com.microsoft::RemovePadding(%x, %n)", "int32[b+1]"),
    ShapeCase("%x: float32[t,8], %o: int32[b,s]", "%y = com.microsoft::RestorePadding(%x, %o)", "float32[b, s, 8]"),
    ShapeCase(
      "%w: float32[32,4]",
      "const %q: int64[] = [3]\nconst %k: int64[] = [5]\n%y = com.microsoft::RelativePositionBias(%w, %q, %k)",
      "float32[1, 4, 3, 5]"),
    ShapeCase(
      "%i: int32[b,s], %w: float32[99,8], %p: float32[9,8], %g: float32[8]",
      "%y, %m, %s = com.microsoft::EmbedLayerNormalization(%i, _, %w, %p, _, %g, %g)", "float32[b, s, 8]"),
    ShapeCase(
      "%x: float32[b,s,8], %g: float32[8]", "%o, %y = com.microsoft::SkipLayerNormalization(%x, %x, %g)",
      "float32[b, s, 1]"),
    ShapeCase("%x: float32[b,s,8], %c: float32[8]", "%y = com.microsoft::BiasSplitGelu(%x, %c)", "float32[b, s, 4]"),
  ]) func infersFusedAttention(_ test: ShapeCase) throws { #expect(try test.infer() == test.expected) }

  @Test func refusesFlatAttentionWithoutHeads() {
    let error = #expect(throws: GraphError.self) {
      _ = try ShapeCase(Self.flat, "%y = Attention(%q, %k, %v)", "", opset: 23).infer()
    }
    #expect(
      error?.description == """
        node 'y' (Attention): attribute 'q_num_heads' should be there, with kv_num_heads, for inputs of 3 axes
          hint: no runtime can run this; check how the model was exported
        """)
  }
}
