import IngotCore
import IngotGraph
import Testing

@testable import IngotBackends

@Suite struct ModelNodesTests {
  let folder = TestFolder()

  private static func body(_ op: String, name: String = "") -> Graph {
    var graph = Graph(name: "body")
    let result = graph.value(named: "result")
    graph.nodes = [Node(op, name: name, inputs: [], outputs: [result])]
    graph.outputs = [result]
    return graph
  }

  /// An If whose branches have a node each, and a node with an output that is left out.
  private static let branching: Graph = {
    var graph = Graph(name: "g")
    let condition = graph.addValue(Value(name: "c", type: .bool, shape: []))
    let taken = graph.value(named: "taken")
    let mask = graph.addValue(Value(name: "mask", type: .bool, shape: [.symbolic("n")]))
    graph.nodes = [
      Node(
        "If", name: "choice", inputs: [condition], outputs: [taken],
        attributes: [
          Attribute(name: "then_branch", value: .graph(body("Constant"))),
          Attribute(name: "else_branch", value: .graph(body("Frob", name: "inner"))),
        ]),
      Node("Drop", name: "", domain: "com.example", inputs: [taken], outputs: [nil, mask]),
    ]
    (graph.inputs, graph.outputs) = ([condition], [mask])
    return graph
  }()

  @Test func listsNestedNodesAfterTheNodeThatHoldsThem() throws {
    let path = "\(folder.path)/model.onnx"
    try Model(graph: Self.branching).write(to: path)
    #expect(
      ModelNode.all(inModelAt: path) == [
        ModelNode(name: "choice", op: "If", domain: "", outputs: ["taken"], number: 0),
        ModelNode(name: "", op: "Constant", domain: "", outputs: ["result"], number: 0),
        ModelNode(name: "inner", op: "Frob", domain: "", outputs: ["result"], number: 0),
        ModelNode(name: "", op: "Drop", domain: "com.example", outputs: ["", "mask"], number: 1),
      ])
    #expect(ModelNode.all(inModelAt: path).map(\.label) == ["choice", "0", "inner", "1"])
  }

  @Test func listsNothingOfAFileThatCannotBeRead() throws {
    let whole = TestModel.relu.bytes
    for bytes in [[], Array("hello".utf8), Array(whole.prefix(whole.count / 2)), [UInt8](repeating: 0xff, count: 64)] {
      #expect(ModelNode.all(inModelAt: try folder.write(bytes, as: "broken.onnx")) == [])
    }
    #expect(ModelNode.all(inModelAt: "/nowhere/a.onnx") == [])
  }

  @Test func declaresTensorsWithoutInitializers() {
    var graph = Self.branching
    let weight = graph.addInitializer(freshName: "w", floats([1, 2]))
    let sequence = graph.addValue(Value(name: "s"))
    graph.inputs += [weight, sequence]
    graph.outputs.append(sequence)
    #expect(graph.declaredInputs == [IOTensor(name: "c", type: .bool, shape: [])])
    #expect(graph.declaredOutputs == [IOTensor(name: "mask", type: .bool, shape: [.symbolic("n")])])
  }
}
