import Foundation
import IngotCore
import IngotGraph
import Testing

/// A model file that is wrong in one way, and the one error that says so.
struct BrokenModel: CustomTestStringConvertible, Sendable {
  var testDescription: String
  /// The bytes of model.onnx; may put more files into the folder.
  var make: @Sendable (TemporaryFolder) throws -> [UInt8]
  /// After `DIR/model.onnx: error: `, where DIR stands for the folder.
  var message: String

  init(_ testDescription: String, _ message: String, _ make: @escaping @Sendable (TemporaryFolder) throws -> [UInt8]) {
    (self.testDescription, self.message, self.make) = (testDescription, message, make)
  }
}

@Suite struct BrokenModelTests {
  @Test(arguments: brokenFiles + brokenMessages + brokenTensors + brokenExternalData + brokenGraphs)
  func givesOneClearErrorForABrokenModel(broken: BrokenModel) throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("model.onnx", try broken.make(folder))
    let error = try #require(throws: ModelError.self) { try Model.readChecked(path: path) }
    #expect(error.kind == .input)
    let found = error.description.replacing(folder.path, with: "DIR")
    #expect(found == "DIR/model.onnx: error: \(broken.message)")
  }

  @Test func saysThatAFileIsMissingOrAFolder() throws {
    let folder = try TemporaryFolder()
    let missing = try #require(throws: ModelError.self) { try Model.read(path: folder.path + "/none.onnx") }
    #expect(
      missing.description.replacing(folder.path, with: "DIR")
        == "DIR/none.onnx: error: there is no such file\n"
        + "  hint: check the path; a relative one is taken from the manifest's folder")
    let directory = try #require(throws: ModelError.self) { try Model.read(path: folder.path) }
    #expect(directory.kind == .input)
    #expect(
      directory.description.replacing(folder.path, with: "DIR")
        == "DIR: error: the model cannot be read: DIR: open failed: Is a directory\n  hint: name a regular file that you may read")
  }

  @Test func givesAnErrorOrAModelWhereverAFileIsCutOff() throws {
    let whole = addModel(tensor("w", dims: [2]) { $0.writeArray(9, [UInt8](repeating: 1, count: 8)) })
    #expect(try read(whole).check().isEmpty)
    var failures = 0
    for count in 0..<whole.count {
      do {
        let model = try read(Array(whole[..<count]))
        // Cut between two fields: the model lacks its operator set.
        #expect(model.check().count == 1)
      } catch {
        failures += 1
        #expect(error.kind == .input)
      }
    }
    #expect(failures >= whole.count - 3)
  }
}

private let brokenFiles: [BrokenModel] = [
  BrokenModel("an empty file", "?") { _ in [] },
  BrokenModel("a text file", "?") { _ in Array("hello, this is not a model\n".utf8) },
  BrokenModel("a Git LFS pointer", "?") { _ in
    Array("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n".utf8)
  },
  BrokenModel("a zip archive", "?") { _ in [0x50, 0x4b, 3, 4, 20, 0] },
  BrokenModel("a JSON text", "?") { _ in Array("{\"error\": 404}".utf8) },
]

private let brokenMessages: [BrokenModel] = [
  BrokenModel("cut off in the weights", "?") { _ in
    Array(addModel(tensor("w", dims: [2]) { $0.writeArray(9, [UInt8](repeating: 1, count: 8)) }).prefix(30))
  },
  BrokenModel("no graph", "?") { _ in message { $0.writeVarint(1, 8) }.array },
  BrokenModel("two graphs", "?") { _ in
    let bytes = model(graph(nodes: [node("Relu", "r", ["x"], ["y"])]))
    return bytes + bytes
  },
  BrokenModel("a graph with the wire type of a number", "?") { _ in message { $0.writeVarint(7, 1) }.array },
  BrokenModel("a name with the wire type of a number", "?") { _ in
    model(graph(nodes: [message { $0.writeVarint(4, 1) }]))
  },
  BrokenModel("a length over the file's", "?") { _ in [0x3a, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x00] },
  BrokenModel("a length of 2^64 - 1", "?") { _ in
    [0x3a] + [UInt8](repeating: 0xff, count: 9) + [0x01, 0x00]
  },
  BrokenModel("a name that is not UTF-8", "?") { _ in
    model(graph(nodes: [message { $0.writeArray(1, [0xc3, 0x28]) }]))
  },
  BrokenModel("a packed number without end", "?") { _ in
    addModel(message { $0.writeArray(1, [UInt8](repeating: 0x80, count: 20)) })
  },
  BrokenModel("field number zero", "?") { _ in [0x08, 0x08, 0x00, 0x00] },
  BrokenModel("groups nested without end", "?") { _ in [UInt8](repeating: 0x0b + 0x50, count: 10_000) },
  BrokenModel("10,000 nested subgraphs", "?") { _ in nestedSubgraphs(10_000) },
  BrokenModel("an attribute of two types", "?") { _ in
    let attribute = message {
      $0.writeString(1, "axis")
      $0.writeVarint(3, 1)
      $0.writeVarint(20, 7)
    }
    return model(graph(nodes: [node("Softmax", "s", ["x"], ["y"], attributes: [attribute])]))
  },
  BrokenModel("an attribute without a value", "?") { _ in
    model(graph(nodes: [node("Softmax", "", ["x"], ["y"], attributes: [message { $0.writeString(1, "axis") }])]))
  },
]

private let brokenTensors: [BrokenModel] = [
  BrokenModel("dims of 2^62 x 2^62", "?") { _ in addModel(tensor("w", dims: [1 << 62, 1 << 62])) },
  BrokenModel("dims of 2^62 x 2^62 x 0", "?") { _ in addModel(tensor("w", dims: [1 << 62, 1 << 62, 0])) },
  BrokenModel("a negative dim", "?") { _ in addModel(tensor("w", dims: [-1, 2])) },
  BrokenModel("raw_data too short", "?") { _ in addModel(tensor("w", dims: [2]) { $0.writeArray(9, [0, 0, 0]) }) },
  BrokenModel("raw_data too long", "?") { _ in
    addModel(tensor("w", dims: [2]) { $0.writeArray(9, [UInt8](repeating: 0, count: 12)) })
  },
  BrokenModel("no data", "?") { _ in addModel(tensor("w", dims: [2])) },
  BrokenModel("an unknown element type", "?") { _ in addModel(tensor("w", type: 99, dims: [2])) },
  BrokenModel("too few float_data", "?") { _ in addModel(tensor("w", dims: [2]) { $0.writeFixed32(4, 0) }) },
  BrokenModel("too many int64_data", "?") { _ in
    addModel(tensor("w", type: 7, dims: [2]) { $0.writeArray(7, [1, 2, 3]) })
  },
  BrokenModel("a float in int64_data", "?") { _ in addModel(tensor("w", dims: [1]) { $0.writeVarint(7, 1) }) },
  BrokenModel("a uint8 of 300", "?") { _ in addModel(tensor("w", type: 2, dims: [1]) { $0.writeVarint(5, 300) }) },
  BrokenModel("too few strings", "?") { _ in
    addModel(tensor("w", type: 8, dims: [2]) { $0.writeString(6, "only one") })
  },
  BrokenModel("a bad tensor in an attribute", "?") { _ in
    let attribute = message {
      $0.writeString(1, "value")
      $0.writeMessage(5, tensor("c", dims: [1]))
      $0.writeVarint(20, 4)
    }
    return model(graph(nodes: [node("Constant", "k", [], ["y"], attributes: [attribute])]))
  },
]

private let brokenExternalData: [BrokenModel] = [
  BrokenModel("an absolute location", "?") { _ in
    addModel(externalTensor("w", dims: [2], [("location", "/etc/passwd")]))
  },
  BrokenModel("a location with ..", "?") { folder in
    _ = try folder.file("other/w.bin", [UInt8](repeating: 0, count: 8))
    return addModel(externalTensor("w", dims: [2], [("location", "other/../../w.bin")]))
  },
  BrokenModel("a link out of the folder", "?") { folder in
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/w.bin", withDestinationPath: "/etc/hostname")
    return addModel(externalTensor("w", dims: [2], [("location", "w.bin")]))
  },
  BrokenModel("a linked folder out of the folder", "?") { folder in
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/data", withDestinationPath: "/etc")
    return addModel(externalTensor("w", dims: [2], [("location", "data/hostname")]))
  },
  BrokenModel("a missing data file", "?") { _ in
    addModel(externalTensor("w", dims: [2], [("location", "w.bin")]))
  },
  BrokenModel("a folder as data file", "?") { folder in
    _ = try folder.file("data/x")
    return addModel(externalTensor("w", dims: [2], [("location", "data")]))
  },
  BrokenModel("data past the end", "?") { folder in
    _ = try folder.file("w.bin", [UInt8](repeating: 0, count: 10))
    return addModel(externalTensor("w", dims: [2], [("location", "w.bin"), ("offset", "4"), ("length", "8")]))
  },
  BrokenModel("an offset near 2^63", "?") { folder in
    _ = try folder.file("w.bin", [UInt8](repeating: 0, count: 10))
    return addModel(externalTensor("w", dims: [2], [("location", "w.bin"), ("offset", "9223372036854775807")]))
  },
  BrokenModel("an offset over 2^63", "?") { folder in
    _ = try folder.file("w.bin", [UInt8](repeating: 0, count: 10))
    return addModel(externalTensor("w", dims: [2], [("location", "w.bin"), ("offset", "18446744073709551615")]))
  },
  BrokenModel("a negative offset", "?") { _ in
    addModel(externalTensor("w", dims: [2], [("offset", "-8"), ("location", "w.bin")]))
  },
  BrokenModel("a length that is not the shape's", "?") { folder in
    _ = try folder.file("w.bin", [UInt8](repeating: 0, count: 16))
    return addModel(externalTensor("w", dims: [2], [("location", "w.bin"), ("length", "16")]))
  },
  BrokenModel("no location", "?") { _ in addModel(externalTensor("w", dims: [2], [])) },
  BrokenModel("strings in a file", "?") { folder in
    _ = try folder.file("w.bin", [UInt8](repeating: 0, count: 16))
    return addModel(externalTensor("w", type: 8, dims: [2], [("location", "w.bin")]))
  },
]

private let relu = node("Relu", "r", ["x"], ["y"])

private let brokenGraphs: [BrokenModel] = [
  BrokenModel("no outputs", "?") { _ in model(graph(nodes: [relu], outputs: [])) },
  BrokenModel("an output that nobody produces", "?") { _ in model(graph(nodes: [relu], outputs: [port("z")])) },
  BrokenModel("a missing initializer", "?") { _ in model(graph(nodes: [node("Add", "add", ["x", "w"], ["y"])])) },
  BrokenModel("a cycle", "?") { _ in
    model(
      graph(nodes: [
        node("Relu", "r", ["x"], ["y"]), node("Add", "a", ["x", "c"], ["b"]), node("Mul", "", ["b", "x"], ["c"]),
      ]))
  },
  BrokenModel("a node that reads its own output", "?") { _ in
    model(graph(nodes: [node("Add", "a", ["x", "y"], ["y"])]))
  },
  BrokenModel("two producers", "?") { _ in
    model(graph(nodes: [relu, node("Add", "a", ["x", "x"], ["y"])]))
  },
  BrokenModel("a node that produces an input", "?") { _ in
    model(graph(nodes: [relu, node("Neg", "n", ["y"], ["x"])]))
  },
  BrokenModel("two initializers of one name", "?") { _ in
    let zero = tensor("w", dims: [1]) { $0.writeFixed32(4, 0) }
    return model(graph(nodes: [relu], initializers: [zero, zero]))
  },
  BrokenModel("an input listed twice", "?") { _ in model(graph(nodes: [relu], inputs: [port("x"), port("x")])) },
  BrokenModel("an input of 2^62 x 2^62", "?") { _ in
    model(graph(nodes: [relu], inputs: [port("x", dims: [1 << 62, 1 << 62])]))
  },
  BrokenModel("an input of -1", "?") { _ in model(graph(nodes: [relu], inputs: [port("x", dims: [-1, 3])])) },
  BrokenModel("no operator set", "?") { _ in model(graph(nodes: [relu]), opset: nil) },
  BrokenModel("a domain without operator set", "?") { _ in
    model(graph(nodes: [node("Gelu", "g", ["x"], ["y"], domain: "com.microsoft")]))
  },
  BrokenModel("operator set 0", "?") { _ in model(graph(nodes: [relu]), opset: 0) },
  BrokenModel("a node without operator", "?") { _ in model(graph(nodes: [node("", "n", ["x"], ["y"])])) },
  BrokenModel("a subgraph that reads what is nowhere", "?") { _ in
    let body = graph(nodes: [node("Add", "inner", ["x", "lost"], ["z"])], inputs: [], outputs: [port("z")])
    let attribute = message {
      $0.writeString(1, "then_branch")
      $0.writeMessage(6, body)
      $0.writeVarint(20, 5)
    }
    return model(graph(nodes: [node("If", "if1", ["x"], ["y"], attributes: [attribute])]))
  },
]

/// A graph in an attribute of a node of a graph, and so on, put together from the inside by lengths.
private func nestedSubgraphs(_ depth: Int) -> [UInt8] {
  var headers: [[UInt8]] = []
  var byteCount = 0
  func wrap(field: Int, _ before: [UInt8] = []) {
    var header = WireWriter()
    header.appendVarint(UInt64(field << 3 | 2))
    header.appendVarint(UInt64(byteCount))
    headers.append(before + header.array)
    byteCount += before.count + header.byteCount
  }
  for _ in 0..<depth {
    wrap(field: 6, [0xa0, 0x01, 5])  // attribute: type = GRAPH, g
    wrap(field: 5)  // node: attribute
    wrap(field: 1)  // graph: node
  }
  wrap(field: 7)  // model: graph
  return headers.reversed().flatMap(\.self)
}
