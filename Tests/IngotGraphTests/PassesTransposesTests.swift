import IngotCore
import Testing

@testable import IngotGraph

@Suite struct PassesTransposesTests {
  private func run(_ nodes: String, outputs: String = "%y") throws -> (text: String, report: PassReport) {
    try text(
      of: """
        graph g(%x: float32[2,3,4], %z: float32[2,3,4], %m: float32[3,4]) -> (\(outputs)) {
          const %half: float32[] = [0.5]
          const %bias: float32[2] = [1.0, 2.0]
          const %four: float32[1,1,1,1] = [1.0]
        \(nodes)
        }
        """, after: { try runPass(.transposes, on: &$0) })
  }

  @Test func mergesOneAfterAnother() throws {
    let (result, report) = try run(
      "%a = Transpose(%x) {perm=[1,0,2]} # a\n%b = Transpose(%a) {perm=[2,1,0]} # b\n%y = Exp(%b)")
    #expect(report.removed == 1)
    #expect(result.contains("= Transpose(%x) {perm=[2,0,1]} # b"))
  }

  @Test func reversesAllAxesWithoutAnOrder() throws {
    let (result, _) = try run("%a = Transpose(%m) # a\n%b = Transpose(%a) # b\n%y = Exp(%b)")
    #expect(result.contains("Transpose(%m) {perm=[0,1]}"))
  }

  @Test func looksThroughElementwiseOperations() throws {
    let (result, report) = try run(
      """
      %a = Transpose(%x) {perm=[0,2,1]} # a
      %b = Relu(%a) # b
      %c = Mul(%half, %b) # c
      %y = Transpose(%c) {perm=[0,2,1]} # d
      """)
    #expect(report.removed == 3)
    #expect(result.contains("Relu(%x)"))
    #expect(result.contains("{perm=[0,1,2]} # d"))
  }

  @Test func transposesOnceAfterAnOperationOnTwo() throws {
    let (result, report) = try run(
      """
      %a = Transpose(%x) {perm=[0,2,1]} # a
      %b = Transpose(%z) {perm=[0,2,1]} # b
      %y = Add(%a, %b) # c
      """)
    #expect(report.removed == 2)
    #expect(result.contains("= Add(%x, %z) # c"))
  }

  @Test(arguments: [
    // The value between is read elsewhere, and nothing would go.
    "%a = Transpose(%x) {perm=[0,2,1]}\n%b = Relu(%a)\n%c = Transpose(%b) {perm=[1,0,2]}\n%d = Neg(%b)\n%e = Exp(%d)\n%y = com.example::Use(%c, %e)",
    // Softmax and a bias per axis mean an axis.
    "%a = Transpose(%x) {perm=[0,2,1]}\n%b = Softmax(%a)\n%y = Transpose(%b) {perm=[0,2,1]}",
    "%a = Transpose(%x) {perm=[2,1,0]}\n%b = Add(%a, %bias)\n%y = Transpose(%b) {perm=[2,1,0]}",
    // A constant with more axes would add one.
    "%a = Transpose(%x) {perm=[0,2,1]}\n%b = Add(%a, %four)\n%y = Transpose(%b) {perm=[0,1,3,2]}",
    "%a = Transpose(%x) {perm=[0,2,1]}\n%b = Transpose(%z) {perm=[1,0,2]}\n%c = com.example::Use(%a)\n%y = com.example::Use(%b, %c)",
    "%a = com.example::Transpose(%x) {perm=[0,2,1]}\n%y = Transpose(%a) {perm=[0,2,1]}",
    "%a = Transpose(%x) {perm=[0,2,1]}\n%b = Transpose(%m) {perm=[1,0]}\n%y = com.example::Use(%a, %b)",
  ]) func leavesOthersAlone(_ nodes: String) throws {
    #expect(try run(nodes).report.isEmpty)
  }

  @Test func keepsAReadTransposeAndStillCancels() throws {
    let (result, _) = try run(
      "%w = Transpose(%x) {perm=[0,2,1]} # a\n%b = Relu(%w)\n%y = Transpose(%b) {perm=[0,2,1]} # d", outputs: "%y, %w")
    #expect(result.contains("Relu(%x)"))
    #expect(result.contains("# a"))
  }
}
