// Elements picked, counted, made and resized.

import Testing

@testable import IngotGraph

@Suite struct ShapesIndexingTests {
  @Test(arguments: [
    ShapeCase("%a: float32[n,9,4], %i: int64[k,2]", "%y = GatherND(%a, %i)", "float32[k, 4]"),
    ShapeCase("%a: float32[n,9,4], %i: int64[n,1]", "%y = GatherND(%a, %i) {batch_dims=1}", "float32[n, 4]"),
    ShapeCase(
      "%a: uint8[6,16], %i: int64[n], %s: float16[6,1]",
      "%y = com.microsoft::GatherBlockQuantized(%a, %i, %s) {bits=4}",
      "float16[n, 32]"),
    ShapeCase(
      "%i: int64[n,m], %v: int32[2]", "const %d: float32[] = [12.0]\n%y = OneHot(%i, %d, %v) {axis=1}",
      "int32[n, 12, m]"),
    ShapeCase("%a: float32", "%y = NonZero(%a)", "int64[?, ?]"),
    ShapeCase("%a: float32[n,3], %c: bool[2]", "%y = Compress(%a, %c) {axis=1}", "float32[n, ?]"),
    ShapeCase("%a: float32[n,3]", "%y = Unique(%a) {axis=0}", "float32[?, 3]"),
    ShapeCase("%a: float32[n,3]", "%x, %f, %y = Unique(%a)", "int64[3*n]"),
    ShapeCase("%a: float32[n,1], %s: int64[3]", "%y = Expand(%a, %s)", "float32[?, ?, ?]"),
    ShapeCase("%a: float32[n,5], %s: int64[3]", "%y = Expand(%a, %s)", "float32[?, ?, 5]"),
    ShapeCase("%a: float32[n,5], %s: int64[2]", "%y = Unsqueeze(%a, %s)", "float32[?, ?, ?, ?]"),
    ShapeCase("%a: float32[2,1,5]", "%y = Squeeze(%a)", "float32[2, 5]"),
    ShapeCase("%a: float32[2,1,n]", "%y = Squeeze(%a)", "float32"),
  ]) func infersIndexing(_ test: ShapeCase) throws { #expect(try test.infer() == test.expected) }

  @Test(arguments: [
    ShapeCase("%a: float32[n,5,4]", "const %x: int64[2] = [0,-1]\n%y = ReduceSum(%a, %x) {keepdims=0}", "float32[5]"),
    ShapeCase("%a: float32[n,5,1], %x: int64[1]", "%y = ReduceMax(%a, %x)", "float32[?, ?, 1]", opset: 18),
    ShapeCase("%a: float32[n,5,4], %x: int64[2]", "%y = ReduceMax(%a, %x) {keepdims=0}", "float32[?]", opset: 18),
    ShapeCase("%a: float32", "%y = ReduceMean(%a) {keepdims=0}", "float32[]"),
    ShapeCase("%a: float32[n,5]", "%y = ReduceMean(%a) {noop_with_empty_axes=1}", "float32[n, 5]", opset: 18),
    ShapeCase("%a: float32[n,5]", "%y = ArgMax(%a) {axis=-1, keepdims=0}", "int64[n]"),
    ShapeCase("%a: float32[n,5], %b: float32[m,5]", "%k = Shape(%b) {end=1}\n%y = TopK(%a, %k)", "float32[n, m]"),
  ]) func infersReductions(_ test: ShapeCase) throws { #expect(try test.infer() == test.expected) }

  @Test(arguments: [
    ShapeCase("%a: float32[n,9]", "%y = Multinomial(%a) {sample_size=4, dtype=7}", "int64[n, 4]"),
    ShapeCase("%a: int32[n,9]", "%y = EyeLike(%a) {dtype=10}", "float16[n, 9]"),
    ShapeCase("", "%y = RandomNormal() {shape=[2,3], dtype=11}", "float64[2, 3]"),
    ShapeCase("%s: int64[2]", "%y = ConstantOfShape(%s)", "float32[?, ?]"),
    ShapeCase(
      "%a: float32[seq]",
      "const %z: int64[] = [2]\nconst %t: int64[] = [3]\n%n = Size(%a)\n%y = Range(%z, %n, %t)",
      "int64[floor((max(seq-2,0)+2)/3)]"),
    ShapeCase(
      "%x: float32[s,b,8], %w: float32[1,16,8], %r: float32[1,16,4]", "%y = LSTM(%x, %w, %r)", "float32[s, 1, b, 4]"),
    ShapeCase(
      "%x: float32[b,s,8], %w: float32, %r: float32",
      "%a, %y = GRU(%x, %w, %r) {hidden_size=4, layout=1, direction=\"bidirectional\"}", "float32[b, 2, 4]"),
  ]) func infersMadeTensors(_ test: ShapeCase) throws { #expect(try test.infer() == test.expected) }

  @Test(arguments: [
    ShapeCase(
      "%a: float32[n,3,h]", "const %s: float32[3] = [1.0,1.0,2.0]\n%y = Resize(%a, _, %s)", "float32[n, 3, 2*h]"),
    ShapeCase(
      "%a: float32[n,3,h]", "const %s: float32[3] = [1.0,1.0,0.5]\n%y = Resize(%a, _, %s)", "float32[n, 3, floor(h/2)]"),
    ShapeCase("%a: float32[n,3,4], %s: float32[1]", "%y = Resize(%a, _, %s) {axes=[2]}", "float32[n, 3, ?]", opset: 18),
    ShapeCase(
      "%a: float32[n,3,4,6]",
      "const %s: int64[2] = [7,8]\n%y = Resize(%a, _, _, %s) {axes=[2,3], keep_aspect_ratio_policy=\"not_larger\"}",
      "float32[n, 3, 5, 8]", opset: 18),
    ShapeCase(
      "%a: float32[n,3,4,6]",
      "const %s: int64[2] = [7,8]\n%y = Resize(%a, _, _, %s) {axes=[-2,-1], keep_aspect_ratio_policy=\"not_smaller\"}",
      "float32[n, 3, 7, 11]", opset: 18),
  ]) func infersResizes(_ test: ShapeCase) throws { #expect(try test.infer() == test.expected) }

  @Test(arguments: [
    ShapeCase(
      "%a: uint8[n,1], %b: uint8[3], %s: float32[], %z: uint8[]",
      "%y = com.microsoft::QLinearAdd(%a, %s, %z, %b, %s, %z, %s, %z)", "uint8[n, 3]"),
    ShapeCase("%x: float32[n], %s: float32[]", "%y = QuantizeLinear(%x, %s) {output_dtype=3}", "int8[n]", opset: 21),
    ShapeCase("%x: float32[n]", "%a, %y, %z = DynamicQuantizeLinear(%x)", "float32[]"),
    ShapeCase("%x: float16[n,4,8], %g: float16[8]", "%a, %y = LayerNormalization(%x, %g) {axis=1}", "float32[n, 1, 1]"),
    ShapeCase("%x: float32[n]", "%y = BitCast(%x) {to=6}", "int32[n]", opset: 26),
    ShapeCase("%a: float32[n,4], %b: float32[3,m]", "%y = SwiGLU(%a, %b)", "float32[3, 4]", opset: 28),
    ShapeCase("%x: float32[n,13]", "%a, %y = com.microsoft::BitmaskDropout(%x)", "uint32[floor((13*n+31)/32)]"),
    ShapeCase("%x: int32[n]", "%y = com.microsoft::MurmurHash3(%x) {positive=0}", "int32[n]"),
    ShapeCase(
      "%i: int32[b,s], %r: float32[]",
      "const %l: int32[] = [20]\nconst %k: int32[] = [4]\nconst %n: int32[] = [2]\n%y = com.microsoft::BeamSearch(%i, %l, %l, %k, %n, %r)",
      "int32[b, 2, 20]"),
  ]) func infersTheRest(_ test: ShapeCase) throws { #expect(try test.infer() == test.expected) }
}
