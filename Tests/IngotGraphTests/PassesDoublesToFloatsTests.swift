import IngotCore
import Testing

@testable import IngotGraph

@Suite struct PassesDoublesToFloatsTests {
  private static let source = """
    graph g(%x: float64[2], %i: int64[2]) -> (%y: float64[2], %z: float32[2]) {
      const %w: float64[2] = [0.1, 2.0]
      %a: float64[2] = Mul(%x, %w) # mul
      %c = Cast(%i) {to=11} # cast
      %y: float64[2] = Add(%a, %c) # add
      %z: float32[2] = Cast(%y) {to=1} # out
    }
    """

  @Test func calculatesInFloat32AndKeepsTheInterface() throws {
    let (result, report) = try text(
      of: Self.source,
      after: { graph in
        var model = Model(graph: graph)
        defer { graph = model.graph }
        return makeDoublesFloats(&model)
      })
    #expect(report.changed == 3)
    #expect(result.contains("const %w: float32[2] = [0.1, 2.0]"))
    #expect(result.contains("%x_float32: float32[2] = Cast(%x) {to=1}"))
    #expect(result.contains("%c = Cast(%i) {to=1} # cast"))
    #expect(result.contains("%y: float64[2] = Cast(%y_float32) {to=11}"))
    #expect(result.contains("Cast(%y_float32) {to=1} # out"))
  }

  @Test func runsOnlyWhereItIsAskedFor() throws {
    var (model, asked) = (Model(graph: try Graph(text: Self.source)), Model(graph: try Graph(text: Self.source)))
    _ = try sanitize(&model)
    #expect(model.graph.find("w").flatMap { model.graph.constant($0)?.type } == .float64)
    var options = SanitizeOptions()
    options.makesDoublesFloats = true
    _ = try sanitize(&asked, options: options)
    #expect(asked.graph.find("w").flatMap { asked.graph.constant($0)?.type } == .float32)
    #expect(asked.graph.outputs.map { asked.graph[$0].type } == [.float64, .float32])
  }

  @Test func leavesModelsWithOtherDomainsAlone() throws {
    var model = Model(graph: try Graph(text: Self.source.replacing("= Mul(", with: "= com.example::Mul(")))
    #expect(makeDoublesFloats(&model).isEmpty)
  }
}
