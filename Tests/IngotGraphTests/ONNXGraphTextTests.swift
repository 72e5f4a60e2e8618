import IngotCore
import IngotGraph
import Testing

@Suite struct GraphTextTests {
  @Test func readsAndWritesTheSameText() throws {
    let text = """
      model ir 9 opset ai.onnx 17 opset com.microsoft 1
      graph main(%x: float32[batch,3,?,"a b"], %"odd name": int64) -> (%y: float32[batch,8,8,8], %onnx::Add_1) {
        const %w: float32[2] = [1.0, -0.5]
        const %h: float16[2] = [0.099975586, inf]
        const %n: int64[] = [-3]
        const %q: int4[3] = hex(2103)
        const %s: string[2] = ["a\\n", "\\xff"]
        const %flags: bool[2] = [true, false]
        value %lost: ?[2]
        %y: float32[batch,8,8,8], _ = Conv(%x, %w, _, %"odd name") {kernel_shape=[3,3], alpha=1e-05, mode="a\\"b"} # conv 1
        %onnx::Add_1 = com.microsoft::Gelu(%y) {empty=[], f=floats[], s=strings[], r=ref(outer, 20), o=opaque(0aff)}
        %z = If(%flags) {then_branch=graph t() -> (%a) {
          %a = Constant() {value=int32[1] [7]}
        }, branches=graphs[], values=tensors[float32[1] [nan]]} # "a\\nb"
        () = Print(%z)
      }

      """
    let model = try Model(text: text)
    #expect(model.text() == text)
    #expect(model.opsets == ["": 17, "com.microsoft": 1])
    #expect(model.graph.nodes.map(\.name) == ["conv 1", "", "a\nb", ""])
    #expect(model.graph.nodes[1].domain == "com.microsoft")
    #expect(model.graph.nodes[0].inputs.count == 4)
  }

  @Test func fillsConstantsWithoutListingThem() throws {
    let graph = try Graph(
      text: """
        # a comment
        graph g() -> (%a) {
          const %a: float32[2,2] = ramp
          const %b: float32[3] = ramp(0.5, -0.25)  # not a node's name, so a comment
          const %c: int8[2] = ones
          const %d: bfloat16[2] = fill(2)
          const %e: int32[2] = zeros
        }
        """)
    func constant(_ name: String) -> Tensor? { graph.constant(graph.find(name)) }
    #expect(constant("a") == Tensor([0, 1, 2, 3] as [Float], shape: [2, 2]))
    #expect(constant("b") == Tensor([0.5, 0.25, 0] as [Float]))
    #expect(constant("c")?.bytes.array == [1, 1])
    #expect(constant("d")?.bytes.array == [0, 0x40, 0, 0x40])
    #expect(constant("e")?.bytes.array == [UInt8](repeating: 0, count: 8))
    #expect(graph.find("a").map { graph[$0].shape } == [.fixed(2), .fixed(2)])
  }

  @Test func showsTheSizeOfALargeConstantOnly() throws {
    let graph = try Graph(text: "graph g() -> () { const %a: float32[4,8] = ramp }")
    #expect(graph.text() == "graph g() -> () {\n  const %a: float32[4,8] = elided(32)\n}\n")
  }

  struct WrongText: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var text: String
    var message: String

    init(_ testDescription: String, _ text: String, _ message: String) {
      (self.testDescription, self.text, self.message) = (testDescription, text, message)
    }
  }

  @Test(arguments: [
    WrongText(
      "a missing comma", "graph g() -> () {\n  %y = Conv(%x\n}", "t:3:1: error: expected ',' here\n  }\n  ^"),
    WrongText(
      "no closing brace", "graph g() -> () {\n",
      "t:2:1: error: expected a node (%out = Op(%in)), 'const', 'value' or '}' here\n  \n  ^"),
    WrongText("nothing", "", "t:1:1: error: expected 'graph' here\n  \n  ^"),
    WrongText(
      "too few elements", "graph g() -> () {\nconst %a: float32[2] = [1.0] }",
      "t:2:29: error: the shape takes 2 elements, and here are 1\n  const %a: float32[2] = [1.0] }\n                              ^"
    ),
    WrongText(
      "a number that does not fit", "graph g() -> () {\nconst %a: int8[1] = [300] }",
      "t:2:26: error: '300' is no int8\n  const %a: int8[1] = [300] }\n                           ^"),
    WrongText(
      "a shape over any memory", "graph g() -> () {\nconst %a: int8[4611686018427387904,4] = zeros }",
      "t:2:40: error: the shape [4611686018427387904, 4] is negative or too large\n"
        + "  const %a: int8[4611686018427387904,4] = zeros }\n" + String(repeating: " ", count: 41) + "^"),
    WrongText(
      "elided elements", "graph g() -> () {\nconst %a: int8[40] = elided(40) }",
      "t:2:28: error: a constant's elements are not in the text; write them, or a fill\n"
        + "  const %a: int8[40] = elided(40) }\n" + String(repeating: " ", count: 29) + "^"),
    WrongText(
      "an open string", "graph g() -> () {\n%y = A() {x=\"a}",
      "t:2:16: error: the text ends inside a string\n  %y = A() {x=\"a}\n                 ^"),
  ])
  func saysWhereATextIsWrong(wrong: WrongText) throws {
    let error = try #require(throws: InputError.self) { try Graph(text: wrong.text, path: "t") }
    #expect(error.description == wrong.message)
  }

  @Test func refusesGraphsNestedWithoutEnd() throws {
    let text = String(repeating: "graph g() -> () {\n%a = If() {b=", count: 10_000)
    let error = try #require(throws: InputError.self) { try Graph(text: text, path: "t") }
    #expect(error.diagnostics.map(\.problem) == ["graphs are nested deeper than 64"])
  }

  @Test func namesTheElementTypesForAWrongOne() throws {
    let error = try #require(throws: InputError.self) { try Graph(text: "graph g(%x: f32) -> () {}") }
    #expect(error.diagnostics[0].problem == "'f32' is no element type")
    #expect(error.diagnostics[0].hint?.hasPrefix("write one of float32, uint8, int8") == true)
  }
}
