// Products of matrices, written out or as letters.

import Testing

@testable import IngotGraph

@Suite struct ShapesMatrixTests {
  @Test(arguments: [
    ShapeCase("%a: float32[b,2,3], %b: float32[3,5]", "%y = MatMul(%a, %b)", "float32[b, 2, 5]"),
    ShapeCase("%a: uint8[2,3], %b: int8[3,5]", "%y = MatMulInteger(%a, %b)", "int32[2, 5]"),
    ShapeCase(
      "%a: float32[n,4,3], %b: float32[n,4,5]", "%y = com.microsoft::FusedMatMul(%a, %b) {transA=1}", "float32[n, 3, 5]"
    ),
    ShapeCase(
      "%a: float32[3,n,4], %b: float32[3,n,5]",
      "%y = com.microsoft::FusedMatMul(%a, %b) {transA=1, transBatchA=1, transBatchB=1}",
      "float32[n, 4, 5]"),
    ShapeCase(
      "%a: float32[4,n], %b: float32[6,4]", "%y = com.microsoft::FusedGemm(%a, %b) {transA=1, transB=1}",
      "float32[n, 6]"),
    ShapeCase("%a: float32[n,4], %b: float32", "%y = Gemm(%a, %b)", "float32[n, ?]"),
    ShapeCase("%a: float32[n,4,2], %b: float32[8,6]", "%y = Gemm(%a, %b)", "float32[?, ?]", opset: 6),
    ShapeCase("%a: int16[2,3], %b: int16[3,4]", "%y = com.microsoft::MatMulInteger16(%a, %b)", "int32[2, 4]"),
    ShapeCase("%a: uint16[2,3], %b: uint16[3,4]", "%y = com.microsoft::MatMulInteger16(%a, %b)", "uint32[2, 4]"),
    ShapeCase(
      "%a: uint8[2,3], %b: int8[3,4], %s: float32[]", "%y = com.microsoft::MatMulIntegerToFloat(%a, %b, %s, %s)",
      "float32[2, 4]"),
    ShapeCase(
      "%a: float16[b,s,64], %b: uint8[10,2,16], %s: float16[20]",
      "%y = com.microsoft::MatMulNBits(%a, %b, %s) {K=64, N=10, bits=4, block_size=32}", "float16[b, s, 10]"),
    ShapeCase(
      "%a: uint8[n,4], %s: float32[], %z: uint8[], %b: uint8[5,4]",
      "%y = com.microsoft::QGemm(%a, %s, %z, %b, %s, %z) {transB=1}", "float32[n, 5]"),
    ShapeCase("%a: float32[n,3,3]", "%y = Det(%a)", "float32[n]"),
  ]) func infersProducts(_ test: ShapeCase) throws { #expect(try test.infer() == test.expected) }

  @Test(arguments: [
    ShapeCase(
      "%a: float32[b,2,k], %b: float32[b,k,5]", "%y = Einsum(%a, %b) {equation=\"bij, bjk -> bik\"}", "float32[b, 2, 5]"
    ),
    ShapeCase(
      "%a: float32[b,h,q,d], %b: float32[b,h,k,d]", "%y = Einsum(%a, %b) {equation=\"bhqd,bhkd->bhqk\"}",
      "float32[b, h, q, k]"),
    ShapeCase("%a: float32[n,m]", "%y = Einsum(%a) {equation=\"ij->ji\"}", "float32[m, n]"),
    ShapeCase("%a: float32[n,3,3]", "%y = Einsum(%a) {equation=\"...ii->...i\"}", "float32[n, 3]"),
    ShapeCase("%a: float32[7,n,m]", "%y = Einsum(%a) {equation=\"...ba\"}", "float32[7, m, n]"),
    ShapeCase("%a: float32[n], %b: float32[n]", "%y = Einsum(%a, %b) {equation=\"i,i\"}", "float32[]"),
    ShapeCase("%a: float32, %b: float32[2]", "%y = Einsum(%a, %b) {equation=\"ik,k->ik\"}", "float32[?, 2]"),
    ShapeCase("%a: float32, %b: float32[2]", "%y = Einsum(%a, %b) {equation=\"...k,k->...k\"}", "float32"),
  ]) func readsEquations(_ test: ShapeCase) throws { #expect(try test.infer() == test.expected) }

  @Test(arguments: ["ij,jk->ik", "i1->i", "i.j->ij", "....i->i", "i->i->i", "", "ij"])
  func refusesEquationsThatDoNotFit(_ equation: String) {
    #expect(throws: GraphError.self) {
      _ = try ShapeCase("%a: float32[2]", "%y = Einsum(%a) {equation=\"\(equation)\"}", "").infer()
    }
  }
}
