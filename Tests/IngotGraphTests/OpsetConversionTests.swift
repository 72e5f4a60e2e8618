// What changed form or meaning between operator sets, one line a change, and what has no sure equivalent.

import IngotCore
import Testing

@testable import IngotGraph

/// One node before and after.
struct OpsetCase: CustomTestStringConvertible, Sendable {
  var from: Int64
  var to: Int64
  var x = "float32[2,6]"
  /// Beside `%x`.
  var inputs = ""
  var before: String
  var after: String

  var testDescription: String { "\(from) -> \(to): \(before)" }

  init(_ from: Int64, _ to: Int64, x: String = "float32[2,6]", inputs: String = "", _ before: String, _ after: String) {
    (self.from, self.to, self.x, self.inputs, self.before, self.after) = (from, to, x, inputs, before, after)
  }

  /// Constants and nodes, without types and the graph around them.
  func raised() throws -> String {
    var model = try Model(
      text: "model ir 3 opset ai.onnx \(from)\ngraph main(%x: \(x)\(inputs)) -> (%y) {\n\(before)\n}")
    _ = try raiseOpset(of: &model, to: to)
    #expect(model.opsets[""] == to)
    #expect(model.irVersion == OperatorSet.oldestFormat(of: to))
    #expect(model.graph.verify(requiresOrder: true).map(\.description) == [])
    for index in model.graph.values.indices where model.graph.values[index].initializer == nil {
      (model.graph[ValueID(index)].type, model.graph[ValueID(index)].shape) = (nil, nil)
    }
    let lines = model.graph.text().split(separator: "\n").dropFirst().dropLast()
    return lines.map { $0.trimmingPrefix("  ") }.joined(separator: "\n")
  }
}

@Suite struct OpsetConversionTests {
  private static let attributesThatBecameInputs = [
    OpsetCase(
      9, 13, "%y = Slice(%x) {starts=[0], ends=[2]} # n",
      """
      const %n_starts: int64[1] = [0]
      const %n_ends: int64[1] = [2]
      %y = Slice(%x, %n_starts, %n_ends) # n
      """),
    OpsetCase(
      9, 13, "%y = Clip(%x) {max=6.0} # n",
      """
      const %n_max: float32[] = [6.0]
      %y = Clip(%x, _, %n_max) # n
      """),
    OpsetCase(
      9, 13, x: "float16[2]", "%y = Clip(%x) {min=0.5} # n",
      """
      const %n_min: float16[] = [0.5]
      %y = Clip(%x, %n_min) # n
      """),
    OpsetCase(
      10, 28, "%y = Pad(%x) {mode=\"constant\", pads=[0,0,1,1], value=0.5} # n",
      """
      const %n_pads: int64[4] = [0, 0, 1, 1]
      const %n_value: float32[] = [0.5]
      %y = Pad(%x, %n_pads, %n_value) {mode="constant"} # n
      """),
    OpsetCase(
      9, 11, "%y, %i = TopK(%x) {axis=1, k=2} # n",
      """
      const %n_k: int64[1] = [2]
      %y, %i = TopK(%x, %n_k) {axis=1} # n
      """),
    OpsetCase(
      12, 13, "%y = Unsqueeze(%x) {axes=[0]} # n",
      """
      const %n_axes: int64[1] = [0]
      %y = Unsqueeze(%x, %n_axes) # n
      """),
    OpsetCase(
      12, 28, "%y = ReduceSum(%x) {axes=[1]} # n",
      """
      const %n_axes: int64[1] = [1]
      %y = ReduceSum(%x, %n_axes) # n
      """),
    OpsetCase(
      13, 19, "%y = ReduceMean(%x) {axes=[1], keepdims=0} # n",
      """
      const %n_axes: int64[1] = [1]
      %y = ReduceMean(%x, %n_axes) {keepdims=0} # n
      """),
    OpsetCase(13, 17, "%y = ReduceMean(%x) {axes=[1]} # n", "%y = ReduceMean(%x) {axes=[1]} # n"),
    OpsetCase(
      11, 18, "%y, %z = Split(%x) {axis=0, split=[1,1]} # n",
      """
      const %n_split: int64[2] = [1, 1]
      %y, %z = Split(%x, %n_split) {axis=0} # n
      """),
    OpsetCase(
      17, 20, x: "float32[1,8,1]", "%y = DFT(%x) # n",
      """
      const %n_axis: int64[] = [1]
      %y = DFT(%x, _, %n_axis) # n
      """),
  ]

  private static let newMeanings = [
    OpsetCase(11, 13, "%y = Dropout(%x) {ratio=0.5} # n", "%y = Dropout(%x) # n"),
    OpsetCase(13, 18, "%y, %z = Split(%x) {axis=0} # n", "%y, %z = Split(%x) {axis=0, num_outputs=2} # n"),
    OpsetCase(
      9, 11, inputs: ", %i: int64[2,6], %u: float32[2,6]", "%y = Scatter(%x, %i, %u) {axis=1} # n",
      "%y = ScatterElements(%x, %i, %u) {axis=1} # n"),
    OpsetCase(
      15, 19, x: "float32[1,1,4,4]", inputs: ", %r: float32[1,4], %b: int64[1]", "%y = RoiAlign(%x, %r, %b) # n",
      "%y = RoiAlign(%x, %r, %b) {coordinate_transformation_mode=\"output_half_pixel\"} # n"),
    OpsetCase(
      16, 20, x: "float32[1,1,4,4]", inputs: ", %g: float32[1,2,2,2]",
      "%y = GridSample(%x, %g) {mode=\"bicubic\"} # n", "%y = GridSample(%x, %g) {mode=\"cubic\"} # n"),
    OpsetCase(
      8, 9, x: "float32[1,2,4]", inputs: bnInputs, "%y = BatchNormalization(%x, %s, %b, %m, %v) {spatial=1} # n",
      "%y = BatchNormalization(%x, %s, %b, %m, %v) # n"),
    OpsetCase(
      9, 15, x: "float32[1,2,4]", inputs: bnInputs,
      "%y, %m1, %v1, %m2, %v2 = BatchNormalization(%x, %s, %b, %m, %v) # n\n%z = Add(%m1, %v1) # used",
      """
      %y, %m1, %v1 = BatchNormalization(%x, %s, %b, %m, %v) {training_mode=1} # n
      %z = Add(%m1, %v1) # used
      """),
    OpsetCase(17, 28, "%y = Relu(%x) # n", "%y = Relu(%x) # n"),
    OpsetCase(
      7, 10, "%y, %mask = Dropout(%x) # n\n%z = Neg(%mask) # used",
      """
      %y, %n_mask = Dropout(%x) # n
      %mask = Cast(%n_mask) {to=1} # n_mask_Cast
      %z = Neg(%mask) # used
      """),
  ]

  private static let bnInputs = ", %s: float32[2], %b: float32[2], %m: float32[2], %v: float32[2]"

  private static let softmax = [
    OpsetCase(9, 13, "%y = Softmax(%x) # n", "%y = Softmax(%x) {axis=1} # n"),
    OpsetCase(9, 13, x: "float32[2,6,1,1]", "%y = Softmax(%x) # n", "%y = Softmax(%x) {axis=1} # n"),
    OpsetCase(9, 13, x: "float32[2,1,6]", "%y = Softmax(%x) # n", "%y = Softmax(%x) {axis=2} # n"),
    OpsetCase(11, 13, x: "float32", "%y = Hardmax(%x) {axis=-1} # n", "%y = Hardmax(%x) {axis=-1} # n"),
    OpsetCase(
      9, 13, x: "float32[n,6,2]", "%y = LogSoftmax(%x) # n",
      """
      const %n_shape: int64[3] = [-1, 6, 2]
      %n_flat = Flatten(%x) {axis=1} # n_flat
      %n_rows = LogSoftmax(%n_flat) {axis=-1} # n
      %y = Reshape(%n_rows, %n_shape) # n_rows_Reshape
      """),
    OpsetCase(
      9, 14, x: "float32[n,m,2]", "%y = Softmax(%x) # n",
      """
      %n_flat = Flatten(%x) {axis=1} # n_flat
      %n_shape = Shape(%x) # n_shape
      %n_rows = Softmax(%n_flat) {axis=-1} # n
      %y = Reshape(%n_rows, %n_shape) {allowzero=1} # n_rows_Reshape
      """),
  ]

  private static let resize = [
    OpsetCase(
      8, 13, x: "float32[1,1,2,2]", "%y = Upsample(%x) {mode=\"nearest\", scales=[1.0,1.0,2.0,2.0]} # n",
      """
      const %n_scales: float32[4] = [1.0, 1.0, 2.0, 2.0]
      %y = Resize(%x, _, %n_scales) {mode="nearest", nearest_mode="floor", coordinate_transformation_mode="asymmetric"} # n
      """),
    OpsetCase(
      9, 10, x: "float32[1,1,2,2]", inputs: ", %s: float32[4]", "%y = Upsample(%x, %s) # n",
      "%y = Resize(%x, %s) # n"),
    OpsetCase(
      10, 11, x: "float32[1,1,4,4]", "const %s: float32[4] = [1.0, 1.0, 0.5, 0.5]\n%y = Resize(%x, %s) # n",
      """
      const %s: float32[4] = [1.0, 1.0, 0.5, 0.5]
      const %n_roi: float32[0] = []
      %y = Resize(%x, %n_roi, %s) {nearest_mode="ceil", coordinate_transformation_mode="asymmetric"} # n
      """),
    OpsetCase(
      11, 13, x: "float32[1,1,4,4]", inputs: ", %z: int64[4]",
      """
      const %e: float32[0] = []
      %y = Resize(%x, %e, %e, %z) {coordinate_transformation_mode="tf_half_pixel_for_nn", nearest_mode="floor"} # n
      """,
      """
      const %e: float32[0] = []
      %y = Resize(%x, _, _, %z) {coordinate_transformation_mode="half_pixel", nearest_mode="round_prefer_ceil"} # n
      """),
  ]

  private static let old = [
    OpsetCase(1, 7, "%y = Relu(%x) {consumed_inputs=[0]} # n", "%y = Relu(%x) # n"),
    OpsetCase(
      6, 13, x: "float32[2,3,4]", inputs: ", %b: float32[3]", "%y = Add(%x, %b) {axis=1, broadcast=1} # n",
      """
      const %n_aligned_axes: int64[1] = [1]
      %n_aligned = Unsqueeze(%b, %n_aligned_axes) # n_aligned
      %y = Add(%x, %n_aligned) # n
      """),
    OpsetCase(6, 7, inputs: ", %b: float32[6]", "%y = Mul(%x, %b) {broadcast=1} # n", "%y = Mul(%x, %b) # n"),
    OpsetCase(
      4, 5, "%y = Reshape(%x) {shape=[3,4]} # n",
      """
      const %n_shape: int64[2] = [3, 4]
      %y = Reshape(%x, %n_shape) # n
      """),
    OpsetCase(3, 4, "%y = Concat(%x, %x) # n", "%y = Concat(%x, %x) {axis=1} # n"),
    OpsetCase(5, 6, "%y = Cast(%x) {to=\"FLOAT16\"} # n", "%y = Cast(%x) {to=10} # n"),
    OpsetCase(1, 2, "%y = Pad(%x) {paddings=[0,0,1,1]} # n", "%y = Pad(%x) {pads=[0,0,1,1]} # n"),
    OpsetCase(
      1, 6, "const %c: float32[1] = [2.0]\nconst %a: float32[1] = [1.0]\n%y = Tile(%x, %c, %a) # n",
      """
      const %c: float32[1] = [2.0]
      const %a: float32[1] = [1.0]
      const %n_repeats: int64[2] = [1, 2]
      %y = Tile(%x, %n_repeats) # n
      """),
    OpsetCase(
      6, 7, x: "float32[1,3,4,4]", inputs: ", %s: float32[3]", "%y = PRelu(%x, %s) # n",
      """
      %n_slopes = Unsqueeze(%s) {axes=[1,2]} # n_slopes
      %y = PRelu(%x, %n_slopes) # n
      """),
  ]

  @Test(arguments: attributesThatBecameInputs + newMeanings + softmax + resize + old)
  func rewritesWhatChanged(_ test: OpsetCase) throws {
    let text = try test.raised()
    #expect(text == test.after, "\(text)")
  }

  @Test func oneScaleAGroupBecomesOneAChannel() throws {
    let test = OpsetCase(
      18, 21, x: "float32[n,6,4]", inputs: ", %s: float32[2], %b: float32[2]",
      "%y = GroupNormalization(%x, %s, %b) {num_groups=2} # n", "")
    let text = try test.raised()
    #expect(text.contains("const %n_repeats: int64[2] = [1, 3]"))
    #expect(text.contains("%n_scale_groups = Expand(%n_scale_column, %n_repeats)"))
    #expect(text.hasSuffix("%y = GroupNormalization(%x, %n_scale_channels, %n_bias_channels) {num_groups=2} # n"))
  }

  @Test func aMeanForEveryElementIsTakenStepByStep() throws {
    let test = OpsetCase(
      7, 9, x: "float32[1,2,3]",
      inputs: ", %s: float32[2,3], %b: float32[2,3], %m: float32[2,3], %v: float32[2,3]",
      "%y = BatchNormalization(%x, %s, %b, %m, %v) {spatial=0} # n", "")
    let text = try test.raised()
    #expect(text.hasSuffix("%y = Add(%n_scaled, %b) # n"), "\(text)")
    #expect(!text.contains("BatchNormalization"))
  }

  @Test func aScanOverASequenceGetsAScanOverTheBatchAroundIt() throws {
    let test = OpsetCase(
      8, 9, x: "float32[b,3]", inputs: ", %q: float32[b,5,3]",
      """
      %y, %r = Scan(_, %x, %q) {num_scan_inputs=1, body=graph body(%s: float32[3], %i: float32[3]) -> (%t, %o) {
        %t = Add(%s, %i) # add
        %o = Identity(%t) # id
      }} # n
      """, "")
    let text = try test.raised()
    #expect(text.hasPrefix("%y, %r = Scan(%x, %q) {body=graph body_sample("), "\(text)")
    #expect(text.contains("num_scan_inputs=2} # n"))
    #expect(text.contains("num_scan_inputs=1} # n_sequence"))
  }

  @Test func bodiesAreRaisedTooAndTheirNewNamesHideNothing() throws {
    let test = OpsetCase(
      11, 13, inputs: ", %u_axes: float32[2,6]",
      """
      const %c: bool[] = [true]
      %y = If(%c) {
        then_branch=graph then() -> (%t) {
          %w = Unsqueeze(%x) {axes=[0]} # u
          %t = Add(%w, %u_axes) # add
        },
        else_branch=graph else() -> (%e) { %e = Relu(%x) # r
        }
      } # if
      """, "")
    let text = try test.raised()
    #expect(text.contains("const %u_axes_1: int64[1] = [0]"), "\(text)")
    #expect(text.contains("Unsqueeze(%x, %u_axes_1) # u"))
  }

  @Test func aFunctionGetsConstantsAsNodesAndKeepsItsAttributes() throws {
    var model = try Model(
      text: """
        model ir 8 opset ai.onnx 10 opset my 1
        graph g(%x: float32[1,2]) -> (%y) {
          %y = my::F(%x) {low=0.5} # call
        }
        function my::F opset ai.onnx 10 {low} graph(%a) -> (%c) {
          %b = Clip(%a) {min=ref(low, 1)} # clip
          %c = Squeeze(%b) {axes=[0]} # squeeze
        }
        """)
    _ = try raiseOpset(of: &model, to: 18)
    #expect(model.functions[0].opsets[""] == 18)
    let ops = model.functions[0].body.nodes.map(\.opType)
    #expect(ops == ["Constant", "CastLike", "Clip", "Constant", "Squeeze"])
    #expect(model.functions[0].body.values.allSatisfy { $0.initializer == nil })
    #expect(model.text().contains("value_float=ref(low, 1)"), "\(model.text())")
  }

  @Test func otherDomainsAndModelsWithoutStandardOperatorsStay() throws {
    var model = try Model(
      text:
        "model ir 8 opset ai.onnx 11 opset com.microsoft 1\ngraph g(%x, %p) -> (%y) { %y = com.microsoft::Pad(%x, %p) # n\n}"
    )
    #expect(try raiseOpset(of: &model, to: 21).isEmpty)
    #expect(model.graph.text().contains("com.microsoft::Pad(%x, %p)"))
    model.opsets = ["com.microsoft": 1]
    _ = try raiseOpset(of: &model, to: 28)
    #expect(model.opsets == ["com.microsoft": 1])
  }

  @Test func theNewestSetIsTheNewestThatSchemasTell() {
    #expect(OperatorSchema.newestOpset(ofDomain: "") == OperatorSet.newest)
  }

  @Test func everyChangeIsAtAVersionOfItsOperator() {
    for change in OpsetChange.all {
      let removed = ["Upsample": [10], "Scatter": [11]][change.op] ?? []
      let versions = OperatorSchema.knownVersions(change.op, domain: "")
      #expect(
        versions.contains(change.version) || removed.contains(Int(change.version)), "\(change.op) \(change.version)")
    }
  }

  @Test(
    arguments: [
      OpsetCase(
        10, 13, x: "float32[1,1,4,4]", inputs: ", %s: float32[4]", "%y = Resize(%x, %s) # n",
        "11: input 1 is not a constant"),
      OpsetCase(
        10, 13, x: "float32[1,1,4,4]", "const %s: float32[4] = [1.0, 1.0, 0.5, 2.0]\n%y = Resize(%x, %s) # n",
        "11: scales above and below 1 need different roundings"),
      OpsetCase(
        11, 13, x: "float32[1,1,4,4]",
        "const %s: float32[4] = [1.0, 1.0, 2.0, 2.0]\n%y = Resize(%x, _, %s) {coordinate_transformation_mode=\"tf_half_pixel_for_nn\", nearest_mode=\"ceil\"} # n",
        "13: coordinates 'tf_half_pixel_for_nn' with 'ceil' have no later equivalent"),
      OpsetCase(
        9, 14, x: "float32[1,2,4]", inputs: bnInputs,
        "%y, %m1, %v1, %m2, %v2 = BatchNormalization(%x, %s, %b, %m, %v) # n\n%z = Neg(%m2) # used",
        "14: a training form that has no later equivalent"),
      OpsetCase(9, 11, x: "?[2]", "%y = Clip(%x) {max=1.0} # n", "11: the type of input 0 is unknown"),
      OpsetCase(
        6, 7, x: "float32", inputs: ", %b: float32[3]", "%y = Add(%x, %b) {axis=1, broadcast=1} # n",
        "7: the rank of input 0 is unknown"),
    ])
  func whatHasNoSureEquivalentIsNamed(_ test: OpsetCase) throws {
    let error = #expect(throws: GraphError.self) { _ = try test.raised() }
    let op = test.before.split(separator: "= ").last?.split(separator: "(").first ?? ""
    let node = test.before.contains("Batch") ? "BatchNormalization" : String(op)
    #expect(
      error?.description == """
        the model's operator set \(test.from) cannot be raised to \(test.to) because of 1 node
          node 'n' (\(node)), which changes in operator set \(test.after)
          hint: export the model with operator set \(test.to) or newer
        """)
  }

  @Test(
    arguments: [
      (13, "the model's operator set is 17 and cannot be lowered to 13\n  hint: ask for 17 or a newer one"),
      (99, "operator set 99 is not known\n  hint: the newest that models are raised to is 28"),
    ] as [(Int64, String)])
  func refusesVersionsThatCannotBe(_ version: Int64, _ message: String) throws {
    var model = try Model(text: "model ir 8 opset ai.onnx 17\ngraph g(%x) -> (%y) { %y = Relu(%x) # n\n}")
    let error = #expect(throws: GraphError.self) { _ = try raiseOpset(of: &model, to: version) }
    #expect(error?.description == message)
  }
}
