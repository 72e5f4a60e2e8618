import Testing

@testable import IngotGraph

/// Passes look at an Add's second input without asking: a model with another number of inputs never gets to them.
@Suite struct PassesNodeCountsTests {
  @Test(
    arguments: [
      ("%y: float32[2] = Add(%x) # few", "node 'few' (Add): it cannot have 1 input"),
      ("%y: float32[2] = Div(%x, %x, %x) # many", "node 'many' (Div): it cannot have 3 inputs"),
      ("%y: float32[2], %z = Relu(%x) # outputs", "node 'outputs' (Relu): it cannot have 2 outputs"),
      // There was no Clip with bounds as inputs in operator set 7, and no LayerNormalization at all.
      ("%y: float32[2] = LayerNormalization() # none", "node 'none' (LayerNormalization): it cannot have 0 inputs"),
    ])
  func refuses(_ line: String, _ problem: String) throws {
    var model = try model(of: line, opset: line.contains("Layer") ? 7 : 17)
    let error = #expect(throws: GraphError.self) { try sanitize(&model) }
    #expect(error?.description.hasPrefix(problem) ?? false)
  }

  @Test(arguments: ["%y: float32[2] = com.example::Add(%x)", "%y: float32[2] = NobodyKnows(%x, %x, %x)"])
  func leavesUnknownOperatorsAlone(_ line: String) throws {
    var model = try model(of: line, opset: 17)
    model.opsets["com.example"] = 1
    _ = try sanitize(&model)
    #expect(model.graph.nodes.count == 1)
  }

  /// What it names beyond the function's would be written by no node once the call is inlined.
  @Test(arguments: [
    ("%y: float32[2], %z = my::F(%x) # call", "node 'call' (F): it cannot have 2 outputs"),
    ("%y: float32[2] = my::F(%x, %x) # call", "node 'call' (F): it cannot have 2 inputs"),
  ])
  func refusesCallsOfAFunctionThatIsSmaller(_ line: String, _ problem: String) throws {
    var model = try model(of: line, opset: 17)
    model.opsets["my"] = 1
    let body = try Graph(text: "graph F(%a) -> (%b) {\n  %b = Relu(%a)\n}")
    model.functions = [Function(Function.Key(domain: "my", name: "F"), body: body, opsets: ["": 17])]
    let error = #expect(throws: GraphError.self) { try sanitize(&model) }
    #expect(error?.description.hasPrefix(problem) ?? false)
  }

  private func model(of line: String, opset: Int64) throws -> Model {
    let graph = try Graph(
      text: """
        graph main(%x: float32[2]) -> (%y: float32[2]) {
          \(line)
        }
        """)
    return Model(graph: graph, opset: opset)
  }
}
