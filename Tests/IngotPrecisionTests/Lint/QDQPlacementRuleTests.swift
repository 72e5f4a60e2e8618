// P1 to P12 and 4.3: pairs that are missing, not needed, or in the way.

import Foundation
import IngotCore
import IngotGraph
import IngotPrecision
import Testing

private let second = "  %y: float32[n,16,8,8] = Conv(%bq, %w) {pads=[1,1,1,1]} # conv2"

/// The pair of tensor %NAME, read as %NAMEq.
private func pair(_ name: String, scale: String = "s", shape: String = "n,16,8,8") -> String {
  """
    %\(name)i: int8[\(shape)] = QuantizeLinear(%\(name), %\(scale), %z) # q-\(name)
    %\(name)q: float32[\(shape)] = DequantizeLinear(%\(name)i, %\(scale), %z) # dq-\(name)
  """
}

private let firstConv = "  %a: float32[n,16,8,8] = Conv(%xq, %w) {pads=[1,1,1,1]} # conv1"

private let cases: [ConstraintCase] = [
  ConstraintCase(
    name: "P1 float weight",
    graph: quantizedGraph(
      """
        const %f: float32[16,16,3,3] = ramp
        %y: float32[n,16,8,8] = Conv(%xq, %f) {pads=[1,1,1,1]} # conv
      """),
    expected: ["warning P1 node 'conv' (Conv): its data is quantized and its second operand is float: it runs in float"]
  ),
  ConstraintCase(
    name: "P1 float data",
    graph: quantizedGraph("  %y: float32[n,16,8,8] = Conv(%x, %w) {pads=[1,1,1,1]} # conv")
      .replacing("    %xi: int8[n,16,8,8] = QuantizeLinear(%x, %s, %z) # q\n", with: "")
      .replacing("    %xq: float32[n,16,8,8] = DequantizeLinear(%xi, %s, %z) # dq\n", with: ""),
    expected: ["warning P1 node 'conv' (Conv): its weight is int8 and its data is float: it runs in float"]),
  ConstraintCase(
    name: "P2 a result that nobody needs in int8",
    graph: quantizedGraph("\(firstConv)\n\(pair("a"))\n").replacing("-> (%y", with: "-> (%aq"),
    expected: [
      "note P2 node 'dq-a' (DequantizeLinear): only the model's output reads it: it costs accuracy and a kernel, and saves none"
    ]),
  ConstraintCase(
    name: "P2 for ONNX Runtime is the other way round",
    graph: quantizedGraph("  %y: float32[n,16,8,8] = Conv(%xq, %w) {pads=[1,1,1,1]} # conv"),
    expected: ["warning P2 node 'conv' (Conv): its result is read in float: ONNX Runtime runs it in float"],
    target: .onnxruntime),
  ConstraintCase(
    name: "P2 for ONNX Runtime behind a Relu",
    graph: quantizedGraph(
      """
      \(firstConv)
        %b: float32[n,16,8,8] = Relu(%a) # relu
        %bi: int8[n,16,8,8] = QuantizeLinear(%b, %s, %z) # qb
        %y: float32[n,16,8,8] = DequantizeLinear(%bi, %s, %z) # dqb
      """),
    expected: ["warning P2 node 'conv1' (Conv): its result is read in float: ONNX Runtime runs it in float"],
    target: .onnxruntime),
  ConstraintCase(
    name: "P2 for ONNX Runtime moves a Q up over a pool",
    graph: quantizedGraph(
      """
      \(firstConv)
        %b: float32[n,16,4,4] = MaxPool(%a) {kernel_shape=[2,2], strides=[2,2]} # pool
        %bi: int8[n,16,4,4] = QuantizeLinear(%b, %s, %z) # qb
        %y: float32[n,16,4,4] = DequantizeLinear(%bi, %s, %z) # dqb
      """, output: "float32[n,16,4,4]"),
    expected: [], target: .onnxruntime),
  ConstraintCase(
    name: "P3 a pair in front of an activation",
    graph: quantizedGraph(
      "\(firstConv)\n\(pair("a"))\n  %b: float32[n,16,8,8] = Relu(%aq) # relu\n\(pair("b"))\n\(second)"),
    expected: [
      "note P3 node 'q-a' (QuantizeLinear): stands between node 'conv1' (Conv) and node 'relu' (Relu), which would be one kernel"
    ]),
  ConstraintCase(
    name: "P4 both operands of a sum",
    graph: quantizedGraph(
      """
      \(firstConv)
      \(pair("a"))
        %b: float32[n,16,8,8] = Add(%aq, %xq) # add
      \(pair("b"))
      \(second)
      """
    ).replacing("QuantizeLinear(%x,", with: "QuantizeLinear(%r,")
      .replacing("  %xi:", with: "  %r: float32[n,16,8,8] = Relu(%x) # stem\n    %xi:"),
    expected: ["warning P4 node 'add' (Add): input 0 is quantized too: shortcut 'r' quantized, 'a' bare"]),
  ConstraintCase(
    name: "P4 for OpenVINO: both or neither",
    graph: quantizedGraph(
      """
        %t: float32[n,16,8,8] = Sigmoid(%x) # gate
        %b: float32[n,16,8,8] = Add(%t, %xq) # add
      \(pair("b"))
      \(second)
      """),
    expected: ["warning P4 node 'add' (Add): one operand is quantized and the other is float: it runs in float"],
    target: .openvino),
  ConstraintCase(
    name: "P4 for OpenVINO: a shortcut goes into the convolution's kernel",
    graph: quantizedGraph("\(firstConv)\n  %b: float32[n,16,8,8] = Add(%a, %xq) # add\n\(pair("b"))\n\(second)"),
    expected: [], target: .openvino),
  ConstraintCase(
    name: "P5 scales of a Concat",
    graph: quantizedGraph(
      """
      \(firstConv)
      \(pair("a", scale: "s2"))
        %y: float32[n,32,8,8] = Concat(%aq, %xq) {axis=1} # concat
      """, output: "float32[n,32,8,8]"),
    expected: [
      "warning P5 node 'concat' (Concat): its branches have scales from 0.25 to 0.5: each is quantized again on its way"
    ]),
  ConstraintCase(
    name: "P5 a float branch",
    graph: quantizedGraph(
      "\(firstConv)\n  %y: float32[n,32,8,8] = Concat(%a, %xq) {axis=1} # concat", output: "float32[n,32,8,8]"),
    expected: ["warning P5 node 'concat' (Concat): 1 of 2 branches are float: the others are dequantized for it"]),
  ConstraintCase(
    name: "Q10 a shared scale",
    graph: quantizedGraph(
      "\(firstConv)\n\(pair("a"))\n  %y: float32[n,32,8,8] = Concat(%aq, %xq) {axis=1} # concat",
      output: "float32[n,32,8,8]"),
    expected: [
      "note Q10 node 'concat' (Concat): its branches share one scale, which a build with `refit` cannot use"
    ]),
  ConstraintCase(
    name: "P6 a max pool's own pair",
    graph: quantizedGraph(
      """
        %b: float32[n,16,8,8] = MaxPool(%xq) {kernel_shape=[1,1]} # pool
      \(pair("b"))
      \(second)
      """),
    expected: ["note P6 node 'q-b' (QuantizeLinear): a pair of its own behind MaxPool"]),
  ConstraintCase(
    name: "P7 another scale behind a copy",
    graph: quantizedGraph(
      "  %b: float32[n,16,8,8] = Identity(%xq) # copy\n\(pair("b", scale: "s2"))\n\(second)"),
    expected: [
      "warning P7 node 'q-b' (QuantizeLinear): quantizes again, with another scale, what only went through Identity"
    ]),
  ConstraintCase(
    name: "P8 pointwise with a constant",
    graph: quantizedGraph("  const %k: float32[1] = [3.0]\n  %y: float32[n,16,8,8] = Mul(%xq, %k) # mul"),
    expected: ["note P8 node 'mul' (Mul): reads a quantized tensor: pointwise with a constant"]),
  ConstraintCase(
    name: "P9 softmax", graph: quantizedGraph("  %y: float32[n,16,8,8] = Softmax(%xq) {axis=1} # softmax"),
    expected: [
      "warning P9 node 'softmax' (Softmax): Softmax reads a quantized tensor and computes in float: Softmax stays float"
    ]),
  ConstraintCase(
    name: "P12 two pairs in a row",
    graph: quantizedGraph(
      "  %b: float32[n,16,8,8] = Conv(%xqq, %w) {pads=[1,1,1,1]} # conv\n".replacing("%b", with: "%y")
    )
    .replacing("  %y: float32[n,16,8,8] = Conv", with: "\(pair("xq"))\n  %y: float32[n,16,8,8] = Conv"),
    expected: [
      "warning P12 node 'q-xq' (QuantizeLinear): quantizes what node 'dq' (DequantizeLinear) has just dequantized, with the same scale"
    ]),
  ConstraintCase(
    name: "4.3 long attention",
    graph: """
      model ir 8 opset ai.onnx 17
      graph main(%p: float32[1,1024,64], %v: float32[1,64,1024]) -> (%y: float32[1,1024,1024]) {
        const %s: float32[] = [0.5]
        const %z: int8[] = [0]
      \(pair("p", shape: "1,1024,64"))
      \(pair("v", shape: "1,64,1024"))
        %y: float32[1,1024,1024] = MatMul(%pq, %vq) # scores
      }
      """,
    expected: ["warning 4.3 node 'scores' (MatMul): a product of activations over 1024 positions in int8"]),
]

@Suite struct QDQPlacementRuleTests {
  @Test(arguments: cases) func isFound(_ test: ConstraintCase) throws {
    #expect(try findings(test.graph, for: test.target) == test.expected)
  }

  @Test func whatIngotLowersIsClean() throws {
    var model = try Model(
      text: """
        model ir 8 opset ai.onnx 17
        graph main(%x: float32[n,16,8,8]) -> (%y: float32[n,16,8,8]) {
          const %w: float32[16,16,3,3] = ramp
          %r: float32[n,16,8,8] = Relu(%x) # stem
          %a: float32[n,16,8,8] = Conv(%r, %w) {pads=[1,1,1,1]} # conv1
          %b: float32[n,16,8,8] = Relu(%a) # relu1
          %c: float32[n,16,8,8] = Conv(%b, %w) {pads=[1,1,1,1]} # conv2
          %d: float32[n,16,8,8] = Add(%c, %r) # add
          %y: float32[n,16,8,8] = Conv(%d, %w) {pads=[1,1,1,1]} # conv3
        }
        """)
    _ = try lowerToInt8(&model) { _ in ActivationRange(amax: 1) }
    #expect(lintQDQ(model, for: .tensorrt).all.isEmpty, "\(lintQDQ(model, for: .tensorrt).all)")
  }

  /// Of the models that Ingot brings, with ranges as calibration finds them: what a Relu writes is never negative. That one scale
  /// for several tensors and `refit` exclude each other is a note on every model that has one.
  @Test(
    arguments: [("digits", Int8Form.tensorrt), ("digits", .onnxruntime), ("digits", .openvino)]
      + [("digits-hard", Int8Form.tensorrt), ("digits-hard", .onnxruntime), ("digits-hard", .openvino)],
    ByteProducts.allCases)
  func theDemosAreClean(demo: (model: String, form: Int8Form), products: ByteProducts) throws {
    let here = URL(fileURLWithPath: #filePath)
    let path = here.appendingPathComponent("../../../../Pipelines/models/\(demo.model).onnx").standardized.path
    var model = try Model.read(path: path)
    _ = try sanitize(&model)
    _ = try lowerToInt8(&model, form: demo.form, products: products) { name in
      let isPositive = ["Relu", "Pool", "Reshape"].contains { name.contains($0) }
      return ActivationRange(min: isPositive ? 0 : -1, max: 1, amax: 1)
    }
    let target = try #require(QDQTarget(rawValue: demo.form.rawValue))
    let found = lintQDQ(model, for: target).all.filter { $0.rule != .refit }
    #expect(found.isEmpty, "\(found)")
  }
}
