import Foundation
import IngotCore
import IngotGraph
import Testing

@Suite struct WriterTests {
  @Test func writesWhatItReadsTheSameEveryTime() throws {
    for bytes in try [encode(Model(text: everyKindOfAttribute)), everyKindOfData(), subgraphModel(), everyKindOfPart()]
    {
      let first = try read(bytes)
      let written = encode(first)
      let second = try read(written)
      #expect(encode(second) == written)
      let text = first.text(elementLimit: .max)
      #expect(second.text(elementLimit: .max) == text)
      #expect(try Model(text: text).text(elementLimit: .max) == text)
    }
  }

  @Test func writesFieldsInTheOrderOfTheirNumbers() throws {
    var model = Model(
      graph: try Graph(text: "graph g(%x: float32[2]) -> (%y: float32[2]) { %y = Relu(%x) {a=[1,2]} # r\n }"))
    model.metadata = [("k", "v")]
    model.opsets["com.example"] = 1
    let expected: [UInt8] =
      [0x08, 0x08]  // 1 ir_version: 8
      + [0x3a, 0x42]  // 7 graph: 66 bytes
      + [0x0a, 0x1b]  // 1 node: 27 bytes
      + [0x0a, 0x01, 0x78, 0x12, 0x01, 0x79, 0x1a, 0x01, 0x72, 0x22, 0x04] + Array("Relu".utf8)  // x, y, r, Relu
      + [0x2a, 0x0a, 0x0a, 0x01, 0x61, 0x42, 0x02, 0x01, 0x02]  // 5 attribute: a, 8 ints packed: 1, 2
      + [0xa0, 0x01, 0x07]  // 20 type: INTS
      + [0x12, 0x01, 0x67]  // 2 name: g
      + [0x5a, 0x0f] + port("x").array + [0x62, 0x0f] + port("y").array  // 11 input, 12 output
      + [0x42, 0x02, 0x10, 0x11]  // 8 opset_import: version 17
      + [0x42, 0x0f, 0x0a, 0x0b] + Array("com.example".utf8) + [0x10, 0x01]
      + [0x72, 0x06, 0x0a, 0x01, 0x6b, 0x12, 0x01, 0x76]  // 14 metadata_props: k, v
    #expect(encode(model) == expected)
  }

  @Test func handsOnFieldsThatItDoesNotKnow() throws {
    let unknownGraph = message { $0.writeMessage(16, entry("key", "value")) }.array
    let unknownNode = message { $0.writeMessage(10, message { $0.writeString(1, "two devices") }) }.array
    let unknownAttribute = message { $0.writeFixed32(99, 5) }.array
    var attribute = message {
      $0.writeString(1, "a")
      $0.writeVarint(3, 1)
      $0.writeVarint(20, 2)
    }
    attribute.writeRaw(Bytes(unknownAttribute))
    var relu = node("Relu", "r", ["x"], ["y"], attributes: [attribute])
    relu.writeRaw(Bytes(unknownNode))
    var whole = graph(nodes: [relu])
    whole.writeRaw(Bytes(unknownGraph))
    // tp 14 { tensor_type 1 { elem_type 1 }, denotation 6 }, type 20
    let type = message {
      $0.writeString(1, "t")
      $0.writeMessage(
        14,
        message {
          $0.writeMessage(1, message { $0.writeVarint(1, 1) })
          $0.writeString(6, "IMAGE")
        })
      $0.writeVarint(20, 13)
    }
    let bytes = model(whole) + message { $0.writeMessage(26, message { $0.writeString(1, "devices") }) }.array
    let model = try read(bytes)
    let node = model.graph.nodes[0]
    #expect(node.unknownFields.array == unknownNode)
    #expect(node.attributes[0].unknownFields.array == unknownAttribute)
    #expect(model.graph.unknownFields.array == unknownGraph)
    for part in [unknownGraph, unknownNode, unknownAttribute] { #expect(contains(encode(model), part)) }
    #expect(contains(encode(model), Array("devices".utf8)))
    let opaque = try read(
      IngotGraphTests.model(graph(nodes: [IngotGraphTests.node("Constant", "c", ["x"], ["y"], attributes: [type])])))
    #expect(contains(encode(opaque), type.array))
  }

  @Test func leavesOutTypesOfValuesThatNoNodeMentions() throws {
    var model = try Model(
      text: "graph g(%x) -> (%y) { value %gone: float32[2]\n %m: float32[2] = Relu(%x)\n %y = Relu(%m)\n }")
    #expect(try read(encode(model)).graph.find("gone") == nil)
    #expect(try read(encode(model)).graph.find("m") != nil)
    model.graph.nodes.removeAll()
    #expect(try read(encode(model)).graph.find("m") == nil)
  }

  @Test func putsLargeWeightsIntoOneAlignedFile() throws {
    let folder = try TemporaryFolder()
    var model = try Model(
      text: """
        graph g(%x) -> (%y) {
          const %small: float32[2] = ramp
          const %a: uint8[3000] = ramp
          const %b: float32[1000] = ramp
          %y = Op(%x, %small, %a, %b)
        }
        """)
    let path = folder.path + "/model.onnx"
    #expect(try model.write(to: path, weights: .externalAbove(1024)) == [path, path + ".data"])
    let data = try FileSystem.read(path + ".data")
    #expect(data.count == 4096 + 4000)
    let read = try Model.read(path: path)
    #expect(
      read.graph.text().split(separator: "\n")[1...3].map(String.init) == [
        "  const %small: float32[2] = [0.0, 1.0]",
        "  const %a: uint8[3000] = external(\"model.onnx.data\", 0)",
        "  const %b: float32[1000] = external(\"model.onnx.data\", 4096)",
      ])
    for name in ["small", "a", "b"] {
      #expect(read.graph.constant(read.graph.find(name)) == model.graph.constant(model.graph.find(name)))
    }
    // Over itself, while its own weights are mapped; and back into one file.
    try read.write(to: path, weights: .externalAbove(1024))
    #expect(try FileSystem.read(path + ".data") == data)
    model = try Model.read(path: path)
    #expect(try model.write(to: folder.path + "/one.onnx") == [folder.path + "/one.onnx"])
    let one = try Model.read(path: folder.path + "/one.onnx")
    #expect(one.graph.constant(one.graph.find("b")) == model.graph.constant(model.graph.find("b")))
  }

  @Test func refersToItsSourceBesideItOnly() throws {
    let folder = try TemporaryFolder()
    let original = try Model(text: "graph g(%x) -> (%y) { const %a: uint8[3000] = ramp\n %y = Op(%x, %a)\n }")
    try original.write(to: folder.path + "/model.onnx", weights: .externalAbove(0))
    let model = try Model.read(path: folder.path + "/model.onnx")
    #expect(try model.write(to: folder.path + "/other.onnx", weights: .referToSource) == [folder.path + "/other.onnx"])
    let other = try Model.read(path: folder.path + "/other.onnx")
    #expect(other.graph.constant(other.graph.find("a")) == original.graph.constant(original.graph.find("a")))
    _ = try folder.file("elsewhere/x")
    let error = try #require(throws: ModelError.self) {
      try model.write(to: folder.path + "/elsewhere/model.onnx", weights: .referToSource)
    }
    #expect(
      error.description.replacing(folder.path, with: "DIR") == """
        DIR/elsewhere/model.onnx: error: the weights of 'a' are in DIR/model.onnx.data, not in 'model.onnx.data' beside this path
          hint: write the model beside its weights, or let it have a data file of its own
        """)
  }

  @Test func saysThatItCannotWrite() throws {
    let model = try Model(text: "graph g(%x) -> (%y) { %y = Op(%x)\n }")
    let error = try #require(throws: ModelError.self) { try model.write(to: "/nowhere/at/all/model.onnx") }
    #expect(error.kind == .step)
    #expect(error.description.hasSuffix(": open failed: No such file or directory"))
  }
}
