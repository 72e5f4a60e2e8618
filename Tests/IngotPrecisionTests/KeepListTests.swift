// Patterns of the keep list, and what is said of those that match nothing.

import IngotCore
import IngotGraph
import Testing

@testable import IngotPrecision

@Suite struct KeepListTests {
  @Test(arguments: [
    ("/head/*", "/head/conv", true), ("/head/*", "/head/a/b", true), ("/head/*", "/heads/a", false), ("*", "", true),
    ("*conv*", "/a/conv1/x", true), ("*conv", "/a/conv1", false), ("conv?", "conv1", true), ("conv?", "conv", false),
    ("a*b*c", "aXbYbZc", true), ("a*b*c", "aXbYbZ", false), ("", "", true), ("", "a", false), ("é*", "été", true),
    ("?té", "été", true),
  ])
  func patternsMatchWholeNames(pattern: String, name: String, matches: Bool) {
    #expect(Glob(pattern).matches(name) == matches)
  }

  @Test func manyStarsDoNotTakeForever() {
    let name = String(repeating: "a", count: 5000)
    #expect(!Glob(String(repeating: "a*", count: 50) + "b").matches(name))
  }

  @Test func nodesAreNamedByTheFirstPatternThatMatches() throws {
    let graph = try Graph(text: sample)
    let kept = try KeepList(nodes: ["/head/*", "*conv"], ops: ["Softmax"]).resolve(in: graph)
    #expect(kept == [0: "*conv", 1: "/head/*", 2: "Softmax"])
    #expect(try KeepList().resolve(in: graph).isEmpty)
  }

  /// A search names nodes as they are: a star in a name is no pattern, and a name that is not there is another form's.
  @Test func whatASearchFoundIsTakenByItsName() throws {
    let graph = try Graph(text: sample)
    let kept = try KeepList(ops: ["Softmax"], found: ["/head/conv", "/body/*", "elsewhere"]).resolve(in: graph)
    #expect(kept == [1: "max-drop", 2: "Softmax"])
  }

  @Test func aNodeWithoutANameGoesByItsFirstOutput() throws {
    var graph = try Graph(text: sample)
    graph.nodes[1].name = ""
    #expect(try KeepList(nodes: ["b"]).resolve(in: graph) == [1: "b"])
    #expect(try KeepList(found: ["b"]).resolve(in: graph) == [1: "max-drop"])
  }

  @Test func allPatternsThatMatchNothingAreReportedWithNearNames() throws {
    let graph = try Graph(text: sample)
    let error = #expect(throws: PrecisionError.self) {
      try KeepList(nodes: ["/body/conw", "/head/*", "zzzzzzzzzzzzzzzzz"], ops: ["SoftMax"]).resolve(in: graph)
    }
    #expect(
      error?.description == """
        keep: node pattern '/body/conw' matches nothing in the graph
          hint: near it: /body/conv, /head/conv
        keep: node pattern 'zzzzzzzzzzzzzzzzz' matches nothing in the graph
        keep: op pattern 'SoftMax' matches nothing in the graph
          hint: near it: Softmax
        """)
  }

  private let sample = """
    graph main(%x: float32[4]) -> (%y: float32[4]) {
      %a: float32[4] = Relu(%x) # /body/conv
      %b: float32[4] = Neg(%a) # /head/conv
      %y: float32[4] = Softmax(%b) # s
    }
    """
}
