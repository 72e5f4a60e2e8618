// Single nodes on constants, family by family; EvaluateTests.swift has the operations of shape arithmetic.

import IngotCore
import Testing

@testable import IngotGraph

@Suite struct EvaluateFamiliesTests {
  @Test(arguments: [
    EvaluateCase(
      ["uint64[2] = [18446744073709551615, 3]", "uint64[] = [2]"], "Div(%a, %b)",
      "uint64[2] = [9223372036854775807, 1]"),
    EvaluateCase(["uint64[1] = [18446744073709551615]", "uint64[] = [1]"], "Greater(%a, %b)", "bool[1] = [true]"),
    EvaluateCase(["int64[1] = [5]", "int64[] = [0]"], "Mod(%a, %b)", nil),
    EvaluateCase(
      ["float32[2] = [5.5, -5.5]", "float32[] = [2.0]"], "Mod(%a, %b) {fmod=1}", "float32[2] = [1.5, -1.5]"),
    EvaluateCase(
      ["uint8[2] = [255, 1]", "uint8[] = [1]"], "BitShift(%a, %b) {direction=\"LEFT\"}", "uint8[2] = [254, 2]"),
    EvaluateCase(["uint8[1] = [255]", "uint8[] = [8]"], "BitShift(%a, %b) {direction=\"LEFT\"}", nil),
    EvaluateCase(["uint8[2] = [6, 3]", "uint8[] = [5]"], "BitwiseXor(%a, %b)", "uint8[2] = [3, 6]"),
    EvaluateCase(["int8[1] = [-128]"], "Abs(%a)", "int8[1] = [-128]"),
    EvaluateCase(["int32[2] = [-1, 6]"], "BitwiseNot(%a)", "int32[2] = [0, -7]"),
    EvaluateCase(["float32[3] = [-0.0, nan, -2.0]"], "Relu(%a)", "float32[3] = [-0.0, nan, 0.0]"),
    EvaluateCase(["float32[4] = [0.5, 1.5, 2.5, -0.5]"], "Round(%a)", "float32[4] = [0.0, 2.0, 2.0, -0.0]"),
    EvaluateCase(["float32[2] = [0.0, 1.0]"], "Sigmoid(%a)", "float32[2] = [0.5, 0.7310586]"),
    EvaluateCase(["float32[2] = [-1.0, 3.0]"], "HardSwish(%a)", "float32[2] = [-0.33333334, 3.0]"),
    EvaluateCase(["float32[1] = [-1.0]"], "LeakyRelu(%a) {alpha=0.5}", "float32[1] = [-0.5]"),
    EvaluateCase(["float32[1] = [100.0]"], "Softplus(%a)", "float32[1] = [100.0]"),
    EvaluateCase(
      ["float32[3] = [-9.0, nan, 9.0]", "float32[] = [-1.0]", "float32[] = [1.0]"], "Clip(%a, %b, %c)",
      "float32[3] = [-1.0, nan, 1.0]"),
    EvaluateCase(["int8[2] = [-9, 9]", "int8[] = [-1]"], "Clip(%a, %b)", "int8[2] = [-1, 9]"),
    EvaluateCase(["float32[2] = [0.0, 0.0]"], "Softmax(%a)", "float32[2] = [0.5, 0.5]"),
    EvaluateCase(["float32[2] = [1.0, 3.0]"], "Hardmax(%a)", "float32[2] = [0.0, 1.0]"),
    EvaluateCase(["float32[3] = [nan, inf, 1.0]"], "IsNaN(%a)", "bool[3] = [true, false, false]"),
    EvaluateCase(["float32[2] = [inf, -inf]"], "IsInf(%a) {detect_negative=0}", "bool[2] = [true, false]"),
    EvaluateCase(
      ["float32[2] = [1.0, 2.0]", "float32[2] = [3.0, 4.0]", "float32[2] = [5.0, 6.0]"], "Mean(%a, %b, %c)",
      "float32[2] = [3.0, 4.0]"),
  ]) func calculates(_ test: EvaluateCase) throws { try test.check(opset: 21) }

  @Test(arguments: [
    EvaluateCase(
      ["float32[4] = [448.0, 500.0, -0.0, 0.001]"], "Cast(%a) {to=17}", "float8e4m3fn[4] = hex(7e7e8001)"),
    EvaluateCase(["float32[2] = [500.0, nan]"], "Cast(%a) {to=17, saturate=0}", "float8e4m3fn[2] = hex(7f7f)"),
    EvaluateCase(["float32[3] = [-0.0, 240.0, nan]"], "Cast(%a) {to=18}", "float8e4m3fnuz[3] = hex(007f80)"),
    EvaluateCase(["float32[3] = [1e9, inf, 1.0]"], "Cast(%a) {to=19, saturate=0}", "float8e5m2[3] = hex(7c7c3c)"),
    EvaluateCase(["int8[3] = [-8, 7, 17]"], "Cast(%a) {to=22}", "int4[3] = hex(7801)"),
    EvaluateCase(["float32[1] = [8.0]"], "Cast(%a) {to=22}", nil),
    EvaluateCase(["int64[1] = [9007199791611905]"], "Cast(%a) {to=1}", "float32[1] = [9.0072e+15]"),
    EvaluateCase(["int64[1] = [-1]"], "Cast(%a) {to=13}", "uint64[1] = [18446744073709551615]"),
    EvaluateCase(["float32[2] = [nan, 0.0]"], "Cast(%a) {to=9}", "bool[2] = [true, false]"),
    EvaluateCase(["float32[1] = [1.00390625]"], "Cast(%a) {to=16}", "bfloat16[1] = [1.0]"),
  ]) func casts(_ test: EvaluateCase) throws {
    let graph = try Graph(text: "graph g() -> () {\nconst %a: \(test.constants[0])\n%y = \(test.operation)\n}")
    let node = graph.nodes[0]
    let result = node.evaluated(node.inputs.map { graph.constant($0) }, opset: 21, byteLimit: 4000)?.first
    guard let expected = test.expected else { return #expect(result == nil) }
    let want = try Graph(text: "graph g() -> () {\nconst %y: \(expected)\n}")
    #expect(result == want.find("y").flatMap { want.constant($0) })
  }

  @Test(arguments: [
    EvaluateCase(
      ["int64[2,2] = [1, 2, 3, 4]", "int64[1,2] = [1, 0]"], "GatherElements(%a, %b)", "int64[1,2] = [3, 2]"),
    EvaluateCase(["int64[2,2] = [1, 2, 3, 4]", "int64[2,2] = [0, 0, 1, 1]"], "GatherND(%a, %b)", "int64[2] = [1, 4]"),
    EvaluateCase(
      ["int64[3] = [1, 2, 3]", "int64[1] = [-1]", "int64[1] = [9]"], "ScatterElements(%a, %b, %c)",
      "int64[3] = [1, 2, 9]"),
    EvaluateCase(
      ["int64[3] = [1, 2, 3]", "int64[2] = [0, 0]", "int64[2] = [8, 9]"], "ScatterElements(%a, %b, %c)", nil),
    EvaluateCase(
      ["int64[3] = [1, 2, 3]", "int64[1,1] = [1]", "int64[1] = [9]"], "ScatterND(%a, %b, %c)", "int64[3] = [1, 9, 3]"),
    EvaluateCase(["int64[3] = [1, 2, 3]", "int64[2] = [1, 2]"], "Pad(%a, %b)", "int64[6] = [0, 1, 2, 3, 0, 0]"),
    EvaluateCase(
      ["int64[3] = [1, 2, 3]", "int64[2] = [2, 1]"], "Pad(%a, %b) {mode=\"reflect\"}", "int64[6] = [3, 2, 1, 2, 3, 2]"),
    EvaluateCase(
      ["int64[3] = [1, 2, 3]", "int64[2] = [1, 1]"], "Pad(%a, %b) {mode=\"wrap\"}", "int64[5] = [3, 1, 2, 3, 1]"),
    EvaluateCase(
      ["int64[3] = [1, 2, 3]", "int64[2] = [1, -1]"], "Pad(%a, %b)", "int64[3] = [0, 1, 2]"),
    EvaluateCase(["int64[1] = [1]", "int64[2] = [9223372036854775807, 1]"], "Pad(%a, %b)", nil),
    EvaluateCase(["int64[2,2] = [1, 2, 3, 4]"], "Trilu(%a) {upper=0}", "int64[2,2] = [1, 0, 3, 4]"),
    EvaluateCase(["int64[2,2] = [1, 2, 3, 4]"], "EyeLike(%a) {dtype=1}", "float32[2,2] = [1.0, 0.0, 0.0, 1.0]"),
    EvaluateCase(["int64[2,2] = [0, 2, 3, 0]"], "NonZero(%a)", "int64[2,2] = [0, 1, 1, 0]"),
    EvaluateCase(
      ["int64[2] = [1, -1]", "int64[] = [3]", "int64[2] = [0, 9]"], "OneHot(%a, %b, %c)",
      "int64[2,3] = [0, 9, 0, 0, 0, 9]"),
    EvaluateCase(["int64[3] = [1, 2, 3]", "bool[3] = [true, false, true]"], "Compress(%a, %b)", "int64[2] = [1, 3]"),
    EvaluateCase(["int64[3] = [1, 2, 3]", "int64[] = [0]"], "CumSum(%a, %b) {exclusive=1}", "int64[3] = [0, 1, 3]"),
    EvaluateCase(["int64[4] = [3, 1, 3, 2]", "int64[1] = [2]"], "TopK(%a, %b)", "int64[2] = [3, 3]"),
    EvaluateCase(["float32[2] = [1.0, nan]", "int64[1] = [1]"], "TopK(%a, %b)", nil),
    EvaluateCase(["int64[3] = [3, 1, 3]"], "ArgMax(%a) {select_last_index=1}", "int64[1] = [2]"),
    EvaluateCase(
      ["float32[2,2] = [1.0, 2.0, 3.0, 4.0]", "float32[2] = [1.0, 1.0]"], "MatMul(%a, %b)", "float32[2] = [3.0, 7.0]"),
    EvaluateCase(
      ["float32[1,2] = [1.0, 2.0]", "float32[1,2] = [3.0, 4.0]", "float32[] = [1.0]"],
      "Gemm(%a, %b, %c) {transB=1, alpha=2.0}", "float32[1,1] = [23.0]"),
    EvaluateCase(["float32[3] = [3.0, 4.0, 0.0]"], "ReduceL2(%a) {keepdims=0}", "float32[] = [5.0]"),
    EvaluateCase(["int32[2] = [3, 4]"], "ReduceMean(%a)", "int32[1] = [3]"),
    EvaluateCase(["int64[1,4,1,1] = [1, 2, 3, 4]"], "DepthToSpace(%a) {blocksize=2}", "int64[1,1,2,2] = [1, 2, 3, 4]"),
    EvaluateCase(["float32[1] = [1.0]"], "Bernoulli(%a)", nil),
    EvaluateCase(["float32[1] = [1.0]"], "Multinomial(%a)", nil),
  ]) func movesPicksAndReduces(_ test: EvaluateCase) throws { try test.check(opset: 21) }

  @Test func beforeOpset7TheNodeSaysHowShapesBroadcast() throws {
    let operands = ["int64[2,2] = [1, 2, 3, 4]", "int64[2] = [10, 20]"]
    try EvaluateCase(operands, "Add(%a, %b) {broadcast=1, axis=0}", "int64[2,2] = [11, 12, 23, 24]").check(opset: 6)
    try EvaluateCase(operands, "Add(%a, %b) {broadcast=1}", "int64[2,2] = [11, 22, 13, 24]").check(opset: 6)
    try EvaluateCase(operands, "Add(%a, %b)", nil).check(opset: 6)
  }

  @Test func softmaxBeforeOpset13TakesAllAxesTogether() throws {
    let test = EvaluateCase(
      ["float32[1,2,2] = [0.0, 0.0, 0.0, 0.0]"], "Softmax(%a)", "float32[1,2,2] = [0.25, 0.25, 0.25, 0.25]")
    try test.check(opset: 11)
  }
}
