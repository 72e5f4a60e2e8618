import IngotCore
import Testing

@testable import IngotGraph

@Suite struct ShapesControlFlowTests {
  @Test(arguments: [
    // The carried value keeps its shape; the trip count is known and the condition stays true.
    ShapeCase(
      "%x: float32[n,4]",
      """
      const %k: int64[] = [5]
      const %c: bool[] = [true]
      %y, %z = Loop(%k, %c, %x) {body=graph b(%i: int64[], %d: bool[], %v: float32) -> (%e, %w, %s) {
        %e = Identity(%d)
        %w = Relu(%v)
        %s = ReduceSum(%w) {keepdims=0}
      }}
      """, "float32[n, 4]"),
    ShapeCase(
      "%x: float32[n,4]",
      """
      const %k: int64[] = [5]
      const %c: bool[] = [true]
      %z, %y = Loop(%k, %c, %x) {body=graph b(%i: int64[], %d: bool[], %v: float32) -> (%e, %w, %s) {
        %e = Identity(%d)
        %w = Relu(%v)
        %s = Identity(%w)
      }}
      """, "float32[5, n, 4]"),
    // The trip count is a size.
    ShapeCase(
      "%x: float32[n,4]",
      """
      const %zero: int64[] = [0]
      %s = Shape(%x)
      %k = Gather(%s, %zero)
      %y = Loop(%k, _) {body=graph b(%i: int64[], %d: bool[]) -> (%e, %r) {
        const %e: bool[] = [true]
        const %q: float32[2] = [0.0,1.0]
        %r = Identity(%q)
      }}
      """, "float32[n, 2]"),
    // The condition may end it.
    ShapeCase(
      "%x: float32[n,4], %more: bool[]",
      """
      const %k: int64[] = [5]
      %z, %y = Loop(%k, %more, %x) {body=graph b(%i: int64[], %d: bool[], %v: float32) -> (%e, %w, %s) {
        %e = Identity(%d)
        %w = Relu(%v)
        %s = Identity(%w)
      }}
      """, "float32[?, n, 4]"),
    // It grows with each iteration.
    ShapeCase(
      "%x: float32[n,4], %a: float32[n,1]",
      """
      const %k: int64[] = [5]
      %y = Loop(%k, _, %x) {body=graph b(%i: int64[], %d: bool[], %v: float32) -> (%e, %w) {
        %e = Identity(%d)
        %w = Concat(%v, %a) {axis=1}
      }}
      """, "float32[n, ?]"),
    // Its rank changes.
    ShapeCase(
      "%x: float32[n,4]",
      """
      const %k: int64[] = [5]
      const %ax: int64[1] = [0]
      %y = Loop(%k, _, %x) {body=graph b(%i: int64[], %d: bool[], %v: float32) -> (%e, %w) {
        %e = Identity(%d)
        %w = Unsqueeze(%v, %ax)
      }}
      """, "float32"),
    // A size that only the iteration knows does not get out.
    ShapeCase(
      "%x: float32[n,4], %m: bool[n]",
      """
      const %k: int64[] = [5]
      %z, %y = Loop(%k, _, %x) {body=graph b(%i: int64[], %d: bool[], %v: float32) -> (%e, %w, %s) {
        %e = Identity(%d)
        %w = Relu(%v)
        %s = Compress(%w, %m) {axis=0}
      }}
      """, "float32[5, ?, 4]"),
    // A list of sizes goes around unchanged.
    ShapeCase(
      "%x: float32[n,4]",
      """
      const %k: int64[] = [5]
      %s = Shape(%x)
      %t = Loop(%k, _, %s) {body=graph b(%i: int64[], %d: bool[], %v: int64) -> (%e, %w) {
        %e = Identity(%d)
        %w = Identity(%v)
      }}
      %y = ConstantOfShape(%t)
      """, "float32[n, 4]"),
    // And one that changes.
    ShapeCase(
      "%x: float32[n,4]",
      """
      const %k: int64[] = [5]
      const %one: int64[1] = [1]
      %s = Shape(%x)
      %t = Loop(%k, _, %s) {body=graph b(%i: int64[], %d: bool[], %v: int64) -> (%e, %w) {
        %e = Identity(%d)
        %w = Add(%v, %one)
      }}
      %y = ConstantOfShape(%t)
      """, "float32[?, ?]"),
  ]) func followsLoops(_ test: ShapeCase) throws { #expect(try test.infer() == test.expected) }

  @Test(arguments: [
    ShapeCase(
      "%h: float32[n,4], %x: float32[seq,n,8], %w: float32[8,4]",
      """
      %z, %y = Scan(%h, %x) {num_scan_inputs=1, body=graph b(%a: float32, %b: float32) -> (%o, %p) {
        %m = MatMul(%b, %w)
        %o = Add(%a, %m)
        %p = Relu(%o)
      }}
      """, "float32[seq, n, 4]"),
    ShapeCase(
      "%h: float32[n,4], %x: float32[n,seq,8], %w: float32[8,4]",
      """
      %z, %y = Scan(%h, %x) {num_scan_inputs=1, scan_input_axes=[1], scan_output_axes=[-1],
        body=graph b(%a: float32, %b: float32) -> (%o, %p) {
        %m = MatMul(%b, %w)
        %o = Add(%a, %m)
        %p = Relu(%o)
      }}
      """, "float32[n, 4, seq]"),
    ShapeCase(
      "%h: float32[n,4], %x: float32[n,seq,8]",
      """
      %y, %z = Scan(%h, %x) {num_scan_inputs=1, scan_input_axes=[1], body=graph b(%a: float32, %b: float32) -> (%o, %p) {
        %o = Relu(%a)
        %p = Relu(%b)
      }}
      """, "float32[n, 4]"),
    ShapeCase(
      "%h: float32[n,4], %x: float32[n,seq,8]",
      """
      %z, %y = Scan(_, %h, %x) {num_scan_inputs=1, body=graph b(%a: float32, %b: float32) -> (%o, %p) {
        %o = Relu(%a)
        %p = Relu(%b)
      }}
      """, "float32[n, seq, 8]", opset: 8),
    // What the body declares of a state holds around it, numbers only: names are the body's own.
    ShapeCase(
      "%h: float32, %x: float32[seq,8]",
      """
      %y, %z = Scan(%h, %x) {num_scan_inputs=1, body=graph b(%a: float32[own,2], %b: float32) -> (%o, %p) {
        %o = Relu(%a)
        %p = Relu(%b)
      }}
      """, "float32[?, 2]"),
    ShapeCase(
      "%h: float32[n,m], %x: float32[seq,8]",
      """
      %y, %z = Scan(%h, %x) {num_scan_inputs=1, body=graph b(%a: float32[own,2], %b: float32) -> (%o, %p) {
        %o = Relu(%a)
        %p = Relu(%b)
      }}
      """, "float32[n, 2]"),
  ]) func followsScans(_ test: ShapeCase) throws { #expect(try test.infer() == test.expected) }

  @Test(arguments: [
    // A known condition decides.
    ShapeCase(
      "%x: float32[n,4]",
      """
      const %c: bool[] = [false]
      %y = If(%c) {then_branch=graph t() -> (%p) {
        %p = Relu(%x)
      }, else_branch=graph e() -> (%q) {
        %q = Flatten(%x) {axis=0}
      }}
      """, "float32[1, 4*n]"),
    // Both branches make a size that nobody knows.
    ShapeCase(
      "%c: bool[], %x: float32[n,4], %m: bool[n]",
      """
      %y = If(%c) {then_branch=graph t() -> (%p) {
        %p = Compress(%x, %m) {axis=0}
      }, else_branch=graph e() -> (%q) {
        %q = Compress(%x, %m) {axis=0}
      }}
      """, "float32[?, 4]"),
    ShapeCase(
      "%c: bool[], %x: float32[n,4]",
      """
      %y = If(%c) {then_branch=graph t() -> (%p) {
        %p = Relu(%x)
      }, else_branch=graph e() -> (%q) {
        %q = Flatten(%x) {axis=0}
      }}
      """, "float32[?, ?]"),
  ]) func mergesBranches(_ test: ShapeCase) throws { #expect(try test.infer() == test.expected) }

  @Test(arguments: [
    BodyCase(
      "%x: float32[n,4]", "%y, %z = Loop(%k, _, %x)", "%i, %d, %v",
      """
      %e = Identity(%d)
      %w = Relu(%v)
      %s = Identity(%w)
      """, "%e, %w, %s", ["int64[]", "bool[]", "float32[n,4]"]),
    // It grows with each iteration.
    BodyCase(
      "%x: float32[n,4]", "%y = Loop(%k, _, %x)", "%i, %d, %v",
      """
      %e = Identity(%d)
      %w = Concat(%v, %x) {axis=1}
      """, "%e, %w", ["int64[]", "bool[]", "float32[n,?]"]),
    // A runtime hands over the number in the shape that the body declares.
    BodyCase(
      "%x: float32[n,4]", "%y = Loop(%k, _, %x)", "%i: int64[1], %d, %v: float32[n,?]",
      """
      %e = Identity(%d)
      %w = Relu(%v)
      """, "%e, %w", ["int64[1]", "bool[]", "float32[n,4]"]),
    BodyCase(
      "%h: float32[n,4], %x: float32[n,seq,4]", "%y, %z = Scan(%h, %x)", "%v, %w",
      """
      %o = Relu(%v)
      %p = Add(%o, %w)
      """, "%o, %p", ["float32[n,4]", "float32[n,4]"], attributes: "num_scan_inputs=1, scan_input_axes=[1], "),
    // What the body says of its input is wrong, and stays.
    BodyCase(
      "%x: float32[n,4]", "%y = Loop(%k, _, %x)", "%i, %d, %v: float32[n,5]",
      """
      %e = Identity(%d)
      %w = Relu(%v)
      """, "%e, %w", ["int64[]", "bool[]", "float32[n,5]"]),
  ]) func describesTheInputsOfBodies(_ test: BodyCase) throws { #expect(try test.infer() == test.expected) }

  /// Each level tries its body several times: without a bound that would be 5 to the power of 40.
  @Test func deepLoopsTakeBoundedTime() throws {
    var inner = "%w0 = Concat(%v, %v) {axis=0}"
    for level in 0..<40 {
      inner = """
        %u\(level) = Relu(%v)
        %w\(level + 1) = Loop(%k, _, %v) {body=graph b\(level)(%i\(level): int64[], %d\(level): bool[], %v: float32) -> (%e\(level), %w\(level)) {
        %e\(level) = Identity(%d\(level))
        \(inner)
        }}
        """
    }
    let text = "graph g(%v: float32[n], %k: int64[]) -> (%w40) {\n\(inner)\n}"
    guard var graph = try? Graph(text: text) else { return }
    let time = try ContinuousClock().measure { try graph.inferShapes(opsets: ["": 17]) }
    #expect(time < .seconds(20))
  }

  @Test(arguments: [
    ("%y = custom::F(%x) {axes=[1]}", "float32[n,1,4]"), ("%y = custom::F(%x)", "float32[1,n,4]"),
    ("%y = custom::G(%x)", "float32[\"2*n\",4]"), ("%y = custom::Again(%x)", "?"),
    ("%s = Shape(%x)\n%t = custom::H(%s)\n%y = ConstantOfShape(%t)", "float32[n,4]"),
  ]) func followsCallsOfFunctions(_ call: String, _ expected: String) throws {
    var model = try Model(
      text: """
        model ir 8 opset ai.onnx 17 opset custom 1
        graph g(%x: float32[n,4]) -> () {
        \(call)
        }
        function custom::F opset ai.onnx 17 {axes=[0]} graph(%a) -> (%b) {
          %i = Constant() {value_ints=ref(axes, 7)}
          %b = Unsqueeze(%a, %i)
        }
        function custom::G opset ai.onnx 17 graph(%a) -> (%b) {
          %c = Relu(%a)
          %b = Concat(%c, %a) {axis=0}
        }
        function custom::H opset ai.onnx 17 graph(%a) -> (%b) {
          %b = Identity(%a)
        }
        function custom::Again opset ai.onnx 17 graph(%a) -> (%b) {
          %b = custom::Again(%a)
        }
        """)
    try? inferShapes(&model)
    let y = model.graph[try #require(model.graph.find("y"))]
    #expect(y.valueType.map { TextName.type($0) } ?? "?" == expected)
  }
}

/// What a body's inputs are after inference.
struct BodyCase: CustomTestStringConvertible {
  var text: String
  var expected: [String]
  var testDescription: String { text }

  init(
    _ inputs: String, _ call: String, _ parameters: String, _ body: String, _ results: String, _ expected: [String],
    attributes: String = ""
  ) {
    text = """
      graph g(\(inputs), %k: int64[]) -> (%y) {
      \(call) {\(attributes)body=graph b(\(parameters)) -> (\(results)) {
      \(body)
      }}
      }
      """
    self.expected = expected
  }

  func infer() throws -> [String] {
    var graph = try Graph(text: text)
    try graph.inferShapes(opsets: ["": 17])
    let (_, body) = try #require(graph.nodes[0].subgraphs.first)
    return body.inputs.map { body[$0].valueType.map { TextName.type($0) } ?? "?" }
  }
}
