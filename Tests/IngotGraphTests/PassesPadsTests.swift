import IngotCore
import Testing

@testable import IngotGraph

@Suite struct PassesPadsTests {
  private func run(_ nodes: String, opset: Int64 = 18) throws -> (text: String, report: PassReport) {
    try text(
      of: """
        graph g(%x: float32[n,2,8,8]) -> (%y) {
          const %w: float32[2,2,3,3] = ramp
          const %p: int64[8] = [0, 0, 1, 2, 0, 0, 1, 0]
          const %batch: int64[8] = [1, 0, 0, 0, 0, 0, 0, 0]
          const %crop: int64[8] = [0, 0, -1, 0, 0, 0, 0, 0]
          const %wide: int64[8] = [0, 0, 3, 3, 0, 0, 3, 3]
          const %short: int64[4] = [1, 2, 1, 0]
          const %axes: int64[2] = [-2, 3]
          const %one: float32[] = [1.0]
          const %lowest: float32[] = [-inf]
        \(nodes)
        }
        """, after: { try runPass(.pads, on: &$0, opset: opset) })
  }

  @Test(arguments: [
    ("%a = Pad(%x, %p)", "Conv(%a, %w) {pads=[1,1,1,1]}", "pads=[2,3,2,1]"),
    ("%a = Pad(%x, %short, _, %axes)", "Conv(%a, %w) {auto_pad=\"VALID\"}", "pads=[1,2,1,0]"),
    ("%a = Pad(%x, %p)", "AveragePool(%a) {kernel_shape=[3,3]}", "count_include_pad=1"),
    ("%a = Pad(%x, %p, %lowest)", "MaxPool(%a) {kernel_shape=[3,3]}", "pads=[1,2,1,0]"),
    ("%r = Relu(%x)\n%a = Pad(%r, %p)", "MaxPool(%a) {kernel_shape=[3,3]}", "pads=[1,2,1,0]"),
  ]) func padsInTheWindow(_ pad: String, _ window: String, _ expected: String) throws {
    let (result, report) = try run("\(pad) # pad\n%y = \(window) # window")
    #expect(report.removed == 1)
    #expect(result.contains(expected))
    #expect(!result.contains("auto_pad"))
  }

  @Test(arguments: [
    ("%a = Pad(%x, %p) {mode=\"reflect\"}", "Conv(%a, %w)"), ("%a = Pad(%x, %p, %one)", "Conv(%a, %w)"),
    ("%a = Pad(%x, %batch)", "Conv(%a, %w)"), ("%a = Pad(%x, %crop)", "Conv(%a, %w)"),
    ("%a = Pad(%x, %p)", "Conv(%a, %w) {auto_pad=\"SAME_UPPER\"}"),
    ("%a = Pad(%x, %p)", "MaxPool(%a) {kernel_shape=[3,3]}"),
    ("%a = Pad(%x, %p)", "AveragePool(%a) {kernel_shape=[3,3], pads=[1,1,1,1]}"),
    ("%a = Pad(%x, %p)", "AveragePool(%a) {kernel_shape=[3,3], ceil_mode=1}"),
    ("%a = Pad(%x, %wide)", "AveragePool(%a) {kernel_shape=[3,3]}"),
    ("%a = Pad(%x, %p)", "ConvTranspose(%a, %w)"), ("%b = Pad(%x, %p)\n%a = Relu(%b)", "Conv(%a, %w)"),
  ]) func leavesOthersAlone(_ pad: String, _ window: String) throws {
    #expect(try run("\(pad)\n%y = \(window)").report.isEmpty)
  }
}
