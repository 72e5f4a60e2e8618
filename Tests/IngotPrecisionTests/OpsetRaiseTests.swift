// What changes form between operator sets 9 and 19, and what has no sure equivalent.

import IngotCore
import IngotGraph
import Testing

@testable import IngotPrecision

@Suite struct OpsetRaiseTests {
  private func raised(_ opset: Int64, to wanted: Int64, _ body: String, shape: String = "[2,6]") throws -> String {
    var model = try Model(
      text: """
        model ir 4 opset ai.onnx \(opset)
        graph main(%x: float32\(shape)) -> (%y: float32) {
          \(body)
        }
        """)
    try raiseOpset(of: &model, to: wanted)
    #expect(model.opsets[""] == max(opset, wanted))
    #expect(model.graph.verify(requiresOrder: true).isEmpty)
    let lines = model.graph.text().split(separator: "\n").dropFirst().dropLast()
    return lines.map { $0.trimmingPrefix("  ") }.joined(separator: "\n")
  }

  @Test(
    arguments: [
      (
        9, 13, "%y: float32 = Slice(%x) {starts=[0], ends=[2]} # n",
        "const %n_starts: int64[1] = [0]\nconst %n_ends: int64[1] = [2]\n"
          + "%y: float32 = Slice(%x, %n_starts, %n_ends) # n"
      ),
      (
        9, 13, "%y: float32 = Clip(%x) {max=6.0} # n",
        "const %n_max: float32[] = [6.0]\n%y: float32 = Clip(%x, _, %n_max) # n"
      ),
      (
        10, 13, "%y: float32 = Pad(%x) {mode=\"constant\", pads=[0,0,1,1], value=0.5} # n",
        "const %n_pads: int64[4] = [0, 0, 1, 1]\nconst %n_value: float32[] = [0.5]\n"
          + "%y: float32 = Pad(%x, %n_pads, %n_value) {mode=\"constant\"} # n"
      ),
      (11, 13, "%y: float32 = Dropout(%x) {ratio=0.5} # n", "%y: float32 = Dropout(%x) # n"),
      (
        12, 13, "%y: float32 = Squeeze(%x) {axes=[0]} # n",
        "const %n_axes: int64[1] = [0]\n%y: float32 = Squeeze(%x, %n_axes) # n"
      ),
      (12, 13, "%y: float32 = Squeeze(%x) # n", "%y: float32 = Squeeze(%x) # n"),
      (12, 13, "%y: float32 = Softmax(%x) # n", "%y: float32 = Softmax(%x) {axis=1} # n"),
      (
        13, 19, "%y: float32 = ReduceMean(%x) {axes=[1], keepdims=0} # n",
        "const %n_axes: int64[1] = [1]\n%y: float32 = ReduceMean(%x, %n_axes) {keepdims=0} # n"
      ),
      (13, 17, "%y: float32 = ReduceMean(%x) {axes=[1]} # n", "%y: float32 = ReduceMean(%x) {axes=[1]} # n"),
      (
        15, 19, "%y: float32 = RoiAlign(%x, %x, %x) # n",
        "%y: float32 = RoiAlign(%x, %x, %x) {coordinate_transformation_mode=\"output_half_pixel\"} # n"
      ),
      (17, 13, "%y: float32 = Relu(%x) # n", "%y: float32 = Relu(%x) # n"),
    ] as [(Int64, Int64, String, String)])
  func operatorsThatChangedFormAreRewritten(opset: Int64, wanted: Int64, body: String, expected: String) throws {
    #expect(try raised(opset, to: wanted, body) == expected)
  }

  @Test func aSplitWithoutSizesSaysHowManyPartsItHas() throws {
    let text = try raised(13, to: 19, "%y: float32, %z: float32[1,6] = Split(%x) {axis=0} # n")
    #expect(text == "%y: float32, %z: float32[1,6] = Split(%x) {axis=0, num_outputs=2} # n")
    let sized = try raised(11, to: 19, "%y: float32, %z: float32[1,6] = Split(%x) {axis=0, split=[1,1]} # n")
    #expect(sized.hasSuffix("Split(%x, %n_split) {axis=0} # n"))
  }

  @Test func aSoftmaxOverAxesOfSizeOneKeepsItsAxis() throws {
    let text = try raised(9, to: 13, "%y: float32 = Softmax(%x) # n", shape: "[2,6,1,1]")
    #expect(text == "%y: float32 = Softmax(%x) {axis=1} # n")
    #expect(throws: PrecisionError.self) { try raised(9, to: 13, "%y: float32 = Softmax(%x) # n", shape: "[2,6,2,1]") }
    #expect(throws: PrecisionError.self) { try raised(9, to: 13, "%y: float32 = Softmax(%x) # n", shape: "[2,6,?,1]") }
  }

  @Test func bodiesAreRaisedToo() throws {
    let text = try raised(
      11, to: 13,
      """
      const %c: bool[] = [true]
          %y: float32 = If(%c) {
            then_branch=graph then() -> (%t: float32) { %t: float32 = Unsqueeze(%x) {axes=[0]} # u
            },
            else_branch=graph else() -> (%e: float32) { %e: float32 = Relu(%x) # r
            }
          } # if
      """)
    #expect(text.contains("Unsqueeze(%x, %u_axes) # u"), "\(text)")
  }

  @Test(
    arguments: [
      (12, 13, "%y: float32 = Softmax(%x) {axis=0} # n", "node 'n' (Softmax: axis 0 is not surely the last)"),
      (10, 13, "%y: float32 = Resize(%x, %x) # n", "node 'n' (Resize: other coordinates than before operator set 11)"),
      (9, 13, "%y: float32 = Upsample(%x, %x) # n", "node 'n' (Upsample: removed from the operator set)"),
      (8, 13, "%y: float32 = Relu(%x) # n", "operators older than operator set 9"),
      (
        11, 13, "%y: float32 = Resize(%x, _, %x) {coordinate_transformation_mode=\"tf_half_pixel_for_nn\"} # n",
        "node 'n' (Resize: coordinates that operator set 13 no longer has)"
      ),
    ] as [(Int64, Int64, String, String)])
  func whatHasNoSureEquivalentIsAnObstacle(opset: Int64, wanted: Int64, body: String, obstacle: String) {
    let error = #expect(throws: PrecisionError.self) { _ = try raised(opset, to: wanted, body) }
    #expect(
      error?.description == """
        the model's operator set \(opset) cannot be raised to \(wanted) because of \(obstacle)
          hint: export the model with operator set \(wanted) or newer
        """)
  }
}
