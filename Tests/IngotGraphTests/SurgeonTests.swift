// The changes that options ask for, each alone and together, and everything that is wrong with them.

import IngotCore
import Testing

@testable import IngotGraph

@Suite struct SurgeonTests {
  private static let chain = """
    model ir 8 opset ai.onnx 17
    graph g(%x: float32[n,4], %z: float32[n,4]) -> (%y: float32[n,4]) {
      const %w: float32[4] = [1.0, 2.0, 3.0, 4.0]
      %a = Relu(%x) # relu
      %b = Mul(%a, %w) # mul
      %c = Add(%b, %z) # add
      %y: float32[n,4] = Neg(%c) # neg
    }
    """

  private func changed(_ text: String = chain, _ change: (inout SanitizeOptions) -> Void) throws -> Model {
    var model = try Model(text: text)
    var options = SanitizeOptions(passes: .none)
    change(&options)
    _ = try sanitize(&model, options: options)
    #expect(model.graph.verify().map(\.description) == [])
    return model
  }

  private func problem(_ text: String = chain, _ change: (inout SanitizeOptions) -> Void) -> String? {
    #expect(throws: GraphError.self) { _ = try changed(text, change) }?.description
  }

  private func names(_ model: Model, _ ids: [ValueID]) -> [String] { ids.map { model.graph[$0].name } }

  @Test func extractsWhatLiesBetweenTensors() throws {
    let model = try changed { $0.extraction = Extraction(from: ["b", "z"], to: ["c"]) }
    #expect(
      model.graph.text() == """
        graph g(%b: float32[n,4], %z: float32[n,4]) -> (%c: float32[n,4]) {
          %c: float32[n,4] = Add(%b, %z) # add
        }

        """)
  }

  @Test func extractsUpToATensorWithTheInputsThatItNeeds() throws {
    let model = try changed { $0.extraction = Extraction(to: ["b"]) }
    #expect(names(model, model.graph.inputs) == ["x"])
    #expect(model.graph.nodes.map(\.name) == ["relu", "mul"])
  }

  @Test func aConstantMayBecomeAnInput() throws {
    let model = try changed { $0.extraction = Extraction(from: ["a", "w"], to: ["b"]) }
    #expect(names(model, model.graph.inputs) == ["a", "w"])
    #expect(model.graph.values.allSatisfy { $0.initializer == nil })
  }

  @Test func oneOutputOfANodeMayBeCutOff() throws {
    let model = try changed(
      """
      model ir 8 opset ai.onnx 17
      graph g(%x: float32[4]) -> (%y: float32[4]) {
        %a, %b = Split(%x) {axis=0} # split
        %y: float32[4] = Concat(%a, %b) {axis=0} # concat
      }
      """
    ) { $0.extraction = Extraction(from: ["x", "b"]) }
    #expect(names(model, model.graph.inputs) == ["x", "b"])
    #expect(model.graph.nodes.map(\.opType) == ["Split", "Concat"])
  }

  @Test func typesOfNewInputsMayBeGiven() throws {
    let text = "model ir 8 opset my 1\ngraph g(%x) -> (%y) {\n%a = my::F(%x) # f\n%y = my::G(%a) # g\n}"
    #expect(
      problem(text) { $0.extraction = Extraction(from: ["a"]) } == """
        the type and shape of the new input 'a' cannot be told
          hint: give it: 'a' as float32[1,?]
        """)
    let model = try changed(text) {
      $0.extraction = Extraction(from: ["a"])
      ($0.inputTypes, $0.inputShapes) = (["a": .float16], ["a": [.symbolic("n"), .fixed(2)]])
    }
    #expect(model.graph.text().hasPrefix("graph g(%a: float16[n,2]) ->"))
  }

  @Test(
    arguments: [
      (
        ["b"], ["y"],
        "what is extracted also depends on 1 input of the model: 'z'\n  hint: add to 'from' what should stand in for them"
      ),
      (
        ["c", "x"], [],
        "nothing of what is extracted reads 'x'\n  hint: leave it out of 'from', or name what depends on it in 'to'"
      ),
      (
        ["cc"], ["q", "w"],
        """
        'w' is an input or a constant, and 'to' takes what nodes make
          hint: name the output of a node
        """
      ),
    ] as [([String], [String], String)])
  func saysWhatKeepsAPartFromBeingCutOut(_ from: [String], _ to: [String], _ message: String) {
    let text = problem { $0.extraction = Extraction(from: from, to: to) }
    #expect(text?.contains(message) == true, "\(text ?? "")")
  }

  @Test func choosesAddsAndRemovesOutputs() throws {
    let added = try changed { $0.outputs = OutputSelection(added: ["a", "?"]) }
    #expect(names(added, added.graph.outputs) == ["y", "a", "b", "c"])
    let only = try changed { $0.outputs = OutputSelection(only: ["c", "a"]) }
    #expect(names(only, only.graph.outputs) == ["c", "a"])
    let removed = try changed { $0.outputs = OutputSelection(added: ["b"], removed: ["y"]) }
    #expect(names(removed, removed.graph.outputs) == ["b"])
  }

  @Test func renamesInSubgraphsTooAndSwapsNames() throws {
    let model = try changed(
      """
      model ir 8 opset ai.onnx 17
      graph g(%c: bool[], %x: float32[2], %z: float32[2]) -> (%y: float32[2]) {
        %y: float32[2] = If(%c) {then_branch=graph t() -> (%p) {
          %p = Sub(%x, %z) # sub
        }, else_branch=graph e() -> (%q) {
          %q = Neg(%x) # negative
        }} # if
      }
      """
    ) { $0.renames = ["x": "z", "z": "x", "y": "result"] }
    #expect(names(model, model.graph.inputs) == ["c", "z", "x"])
    #expect(names(model, model.graph.outputs) == ["result"])
    #expect(model.graph.text().contains("Sub(%z, %x) # sub"), "\(model.graph.text())")
    #expect(model.graph.text().contains("Neg(%z)"))
  }

  @Test func aNameThatASubgraphHasOfItsOwnIsTaken() {
    let text = """
      model ir 8 opset ai.onnx 17
      graph g(%c: bool[], %x: float32[2], %p: float32[2]) -> (%y: float32[2]) {
        %y: float32[2] = If(%c) {then_branch=graph t() -> (%p) {
          %p = Neg(%x) # n
        }, else_branch=graph e() -> (%q) {
          %q = Neg(%x) # m
        }} # if
      }
      """
    #expect(
      problem(text) { $0.renames = ["x": "p", "p": "r"] }
        == "'x' cannot be called 'p': another tensor is\n  hint: rename that one too, or choose another name")
  }

  @Test func dimensionsGetSizesAndNames() throws {
    let fixed = try changed { $0.dimensions = ["n": .fixed(3)] }
    #expect(fixed.graph.text().contains("%y: float32[3,4]"))
    let named = try changed { $0.dimensions = ["n": .symbolic("batch")] }
    #expect(named.graph.text().contains("%x: float32[batch,4]"))
  }

  @Test func boundsWhatTheDataDecides() throws {
    let model = try changed(
      """
      model ir 8 opset ai.onnx 17
      graph g(%x: float32[5], %k: int64[1]) -> (%y, %t, %i) {
        const %one: int64[1] = [1]
        %found = NonZero(%x) # nonzero
        %y = Cast(%found) {to=1} # cast
        %count = Add(%k, %one) # count
        %t, %i = TopK(%x, %count) # topk
      }
      """
    ) { $0.bounds = ["found": 3, "count": 4] }
    let text = model.graph.text()
    #expect(
      text.contains("%found: int64[1,?] = Slice(%found_unbounded, %found_start, %found_bound, %found_axis)")
        || text.contains("= Slice(%found_unbounded, %found_start, %found_bound, %found_axis)"), "\(text)")
    #expect(text.contains("%count: int64[1] = Min(%count_unbounded, %count_bound)"), "\(text)")
    #expect(text.contains("const %count_bound: int64[] = [4]"))
  }

  @Test func saysWhatCannotBeBounded() {
    #expect(
      problem { $0.bounds = ["b": 4] } == """
        'b' cannot be bounded: its shape is [n, 4], and it does not hold sizes
          hint: name a tensor of whole numbers, or one with an axis that only a run knows
        """)
  }

  @Test func reportsEverythingThatDoesNotFitAtOnce() {
    let text = problem {
      $0.outputs = OutputSelection(added: ["bb"], removed: ["nope"])
      $0.extraction = Extraction(from: ["zz"])
    }
    #expect(
      text == """
        the model has no output 'nope'
          hint: its outputs are 'y'
        the model has no tensor 'bb'
          hint: did you mean 'b'?
        the model has no tensor 'zz'
          hint: `ingot inspect --nodes` lists them
        """)
    let others = problem {
      $0.renames = ["a": "b", "c": "d", "x": "d"]
      $0.bounds = ["a": 0]
    }
    #expect(
      others == """
        'a' cannot be bounded by 0
          hint: give a size of 1 or more
        'a' cannot be called 'b': another tensor is
          hint: rename that one too, or choose another name
        'c' and 'x' cannot both be called 'd'
          hint: give one of them another name
        """)
  }

  @Test func whatASubgraphOwnsCannotBeCutOut() {
    let text = """
      model ir 8 opset ai.onnx 17
      graph g(%c: bool[], %x: float32[2]) -> (%y: float32[2]) {
        %y: float32[2] = If(%c) {then_branch=graph t() -> (%p) {
          %p = Neg(%x) # n
        }, else_branch=graph e() -> (%q) {
          %q = Neg(%x) # m
        }} # if
      }
      """
    #expect(
      problem(text) { $0.extraction = Extraction(to: ["p"]) }
        == "'p' is inside the body of node 'if'\n  hint: name a tensor of the main graph")
  }
}
