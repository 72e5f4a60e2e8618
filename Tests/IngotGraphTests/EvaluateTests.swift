// Single nodes on constants. Beyond this table, the evaluators agree with the expected outputs of ONNX's own node tests.

import IngotCore
import Testing

@testable import IngotGraph

@Suite struct EvaluateTests {
  @Test(arguments: [
    EvaluateCase(["int64[2] = [1, 2]", "int64[2,1] = [10, 20]"], "Add(%a, %b)", "int64[2,2] = [11, 12, 21, 22]"),
    EvaluateCase(["int32[1] = [2147483647]", "int32[1] = [1]"], "Add(%a, %b)", "int32[1] = [-2147483648]"),
    EvaluateCase(["int64[3] = [7, -7, 7]", "int64[3] = [2, 2, -2]"], "Div(%a, %b)", "int64[3] = [3, -3, -3]"),
    EvaluateCase(["int64[3] = [7, -7, 7]", "int64[3] = [2, 2, -2]"], "Mod(%a, %b)", "int64[3] = [1, 1, -1]"),
    EvaluateCase(["int64[3] = [7, -7, 7]", "int64[3] = [2, 2, -2]"], "Mod(%a, %b) {fmod=1}", "int64[3] = [1, -1, 1]"),
    EvaluateCase(["int64[1] = [7]", "int64[1] = [0]"], "Div(%a, %b)", nil),
    EvaluateCase(["int64[1] = [-9223372036854775808]", "int64[1] = [-1]"], "Div(%a, %b)", nil),
    EvaluateCase(["float32[1] = [1.0]", "float32[] = [3.0]"], "Div(%a, %b)", "float32[1] = [0.33333334]"),
    EvaluateCase(["float16[1] = [1.0]", "float16[] = [3.0]"], "Div(%a, %b)", "float16[1] = [0.33325195]"),
    EvaluateCase(["float32[2] = [4.0, 2.0]"], "Sqrt(%a)", "float32[2] = [2.0, 1.4142135]"),
    EvaluateCase(["int64[3] = [2, -3, 0]", "int64[] = [3]"], "Pow(%a, %b)", "int64[3] = [8, -27, 0]"),
    EvaluateCase(["float32[1] = [2.0]", "int64[1] = [3]"], "Pow(%a, %b)", "float32[1] = [8.0]"),
    EvaluateCase(["float32[2] = [1.0, nan]", "float32[] = [2.0]"], "Max(%a, %b)", "float32[2] = [2.0, nan]"),
    EvaluateCase(["int64[3] = [1, 2, 3]", "int64[] = [2]"], "GreaterOrEqual(%a, %b)", "bool[3] = [false, true, true]"),
    EvaluateCase(["bool[2] = [true, false]"], "Not(%a)", "bool[2] = [false, true]"),
    EvaluateCase(["bool[2] = [true, false]", "bool[1] = [true]"], "And(%a, %b)", "bool[2] = [true, false]"),
    EvaluateCase(
      ["bool[2,1] = [true, false]", "int64[2] = [1, 2]", "int64[] = [9]"], "Where(%a, %b, %c)",
      "int64[2,2] = [1, 2, 9, 9]"),
    EvaluateCase(["float32[3] = [2.9, -2.9, 0.5]"], "Cast(%a) {to=7}", "int64[3] = [2, -2, 0]"),
    EvaluateCase(["float32[1] = [1e+30]"], "Cast(%a) {to=7}", nil),
    EvaluateCase(["float32[1] = [nan]"], "Cast(%a) {to=6}", nil),
    EvaluateCase(["float32[1] = [300.0]"], "Cast(%a) {to=2}", nil),
    EvaluateCase(["int64[2] = [3, 0]"], "Cast(%a) {to=9}", "bool[2] = [true, false]"),
    EvaluateCase(["int64[1] = [1]", "float32[1] = [1.0]"], "Add(%a, %b)", nil),
    EvaluateCase(["int64[2] = [1, 2]", "int64[3] = [1, 2, 3]"], "Add(%a, %b)", nil),
  ]) func calculates(_ test: EvaluateCase) throws { try test.check(byteLimit: 1000) }

  @Test(arguments: [
    EvaluateCase(["int64[3] = [5, 6, 7]", "int64[] = [-1]"], "Gather(%a, %b)", "int64[] = [7]"),
    EvaluateCase(["int64[2,2] = [1, 2, 3, 4]", "int64[1] = [1]"], "Gather(%a, %b) {axis=1}", "int64[2,1] = [2, 4]"),
    EvaluateCase(["int64[3] = [5, 6, 7]", "int64[] = [3]"], "Gather(%a, %b)", nil),
    EvaluateCase(
      ["int64[2,1] = [1, 2]", "int64[2,2] = [3, 4, 5, 6]"], "Concat(%a, %b) {axis=-1}",
      "int64[2,3] = [1, 3, 4, 2, 5, 6]"),
    EvaluateCase(
      [
        "int64[4] = [1, 2, 3, 4]", "int64[1] = [-1]", "int64[1] = [-9223372036854775808]", "int64[1] = [0]",
        "int64[1] = [-2]",
      ],
      "Slice(%a, %b, %c, %d, %e)", "int64[2] = [4, 2]"),
    EvaluateCase(["int64[2] = [1, 2]", "int64[1] = [5]", "int64[1] = [9]"], "Slice(%a, %b, %c)", "int64[0] = []"),
    EvaluateCase(["int64[1,2] = [1, 2]", "int64[1] = [0]"], "Squeeze(%a, %b)", "int64[2] = [1, 2]"),
    EvaluateCase(["int64[1,2] = [1, 2]", "int64[1] = [1]"], "Squeeze(%a, %b)", nil),
    EvaluateCase(["int64[] = [4]", "int64[1] = [0]"], "Unsqueeze(%a, %b)", "int64[1] = [4]"),
    EvaluateCase(["int64[4] = [1, 2, 3, 4]", "int64[2] = [2, -1]"], "Reshape(%a, %b)", "int64[2,2] = [1, 2, 3, 4]"),
    EvaluateCase(["int64[4] = [1, 2, 3, 4]", "int64[2] = [3, -1]"], "Reshape(%a, %b)", nil),
    EvaluateCase(
      ["float32[2,3] = ramp"], "Transpose(%a)", "float32[3,2] = [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]"),
    EvaluateCase(["int64[1,2] = [1, 2]", "int64[2] = [2, 1]"], "Expand(%a, %b)", "int64[2,2] = [1, 2, 1, 2]"),
    EvaluateCase(["int64[1] = [1]", "int64[1] = [9223372036854775807]"], "Expand(%a, %b)", nil),
    EvaluateCase(["int64[2] = [1, 2]", "int64[1] = [2]"], "Tile(%a, %b)", "int64[4] = [1, 2, 1, 2]"),
    EvaluateCase(["float32[2,3] = ramp"], "Shape(%a)", "int64[2] = [2, 3]"),
    EvaluateCase(["float32[2,3] = ramp"], "Shape(%a) {start=-1}", "int64[1] = [3]"),
    EvaluateCase(["float32[2,3] = ramp"], "Size(%a)", "int64[] = [6]"),
    EvaluateCase(["int64[1] = [2]"], "ConstantOfShape(%a) {value=int32[1] [7]}", "int32[2] = [7, 7]"),
    EvaluateCase(["int64[2] = [9223372036854775807, 2]"], "ConstantOfShape(%a)", nil),
    EvaluateCase(["int64[] = [5]", "int64[] = [0]", "int64[] = [-2]"], "Range(%a, %b, %c)", "int64[3] = [5, 3, 1]"),
    EvaluateCase(["int64[] = [0]", "int64[] = [9223372036854775807]", "int64[] = [1]"], "Range(%a, %b, %c)", nil),
    EvaluateCase(["int64[] = [0]", "int64[] = [5]", "int64[] = [0]"], "Range(%a, %b, %c)", nil),
    EvaluateCase(["int64[2,3] = ramp", "int64[1] = [1]"], "ReduceSum(%a, %b) {keepdims=0}", "int64[2] = [3, 12]"),
    EvaluateCase(["int64[2,3] = ramp"], "ReduceMax(%a) {axes=[0]}", "int64[1,3] = [3, 4, 5]"),
    EvaluateCase(["int64[0] = []"], "ReduceProd(%a)", "int64[1] = [1]"),
    EvaluateCase(["float32[4] = ramp"], "ReduceMean(%a) {keepdims=0}", "float32[] = [1.5]"),
    EvaluateCase(["float32[1] = [1.0]", "float32[] = [0.5]"], "QuantizeLinear(%a, %b)", nil),
    EvaluateCase(["float32[1] = [1.0]"], "RandomNormalLike(%a)", nil),
    EvaluateCase(["float32[1] = [1.0]"], "com.example::Neg(%a)", nil),
  ]) func movesAndMakesAndReduces(_ test: EvaluateCase) throws { try test.check(byteLimit: 1000) }

  @Test func splitsIntoWhatItIsTold() throws {
    let graph = try Graph(
      text: "graph g() -> () {\nconst %a: int64[5] = ramp\nconst %s: int64[2] = [2, 3]\n%x, %y = Split(%a, %s)\n}")
    let node = graph.nodes[0]
    let parts = node.evaluated(node.inputs.map { graph.constant($0) }, opset: 17, byteLimit: 1000)
    #expect(parts?.map(\.int64s) == [[0, 1], [2, 3, 4]])
  }
}
