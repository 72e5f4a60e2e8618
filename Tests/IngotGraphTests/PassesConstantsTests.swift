import IngotCore
import Testing

@testable import IngotGraph

@Suite struct PassesConstantsTests {
  private func folded(_ text: String, growth: Int = Allowance.growthLimit) throws -> Graph {
    var graph = try Graph(text: text)
    var inference = ShapeInference(opsets: ["": 17])
    let allowance = Allowance(growth: growth)
    inference.whenInferred = { graph, facts in
      _ = Pass.constantFolding.run(&graph, PassContext(facts: facts, opsets: ["": 17], allowance: allowance))
    }
    _ = try inference.infer(&graph)
    #expect(graph.verify().map(\.description) == [])
    return graph
  }

  /// Two fills of 400,000 bytes each.
  private static let fills = """
    graph g(%x: float32[100000]) -> (%y: float32[100000]) {
    const %n: int64[1] = [100000]
    %a = ConstantOfShape(%n) {value=float32[1] [2.0]}
    %b = ConstantOfShape(%n) {value=float32[1] [3.0]}
    %c = Add(%x, %a)
    %y = Mul(%c, %b)
    }
    """

  @Test(arguments: [(800_000, ["Add", "Mul"]), (799_000, ["ConstantOfShape", "ConstantOfShape", "Add", "Mul"])])
  func largeResultsAreFoldedTogetherOrNotAtAll(_ growth: Int, _ expected: [String]) throws {
    #expect(try folded(Self.fills, growth: growth).nodes.map(\.opType) == expected)
  }

  @Test func equalResultsCountOnce() throws {
    let text = Self.fills.split(separator: "3.0").joined(separator: "2.0")
    #expect(try folded(text, growth: 400_000).nodes.map(\.opType) == ["Add", "Mul"])
    #expect(try folded(text, growth: 399_000).nodes.count == 4)
  }

  @Test func whatReplacesAsMuchIsFoldedWithoutRoom() throws {
    let graph = try folded(
      """
      graph g(%x: float32[5, 200]) -> (%y: float32[5, 300]) {
      const %w: float32[300,200] = ramp
      %t = Transpose(%w)
      %h = Cast(%t) {to=10}
      %s = Cast(%h) {to=1}
      %y = MatMul(%x, %s)
      }
      """, growth: 0)
    #expect(graph.nodes.map(\.opType) == ["MatMul"])
  }

  @Test func aWeightThatIsStillReadIsNotStoredTwiceWithoutRoom() throws {
    let text = """
      graph g(%x: float32[5, 200]) -> (%y: float32[5, 300], %z: float32[300, 200]) {
      const %w: float32[300,200] = ramp
      %t = Transpose(%w)
      %y = MatMul(%x, %t)
      %z = Relu(%w)
      }
      """
    #expect(try folded(text, growth: 200_000).nodes.map(\.opType) == ["Transpose", "MatMul", "Relu"])
    #expect(try folded(text).nodes.map(\.opType) == ["MatMul", "Constant"])
  }

  @Test func smallResultsStopWhereTheRoomEnds() throws {
    let lines = (0..<100).map { "%a\($0) = Expand(%one\($0), %n)\n%b\($0) = Add(%x, %a\($0))" }
    let constants = (0..<100).map { "const %one\($0): float32[1] = [\($0).0]" }
    let outputs = (0..<100).map { "%b\($0): float32[1000]" }.joined(separator: ", ")
    let text = """
      graph g(%x: float32[1000]) -> (\(outputs)) {
      const %n: int64[1] = [1000]
      \((constants + lines).joined(separator: "\n"))
      }
      """
    let graph = try folded(text, growth: 100_000)
    let left = graph.nodes.count { $0.opType == "Expand" }
    #expect(left > 70 && left < 80)
  }

  @Test func quantizationIsNeverFoldedAway() throws {
    let graph = try folded(
      """
      graph g(%x: float32[4]) -> (%y: float32[4]) {
      const %w: float32[4] = ramp
      const %two: float32[] = [2.0]
      const %s: float32[] = [0.5]
      const %z: int8[] = [0]
      %scale = Mul(%s, %two)
      %q = QuantizeLinear(%w, %scale, %z)
      %d = DequantizeLinear(%q, %scale, %z)
      %r = Relu(%d)
      %y = Add(%x, %r)
      }
      """)
    #expect(graph.nodes.map(\.opType) == ["QuantizeLinear", "DequantizeLinear", "Relu", "Add"])
  }

  @Test func nodesInSubgraphsReadTheOuterConstants() throws {
    let graph = try folded(
      """
      graph g(%c: bool) -> (%y: int64[2]) {
      const %k: int64[2] = [1, 2]
      %y = If(%c) {then_branch=graph t() -> (%u: int64[2]) {
      %v = Add(%k, %k)
      %u = Identity(%v)
      }, else_branch=graph e() -> (%w: int64[2]) {
      %w = Neg(%k)
      }}
      }
      """)
    let bodies = graph.nodes[0].subgraphs.map { $0.1.nodes.map(\.opType) }
    #expect(bodies == [["Constant"], ["Constant"]])
  }

  @Test func aSanitizedModelKeepsItsSizeUnderALimit() throws {
    var model = Model(graph: try Graph(text: Self.fills), opset: 17)
    let report = try sanitize(&model, options: SanitizeOptions(foldLimit: 100_000))
    #expect(report.after.initializerBytes <= report.before.initializerBytes + 100_000)
    #expect(report.after.nodes == 4)
  }
}
