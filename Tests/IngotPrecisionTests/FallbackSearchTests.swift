// Finding the nodes that must not be quantized, on made-up models whose answer is known.

import IngotPrecision
import Testing

@Suite struct FallbackSearchTests {
  private static let nodes = (0..<100).map { "n\($0)" }

  /// The model is good enough where all of `needed` are kept.
  private func search(needing needed: Set<String>, among nodes: [String] = nodes, limit: Int = 24) -> FallbackSearch {
    FallbackSearch(among: { nodes }, limit: limit) { needed.isSubset(of: $0) }
  }

  @Test func keepsNothingWhereNothingMustBeKept() {
    let found = search(needing: [])
    #expect(found.kept == [] && found.trials.map(\.kept) == [0])
    // Then no one has to measure which node is the most sensitive.
    let unranked = FallbackSearch(among: { () -> [String] in
      Issue.record("asked for ranks"); return []
    }) { _ in true }
    #expect(unranked.kept == [])
  }

  @Test(arguments: [1, 2, 3, 7, 30, 64, 99, 100])
  func findsTheShortestPrefix(count: Int) {
    let found = search(needing: Set(Self.nodes.prefix(count)))
    #expect(found.kept == Array(Self.nodes.prefix(count)))
    #expect(found.trials.count <= 24)
  }

  /// Ranks are estimates: what the search went past is given back.
  @Test func givesBackWhatTheRankingPutTooHigh() {
    let found = search(needing: ["n3", "n11"], limit: 40)
    #expect(found.kept == ["n3", "n11"], "\(found.trials)")
    let hurried = search(needing: ["n3", "n11"], limit: 10)
    #expect(hurried.trials.count <= 10)
    #expect(Set(["n3", "n11"]).isSubset(of: hurried.kept ?? []))
  }

  @Test func saysWhereNothingHelps() {
    let found = search(needing: ["not there"])
    #expect(found.kept == nil)
    #expect(found.trials.map(\.kept) == [0, 1, 4, 16, 64, 100])
    #expect(search(needing: ["x"], among: []).kept == nil)
  }

  @Test func passesOnWhatAnEvaluationThrows() {
    struct Broken: Error {}
    #expect(throws: Broken.self) {
      try FallbackSearch(among: { () throws(Broken) in ["a"] }) { _ throws(Broken) in throw Broken() }
    }
  }
}
