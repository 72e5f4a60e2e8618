import Foundation
import IngotCore
import IngotGraph
import Testing

@Suite struct ReaderTests {
  @Test func readsAModelByteByByte() throws {
    let bytes: [UInt8] = [
      0x08, 0x08,  // 1 ir_version: 8
      0x12, 0x01, 0x70,  // 2 producer_name: "p"
      0x3a, 0x39,  // 7 graph: 57 bytes
      0x0a, 0x1b,  // 1 node: 27 bytes
      0x0a, 0x01, 0x78,  // 1 input: "x"
      0x0a, 0x00,  // 1 input: "", left out
      0x12, 0x01, 0x79,  // 2 output: "y"
      0x1a, 0x01, 0x6e,  // 3 name: "n"
      0x22, 0x02, 0x4f, 0x70,  // 4 op_type: "Op"
      0x2a, 0x0a,  // 5 attribute: 10 bytes
      0x0a, 0x01, 0x61,  // 1 name: "a"
      0x40, 0x05, 0x40, 0x06,  // 8 ints: 5, 6, one by one
      0xa0, 0x01, 0x07,  // 20 type: INTS
      0x12, 0x01, 0x67,  // 2 name: "g"
      0x5a, 0x12,  // 11 input: 18 bytes
      0x0a, 0x01, 0x78,  // 1 name: "x"
      0x12, 0x0d,  // 2 type: 13 bytes
      0x0a, 0x0b,  // 1 tensor_type: 11 bytes
      0x08, 0x0a,  // 1 elem_type: FLOAT16
      0x12, 0x07,  // 2 shape: 7 bytes
      0x0a, 0x03, 0x12, 0x01, 0x4e,  // 1 dim: 2 dim_param "N"
      0x0a, 0x00,  // 1 dim: nothing known
      0x62, 0x03, 0x0a, 0x01, 0x79,  // 12 output: 1 name "y"
      0x42, 0x02, 0x10, 0x11,  // 8 opset_import: 2 version 17
    ]
    let model = try read(bytes)
    #expect(model.irVersion == 8 && model.producerName == "p" && model.opsets == ["": 17])
    #expect(
      model.graph.text() == """
        graph g(%x: float16[N,?]) -> (%y) {
          %y = Op(%x, _) {a=[5,6]} # n
        }

        """)
    #expect(model.check().isEmpty)
  }

  @Test func readsElementsInAllTheirForms() throws {
    let graph = try read(everyKindOfData()).graph
    func bytes(_ name: String) -> [UInt8]? { graph.constant(graph.find(name))?.bytes.array }
    #expect(bytes("float") == [0, 0, 0x80, 0x3f, 0, 0, 0, 0x40])
    #expect(bytes("floats one by one") == bytes("float"))
    #expect(bytes("int8") == [0xff, 7])
    #expect(bytes("float16") == [0, 0x3c, 0, 0x40])
    #expect(bytes("uint4") == [0x21, 0x03])
    #expect(bytes("int64") == littleEndianBytes(of: [-1, 1 << 40] as [Int64]))
    #expect(bytes("uint32") == [0xff, 0xff, 0xff, 0xff])
    #expect(bytes("double") == littleEndianBytes(of: [1.0]))
    #expect(bytes("raw") == [1, 2, 3])
    let strings = try #require(graph.find("string").flatMap { graph[$0].initializer })
    guard case .strings(let values) = strings.storage else { throw CocoaError(.coderInvalidValue) }
    #expect(values == [[0xff], Array("b".utf8)])
    #expect(strings.unknownFields.array == message { $0.writeString(99, "unknown") }.array)
  }

  @Test(
    arguments: [
      (type: 2, values: [0, 255], bytes: [0, 255]), (type: 9, values: [1, 0], bytes: [1, 0]),
      (type: 4, values: [65535, 1], bytes: [255, 255, 1, 0]), (type: 5, values: [-2, 1], bytes: [254, 255, 1, 0]),
      (type: 6, values: [-1, 1], bytes: [255, 255, 255, 255, 1, 0, 0, 0]),
      (type: 16, values: [0x3f80, 0], bytes: [0x80, 0x3f, 0, 0]),
      (type: 17, values: [0x38, 0xb8], bytes: [0x38, 0xb8]), (type: 22, values: [0x1f], bytes: [0x1f]),
    ] as [(type: UInt64, values: [Int64], bytes: [UInt8])])
  func narrowsInt32DataToItsType(type: UInt64, values: [Int64], bytes: [UInt8]) throws {
    let packed = try read(addModel(tensor("w", type: type, dims: [2]) { $0.writePackedInts(5, values) })).graph
    #expect(packed.constant(packed.find("w"))?.bytes.array == bytes)
    let unpacked = try read(
      addModel(
        tensor("w", type: type, dims: [2]) { for value in values { $0.writeVarint(5, UInt64(bitPattern: value)) } })
    ).graph
    #expect(unpacked.constant(unpacked.find("w"))?.bytes.array == bytes)
  }

  @Test func takesWeightsFromTheMappedFileWithoutACopy() throws {
    let folder = try TemporaryFolder()
    let weights = [UInt8](repeating: 7, count: 8)
    let bytes = addModel(tensor("w", dims: [2]) { $0.writeArray(9, weights) })
    let model = try Model.read(path: try folder.file("model.onnx", bytes))
    let id = try #require(model.graph.find("w"))
    let slice = try #require(model.graph.constant(id)?.bytes.fileRange)
    #expect(slice.file.path == folder.path + "/model.onnx")
    #expect(Array(bytes[slice.range]) == weights)
    #expect(model.graph[id].type == .float32 && model.graph[id].shape == [.fixed(2)])
  }

  @Test func mapsAFileOfWeightsOnce() throws {
    let folder = try TemporaryFolder()
    _ = try folder.file("data/w.bin", Array(0..<64))
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/link.bin", withDestinationPath: "data/w.bin")
    let initializers = [
      externalTensor("a", dims: [2], [("location", "data/w.bin"), ("checksum", "0")]),
      externalTensor("b", dims: [2], [("location", "./data/w.bin"), ("offset", "8"), ("length", "8")]),
      externalTensor("c", dims: [0], [("location", "link.bin"), ("offset", "64")]),
    ]
    let bytes = model(graph(nodes: [node("Relu", "r", ["x"], ["y"])], initializers: initializers))
    let graph = try Model.read(path: try folder.file("model.onnx", bytes)).graph
    let tensors = ["a", "b", "c"].compactMap { graph.constant(graph.find($0)) }
    #expect(tensors.map { $0.bytes.array } == [Array(0..<8), Array(8..<16), []])
    let files = Set(tensors.compactMap { $0.bytes.fileRange.map { ObjectIdentifier($0.file) } })
    #expect(files.count == 1)
  }

  @Test func keepsTypesThatAreNoTensors() throws {
    // ValueInfoProto: name, type { sequence_type 4 { elem_type 1 { tensor_type … } } }
    let sequence = message {
      $0.writeString(1, "x")
      $0.writeMessage(2, message { $0.writeArray(4, [0x0a, 0x04, 0x0a, 0x02, 0x08, 0x01]) })
    }
    let first = try read(model(graph(nodes: [node("Op", "o", ["x"], ["y"])], inputs: [sequence])))
    let value = first.graph[first.graph.inputs[0]]
    #expect(value.type == nil && value.shape == nil && value.storedInfo == nil)
    #expect(value.valueType == .sequence(of: .tensor(.float32, nil)))
    #expect(contains(encode(first), sequence.array))
    var renamed = try read(encode(first))
    renamed.graph.rename(renamed.graph.inputs[0], to: "s")
    let last = try read(encode(renamed)).graph
    #expect(last[last.inputs[0]].name == "s" && last[last.inputs[0]].valueType == value.valueType)
  }

  @Test func keepsDenotationsUntilTheTypeChanges() throws {
    // dim 1 { dim_value 1: 2, denotation 3: "DATA_BATCH" }, metadata_props 4
    let batch = message {
      $0.writeString(1, "x")
      $0.writeMessage(
        2,
        message {
          $0.writeMessage(
            1,
            message {
              $0.writeVarint(1, 1)
              $0.writeMessage(
                2,
                message {
                  $0.writeMessage(
                    1,
                    message {
                      $0.writeVarint(1, 2)
                      $0.writeString(3, "DATA_BATCH")
                    })
                })
            })
        })
      $0.writeMessage(4, entry("key", "value"))
    }
    var model = try read(model(graph(nodes: [node("Relu", "r", ["x"], ["y"])], inputs: [batch])))
    let input = model.graph.inputs[0]
    #expect(model.graph[input].type == .float32 && model.graph[input].shape == [.fixed(2)])
    #expect(contains(encode(model), batch.array))
    model.graph[input].type = .float16
    let changed = encode(model)
    #expect(!contains(changed, Array("DATA_BATCH".utf8)))
    #expect(contains(changed, entry("key", "value").array))
    let again = try read(changed).graph
    #expect(again[again.inputs[0]].type == .float16)
  }

  @Test func readsAttributesOfFilesBeforeTheyHadTypes() throws {
    let attribute = message {
      $0.writeString(1, "axis")
      $0.writeVarint(3, UInt64(bitPattern: -1))
    }
    let model = try read(model(graph(nodes: [node("Softmax", "s", ["x"], ["y"], attributes: [attribute])])))
    #expect(model.graph.nodes[0].int("axis") == -1)
  }

  @Test func readsAnotherNameOfTheStandardDomain() throws {
    var bytes = WireWriter()
    bytes.writeMessage(7, graph(nodes: [node("Relu", "r", ["x"], ["y"], domain: "ai.onnx")]))
    for version in [UInt64(13), 11] {
      bytes.writeMessage(
        8,
        message {
          $0.writeString(1, "ai.onnx")
          $0.writeVarint(2, version)
        })
    }
    let model = try read(bytes.array)
    #expect(model.opsets == ["": 13])
    #expect(model.graph.nodes[0].domain == "")
  }

  @Test func readsSubgraphsAsDeepAsItAllows() throws {
    var body = graph(nodes: [node("Neg", "last", ["x"], ["y"])], inputs: [])
    for _ in 0..<62 {
      body = graph(nodes: [node("If", "if", ["x"], ["y"], attributes: [branch("then_branch", body)])], inputs: [])
    }
    let bytes = model(graph(nodes: [node("If", "if", ["x"], ["y"], attributes: [branch("then_branch", body)])]))
    let read = try read(bytes)
    #expect(read.check().isEmpty)
    #expect(read.graph.nodes[0].capturedNames() == ["x"])
    #expect(read.summary().subgraphCount == 63)
    #expect(try Model(text: read.text()).text() == read.text())
    #expect(encode(try IngotGraphTests.read(encode(read))) == encode(read))
  }

  @Test func boundsTheMemoryThatEmptyMessagesTake() throws {
    // Five million nodes of two bytes each.
    let nodes = [[UInt8]](repeating: [0x0a, 0x00], count: 5_000_000).flatMap(\.self)
    let bytes = message { $0.writeArray(7, nodes) }.array
    let error = try #require(throws: ModelError.self) { try read(bytes) }
    #expect(
      error.description == """
        model.onnx: error: at byte 8388613: more than 4194304 nodes, attributes, values and texts
          hint: no exporter writes this; check where the file comes from
        """)
  }
}

func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
  bytes.indices.contains { bytes[$0...].starts(with: part) }
}
