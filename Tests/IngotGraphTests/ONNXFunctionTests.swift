import IngotCore
import IngotGraph
import Testing

@Suite struct ONNXFunctionTests {
  /// A model whose node calls `custom::Twice[fast]`, field by field.
  private func callingModel() -> [UInt8] {
    var call = node("Twice", "call", ["x"], ["y"], domain: "custom")
    call.writeString(8, "fast")
    let function = message {
      $0.writeString(1, "Twice")
      $0.writeString(4, "a")
      $0.writeString(5, "b")
      $0.writeString(6, "axis")
      $0.writeMessage(7, node("Add", "add", ["a", "a"], ["b"], attributes: [reference("axis", to: "axis")]))
      $0.writeString(8, "x + x")
      $0.writeMessage(9, message { $0.writeVarint(2, 17) })
      $0.writeString(10, "custom")
      $0.writeMessage(11, intAttribute("count", 2))
      $0.writeMessage(12, port("a"))
      $0.writeString(13, "fast")
      $0.writeMessage(14, entry("key", "value"))
    }
    return model(graph(nodes: [call])) + message { $0.writeMessage(25, function) }.array
  }

  /// AttributeProto: name 1, i 3, type 20.
  private func intAttribute(_ name: String, _ value: UInt64) -> WireWriter {
    message {
      $0.writeString(1, name)
      $0.writeVarint(3, value)
      $0.writeVarint(20, 2)
    }
  }

  /// AttributeProto: name 1, type 20, ref_attr_name 21.
  private func reference(_ name: String, to: String) -> WireWriter {
    message {
      $0.writeString(1, name)
      $0.writeVarint(20, 2)
      $0.writeString(21, to)
    }
  }

  @Test func readsFunctionsAndFindsThemByTheNodesThatCallThem() throws {
    let model = try read(callingModel())
    #expect(
      model.text() == """
        model ir 8 opset ai.onnx 17
        graph g(%x: float32[2]) -> (%y: float32[2]) {
          %y: float32[2] = custom::Twice[fast](%x) # call
        }
        function custom::Twice[fast] opset ai.onnx 17 {axis, count=2} graph ""(%a: float32[2]) -> (%b) {
          %b = Add(%a, %a) {axis=ref(axis, 2)} # add
        }

        """)
    let function = try #require(model.function(for: model.graph.nodes[0]))
    #expect(function.docString == "x + x" && !function.unknownFields.isEmpty)
    #expect(model.functionIndices()[model.graph.nodes[0].functionKey] == 0)
    var other = model.graph.nodes[0]
    other.overload = ""
    #expect(model.function(for: other) == nil)
  }

  @Test func writesFunctionsAsTheyWere() throws {
    let model = try read(callingModel())
    let written = encode(model)
    for part in [Array("x + x".utf8), entry("key", "value").array, port("a").array] { #expect(contains(written, part)) }
    #expect(try encode(read(written)) == written)
    let text = model.text()
    #expect(try Model(text: text).text() == text)
  }

  @Test func keepsTheOperatorSetsThatOnlyFunctionsNeed() throws {
    var model = try Model(
      text: """
        model ir 10 opset ai.onnx 17 opset custom 1 opset com.microsoft 1 opset unused 3
        graph g(%x: float32[2]) -> (%y: float32[2]) { %y = custom::F(%x) }
        function custom::F opset ai.onnx 17 opset com.microsoft 1 opset unused 3 graph(%a) -> (%b) {
          %b = com.microsoft::Gelu(%a)
        }
        """)
    makeCanonical(&model)
    #expect(model.opsets == ["": 17, "custom": 1, "com.microsoft": 1])
    #expect(model.functions[0].opsets == ["": 17, "com.microsoft": 1])
  }

  @Test func readsTrainingInformation() throws {
    let algorithm = graph(nodes: [node("Sub", "step", ["w", "y"], ["w2"])], inputs: [], outputs: [port("w2")])
    let first = graph(
      nodes: [], initializers: [tensor("w0", dims: [1]) { $0.writeArray(9, [0, 0, 0, 0]) }], inputs: [])
    let training = message {
      $0.writeMessage(1, first)
      $0.writeMessage(2, algorithm)
      $0.writeMessage(3, entry("w", "w0"))
      $0.writeMessage(4, entry("w", "w2"))
    }
    let weights = tensor("w", dims: [2]) { $0.writeArray(9, [UInt8](repeating: 0, count: 8)) }
    let model = try read(addModel(weights) + message { $0.writeMessage(20, training) }.array)
    let read = try #require(model.training.first)
    #expect(read.updateBindings == [.init(initializer: "w", output: "w2")])
    #expect(read.initializationBindings == [.init(initializer: "w", output: "w0")])
    #expect(read.algorithm?.nodes[0].opType == "Sub")
    #expect(model.allInitializers.map(\.name) == ["w", "w0"])
    #expect(model.allGraphs.count == 3)
    #expect(try encode(IngotGraphTests.read(encode(model))) == encode(model))
  }

  @Test func refusesAFunctionThatIsDamaged() throws {
    let function = message {
      $0.writeString(1, "F")
      $0.writeMessage(11, message { $0.writeString(1, "a") })
    }
    let error = try #require(throws: ModelError.self) {
      try read(model(graph(nodes: [])) + message { $0.writeMessage(25, function) }.array)
    }
    #expect(
      error.description == """
        model.onnx: error: function 'F': attribute 'a' has neither a type nor a value (at byte 53)
          hint: export the model again
        """)
  }
}
