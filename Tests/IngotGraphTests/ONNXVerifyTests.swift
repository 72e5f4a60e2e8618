import IngotCore
import IngotGraph
import Testing

@Suite struct VerifyTests {
  @Test func findsNothingWrongWithAGoodGraph() throws {
    let graph = try Graph(
      text: """
        graph g(%x: float32[n,2], %w: float32[2]) -> (%y, %w) {
          const %w: float32[2] = ramp
          %c = Not(%x)
          %y = If(%c) {then_branch=graph t() -> (%a) { %a = Add(%x, %w)
            %b = If(%c) {then_branch=graph u() -> (%d) { %d = Neg(%a) }} }}
        }
        """)
    #expect(graph.verify(requiresOrder: true).map(\.description) == [])
    #expect(graph.nodes[1].capturedNames() == ["x", "w", "c"])
  }

  @Test func findsEveryProblemAtOnce() throws {
    let graph = try Graph(
      text: """
        graph g(%x: float32[-1]) -> (%nobody) {
          %a = Add(%x, %lost) # add
          %a = Mul(%lost, %gone)
          %p, %p = Split(%x) # split
        }
        """)
    #expect(
      graph.verify(subject: "m.onnx").map(\.description) == [
        """
        m.onnx: error: output 'nobody' is produced by no node
          hint: the node may have been lost or renamed; export the model again
        """,
        """
        m.onnx: error: value 'x': the shape [-1] has a negative size
          hint: name the sizes that are not known when exporting (dynamic axes)
        """,
        """
        m.onnx: error: node 'add' (Add): produces 'a', and so does node 1 (Mul)
          hint: values are produced once; export the model again
        """,
        """
        m.onnx: error: node 'split' (Split): produces 'p', twice
          hint: values are produced once; export the model again
        """,
        """
        m.onnx: error: node 'add' (Add): reads 'lost', which no node produces and which is no input or initializer
          hint: an initializer or a node may have been lost; export the model again
        """,
        """
        m.onnx: error: node 1 (Mul): reads 'gone', which no node produces and which is no input or initializer
          hint: an initializer or a node may have been lost; export the model again
        """,
      ])
  }

  @Test func asksForOrderWherePassesPromiseIt() throws {
    let graph = try Graph(text: "graph g(%x) -> (%y) { %y = Neg(%a) # late\n %a = Abs(%x) # early\n }")
    #expect(graph.verify().isEmpty)
    #expect(
      graph.verify(requiresOrder: true).map(\.problem)
        == ["node 'late' (Neg): reads 'a' before node 'early' (Abs) produces it"])
  }

  @Test func seesACycleThroughASubgraph() throws {
    let graph = try Graph(
      text: """
        graph g(%c) -> (%y) {
          %y = If(%c) {then_branch=graph t() -> (%a) { %a = Neg(%z)
          }} # if
          %z = Abs(%y) # abs
        }
        """)
    #expect(
      graph.verify().map(\.problem)
        == ["node 'if' (If) → node 'abs' (Abs) → back to node 'if' (If): these nodes need each other's outputs"])
  }

  @Test func namesEachOfSeveralCyclesAndShortensALongOne() throws {
    let ring = (0..<20).map { "%v\(($0 + 1) % 20) = Neg(%v\($0)) # n\($0)" }.joined(separator: "\n")
    let graph = try Graph(text: "graph g(%x) -> (%x) {\n\(ring)\n%p = Neg(%q) # p\n%q = Neg(%p) # q\n}")
    let problems = graph.verify().map(\.problem)
    #expect(problems.count == 2)
    #expect(
      problems[0].hasSuffix(
        "node 'n11' (Neg) → 8 more → back to node 'n0' (Neg): these nodes need each other's outputs"))
    #expect(problems[1].hasPrefix("node 'p' (Neg) → node 'q' (Neg) → back to node 'p' (Neg)"))
  }

  @Test func checksInitializersThatAPassMade() throws {
    var graph = try Graph(text: "graph g(%x) -> (%x) { const %w: float32[2] = ramp\n const %v: int8[2] = ramp\n }")
    let (w, v) = (try #require(graph.find("w")), try #require(graph.find("v")))
    graph[w].initializer?.shape = [3]
    graph[v].type = .uint8
    #expect(
      graph.verify().map(\.problem) == [
        "initializer 'w': float32[3] takes 12 bytes, and there are 8",
        "initializer 'v' is int8, and is declared as uint8",
      ])
    graph.outputs = [ValueID(9)]
    #expect(graph.verify().map(\.problem) == ["an input or output has the number 9, and there are 3 values"])
  }

  @Test func showsNamesWithoutWhatTheyWouldDoToATerminal() throws {
    let long = String(repeating: "n", count: 1000)
    let graph = try Graph(text: #"graph g(%x) -> (%x) { %"\x1b[2J" = Neg(%\#(long)) # "a\nb"\#n}"#)
    #expect(
      graph.verify().map(\.problem) == [
        #"node 'a\u{a}b' (Neg): reads '\#(String(repeating: "n", count: 200))…', which no node produces and which is no input or"#
          + " initializer"
      ])
  }

  @Test func staysQuietAfterAHundredProblems() throws {
    let nodes = (0..<500).map { "%a\($0) = Neg(%lost\($0))" }.joined(separator: "\n")
    let problems = try Graph(text: "graph g(%x) -> (%x) {\n\(nodes)\n}").verify()
    #expect(problems.count == 101)
    #expect(problems.last?.description == "note: and 400 more errors; the first 100 of a kind are listed")
  }

  @Test func checksALongChainQuickly() throws {
    var graph = Graph(name: "g")
    var id = graph.value(named: "x")
    graph.inputs = [id]
    for index in 0..<50_000 {
      let next = graph.value(named: "v\(index)")
      graph.nodes.append(Node("Neg", name: "", inputs: [id], outputs: [next]))
      id = next
    }
    graph.outputs = [id]
    graph.nodes.reverse()
    #expect(graph.verify().isEmpty)
  }
}
