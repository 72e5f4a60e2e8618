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

  @Test func mergesOfOldVersionsAndSqueezes() throws {
    let (result, _) = try run(
      .reshapes, "%a = Unsqueeze(%x) {axes=[0,1]}\n%b = Squeeze(%a) {axes=[1]}\n%y = Squeeze(%b) {axes=[0]}", opset: 11)
    #expect(result.contains("Squeeze"))
    #expect(result.split(separator: "\n").count { $0.contains("queeze(") } == 2)
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
    #expect(try run(.slices, "%a = Slice(%x, %i0, %i1)\n%y = Slice(%a, %i1, %i2, %i1)", outputs: "%y, %a").report.isEmpty)
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
