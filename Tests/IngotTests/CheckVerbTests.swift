import IngotCore
import IngotGraph
import Testing

@testable import ingot

@Suite struct CheckVerbTests {
  private func checked(_ text: String, isStrict: Bool = false) throws -> CheckedModel {
    CheckedModel(path: "m.onnx", Model(graph: try Graph(text: text)).checkFully(), isStrict: isStrict)
  }

  private let warned = "graph g(%x: float32[2], %u: float32[2]) -> (%y: float32[2]) { %y = Neg(%x)\n }"
  private let broken = "graph g(%x: float32[2], %u: float32[2]) -> (%y: float32[2]) { %y = Negg(%x) # n\n }"

  @Test func endsItsTextWithCounts() throws {
    #expect(
      try checked(broken).text == """
        m.onnx: error: node 'n' (Negg): the standard domain has no operator Negg
          hint: did you mean Neg?
        m.onnx: warning: input 'u' is used by nothing
          hint: callers must give them all the same
        m.onnx: 1 error, 1 warning
        """)
    #expect(try checked("graph g(%x: float32[2]) -> (%y: float32[2]) { %y = Neg(%x)\n }").text == "m.onnx: no problems")
  }

  @Test func failsForErrorsAndWhereAskedForWarnings() throws {
    #expect(try checked(warned).isGood)
    #expect(try !checked(warned, isStrict: true).isGood)
    #expect(try !checked(broken).isGood)
  }

  @Test func isADocumentForPrograms() throws {
    #expect(
      try jsonText(CheckDocument(models: [try checked(broken)])) == """
        {
          "format" : "ingot.check/1",
          "models" : [
            {
              "errors" : 1,
              "isGood" : false,
              "notes" : 0,
              "path" : "m.onnx",
              "problems" : [
                {
                  "code" : "unknown-operator",
                  "graph" : "",
                  "hint" : "did you mean Neg?",
                  "message" : "the standard domain has no operator Negg",
                  "node" : "node 'n' (Negg)",
                  "severity" : "error"
                },
                {
                  "code" : "unused",
                  "graph" : "",
                  "hint" : "callers must give them all the same",
                  "message" : "input 'u' is used by nothing",
                  "severity" : "warning",
                  "value" : "u"
                }
              ],
              "warnings" : 1
            }
          ]
        }
        """)
  }
}
