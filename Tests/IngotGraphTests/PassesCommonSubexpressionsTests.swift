import IngotCore
import Testing

@testable import IngotGraph

@Suite struct PassesCommonSubexpressionsTests {
  private func merge(_ nodes: String, outputs: String = "%y") throws -> (text: String, report: PassReport) {
    try text(
      of: """
        graph g(%x: float32[2,3], %z: float32[2,3], %c: bool[]) -> (\(outputs)) {
          const %s: float32[] = [0.5]
          const %q: int8[] = [0]
        \(nodes)
        }
        """, after: { try runPass(.commonSubexpressions, on: &$0) })
  }

  @Test(arguments: [
    ("Exp(%x)", "Exp(%x)"), ("Add(%x, %z)", "Add(%z, %x)"), ("Softmax(%x) {axis=-1}", "Softmax(%x)"),
    ("Gemm(%x, %z) {transB=1, alpha=1.0}", "Gemm(%x, %z) {beta=1.0, transB=1}"),
    ("ReduceSum(%x) {keepdims=1}", "ReduceSum(%x)"),
  ]) func mergesEqualNodes(_ first: String, _ second: String) throws {
    let (result, report) = try merge("%a = \(first) # a\n%b = \(second) # b\n%y = Sub(%a, %b)")
    #expect(report.names == ["b"])
    #expect(result.contains("Sub(%a, %a)"))
  }

  @Test(arguments: [
    ("Exp(%x)", "Exp(%z)"), ("Sub(%x, %z)", "Sub(%z, %x)"), ("Softmax(%x) {axis=0}", "Softmax(%x)"),
    ("RandomNormalLike(%x)", "RandomNormalLike(%x)"), ("Dropout(%x)", "Dropout(%x)"),
    ("QuantizeLinear(%x, %s, %q)", "QuantizeLinear(%x, %s, %q)"), ("com.example::Op(%x)", "com.example::Op(%x)"),
    ("Exp(%x)", "Log(%x)"),
  ]) func keepsNodesThatMayDiffer(_ first: String, _ second: String) throws {
    #expect(try merge("%a = \(first) # a\n%b = \(second) # b\n%y = Sub(%a, %b)").report.isEmpty)
  }

  @Test func followsChains() throws {
    let (_, report) = try merge(
      "%a = Exp(%x) # a\n%b = Exp(%x) # b\n%d = Neg(%a) # d\n%e = Neg(%b) # e\n%y = Sub(%d, %e)")
    #expect(report.names == ["b", "e"])
  }

  @Test func keepsNamesOfOutputs() throws {
    let (result, report) = try merge("%a = Exp(%x) # a\n%y = Exp(%x) # b\n%w = Neg(%a) # c", outputs: "%y, %w")
    #expect(report.names == ["b"])
    #expect(result.contains("%y: float32[2,3] = Exp(%x) # a"))
    #expect(result.contains("Neg(%y)"))
    #expect(try merge("%v = Exp(%x) # a\n%y = Exp(%x) # b", outputs: "%v, %y").report.isEmpty)
  }

  @Test func mergesNodesWithSeveralOutputsAltogether() throws {
    let (_, report) = try merge(
      "%a, %b = Split(%x) {axis=0} # a\n%d, %e = Split(%x) {axis=0} # b\n%f = Add(%a, %e)\n%y = Mul(%f, %d)")
    #expect(report.names == ["b"])
    #expect(
      try merge("%a, %b = Split(%x) {axis=0} # a\n%y, %e = Split(%x) {axis=0} # b\n%w = Add(%a, %e)", outputs: "%y, %w")
        .report.isEmpty)
  }
}
