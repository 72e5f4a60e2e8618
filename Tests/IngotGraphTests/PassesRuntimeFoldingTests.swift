import IngotCore
import Synchronization
import Testing

@testable import IngotGraph

/// Makes small numbers of what is asked for, refuses models with some operations, and keeps what it was given.
private final class FakeEvaluator: ConstantEvaluator {
  private let refused: Set<String>
  private let shape: [Int]?
  private let byte: UInt8
  private let given = Mutex<[Model]>([])

  init(refusing refused: Set<String> = [], shape: [Int]? = nil, byte: UInt8 = 1) {
    (self.refused, self.shape, self.byte) = (refused, shape, byte)
  }

  var models: [Model] { given.withLock { $0 } }

  func evaluate(_ model: Model) throws(EvaluationRefusal) -> [String: Tensor] {
    given.withLock { $0.append(model) }
    if let node = model.graph.nodes.first(where: { refused.contains($0.opType) }) {
      throw EvaluationRefusal("no kernel for \(node.opType)\nsecond line")
    }
    var tensors: [String: Tensor] = [:]
    for id in model.graph.outputs {
      let sizes = shape ?? (model.graph[id].shape ?? []).compactMap(\.size)
      guard let type = model.graph[id].type, let count = type.byteCount(of: sizes.reduce(1, *)) else { continue }
      tensors[model.graph[id].name] = Tensor(
        type: type, shape: sizes, bytes: Bytes([UInt8](repeating: byte, count: count)))
    }
    return tensors
  }
}

@Suite struct PassesRuntimeFoldingTests {
  private func sanitized(
    _ text: String, _ evaluator: FakeEvaluator, options: SanitizeOptions = .init()
  ) throws -> (model: Model, report: SanitizeReport) {
    var model = try Model(text: text)
    let report = try sanitize(&model, options: options, evaluator: evaluator)
    #expect(model.graph.verify().map(\.description) == [])
    return (model, report)
  }

  private func operations(_ graph: Graph) -> [String] { graph.nodes.map(\.opType) }

  /// A convolution of constants, and its maximum, which nodes that depend on the input read.
  private static let convolution = """
    graph g(%x: float32[1, 2, 4, 4]) -> (%y: float32[1, 2, 4, 4]) {
    const %a: float32[1, 3, 4, 4] = ramp
    const %unused: float32[2] = ramp
    const %w: float32[2, 3, 1, 1] = ramp
    %c = Conv(%a, %w)
    %m = GlobalMaxPool(%c)
    %s = Add(%x, %c)
    %y = Mul(%s, %m)
    }
    """

  @Test func foldsWhatTheNativeEvaluatorDoesNotKnow() throws {
    let evaluator = FakeEvaluator()
    let (model, report) = try sanitized(Self.convolution, evaluator)
    #expect(operations(model.graph) == ["Add", "Mul"])
    let asked = try #require(evaluator.models.first)
    #expect(evaluator.models.count == 1)
    #expect(asked.graph.inputs.isEmpty && asked.irVersion >= 4)
    #expect(asked.graph.outputs.map { asked.graph[$0].name } == ["c", "m"])
    #expect(asked.graph.values.filter { $0.initializer != nil }.map(\.name) == ["a", "w"])
    #expect(asked.graph.verify().map(\.description) == [])
    let pass = report.passes.first { $0.pass == "runtime-folding" }
    #expect(pass?.removed == 2 && pass?.notes == nil)
  }

  @Test func foldsNothingWithoutBeingAsked() throws {
    var model = try Model(text: Self.convolution)
    _ = try sanitize(&model)
    #expect(operations(model.graph) == ["Conv", "GlobalMaxPool", "Add", "Mul"])
    let evaluator = FakeEvaluator()
    var options = SanitizeOptions()
    options.passes = .allBut(["constant-folding"])
    #expect(try sanitized(Self.convolution, evaluator, options: options).model.graph.nodes.count == 4)
    #expect(evaluator.models.isEmpty)
  }

  @Test func resultsStartThePassesAgain() throws {
    let (model, _) = try sanitized(
      """
      graph g(%x: float32[1, 2, 4, 4]) -> (%y: float32[1, 2, 4, 4]) {
      const %a: float32[1, 3, 4, 4] = ramp
      const %w: float32[2, 3, 1, 1] = ramp
      %c = Conv(%a, %w)
      %y = Add(%x, %c)
      }
      """, FakeEvaluator(byte: 0))
    #expect(operations(model.graph) == ["Identity"])
  }

  @Test func anOutputIsStillMadeByANode() throws {
    let (model, _) = try sanitized(
      """
      graph g(%x: float32[2]) -> (%y: float32[2], %c: float32[1, 2, 4, 4]) {
      const %a: float32[1, 3, 4, 4] = ramp
      const %w: float32[2, 3, 1, 1] = ramp
      %y = Relu(%x)
      %c = Conv(%a, %w)
      }
      """, FakeEvaluator())
    #expect(operations(model.graph).sorted() == ["Constant", "Relu"])
  }

  @Test func oneRefusalLeavesTheOthersFolded() throws {
    let evaluator = FakeEvaluator(refusing: ["Einsum"])
    let (model, report) = try sanitized(
      """
      graph g(%x: float32[2, 2]) -> (%y: float32[2, 2], %z: float32[1, 2, 2, 2], %u: float32[1, 1, 2, 2]) {
      const %a: float32[2, 2] = ramp
      const %b: float32[1, 1, 2, 2] = ramp
      const %w: float32[2, 1, 1, 1] = ramp
      %e = Einsum(%a, %a) {equation="ij,jk->ik"}
      %c = Conv(%b, %w)
      %p = MaxPool(%b) {kernel_shape=[1, 1]}
      %y = Sub(%x, %e)
      %z = Sub(%x, %c)
      %u = Sub(%x, %p)
      }
      """, evaluator)
    #expect(operations(model.graph).sorted() == ["Einsum", "Sub", "Sub", "Sub"])
    let pass = report.passes.first { $0.pass == "runtime-folding" }
    #expect(pass?.notes?.count == 1)
    #expect(pass?.notes?.first?.hasSuffix("stays: no kernel for Einsum") == true)
    // All, both halves, and the refused half's halves; what was refused is not asked for again.
    #expect(evaluator.models.count(where: { $0.graph.nodes.contains { $0.opType == "Einsum" } }) <= 3)
  }

  @Test func aResultOfAnotherShapeIsRefused() throws {
    let (model, report) = try sanitized(Self.convolution, FakeEvaluator(shape: [7]))
    #expect(operations(model.graph) == ["Conv", "GlobalMaxPool", "Add", "Mul"])
    #expect(report.passes.first { $0.pass == "runtime-folding" }?.notes?.count == 1)
  }

  @Test func resultsStayUnderTheLimitOfGrowth() throws {
    let text = """
      graph g(%x: float32[1, 1, 200, 200]) -> (%y: float32[1, 1, 200, 200]) {
      const %a: float32[1, 1, 2, 2] = ramp
      const %scales: float32[4] = [1.0, 1.0, 100.0, 100.0]
      %r = Resize(%a, _, %scales) {mode="nearest"}
      %y = Add(%x, %r)
      }
      """
    let evaluator = FakeEvaluator()
    var options = SanitizeOptions()
    options.foldLimit = 100_000
    #expect(operations(try sanitized(text, evaluator, options: options).model.graph) == ["Resize", "Add"])
    #expect(evaluator.models.isEmpty)
    #expect(operations(try sanitized(text, evaluator).model.graph) == ["Add"])
  }

  @Test(arguments: [
    "%c = RandomNormalLike(%a)", "%c = Bernoulli(%a)", "%q = QuantizeLinear(%a, %s)\n%c = DequantizeLinear(%q, %s)",
    "%c = Mine(%a) domain com.example", "%i = NonZero(%c0)\n%c = Cast(%i) {to=1}",
  ])
  func neverAsksForWhatDependsOnTheRunOrKeepsPrecision(_ lines: String) throws {
    let lines = lines.split(separator: " domain com.example").joined()
    var model = try Model(
      text: """
        graph g(%x: float32[2, 2]) -> (%y: float32[2, 2]) {
        const %a: float32[2, 2] = ramp
        const %s: float32[] = [0.5]
        %c0 = Relu(%x)
        \(lines)
        %y = Add(%x, %c)
        }
        """)
    for index in model.graph.nodes.indices where model.graph.nodes[index].opType == "Mine" {
      model.graph.nodes[index].domain = "com.example"
      model.opsets["com.example"] = 1
    }
    let evaluator = FakeEvaluator()
    _ = try sanitize(&model, evaluator: evaluator)
    #expect(evaluator.models.isEmpty)
  }

  @Test func bodiesReadConstantsOfTheGraphAround() throws {
    let evaluator = FakeEvaluator()
    let (model, _) = try sanitized(
      """
      graph g(%b: bool, %x: float32[1, 2, 4, 4]) -> (%y: float32[1, 2, 4, 4]) {
      const %a: float32[1, 3, 4, 4] = ramp
      const %w: float32[2, 3, 1, 1] = ramp
      %y = If(%b) {then_branch=graph t() -> (%u: float32[1, 2, 4, 4]) {
      %c = Conv(%a, %w)
      %u = Sub(%x, %c)
      }, else_branch=graph e() -> (%v: float32[1, 2, 4, 4]) {
      %v = Neg(%x)
      }}
      }
      """, evaluator)
    #expect(evaluator.models.count == 1)
    #expect(model.graph.nodes[0].subgraphs.map { operations($0.graph) } == [["Neg"], ["Sub"]])
  }
}
