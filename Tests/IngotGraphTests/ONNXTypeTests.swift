import IngotCore
import IngotGraph
import Testing

@Suite struct ONNXTypeTests {
  /// ValueInfoProto `x` with a TypeProto's fields.
  private func info(_ type: [UInt8]) -> WireWriter {
    message {
      $0.writeString(1, "x")
      $0.writeArray(2, type)
    }
  }

  private func type(of info: WireWriter) throws -> Value {
    let graph = try read(model(graph(nodes: [node("Op", "o", ["x"], ["y"])], inputs: [info]))).graph
    return graph[graph.inputs[0]]
  }

  @Test(
    arguments: [
      // tensor_type 1 { elem_type 1: INT64 7, shape 2 { dim 1 { dim_value 1: 3 } dim {} } }
      ([0x0a, 0x0a, 0x08, 0x07, 0x12, 0x06, 0x0a, 0x02, 0x08, 0x03, 0x0a, 0x00], "int64[3,?]"),
      // sequence_type 4 { elem_type 1 { tensor_type 1 { elem_type 1: FLOAT } } }
      ([0x22, 0x06, 0x0a, 0x04, 0x0a, 0x02, 0x08, 0x01], "sequence(float32)"),
      // optional_type 9 { elem_type 1 { sequence_type 4 { elem_type 1 { tensor_type 1 { elem_type 1: STRING 8 } } } } }
      ([0x4a, 0x0a, 0x0a, 0x08, 0x22, 0x06, 0x0a, 0x04, 0x0a, 0x02, 0x08, 0x08], "optional(sequence(string))"),
      // map_type 5 { key_type 1: INT64 7, value_type 2 { tensor_type 1 { elem_type 1: FLOAT } } }
      ([0x2a, 0x08, 0x08, 0x07, 0x12, 0x04, 0x0a, 0x02, 0x08, 0x01], "map(int64, float32)"),
      // sparse_tensor_type 8 { elem_type 1: FLOAT, shape 2 { dim 1 { dim_param 2: "n" } } }
      ([0x42, 0x09, 0x08, 0x01, 0x12, 0x05, 0x0a, 0x03, 0x12, 0x01, 0x6e], "sparse(float32[n])"),
      // opaque_type 7 { domain 1: "d", name 2: "t" }
      ([0x3a, 0x06, 0x0a, 0x01, 0x64, 0x12, 0x01, 0x74], "opaque(\"d\", \"t\")"),
    ] as [([UInt8], String)])
  func readsAndWritesTypesOfAllKinds(bytes: [UInt8], text: String) throws {
    let value = try type(of: info(bytes))
    #expect(value.storedInfo == nil)
    var graph = try Graph(text: "graph g(%x: \(text)) -> (%y) { %y = Op(%x) }")
    #expect(graph[graph.inputs[0]].valueType == value.valueType)
    #expect(graph.text().hasPrefix("graph g(%x: \(text)) ->"))
    graph[graph.inputs[0]].valueType = value.valueType
    #expect(contains(encode(Model(graph: graph)), info(bytes).array))
  }

  @Test(
    arguments: [
      // An element type that no version of the format has, a sequence without an element type, two types at once.
      ([0x0a, 0x02, 0x08, 0x63], nil), ([0x22, 0x00], "sequence(?)"),
      ([0x0a, 0x02, 0x08, 0x01, 0x22, 0x06, 0x0a, 0x04, 0x0a, 0x02, 0x08, 0x01], "sequence(float32)"),
    ] as [([UInt8], String?)])
  func keepsTypesThatItDoesNotUnderstand(bytes: [UInt8], text: String?) throws {
    let stored = info(bytes)
    let value = try type(of: stored)
    #expect(value.storedInfo?.array == stored.array)
    if text == nil { #expect(value.valueType == nil) } else { #expect(value.valueType != nil) }
    let whole = try read(model(graph(nodes: [node("Op", "o", ["x"], ["y"])], inputs: [stored])))
    #expect(contains(encode(whole), stored.array))
  }

  @Test func settingATensorsTypeReplacesAnotherKind() {
    var value = Value(name: "v")
    value.valueType = .sequence(of: .tensor(.float32, nil))
    value.type = nil
    value.shape = nil
    #expect(value.valueType == .sequence(of: .tensor(.float32, nil)))
    value.shape = [.fixed(2)]
    #expect(value.valueType == .tensor(nil, [.fixed(2)]))
    value.shape = nil
    #expect(value.valueType == nil)
  }

  @Test func refusesTypesNestedWithoutEnd() throws {
    var type = message { $0.writeMessage(1, message { $0.writeVarint(1, 1) }) }
    for _ in 0..<100 {
      let inner = type
      type = message { $0.writeMessage(4, message { $0.writeMessage(1, inner) }) }
    }
    let error = try #require(throws: ModelError.self) { try self.type(of: info(type.array)) }
    #expect(error.description.contains("types are nested deeper than 64"))
  }

  @Test func readsTypesInAttributes() throws {
    // tp 14 { optional_type 9 { elem_type 1 { tensor_type 1 { elem_type 1: FLOAT } } } }, type 20: TYPE_PROTO
    let attribute = message {
      $0.writeString(1, "type")
      $0.writeArray(14, [0x4a, 0x06, 0x0a, 0x04, 0x0a, 0x02, 0x08, 0x01])
      $0.writeVarint(20, 13)
    }
    let model = try read(model(graph(nodes: [node("Optional", "o", [], ["y"], attributes: [attribute])])))
    guard case .type(let type) = model.graph.nodes[0].attribute("type") else {
      Issue.record("the attribute is no type")
      return
    }
    #expect(type == .optional(of: .tensor(.float32, nil)))
    #expect(contains(encode(model), attribute.array))
    #expect(try Model(text: model.text()).text() == model.text())
  }

  @Test func packsSixBitFloatsFourToThreeBytes() throws {
    // x0 | (x1 & 3) << 6, x1 >> 2 | (x2 & 15) << 4, x2 >> 4 | x3 << 2
    let graph = try read(
      addModel(tensor("w", type: 27, dims: [5]) { $0.writePackedInts(5, [1, 2, 3, 63, 32]) })
    ).graph
    #expect(graph.constant(graph.find("w"))?.bytes.array == [0x81, 0x30, 0xfc, 0x20])
    #expect(ElementType.float6e3m2.byteCount(of: 5) == 4)
    #expect(throws: ModelError.self) {
      try read(addModel(tensor("w", type: 28, dims: [1]) { $0.writePackedInts(5, [64]) }))
    }
  }
}
