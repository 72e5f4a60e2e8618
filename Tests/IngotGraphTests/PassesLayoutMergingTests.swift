// Chains of Reshape and the like, of Slice and of Concat.

import IngotCore
import Testing

@testable import IngotGraph

@Suite struct PassesLayoutMergingTests {
  private func run(
    _ pass: Pass, _ nodes: String, outputs: String = "%y", opset: Int64 = 17
  ) throws -> (text: String, report: PassReport) {
    try text(
      of: """
        graph g(%x: float32[n,4], %z: float32[n,4], %u: float32[n,m,k]) -> (\(outputs)) {
          const %i0: int64[1] = [0]
          const %i1: int64[1] = [1]
          const %i2: int64[1] = [2]
          const %s: int64[3] = [0, 2, 2]
          const %t: int64[2] = [-1, 2]
        \(nodes)
        }
        """, after: { try runPass(pass, on: &$0, opset: opset) })
  }

  @Test func mergesUnsqueezes() throws {
    let (result, report) = try run(.reshapes, "%a = Unsqueeze(%x, %i1) # a\n%y = Unsqueeze(%a, %i0) # b")
    #expect(report.removed == 1)
    #expect(result.contains("const %y_axes: int64[2] = [0, 2]"))
    #expect(result.contains("= Unsqueeze(%x, %y_axes)"))
  }

  @Test func mergesSqueezesOfOldVersions() throws {
    let (result, report) = try run(
      .reshapes,
      "%a = Unsqueeze(%x) {axes=[0,1]}\n%b = Neg(%a)\n%c = Squeeze(%b) {axes=[1]} # c\n%y = Squeeze(%c) {axes=[0]}",
      opset: 11)
    #expect(report.removed == 1)
    #expect(result.contains("Squeeze(%b) {axes=[0,1]}"))
  }

  @Test func mergesReshapes() throws {
    let (result, report) = try run(.reshapes, "%a = Reshape(%x, %s) # a\n%y = Reshape(%a, %t) # b")
    #expect(report.removed == 1)
    #expect(result.contains("= Reshape(%x, %y_shape) # b"))
  }

  @Test(arguments: [
    // Two sizes that only a run knows.
    "%a = Unsqueeze(%u, %i0)\n%f = Flatten(%a) {axis=2}\n%y = com.example::Use(%a, %f)",
    "%a = Reshape(%x, %s)\n%b = Neg(%a)\n%c = Reshape(%a, %t)\n%y = com.example::Use(%b, %c)",
  ]) func leavesReshapesAlone(_ nodes: String) throws {
    #expect(try run(.reshapes, nodes).report.isEmpty)
  }

  @Test func mergesSlicesAlongOtherAxes() throws {
    let (result, report) = try run(
      .slices, "%a = Slice(%x, %i0, %i1, %i0) # a\n%y = Slice(%a, %i1, %i2, %i1) # b")
    #expect(report.removed == 1)
    #expect(result.contains("const %y_starts: int64[2] = [0, 1]"))
    #expect(result.contains("const %y_axes: int64[2] = [0, 1]"))
    #expect(try run(.slices, "%a = Slice(%x, %i0, %i2, %i0)\n%y = Slice(%a, %i1, %i2, %i0)").report.isEmpty)
    #expect(
      try run(.slices, "%a = Slice(%x, %i0, %i1)\n%y = Slice(%a, %i1, %i2, %i1)", outputs: "%y, %a").report.isEmpty)
  }

  @Test func flattensConcats() throws {
    let (result, report) = try run(
      .concats,
      "%a = Concat(%x, %z) {axis=1} # a\n%b = Concat(%z, %a) {axis=-1} # b\n%y = Concat(%b, %x) {axis=1} # c")
    #expect(report.removed == 2)
    #expect(result.contains("Concat(%z, %x, %z, %x) {axis=1} # c"))
    #expect(try run(.concats, "%a = Concat(%x, %z) {axis=0}\n%y = Concat(%a, %a) {axis=0}").report.isEmpty)
    #expect(try run(.concats, "%a = Concat(%x, %x) {axis=1}\n%y = Concat(%a, %a) {axis=0}").report.isEmpty)
  }
}

@Suite struct PassesBroadcastsTests {
  private func run(_ nodes: String, outputs: String = "%y") throws -> PassReport {
    try text(
      of: """
        graph g(%x: float32[2,1], %z: float32[2,4], %s: int64[2], %k: float32[?,4]) -> (\(outputs)) {
          const %same: int64[2] = [2, 4]
          const %more: int64[3] = [3, 2, 4]
        \(nodes)
        }
        """, after: { try runPass(.broadcasts, on: &$0) }
    ).report
  }

  @Test func leavesOutAnExpandThatTheOperationDoesItself() throws {
    #expect(try run("%a = Expand(%x, %same) # a\n%y = Add(%a, %z) # b").removed == 1)
    // Whatever the sizes are: the operation allows no others.
    #expect(try run("%a = Expand(%x, %s)\n%y = Add(%a, %z)").removed == 1)
    #expect(try run("%a = Expand(%x, %same)\n%c = Greater(%z, %x)\n%y = Where(%c, %a, %z)").removed == 1)
  }

  @Test(arguments: [
    "%a = Expand(%x, %more)\n%y = Add(%a, %z)",
    "%a = Expand(%x, %same)\n%y = Add(%a, %x)",
    "%a = Expand(%x, %same)\n%b = Add(%a, %z)\n%y = com.example::Use(%a, %b)",
    "%a = Expand(%x, %same)\n%y = MatMul(%a, %k)",
  ]) func keepsAnExpandThatGivesTheShape(_ nodes: String) throws { #expect(try run(nodes).isEmpty) }

  @Test func leavesOutOneOfTwo() throws {
    #expect(try run("%a = Expand(%x, %same)\n%b = Expand(%z, %same)\n%y = Add(%a, %b)").removed == 2)
    #expect(try run("%a = Expand(%x, %same)\n%b = Expand(%x, %same)\n%y = Add(%a, %b)").removed == 1)
  }
}
