// Which tensors a model can show, and what is said of those that it cannot.

import IngotCore
import IngotGraph
import Testing

@testable import IngotCalibration

@Suite struct ExposedModelTests {
  /// x -> Relu -> a -> Add(a, w) -> y
  private static var model: Model {
    var graph = Graph(name: "net")
    let x = graph.addValue(Value(name: "x", type: .float32, shape: [.fixed(2)]))
    let w = graph.addInitializer(freshName: "w", Tensor([1, 2] as [Float]))
    let (a, y) = (graph.value(named: "a"), graph.value(named: "y"))
    graph.nodes = [
      Node("Relu", name: "r", inputs: [x], outputs: [a]), Node("Add", name: "s", inputs: [a, w], outputs: [y]),
    ]
    (graph.inputs, graph.outputs) = ([x], [y])
    return Model(graph: graph)
  }

  @Test func addsWhatIsNotAnOutputYet() throws {
    let exposed = try Self.model.exposing(["y", "a", "x", "a"])
    #expect(exposed.graph.outputs.map { exposed.graph[$0].name } == ["y", "a"])
    #expect(exposed.graph.nodes.count == 2)
  }

  @Test func namesAllThatItCannotShow() {
    let error = #expect(throws: InputError.self) { try Self.model.exposing(["a", "w", "b"]) }
    #expect(
      error?.description == """
        net: error: the tensor 'w' is a constant
        net: error: the tensor 'b' is not a value that the graph's nodes produce
        """)
  }
}
