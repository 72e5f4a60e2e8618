import IngotCore
import Testing

@testable import IngotGraph

/// A broken graph, and all that the full check says of it.
struct CheckCase: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var opset: Int64 = 17
  var domains: [String: Int64] = [:]
  var graph: String
  /// `error unknown-operator: …` and its hint, one a problem.
  var found: [String]

  init(_ name: String, opset: Int64 = 17, domains: [String: Int64] = [:], _ graph: String, _ found: [String]) {
    (testDescription, self.opset, self.domains, self.graph, self.found) = (name, opset, domains, graph, found)
  }
}

/// All problems as `error unknown-operator: TEXT (HINT)`.
func problemTexts(of model: Model) -> [String] {
  model.checkFully().all.map { "\($0.severity.rawValue) \($0.code.rawValue): \($0.text) (\($0.hint))" }
}

@Suite struct CheckTests {
  @Test(arguments: operatorCases + attributeCases + typeCases + bodyCases + graphCases)
  func saysAllThatIsWrong(broken: CheckCase) throws {
    var model = Model(graph: try Graph(text: broken.graph), opset: broken.opset)
    model.opsets.merge(broken.domains) { _, new in new }
    #expect(problemTexts(of: model) == broken.found)
  }

  @Test func findsNothingWrongWithAGoodModel() throws {
    let text = """
      graph g(%x: float32[n,3,8,8], %c: bool[]) -> (%y: float32[n,4,8,8]) {
        const %w: float32[4,3,3,3] = ramp
        %a: float32[n,4,8,8] = Conv(%x, %w) {kernel_shape=[3,3], pads=[1,1,1,1], auto_pad="NOTSET"} # conv
        %y = If(%c) {then_branch=graph t() -> (%t) { %t = Clip(%a, _, _)
          }, else_branch=graph e() -> (%e) { %e = Relu(%a)
          }} # if
      }
      """
    #expect(problemTexts(of: Model(graph: try Graph(text: text))) == [])
  }

  @Test func countsWhatItDoesNotList() throws {
    let nodes = (0..<150).map { "%a\($0) = Nonsense(%x)" }.joined(separator: "\n")
    let problems = Model(graph: try Graph(text: "graph g(%x: float32[2]) -> (%x) {\n\(nodes)\n}")).checkFully()
    #expect(problems.count(.error) == 150)
    #expect(problems.all.count == 101)
    #expect(problems.all.last?.severity == .note)
    #expect(
      problems.diagnostics(in: "m").last?.description
        == "m: note: and 50 more errors; the first 100 of a kind are listed")
  }

  /// The short check leaves to the runtime what operators it has: TensorRT's plugins may stand in the standard domain.
  @Test func theShortCheckIsAboutStructure() throws {
    let graph = try Graph(text: "graph g(%x: float32[2]) -> (%y: float32[2]) { %y = Nonsense(%x) {a=1}\n }")
    #expect(Model(graph: graph).check().isEmpty)
  }

  @Test func takesLittleTimeForAThousandNodes() throws {
    let nodes = (0..<1000).map { "%v\($0 + 1) = Add(%v\($0), %w)" }.joined(separator: "\n")
    let graph = try Graph(
      text: "graph g(%v0: float32[n,8]) -> (%v1000: float32[n,8]) {\n const %w: float32[8] = ramp\n\(nodes)\n}")
    let model = Model(graph: graph)
    var problems = ModelProblems()
    let time = ContinuousClock().measure { problems = model.checkFully() }
    #expect(problems.all.isEmpty)
    // Without optimization and beside other tests; a check that looked at every pair of nodes would take minutes.
    #expect(time < .seconds(5))
  }
}

private let operatorCases = [
  CheckCase(
    "an unknown operator with a near one", "graph g(%x: float32[2]) -> (%y: float32[2]) { %y = Sofmax(%x) # s\n }",
    ["error unknown-operator: node 's' (Sofmax): the standard domain has no operator Sofmax (did you mean Softmax?)"]),
  CheckCase(
    "an operator of a later set", "graph g(%x: float32[2]) -> (%y: float32[2]) { %y = Gelu(%x) # s\n }",
    [
      "error unknown-operator: node 's' (Gelu): the standard domain has no Gelu in operator set 17; it came with 20"
        + " (export with operator set 20 or newer)"
    ]),
  CheckCase(
    "an operator without its domain", "graph g(%x: float32[2]) -> (%y: float32[2]) { %y = QuickGelu(%x)\n }",
    [
      "error unknown-operator: node 0 (QuickGelu): the standard domain has no operator QuickGelu"
        + " (domain 'com.microsoft' has one of this name; the node may lack its domain)"
    ]),
  CheckCase(
    "an operator of ONNX Runtime that nobody knows", domains: ["com.microsoft": 1],
    "graph g(%x: float32[2]) -> (%y: float32[2]) { %y = com.microsoft::QuickGleu(%x)\n }",
    [
      "warning unknown-operator: node 0 (QuickGleu): domain 'com.microsoft' has no operator QuickGleu"
        + " (did you mean QuickGelu?)"
    ]),
  CheckCase(
    "an operator of somebody's own", domains: ["my.domain": 1],
    "graph g(%x: float32[2]) -> (%y: float32[2]) { %y = my.domain::Anything(%x) {a=1}\n }", []),
  CheckCase(
    "a plugin of TensorRT", "graph g(%x: float32[2]) -> (%y: float32[2]) { %y = EfficientNMX_TRT(%x)\n }",
    [
      "warning unknown-operator: node 0 (EfficientNMX_TRT): the standard domain has no operator EfficientNMX_TRT"
        + " (TensorRT's parser takes a plugin's name in any domain; other runtimes do not)"
    ]),
  CheckCase(
    "a withdrawn operator", opset: 11,
    "graph g(%x: float32[2], %i: int64[2]) -> (%y: float32[2]) { %y = Scatter(%x, %i, %x)\n }",
    [
      "error deprecated-operator: node 0 (Scatter): Scatter was withdrawn in operator set 11"
        + " (ScatterElements does the same)"
    ]),
  CheckCase(
    "an operator of ONNX Runtime in the standard domain",
    "graph g(%x: float32[2], %s: float32[2]) -> (%y: float32[2]) { %y = SimplifiedLayerNormalization(%x, %s)\n }",
    [
      "warning onnxruntime-operator: node 0 (SimplifiedLayerNormalization): SimplifiedLayerNormalization is no operator of"
        + " ONNX; ONNX Runtime alone runs it under this name (export the model without the runtime's optimizations)"
    ]),
  CheckCase(
    "too many and too few inputs and outputs",
    "graph g(%x: float32[2]) -> (%a: float32[2], %b: float32[2]) { %a, %c = Neg(%x, %x)\n %b = Add(%x)\n }",
    [
      "error input-count: node 0 (Neg): Neg takes 1 input, and this has 2 (the inputs are X)",
      "error output-count: node 0 (Neg): Neg gives 1 output, and this has 2 (the outputs are Y)",
      "error input-count: node 1 (Add): Add takes 2 inputs, and this has 1 (the inputs are A, B)",
    ]),
  CheckCase(
    "an input that is left out", "graph g(%x: float32[2]) -> (%y: float32[2]) { %y = Add(%x, _)\n }",
    [
      "error input-count: node 0 (Add): input 1 (B) is left out, and Add needs it (export the model again)"
    ]),
  CheckCase(
    "no operator set of a domain", "graph g(%x: float32[2]) -> (%y: float32[2]) { %y = my::Op(%x)\n }",
    [
      "error missing-opset: node 0 (Op): the model imports no operator set of domain 'my'"
        + " (add an opset_import for it when exporting)"
    ]),
]

private let attributeCases = [
  CheckCase(
    "attributes that are not there, of another type, twice",
    "graph g(%x: float32[2,3]) -> (%y: float32[2,3]) { %y = Softmax(%x) {axes=1, axis=1.5} # s\n }",
    [
      "error unknown-attribute: node 's' (Softmax): Softmax has no attribute 'axes' in operator set 17"
        + " (did you mean 'axis'?)",
      "error attribute-type: node 's' (Softmax): attribute 'axis' is a float and should be an integer"
        + " (export the model again)",
    ]),
  CheckCase(
    "an attribute of another version", opset: 13,
    "graph g(%x: float32[2,3]) -> (%y: float32[2,1]) { %y = ReduceSum(%x) {axes=[1]}\n }",
    [
      "error unknown-attribute: node 0 (ReduceSum): ReduceSum has no attribute 'axes' in operator set 13"
        + " (ReduceSum has it in operator set 11)"
    ]),
  CheckCase(
    "an attribute that must be there", "graph g(%x: float32[2,3]) -> (%y: float32[4,3]) { %y = Concat(%x, %x)\n }",
    ["error missing-attribute: node 0 (Concat): Concat needs attribute 'axis' (export the model again)"]),
  CheckCase(
    "words that are none", opset: 17,
    """
    graph g(%x: float32[1,2,4,4]) -> (%y: float32[1,2,4,4], %z: float32[?,?,?,?]) {
      %y = MaxPool(%x) {kernel_shape=[1,1], auto_pad="SAME", strides=[0,1]}
      %z = Pad(%x, _) {mode="wrap"}
    }
    """,
    [
      "error attribute-value: node 0 (MaxPool): attribute 'auto_pad' is 'SAME'"
        + " (it can be NOTSET, SAME_UPPER, SAME_LOWER, VALID)",
      "error attribute-value: node 0 (MaxPool): attribute 'strides' has 0 in it, and sizes are 1 or more"
        + " (export the model again)",
      "error input-count: node 1 (Pad): input 1 (pads) is left out, and Pad needs it (export the model again)",
      "error attribute-value: node 1 (Pad): attribute 'mode' is 'wrap', which came with operator set 19"
        + " (export with operator set 19 or newer)",
    ]),
  CheckCase(
    "a cast to no type", "graph g(%x: float32[2]) -> (%y: float32[2]) { %y = Cast(%x) {to=99}\n }",
    ["error attribute-value: node 0 (Cast): attribute 'to' is 99, which is no element type (export the model again)"]),
  CheckCase(
    "a function's attribute outside a function",
    "graph g(%x: float32[2]) -> (%y: float32[2]) { %y = Softmax(%x) {axis=ref(a, 2)}\n }",
    [
      "error bad-reference: node 0 (Softmax): attribute 'axis' is that of the function around the node, and there is no"
        + " function (give the attribute a value)"
    ]),
]

private let typeCases = [
  CheckCase(
    "two types where there must be one",
    "graph g(%x: float32[2], %i: int64[2]) -> (%y: float32[2]) { %y = Add(%x, %i)\n }",
    [
      "error type: node 0 (Add): input 1 (B), 'i', is int64, and input 0 (A) is float32"
        + " (both must have one type; a Cast is missing)"
    ]),
  CheckCase(
    "a type that the operator does not take", "graph g(%x: string[2]) -> (%y: string[2]) { %y = Relu(%x)\n }",
    [
      "error type: node 0 (Relu): input 0 (X), 'x', is string, which it does not take"
        + " (X is float32, int8, int16, int32, int64, float16, float64 or bfloat16)",
      "error type: node 0 (Relu): output 0 (Y), 'y', is string, which it does not take"
        + " (Y is float32, int8, int16, int32, int64, float16, float64 or bfloat16)",
    ]),
  CheckCase(
    "declarations that are wrong, all of them",
    """
    graph g(%x: float32[2,3]) -> (%y: float32[3,3], %z: int64[2,3]) {
      %a: float32[5] = Neg(%x) # first
      %y = Neg(%a)
      %z = Neg(%x)
    }
    """,
    [
      "error declaration: node 'first' (Neg): makes 'a' float32[2, 3], which is declared as float32[5]"
        + " (the model was edited after its shapes were written; export it again, or remove the declaration)",
      "error declaration: node 1 (Neg): makes 'y' float32[2, 3], which is declared as float32[3, 3]"
        + " (the model was edited after its shapes were written; export it again, or remove the declaration)",
      "error declaration: node 2 (Neg): makes 'z' float32[2, 3], which is declared as int64[2, 3]"
        + " (the model was edited after its shapes were written; export it again, or remove the declaration)",
    ]),
  CheckCase(
    "shapes that do not fit, inside a subgraph too",
    """
    graph g(%c: bool[], %x: float32[2,3], %w: float32[4,5]) -> (%y: float32[?,?], %z: float32[?,?]) {
      %y = MatMul(%x, %w) # mul
      %z = If(%c) {then_branch=graph t() -> (%t) { %t = Add(%x, %w) # add
        }, else_branch=graph e() -> (%e) { %e = Neg(%x)
        }} # if
    }
    """,
    [
      "error shape: node 'mul' (MatMul): the last size of input 0 is 3 and the size of input 1 that it is multiplied with is 4"
        + " (no runtime can run this; check how the model was exported)",
      "error shape: node 'if' (If), then_branch: node 'add' (Add): shapes [2, 3] and [4, 5] cannot be broadcast together"
        + " (no runtime can run this; check how the model was exported)",
    ]),
]

private let bodyCases = [
  CheckCase(
    "bodies with other inputs, outputs and types than their node",
    """
    graph g(%c: bool[], %x: float32[2], %i: int64[2]) -> (%y: float32[2], %z: float32[?]) {
      %y = If(%c) {then_branch=graph t(%p) -> (%t) { %t = Neg(%x)
        }, else_branch=graph e() -> (%e, %f) { %e = Relu(%x)
          %f = Abs(%x)
        }} # if
      %z = Loop(_, %c, %x) {body=graph b(%n: int64[], %d: bool[], %v: int64[2]) -> (%d, %w) { %w = Abs(%v)
        }} # loop
      %a = Neg(%i)
    }
    """,
    [
      "error input-count: node 'if' (If): the graph of then_branch takes 1 input, and should have 0 here"
        + " (export the model again)",
      "error output-count: node 'if' (If): the graph of else_branch gives 2 outputs, and should have 1 here"
        + " (export the model again)",
      "error type: node 'loop' (Loop): input 'v' of the graph of body is int64, and 'x' is float32"
        + " (a Cast is missing, or one of the two is declared wrongly)",
      "error type: node 'loop' (Loop), body: node 0 (Abs): output 0 (Y), 'w', is float32, and input 0 (X) is int64"
        + " (both must have one type; a Cast is missing)",
      "note unused: node 2 (Neg): no output of the graph needs it (`ingot sanitize` removes what is not used)",
    ])
]

private let graphCases = [
  CheckCase(
    "inputs and outputs without types", "graph g(%x, %v: float32) -> (%y) { %y = Add(%x, %v)\n }",
    [
      "error no-type: input 'x' has no type (declare it when exporting)",
      "error no-type: input 'v' has no shape (declare it when exporting; sizes that are not known can be names)",
      "error no-type: output 'y' has no type (declare it when exporting)",
    ]),
  CheckCase(
    "what nothing uses",
    """
    graph g(%x: float32[2], %lonely: float32[2]) -> (%y: float32[2]) {
      const %w: float32[2] = ramp
      %y = Neg(%x)
      %a = Abs(%x) # dead
      %b = Abs(%a)
    }
    """,
    [
      "warning unused: input 'lonely' is used by nothing (callers must give them all the same)",
      "note unused: initializer 'w' is used by nothing (`ingot sanitize` removes what is not used)",
      "note unused: node 'dead' (Abs): no output of the graph needs it and 1 other node"
        + " (`ingot sanitize` removes what is not used)",
    ]),
  CheckCase(
    "names twice", "graph g(%x: float32[2]) -> (%y: float32[2]) { %a = Neg(%x) # n\n %y = Abs(%a) # n\n }",
    [
      "warning duplicate-name: node 'n' (Abs): nodes 0 and 1 have the same name"
        + " (`ingot sanitize` gives each a name of its own)"
    ]),
  CheckCase(
    "names that hide others",
    """
    graph g(%c: bool[], %x: float32[2]) -> (%y: float32[2]) {
      %a = Neg(%x)
      %b = Abs(%a)
      %y = If(%c) {then_branch=graph t() -> (%a) { %a = Relu(%b)
        }, else_branch=graph e() -> (%y) { const %x: float32[2] = ramp
          %y = Neg(%x)
        }}
    }
    """,
    [
      "error hidden-name: node 2 (If), then_branch: node 0 (Relu): produces 'a', which is a value of a graph around it too"
        + " (give one of them another name)",
      "warning hidden-name: node 2 (If), else_branch: 'x' hides a value of that name of a graph around it"
        + " (give one of them another name)",
      "note hidden-name: node 2 (If), else_branch: node 0 (Neg): produces 'y', which is a value of a graph around it too"
        + " (give one of them another name)",
    ]),
  CheckCase(
    "nodes out of order",
    "graph g(%x: float32[2]) -> (%y: float32[2]) { %y = Neg(%a) # late\n %a = Abs(%x) # early\n }",
    [
      "error unsorted: node 'late' (Neg): reads 'a' before node 'early' (Abs) produces it"
        + " (`ingot sanitize` sorts the nodes)"
    ]),
  CheckCase(
    "a name that cannot be shown",
    #"graph g(%x: float32[2]) -> (%y: float32[2]) { %"a\x01" = Neg(%x)\#n%y = Abs(%"a\x01")\#n }"#,
    [
      #"warning malformed-name: value 'a\u{1}' has characters in its name that no tool can show"#
        + " (export the model with plain names)"
    ]),
]
