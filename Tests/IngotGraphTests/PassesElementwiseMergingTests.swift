// Casts of casts, and Clips of Clips.

import IngotCore
import Testing

@testable import IngotGraph

@Suite struct PassesElementwiseMergingTests {
  @Test func castsOnceWhereTheFirstLosesNothing() throws {
    for (type, between, merges) in [
      ("float16", 1, true), ("int32", 7, true), ("float32", 10, false), ("int64", 1, false),
    ] {
      let (_, report) = try text(
        of: "graph g(%x: \(type)[2]) -> (%y) {\n%a = Cast(%x) {to=\(between)} # a\n%y = Cast(%a) {to=3} # b\n}",
        after: { try runPass(.casts, on: &$0) })
      #expect(report.removed == (merges ? 1 : 0), "\(type)")
    }
  }

  private func clip(_ nodes: String, opset: Int64) throws -> (text: String, report: PassReport) {
    try text(
      of: """
        graph g(%x: float32[2]) -> (%y) {
          const %low: float32[] = [-1.0]
          const %zero: float32[] = [0.0]
          const %six: float32[] = [6.0]
          const %nine: float32[] = [9.0]
        \(nodes)
        }
        """, after: { try runPass(.clips, on: &$0, opset: opset) })
  }

  @Test func clipsOnce() throws {
    let (inputs, report) = try clip("%a = Relu(%x) # a\n%y = Clip(%a, _, %six) # b", opset: 13)
    #expect(report.removed == 1)
    #expect(inputs.contains("const %a_min: float32[] = [0.0]"))
    #expect(inputs.contains("= Clip(%x, %a_min, %a_max) # b"))
    let (attributes, _) = try clip("%a = Clip(%x) {min=-1.0, max=6.0}\n%y = Relu(%a)", opset: 9)
    #expect(attributes.contains("Clip(%x) {min=0.0, max=6.0}"))
    #expect(try clip("%a = Clip(%x, %low, %nine)\n%y = Clip(%a, %zero, %six)", opset: 13).report.removed == 1)
  }

  @Test func leavesBoundsWithNothingBetweenThemAlone() throws {
    #expect(try clip("%a = Clip(%x, %six, %nine)\n%y = Clip(%a, %low, %zero)", opset: 13).report.isEmpty)
    #expect(try clip("%a = Clip(%x, %six, %zero)\n%y = Relu(%a)", opset: 13).report.isEmpty)
    #expect(try clip("%a = Clip(%x, _, %six)\n%b = Relu(%a)\n%y = Sub(%a, %b)", opset: 13).report.isEmpty)
    #expect(try clip("%a = Relu(%x)\n%y = Clip(%a, %x)", opset: 13).report.isEmpty)
  }
}
