// Arithmetic and other operations that hand a value on as it is; the layout operations are in PassesTests.swift.

import IngotCore
import Testing

@testable import IngotGraph

@Suite struct PassesNoOpsTests {
  private static let constants = """
    const %zero: float32[] = [0.0]
    const %minus: float32[1] = [-0.0]
    const %one: float32[] = [1.0]
    const %ones: float32[4] = ones
    const %mixed: float32[4] = [1.0, 1.0, 1.0, 2.0]
    const %wide: float32[1,1,1] = ones
    const %izero: int64[] = [0]
    const %ione: int64[1] = [1]
    const %true: bool[] = [true]
    const %false: bool[2,4] = [false, false, false, false, false, false, false, false]
    const %scales: float32[2] = ones
    const %grow: float32[2] = [1.0, 1.1]
    const %sizes: int64[2] = [2, 4]
    const %axes: int64[1] = [1]
    """

  private func run(_ operation: String, opset: Int64 = 18) throws -> (text: String, report: PassReport) {
    try text(
      of: """
        graph g(%x: float32[2,4], %i: int64[2,4], %c: bool[2,4], %h: float16[2,4], %t: float32[2,1,4], %u: float32) -> (%y) {
          \(Self.constants)
          %a = Relu(%x)
          %j = Abs(%i)
          %n = Not(%c)
          %b = \(operation) # candidate
          %y = com.example::Use(%b)
        }
        """,
      after: { graph in try runPass(.noOps, on: &graph, opset: opset) })
  }

  @Test(arguments: [
    ("Add(%a, %zero)", "a"), ("Add(%minus, %a)", "a"), ("Sub(%a, %zero)", "a"), ("Mul(%one, %a)", "a"),
    ("Mul(%a, %ones)", "a"), ("Div(%a, %one)", "a"), ("Pow(%a, %one)", "a"), ("Add(%j, %izero)", "j"),
    ("Mul(%j, %ione)", "j"), ("And(%n, %true)", "n"), ("Or(%false, %n)", "n"), ("Xor(%n, %false)", "n"),
    ("Where(%true, %a, %x)", "a"), ("Where(%false, %x, %a)", "a"), ("Where(%c, %a, %a)", "a"), ("Not(%n)", "c"),
    ("Relu(%a)", "a"), ("Abs(%j)", "j"), ("Resize(%a, _, %scales) {mode=\"linear\"}", "a"),
    ("Resize(%a, _, _, %sizes) {mode=\"cubic\"}", "a"), ("Add(%u, %zero)", "u"),
    ("ReduceMean(%t, %axes)", "t"), ("ReduceMax(%t, %axes)", "t"),
  ]) func removesWhatChangesNothing(_ operation: String, _ left: String) throws {
    let (result, report) = try run(operation)
    #expect(report.names == ["candidate"])
    #expect(result.contains("Use(%\(left))"))
  }

  @Test(arguments: [
    "Add(%a, %one)", "Sub(%zero, %a)", "Div(%one, %a)", "Pow(%one, %a)", "Mul(%a, %mixed)", "Mul(%a, %wide)",
    "And(%n, %false)", "Or(%n, %true)", "Where(%c, %a, %x)", "Where(%true, %one, %a)", "Neg(%a)", "Sqrt(%a)",
    "Resize(%a, _, %grow)", "Resize(%a, _, %scales) {coordinate_transformation_mode=\"tf_half_pixel_for_nn\"}",
    "ReduceMean(%t, %axes) {keepdims=0}", "ReduceL2(%t, %axes)", "Add(%u, %ones)",
  ]) func keepsWhatChangesValuesOrShapes(_ operation: String) throws {
    #expect(try run(operation).report.isEmpty)
  }

  @Test func leavesArithmeticOfOldVersionsAlone() throws {
    #expect(try run("Add(%a, %zero)", opset: 6).report.isEmpty)
  }

  @Test func undoesCastsThatLoseNothing() throws {
    for (between, isUndone) in [(1, true), (11, true), (6, false)] {
      let (_, report) = try text(
        of: """
          graph g(%x: float16[2]) -> (%y) {
            %a = Cast(%x) {to=\(between)} # there
            %b = Cast(%a) {to=10} # back
            %y = Exp(%b)
          }
          """, after: { try runPass(.noOps, on: &$0) })
      #expect(report.names == (isUndone ? ["back"] : []))
    }
  }

  @Test func undoesReshapes() throws {
    let (result, report) = try text(
      of: """
        graph g(%x: float32[n,4]) -> (%y) {
          const %axes: int64[1] = [1]
          %a = Unsqueeze(%x, %axes) # there
          %b = Squeeze(%a, %axes) # back
          %y = Exp(%b)
        }
        """, after: { try runPass(.noOps, on: &$0) })
    #expect(report.names == ["back"])
    #expect(result.contains("Exp(%x)"))
  }

  @Test func keepsTheNameOfAnOutputThatIsAnInputWithAnIdentity() throws {
    let (result, report) = try text(
      of: """
        graph g(%x: float32[2]) -> (%y: float32[2]) {
          const %zero: float32[] = [0.0]
          %y: float32[2] = Add(%x, %zero) # add
        }
        """, after: { try runPass(.noOps, on: &$0) })
    #expect(report.changed == 1)
    #expect(result.contains("%y: float32[2] = Identity(%x) # add"))
  }

  @Test func looksIntoBodiesAtConstantsOutsideOfThem() throws {
    let (result, _) = try text(
      of: """
        graph g(%c: bool[], %x: float32[2]) -> (%y: float32[2]) {
          const %one: float32[] = [1.0]
          %y: float32[2] = If(%c) {then_branch=graph t() -> (%p) {
            %m = Mul(%x, %one) # noop
            %p = Neg(%m)
          }, else_branch=graph e() -> (%q) {
            %q = Neg(%x)
          }} # if
        }
        """, after: { try runPass(.noOps, on: &$0) })
    #expect(!result.contains("noop"))
  }
}
