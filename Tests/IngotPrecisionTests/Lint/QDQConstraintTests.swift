// Q1 to Q11, each on the smallest graph that breaks it.

import IngotCore
import IngotGraph
import IngotPrecision
import Testing

struct ConstraintCase: CustomTestStringConvertible, Sendable {
  var name: String
  var graph: String
  var expected: [String]
  var target = QDQTarget.tensorrt
  var testDescription: String { name }
}

private let conv = "  %y: float32[n,16,8,8] = Conv(%xq, %w) {pads=[1,1,1,1]} # conv"

private let cases: [ConstraintCase] = [
  ConstraintCase(name: "a good model", graph: quantizedGraph(conv), expected: []),
  ConstraintCase(
    name: "Q1 asymmetric zero point",
    graph: quantizedGraph(conv).replacing("%z: int8[] = [0]", with: "%z: int8[] = [3]"),
    expected: ["error Q1 node 'q' (QuantizeLinear): the zero point is not 0; TensorRT quantizes symmetrically"]),
  ConstraintCase(
    name: "Q1 uint8",
    graph: quantizedGraph(conv).replacing("%z: int8[] = [0]", with: "%z: uint8[] = [0]")
      .replacing("%xi: int8", with: "%xi: uint8"),
    expected: [
      "error Q1 node 'q' (QuantizeLinear): quantizes to uint8; TensorRT takes int8, float8e4m3fn, int4 and float4e2m1"
    ]),
  ConstraintCase(
    name: "Q1 missing zero point",
    graph: quantizedGraph(conv).replacing("(%x, %s, %z)", with: "(%x, %s)").replacing(
      "(%xi, %s, %z)", with: "(%xi, %s)"
    )
    .replacing("%xi: int8", with: "%xi: uint8"),
    expected: [
      "error Q1 node 'q' (QuantizeLinear): quantizes to uint8, which is what ONNX makes of a missing zero point; TensorRT reads int8"
    ]),
  ConstraintCase(
    name: "Q1 is TensorRT's alone",
    graph: quantizedGraph(conv).replacing("%z: int8[] = [0]", with: "%z: int8[] = [3]"), expected: [],
    target: .openvino),
  ConstraintCase(
    name: "Q2 negative scale",
    graph: quantizedGraph(conv).replacing("%s: float32[] = [0.5]", with: "%s: float32[] = [-0.5]"),
    expected: ["error Q2 node 'q' (QuantizeLinear): the scale is -0.5; it must be positive and finite"]),
  ConstraintCase(
    name: "Q2 infinite scale",
    graph: quantizedGraph(conv).replacing("%s: float32[] = [0.5]", with: "%s: float32[] = [inf]"),
    expected: ["error Q2 node 'q' (QuantizeLinear): the scale is inf; it must be positive and finite"]),
  ConstraintCase(
    name: "Q2 number of scales", graph: quantizedGraph(conv).replacing("{axis=0} # dqw", with: "{axis=2} # dqw"),
    expected: [
      "error Q2 node 'dqw' (DequantizeLinear): 16 scales for 3 channels on axis 2 of [16, 16, 3, 3]",
      "error Q4 node 'conv' (Conv): the scales of its weight are on axis 2; its output channels are on axis 0",
    ]),
  ConstraintCase(
    name: "Q2 scale of the run",
    graph: quantizedGraph(conv).replacing(
      "%xi: int8[n,16,8,8] = QuantizeLinear(%x, %s, %z)",
      with: "%d: float32[] = ReduceMax(%x) {keepdims=0}\n  %xi: int8[n,16,8,8] = QuantizeLinear(%x, %d, %z)"),
    expected: [
      "error Q2 node 'q' (QuantizeLinear): the scale 'd' is calculated at run time",
      "warning Q2 node 'dq' (DequantizeLinear): reads with another scale or zero point than its QuantizeLinear",
    ]),
  ConstraintCase(
    name: "Q3 activation with channels",
    graph: quantizedGraph(conv).replacing("(%x, %s, %z) #", with: "(%x, %ws, %wz) {axis=1} #")
      .replacing("(%xi, %s, %z) #", with: "(%xi, %ws, %wz) {axis=1} #"),
    expected: [
      "error Q3 node 'q' (QuantizeLinear): has a scale per channel (axis 1) on a tensor that is no constant"
    ]),
  ConstraintCase(
    name: "Q4 input channels", graph: quantizedGraph(conv).replacing("{axis=0} # dqw", with: "{axis=1} # dqw"),
    expected: ["error Q4 node 'conv' (Conv): the scales of its weight are on axis 1; its output channels are on axis 0"]
  ),
  ConstraintCase(
    name: "Q5 clamped weights",
    graph: quantizedGraph(
      """
        const %f: float32[2,16,1,1] = [200.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,1.0,2.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0]
        %fi: int8[2,16,1,1] = QuantizeLinear(%f, %s, %z) # qf
        %fq: float32[2,16,1,1] = DequantizeLinear(%fi, %s, %z) # dqf
        %y: float32[n,2,8,8] = Conv(%xq, %fq) # conv
      """, output: "float32[n,2,8,8]"),
    expected: [
      "warning Q5 node 'qf' (QuantizeLinear): 1 of 32 weights are over the range of their scale and are clamped"
    ]),
  ConstraintCase(
    name: "Q6 doubles",
    graph: """
      model ir 10 opset ai.onnx 19
      graph main(%x: float64[4]) -> (%y: float64[4]) {
        const %s: float64[] = [0.5]
        const %z: int8[] = [0]
        %a: int8[4] = QuantizeLinear(%x, %s, %z) # q
        %y: float64[4] = DequantizeLinear(%a, %s, %z) # dq
      }
      """,
    expected: [
      "error Q6 node 'q' (QuantizeLinear): the float side is float64",
      "error Q6 node 'dq' (DequantizeLinear): the float side is float64",
      "note P12 node 'dq' (DequantizeLinear): only the model's output reads it: it costs accuracy and a kernel, and saves none",
    ]),
  ConstraintCase(
    name: "Q7 channels before operator set 13", graph: quantizedGraph(conv, opset: 11),
    expected: [
      "error Q7 node 'dqw' (DequantizeLinear): a scale per channel came with operator set 13; the model has 11"
    ]),
  ConstraintCase(
    name: "Q8 integer operators",
    graph: quantizedGraph(
      """
        const %w1: int8[8,16] = ramp
        %f: int8[n,8,8,16] = Transpose(%xi) {perm=[0,2,3,1]} # t
        const %m: int8[16,4] = ramp
        %y: int32[n,8,8,4] = MatMulInteger(%f, %m) # mm
      """, output: "int32[n,8,8,4]"
    ).replacing("    %xq: float32[n,16,8,8] = DequantizeLinear(%xi, %s, %z) # dq\n", with: ""),
    expected: ["error Q8 node 'mm' (MatMulInteger): TensorRT has no MatMulInteger"]),
  ConstraintCase(
    name: "Q9 int32 bias",
    graph: quantizedGraph(
      """
        const %b32: int32[16] = ramp
        const %bs: float32[16] = [1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0]
        const %bz: int32[16] = [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]
        %b: float32[16] = DequantizeLinear(%b32, %bs, %bz) {axis=0} # dqb
        %y: float32[n,16,8,8] = Conv(%xq, %w, %b) {pads=[1,1,1,1]} # conv
      """),
    expected: [
      "error Q9 node 'conv' (Conv): its bias comes out of an int32 DequantizeLinear; TensorRT takes float biases only"
    ]),
  ConstraintCase(
    name: "Q9 is TensorRT's alone",
    graph: quantizedGraph(
      """
        const %b: float32[16] = ramp
        %c: float32[n,16,8,8] = Conv(%xq, %w, %b) {pads=[1,1,1,1]} # conv
        %ci: int8[n,16,8,8] = QuantizeLinear(%c, %s, %z) # qc
        %y: float32[n,16,8,8] = DequantizeLinear(%ci, %s, %z) # dqc
      """),
    expected: [], target: .onnxruntime),
  ConstraintCase(
    name: "Q11 int8 and float8",
    graph: quantizedGraph(
      """
        const %fz: float8e4m3fn[] = hex(00)
        %c: float32[n,16,8,8] = Conv(%xq, %w) {pads=[1,1,1,1]} # conv
        %ci: float8e4m3fn[n,16,8,8] = QuantizeLinear(%c, %s, %fz) # qc
        %cq: float32[n,16,8,8] = DequantizeLinear(%ci, %s, %fz) # dqc
        %y: float32[n,16,8,8] = Conv(%cq, %w) {pads=[1,1,1,1]} # conv2
      """, opset: 19),
    expected: [
      "error Q11 model: node 'dqw' (DequantizeLinear) quantizes to int8, and node 'qc' (QuantizeLinear) to float8e4m3fn"
    ]),
]

@Suite struct QDQConstraintTests {
  @Test(arguments: cases) func isFound(_ test: ConstraintCase) throws {
    #expect(try findings(test.graph, for: test.target) == test.expected)
  }

  @Test func scalesOfSubgraphsAreConstantsOfTheGraphAround() throws {
    let found = try findings(
      """
      model ir 8 opset ai.onnx 17
      graph main(%c: bool[], %x: float32[4]) -> (%y: float32[4]) {
        const %s: float32[] = [-1.0]
        const %z: int8[] = [0]
        %y: float32[4] = If(%c) {
          then_branch=graph a() -> (%p: float32[4]) {
            %i: int8[4] = QuantizeLinear(%x, %s, %z) # qi
            %p: float32[4] = DequantizeLinear(%i, %s, %z) # di
          },
          else_branch=graph b() -> (%q: float32[4]) { %q: float32[4] = Identity(%x) # id
          }
        } # if
      }
      """)
    #expect(found == ["error Q2 node 'qi' (QuantizeLinear): the scale is -1.0; it must be positive and finite"])
  }
}
