// What first versions of the standard operators meant: attributes for inputs, and no broadcasting unless asked for.

import Testing

@testable import IngotGraph

@Suite struct ShapesOldVersionsTests {
  @Test(arguments: [
    ShapeCase(
      "%a: float32[n,3,4], %b: float32[3]", "%y = Add(%a, %b) {broadcast=1, axis=1}", "float32[n, 3, 4]", opset: 6),
    ShapeCase("%a: float32[n,3], %b: float32[2,m]", "%y = Mul(%a, %b)", "float32[2, 3]", opset: 6),
    // Elements are not followed where the second list is the longer one.
    ShapeCase(
      "%x: float32[n]", "const %b: int64[2] = [3,4]\n%s = Shape(%x)\n%y = Add(%s, %b) {broadcast=1}", "int64[1]",
      opset: 6),
    ShapeCase("%a: bool[4], %b: bool[2]", "%y = And(%a, %b) {broadcast=1}", "bool[4]", opset: 6),
    ShapeCase("%a: float32[n], %b: float32[m]", "%y = Max(%a, %b)", "float32[n]", opset: 7),
    ShapeCase("%a: float32[n], %b: float32[m]", "%y = Max(%a, %b)", "float32[?]", opset: 8),
    ShapeCase("%a: float32[n,4], %b: float32[4]", "%y = Less(%a, %b) {broadcast=1}", "bool[n, 4]", opset: 1),
    ShapeCase("%a: float32[n]", "%y = Cast(%a) {to=\"INT64\"}", "int64[n]", opset: 1),
    ShapeCase("%a: float32[n]", "%x, %y = Dropout(%a)", "float32[n]", opset: 7),
    ShapeCase("%a: float32[n]", "%x, %y = Dropout(%a)", "bool[n]", opset: 10),
    ShapeCase("%a: float32[2,n]", "%y = Reshape(%a) {shape=[-1,2]}", "float32[n, 2]", opset: 1),
    ShapeCase("%a: float32[2,n], %t: float32[], %x: float32[]", "%y = Tile(%a, %t, %x)", "float32[?, ?]", opset: 1),
    ShapeCase("%a: float32[2,9]", "%y = TopK(%a) {k=4}", "float32[2, 4]", opset: 1),
    ShapeCase(
      "%a: float32[n,3,4,5]", "%y = Upsample(%a) {height_scale=2.0, width_scale=1.5}", "float32[n, 3, 8, 7]", opset: 1),
    ShapeCase("%a: float32[n,3,4]", "%y = Upsample(%a) {scales=[1.0,1.0,2.5]}", "float32[n, 3, 10]", opset: 7),
    ShapeCase(
      "%a: float32[n,3,4]", "const %s: float32[3] = [1.0,1.0,2.5]\n%y = Upsample(%a, %s)", "float32[n, 3, 10]", opset: 9
    ),
    ShapeCase(
      "%a: float32[n,3,4]", "const %s: float32[3] = [1.0,1.0,2.5]\n%y = Resize(%a, %s)", "float32[n, 3, 10]", opset: 10),
    ShapeCase("%a: float32[n,3,4]", "%y = ReduceSum(%a) {axes=[1,-1], keepdims=0}", "float32[n]", opset: 11),
    ShapeCase(
      "%a: float32[n,3,4]", "%y = Slice(%a) {starts=[1], ends=[3]}", "float32[max(min(n,3)-1,0), 3, 4]", opset: 1),
    ShapeCase("%x: uint8[n], %s: float32[]", "%y = DequantizeLinear(%x, %s)", "float32[n]", opset: 10),
    ShapeCase("%x: uint8[n], %s: float16[]", "%y = DequantizeLinear(%x, %s)", "float16[n]", opset: 19),
    ShapeCase(
      "%x: float32[n,3,4], %s: float32[3], %b: float32[3], %m: float32[3], %v: float32[3]",
      "%a, %c, %d, %e, %y = BatchNormalization(%x, %s, %b, %m, %v)", "float32[3]", opset: 7),
    ShapeCase("%a: float32[n,9,2]", "%y = DFT(%a) {axis=1, onesided=1}", "float32[n, 5, 2]", opset: 17),
  ]) func infersOldVersions(_ test: ShapeCase) throws { #expect(try test.infer() == test.expected) }
}
