// The whole pipeline: what it makes of graphs, that it is a fixed point, and that it forgets what does not count.

import IngotCore
import Testing

@testable import IngotGraph

@Suite struct PassesSanitizeTests {
  private func sanitized(_ text: String, _ options: SanitizeOptions = .init()) throws -> (
    model: Model, report: SanitizeReport
  ) {
    var model = try Model(text: text)
    let report = try sanitize(&model, options: options)
    #expect(model.graph.verify(requiresOrder: true).map(\.description) == [])
    var again = model
    var same = SanitizeOptions()
    same.foldLimit = options.foldLimit
    let second = try sanitize(&again, options: same)
    #expect(second.passes == [])
    #expect(again.encoded() == model.encoded())
    return (model, report)
  }

  /// `view(x.size(0), -1)` as torch exports it.
  private static let flattening = """
    graph g(%x: float32[batch,2,4,4]) -> (%y: float32[batch,3]) {
      const %w: float32[3,32] = zeros
      %h = Relu(%x) # relu
      %s = Shape(%h) # shape
      %i = Constant() {value=int64[] [0]} # index
      %n = Gather(%s, %i) {axis=0} # gather
      %a = Constant() {value=int64[1] [0]} # axes
      %u = Unsqueeze(%n, %a) # unsqueeze
      %m = Constant() {value=int64[1] [-1]} # minus
      %t = Concat(%u, %m) {axis=0} # concat
      %f = Reshape(%h, %t) # view
      %d = Dropout(%f) # drop
      %y: float32[batch,3] = Gemm(%d, %w) {transB=1} # fc
    }
    """

  @Test func makesAFlatteningStatic() throws {
    let (model, report) = try sanitized(Self.flattening)
    #expect(
      model.graph.text(elementLimit: 4)
        == """
        graph g(%x: float32[batch,2,4,4]) -> (%y: float32[batch,3]) {
          const %f_shape: int64[2] = [0, 32]
          const %w: float32[3,32] = elided(96)
          %h: float32[batch,2,4,4] = Relu(%x) # relu
          %f: float32[batch,32] = Reshape(%h, %f_shape) # view
          %y: float32[batch,3] = Gemm(%f, %w) {transB=1} # fc
        }

        """)
    #expect(report.before.nodes == 11)
    #expect(report.after.nodes == 3)
  }

  @Test func foldsTheSizesOfFixedInputs() throws {
    let (model, _) = try sanitized(
      """
      graph g(%x: float32[batch,2,6,4]) -> (%y: float32) {
        %s = Shape(%x) # shape
        const %two: int64[1] = [2]
        const %three: int64[1] = [3]
        const %four: int64[1] = [4]
        const %doubled: int64[1] = [2]
        %hw = Slice(%s, %two, %four) # slice
        %big = Mul(%hw, %doubled) # mul
        %nc = Slice(%s, %zero, %two) # slice2
        const %zero: int64[1] = [0]
        %sizes = Concat(%nc, %big) {axis=0} # concat
        %y: float32 = Resize(%x, _, _, %sizes) {mode="nearest"} # resize
      }
      """, .init(dimensions: ["batch": .fixed(1)]))
    #expect(
      model.graph.text() == """
        graph g(%x: float32[1,2,6,4]) -> (%y: float32[1,2,12,8]) {
          const %sizes: int64[4] = [1, 2, 12, 8]
          %y: float32[1,2,12,8] = Resize(%x, _, _, %sizes) {mode="nearest"} # resize
        }

        """)
  }

  @Test func forgetsWhatDoesNotCount() throws {
    var (a, b) = (try Model(text: Self.flattening), try Model(text: Self.flattening))
    b.producerName = "pytorch"
    b.producerVersion = "2.9"
    b.docString = "exported on a Tuesday"
    b.metadata = [("z", "1"), ("a", "2")]
    a.metadata = [("a", "2"), ("z", "1")]
    b.modelVersion = 7
    b.graph.docString = "a graph"
    b.graph.nodes[0].docString = "/home/someone/net.py(12)"
    // stale: a later edit made the batch free
    let hidden = try #require(b.graph.find("h"))
    b.graph[hidden].type = .float32
    b.graph[hidden].shape = [.fixed(1), .fixed(2), .fixed(4), .fixed(4)]
    b.graph[hidden].docString = "activation"
    _ = b.graph.value(named: "left over")
    _ = try sanitize(&a)
    _ = try sanitize(&b)
    #expect(a.encoded() == b.encoded())
  }

  @Test func provesNothingFromDeclarations() throws {
    // The declared size is true of one run only: the target is an input.
    let (model, _) = try sanitized(
      """
      graph g(%x: float32[2,3,4], %s: int64[3]) -> (%y: float32[2,6,2]) {
        %y: float32[2,6,2] = Reshape(%x, %s) # view
      }
      """)
    #expect(model.graph.text().contains("Reshape(%x, %s)"))
  }

  @Test func neverFoldsQuantizationAway() throws {
    let (model, _) = try sanitized(
      """
      graph g(%x: float32[1,4]) -> (%y: float32[1,2]) {
        const %w: float32[2,4] = ramp
        const %s: float32[] = [0.5]
        const %z: int8[] = [0]
        %t = Transpose(%w) {perm=[1,0]} # transpose
        %q = QuantizeLinear(%t, %s, %z) # q
        %d = DequantizeLinear(%q, %s, %z) # dq
        %y: float32[1,2] = MatMul(%x, %d) # matmul
      }
      """)
    #expect(model.graph.nodes.map(\.opType) == ["QuantizeLinear", "DequantizeLinear", "MatMul"])
    #expect(model.graph.find("t").flatMap { model.graph.constant($0)?.floats } == [0, 4, 1, 5, 2, 6, 3, 7])
  }

  @Test func doesNotStoreLargeWeightsTwice() throws {
    var options = SanitizeOptions()
    options.foldLimit = 100_000
    let (model, _) = try sanitized(
      """
      graph g(%x: float32[1,200], %z: float32[1,200]) -> (%y: float32[1,200], %v: float32[1,200], %big: float32[300,300]) {
        const %w: float32[200,200] = ramp
        const %c: int64[2] = [300,300]
        %t = Transpose(%w) {perm=[1,0]} # transpose
        %y: float32[1,200] = MatMul(%x, %t) # a
        %v: float32[1,200] = MatMul(%z, %w) # b
        %big: float32[300,300] = ConstantOfShape(%c) # fill
      }
      """, options)
    #expect(model.graph.nodes.map(\.name).sorted() == ["a", "b", "fill", "transpose"])
  }

  @Test func removesDefaultsOfInputs() throws {
    var model = try Model(
      text: """
        graph g(%x: float32[2], %w: float32[2]) -> (%y: float32[2]) {
          const %w: float32[2] = [1.0, 2.0]
          %y: float32[2] = Add(%x, %w)
        }
        """)
    model.irVersion = 3
    let report = try sanitize(&model)
    #expect(model.graph.inputs.map { model.graph[$0].name } == ["x"])
    #expect(model.irVersion == 4)
    #expect(report.passes.map(\.pass) == ["input-defaults", "names"])
  }

  @Test func foldsInsideSubgraphs() throws {
    let (model, _) = try sanitized(
      """
      graph g(%c: bool[], %x: float32[2,3]) -> (%y: float32) {
        const %k: int64[1] = [1]
        %y: float32 = If(%c) {then_branch=graph t() -> (%p) {
          %s = Shape(%x) # shape
          %r = Gather(%s, %k) # gather
          %e = Mul(%r, %k) # mul
          %n = Identity(%x) # identity
          %p = Tile(%n, %e2) # tile
          %e2 = Concat(%e, %k) {axis=0} # concat
        }, else_branch=graph e() -> (%q) {
          %q = Neg(%x) # neg
        }} # if
      }
      """)
    #expect(
      model.graph.text() == """
        graph g(%c: bool[], %x: float32[2,3]) -> (%y: float32[?,3]) {
          %y: float32[?,3] = If(%c) {else_branch=graph e() -> (%q: float32[2,3]) {
            %q: float32[2,3] = Neg(%x) # neg
          }, then_branch=graph t() -> (%p: float32[6,3]) {
            const %e2: int64[2] = [3, 1]
            %p: float32[6,3] = Tile(%x, %e2) # tile
          }} # if
        }

        """)
  }

  @Test(arguments: [
    (
      SanitizeOptions(inputShapes: ["y": [.fixed(1)]]),
      "the model has no input 'y'\n  hint: its inputs are 'x'"
    ),
    (
      SanitizeOptions(inputShapes: ["x": [.symbolic("n"), .fixed(3), .fixed(4), .fixed(4)]]),
      "input 'x' is [batch, 2, 4, 4] in the model and cannot be [n, 3, 4, 4]"
        + "\n  hint: keep the rank and the fixed sizes, and name or fix the others"
    ),
    (
      SanitizeOptions(dimensions: ["n": .fixed(4)]),
      "no input of the model has a dimension 'n'\n  hint: its symbolic dimensions are 'batch'"
    ),
    (
      SanitizeOptions(dimensions: ["batch": .fixed(0)]),
      "dimension 'batch' cannot be 0\n  hint: give it a size of 1 or more"
    ),
    (
      SanitizeOptions(dimensions: ["batch": .fixed(1 << 60)]),
      "'x' would be [1152921504606846976, 2, 4, 4], which is over any memory"
        + "\n  hint: give its dimensions smaller sizes\n'y' would be [1152921504606846976, 3], which is over any memory"
        + "\n  hint: give its dimensions smaller sizes"
    ),
  ]) func refusesOptionsThatDoNotFit(_ options: SanitizeOptions, _ message: String) throws {
    var model = try Model(text: Self.flattening)
    let error = #expect(throws: GraphError.self) { _ = try sanitize(&model, options: options) }
    #expect(error?.description == message)
  }

  @Test func renamesDimensionsEverywhere() throws {
    let (model, _) = try sanitized(
      Self.flattening, .init(inputShapes: ["x": [.symbolic("n"), .unknown, .fixed(4), .fixed(4)]]))
    #expect(model.graph[model.graph.inputs[0]].shape?.shapeText == "[n, 2, 4, 4]")
    #expect(model.graph[model.graph.outputs[0]].shape?.shapeText == "[n, 3]")
  }
}
