// Which passes a selection runs, and how it is written.

import IngotCore
import Testing

@testable import IngotGraph

@Suite struct SurgeonPassSelectionTests {
  private static let source = """
    graph g(%x: float32[2]) -> (%y: float32[2]) {
      %c: float32[2] = Constant() {value=float32[2] [1.0, 2.0]} # c
      %dead: float32[2] = Neg(%x) # dead
      %i: float32[2] = Identity(%x) # id
      %y: float32[2] = Add(%i, %c) # add
    }

    """

  private func sanitized(_ passes: String) throws -> (text: String, report: SanitizeReport) {
    var model = Model(graph: try Graph(text: Self.source))
    let report = try sanitize(&model, options: SanitizeOptions(passes: PassSelection(passes)))
    return (model.graph.text(), report)
  }

  @Test func noneInfersShapesAndNothingElse() throws {
    let (text, report) = try sanitized("none")
    #expect(text == Self.source)
    #expect(report.passes.isEmpty)
  }

  @Test func runsOnlyWhatIsNamed() throws {
    let (text, report) = try sanitized("dead-code, no-ops")
    #expect(report.passes.map(\.pass) == ["no-ops", "dead-code"])
    #expect(text.contains("Constant()") && !text.contains("Neg") && !text.contains("Identity"))
  }

  @Test func runsAllButWhatIsLeftOut() throws {
    let (text, report) = try sanitized("-dead-code,-names")
    #expect(text.contains("Neg") && !text.contains("Identity") && !text.contains("Constant"))
    #expect(!report.passes.map(\.pass).contains("dead-code"))
  }

  @Test(
    arguments: [
      ("noops", "there is no pass 'noops'\n  hint: did you mean 'no-ops'?"),
      (
        "-dead-cod,-name",
        "there is no pass 'dead-cod'\n  hint: did you mean 'dead-code'?\nthere is no pass 'name'\n  hint: did you mean 'names'?"
      ),
      (
        "names,-order",
        "'names,-order' names passes to run and, with a '-', passes to leave out\n  hint: give one kind; the others follow"
      ),
    ])
  func saysWhatIsWrongWithASelection(_ text: String, _ message: String) {
    let error = #expect(throws: GraphError.self) { _ = try PassSelection(text) }
    #expect(error?.description == message)
  }

  @Test(arguments: ["all", "none", "dead-code,no-ops", "-names,-order"])
  func isWrittenAsItIsRead(_ text: String) throws {
    #expect(try PassSelection(text).description == text)
  }
}
