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
  BrokenModel(
    "an empty file",
    """
    the file is empty
      hint: the export or the download was cut off; get the model again
    """) { _ in [] },
  BrokenModel(
    "a text file",
    """
    the bytes of the model are damaged at byte 2: 4 is no wire type
      hint: the file is cut off, damaged, or no ONNX model; export or download it again
    """) { _ in Array("hello, this is not a model\n".utf8) },
  BrokenModel(
    "a Git LFS pointer",
    """
    this is no ONNX model: it is a Git LFS pointer to one
      hint: run 'git lfs pull'
    """) { _ in
    Array("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n".utf8)
  },
  BrokenModel(
    "a zip archive",
    """
    this is no ONNX model: it is a zip archive
      hint: unpack it; a PyTorch checkpoint is exported with torch.onnx.export
    """) { _ in [0x50, 0x4b, 3, 4, 20, 0] },
  BrokenModel(
    "a JSON text",
    """
    this is no ONNX model: it is JSON text
      hint: the download may have saved an error page; get the model again
    """) { _ in Array("{\"error\": 404}".utf8) },
]

private let brokenMessages: [BrokenModel] = [
  BrokenModel(
    "cut off in the weights",
    """
    the bytes of the model are damaged at byte 3: a field says it has 77 bytes, more than are left
      hint: the file is cut off, damaged, or no ONNX model; export or download it again
    """) { _ in
    Array(addModel(tensor("w", dims: [2]) { $0.writeArray(9, [UInt8](repeating: 1, count: 8)) }).prefix(30))
  },
  BrokenModel(
    "no graph",
    """
    the model has no graph
      hint: export the model again; a file of parameters only is not enough
    """) { _ in message { $0.writeVarint(1, 8) }.array },
  BrokenModel(
    "two graphs",
    """
    the model has two graphs (at byte 64)
      hint: export the model again
    """) { _ in
    let bytes = model(graph(nodes: [node("Relu", "r", ["x"], ["y"])]))
    return bytes + bytes
  },
  BrokenModel(
    "a graph with the wire type of a number",
    """
    the bytes of the model are damaged at byte 0: field 7 has wire type varint, which it never has
      hint: the file is cut off, damaged, or no ONNX model; export or download it again
    """) { _ in message { $0.writeVarint(7, 1) }.array },
  BrokenModel(
    "a name with the wire type of a number",
    """
    the bytes of a node are damaged at byte 6: field 4 has wire type varint, which it never has
      hint: the file is cut off, damaged, or no ONNX model; export or download it again
    """) { _ in
    model(graph(nodes: [message { $0.writeVarint(4, 1) }]))
  },
  BrokenModel(
    "a length over the file's",
    """
    the bytes of the model are damaged at byte 1: a field says it has 34359738367 bytes, more than are left
      hint: the file is cut off, damaged, or no ONNX model; export or download it again
    """) { _ in [0x3a, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x00] },
  BrokenModel(
    "a length of 2^64 - 1",
    """
    the bytes of the model are damaged at byte 1: a field says it has 18446744073709551615 bytes, more than are left
      hint: the file is cut off, damaged, or no ONNX model; export or download it again
    """) { _ in
    [0x3a] + [UInt8](repeating: 0xff, count: 9) + [0x01, 0x00]
  },
  BrokenModel(
    "a name that is not UTF-8",
    """
    the bytes of a node are damaged at byte 7: the text in field 1 is not UTF-8
      hint: the file is cut off, damaged, or no ONNX model; export or download it again
    """) { _ in
    model(graph(nodes: [message { $0.writeArray(1, [0xc3, 0x28]) }]))
  },
  BrokenModel(
    "a packed number without end",
    """
    the bytes of a tensor are damaged at byte 42: a number has more than ten bytes
      hint: the file is cut off, damaged, or no ONNX model; export or download it again
    """) { _ in
    addModel(message { $0.writeArray(1, [UInt8](repeating: 0x80, count: 20)) })
  },
  BrokenModel(
    "field number zero",
    """
    the bytes of the model are damaged at byte 2: 0 is no field tag
      hint: the file is cut off, damaged, or no ONNX model; export or download it again
    """) { _ in [0x08, 0x08, 0x00, 0x00] },
  BrokenModel(
    "groups nested without end",
    """
    the bytes of the model are damaged at byte 64: messages are nested too deep
      hint: the file is cut off, damaged, or no ONNX model; export or download it again
    """) { _ in [UInt8](repeating: 0x0b + 0x50, count: 10_000) },
  BrokenModel(
    "10,000 nested subgraphs",
    """
    at byte 964: subgraphs are nested deeper than 64
      hint: no exporter writes this; check where the file comes from
    """) { _ in nestedSubgraphs(10_000) },
  BrokenModel(
    "an attribute of two types",
    """
    node 's' (Softmax): attribute 'axis' says that it is of type ints and holds a value of type int (at byte 26)
      hint: export the model again
    """) { _ in
    let attribute = message {
      $0.writeString(1, "axis")
      $0.writeVarint(3, 1)
      $0.writeVarint(20, 7)
    }
    return model(graph(nodes: [node("Softmax", "s", ["x"], ["y"], attributes: [attribute])]))
  },
  BrokenModel(
    "an attribute without a value",
    """
    node 0 (Softmax): attribute 'axis' has neither a type nor a value (at byte 25)
      hint: export the model again
    """) { _ in
    model(graph(nodes: [node("Softmax", "", ["x"], ["y"], attributes: [message { $0.writeString(1, "axis") }])]))
  },
]

private let brokenTensors: [BrokenModel] = [
  BrokenModel(
    "dims of 2^62 x 2^62",
    """
    initializer 'w': the shape [4611686018427387904, 4611686018427387904] is negative or over any memory (at byte 30)
      hint: the file is damaged; export or download it again
    """) { _ in addModel(tensor("w", dims: [1 << 62, 1 << 62])) },
  BrokenModel(
    "dims of 2^62 x 2^62 x 0",
    """
    initializer 'w': the shape [4611686018427387904, 4611686018427387904, 0] is negative or over any memory (at byte 30)
      hint: the file is damaged; export or download it again
    """) { _ in addModel(tensor("w", dims: [1 << 62, 1 << 62, 0])) },
  BrokenModel(
    "a negative dim",
    """
    initializer 'w': the shape [-1, 2] is negative or over any memory (at byte 30)
      hint: the file is damaged; export or download it again
    """) { _ in addModel(tensor("w", dims: [-1, 2])) },
  BrokenModel(
    "raw_data too short",
    """
    initializer 'w': float32[2] takes 8 bytes, and raw_data has 3 (at byte 30)
      hint: the file is damaged; export or download it again
    """) { _ in addModel(tensor("w", dims: [2]) { $0.writeArray(9, [0, 0, 0]) }) },
  BrokenModel(
    "raw_data too long",
    """
    initializer 'w': float32[2] takes 8 bytes, and raw_data has 12 (at byte 30)
      hint: the file is damaged; export or download it again
    """) { _ in
    addModel(tensor("w", dims: [2]) { $0.writeArray(9, [UInt8](repeating: 0, count: 12)) })
  },
  BrokenModel(
    "no data",
    """
    initializer 'w': float32[2] takes 8 bytes, and raw_data has 0 (at byte 30)
      hint: the file is damaged; export or download it again
    """) { _ in addModel(tensor("w", dims: [2])) },
  BrokenModel(
    "an unknown element type",
    """
    initializer 'w': element type 99 is not one that ONNX defines for tensors (at byte 30)
      hint: the file is damaged; export or download it again
    """) { _ in addModel(tensor("w", type: 99, dims: [2])) },
  BrokenModel(
    "too few float_data",
    """
    initializer 'w': float32[2] takes 8 bytes, and float_data has 4 (at byte 30)
      hint: the file is damaged; export or download it again
    """) { _ in addModel(tensor("w", dims: [2]) { $0.writeFixed32(4, 0) }) },
  BrokenModel(
    "too many int64_data",
    """
    initializer 'w': int64[2] takes 2 values of int64_data, and there are 3 (at byte 30)
      hint: the file is damaged; export or download it again
    """) { _ in
    addModel(tensor("w", type: 7, dims: [2]) { $0.writeArray(7, [1, 2, 3]) })
  },
  BrokenModel(
    "a float in int64_data",
    """
    initializer 'w': float32 is not stored in int64_data (at byte 30)
      hint: the file is damaged; export or download it again
    """) { _ in addModel(tensor("w", dims: [1]) { $0.writeVarint(7, 1) }) },
  BrokenModel(
    "a uint8 of 300",
    """
    initializer 'w': value 0 is 300, which uint8 cannot hold (at byte 30)
      hint: the file is damaged; export or download it again
    """) { _ in addModel(tensor("w", type: 2, dims: [1]) { $0.writeVarint(5, 300) }) },
  BrokenModel(
    "too few strings",
    """
    initializer 'w': string[2] takes 2 values of string_data, and there are 1 (at byte 30)
      hint: the file is damaged; export or download it again
    """) { _ in
    addModel(tensor("w", type: 8, dims: [2]) { $0.writeString(6, "only one") })
  },
  BrokenModel(
    "a bad tensor in an attribute",
    """
    node 'k' (Constant): tensor 'c' of attribute 'value': float32[1] takes 4 bytes, and raw_data has 0 (at byte 33)
      hint: the file is damaged; export or download it again
    """) { _ in
    let attribute = message {
      $0.writeString(1, "value")
      $0.writeMessage(5, tensor("c", dims: [1]))
      $0.writeVarint(20, 4)
    }
    return model(graph(nodes: [node("Constant", "k", [], ["y"], attributes: [attribute])]))
  },
]

private let brokenExternalData: [BrokenModel] = [
  BrokenModel(
    "an absolute location",
    """
    initializer 'w': external data '/etc/passwd' is an absolute path (at byte 30)
      hint: external data is named relative to the model and stays in its folder; export the model again
    """) { _ in
    addModel(externalTensor("w", dims: [2], [("location", "/etc/passwd")]))
  },
  BrokenModel(
    "a location with ..",
    """
    initializer 'w': external data 'other/../../w.bin' leaves the model's folder (at byte 30)
      hint: external data is named relative to the model and stays in its folder; export the model again
    """) { folder in
    _ = try folder.file("other/w.bin", [UInt8](repeating: 0, count: 8))
    return addModel(externalTensor("w", dims: [2], [("location", "other/../../w.bin")]))
  },
  BrokenModel(
    "a link out of the folder",
    """
    initializer 'w': external data 'w.bin' leads out of the model's folder, to /etc/hostname (at byte 30)
      hint: copy the file itself to where the link is (for a download cache: cp -L)
    """) { folder in
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/w.bin", withDestinationPath: "/etc/hostname")
    return addModel(externalTensor("w", dims: [2], [("location", "w.bin")]))
  },
  BrokenModel(
    "a linked folder out of the folder",
    """
    initializer 'w': external data 'data/hostname' leads out of the model's folder, to /etc/hostname (at byte 30)
      hint: copy the file itself to where the link is (for a download cache: cp -L)
    """) { folder in
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/data", withDestinationPath: "/etc")
    return addModel(externalTensor("w", dims: [2], [("location", "data/hostname")]))
  },
  BrokenModel(
    "a missing data file",
    """
    initializer 'w': external data 'w.bin' is missing (at byte 30)
      hint: put the file beside the model, where the exporter wrote it
    """) { _ in
    addModel(externalTensor("w", dims: [2], [("location", "w.bin")]))
  },
  BrokenModel(
    "a folder as data file",
    """
    initializer 'w': external data 'data' cannot be read: DIR/data: open failed: Is a directory (at byte 30)
      hint: put the file beside the model, where the exporter wrote it
    """) { folder in
    _ = try folder.file("data/x")
    return addModel(externalTensor("w", dims: [2], [("location", "data")]))
  },
  BrokenModel(
    "data past the end",
    """
    initializer 'w': external data 'w.bin' has 10 bytes, and the tensor should be 8 bytes from 4 (at byte 30)
      hint: the file is cut off or belongs to another export; copy it again
    """) { folder in
    _ = try folder.file("w.bin", [UInt8](repeating: 0, count: 10))
    return addModel(externalTensor("w", dims: [2], [("location", "w.bin"), ("offset", "4"), ("length", "8")]))
  },
  BrokenModel(
    "an offset near 2^63",
    """
    initializer 'w': external data 'w.bin' has 10 bytes, and the tensor should be 8 bytes from 9223372036854775807 (at byte 30)
      hint: the file is cut off or belongs to another export; copy it again
    """) { folder in
    _ = try folder.file("w.bin", [UInt8](repeating: 0, count: 10))
    return addModel(externalTensor("w", dims: [2], [("location", "w.bin"), ("offset", "9223372036854775807")]))
  },
  BrokenModel(
    "an offset over 2^63",
    """
    initializer 'w': external data 'w.bin' has the offset '18446744073709551615', which is no number of bytes (at byte 30)
      hint: export the model again
    """) { folder in
    _ = try folder.file("w.bin", [UInt8](repeating: 0, count: 10))
    return addModel(externalTensor("w", dims: [2], [("location", "w.bin"), ("offset", "18446744073709551615")]))
  },
  BrokenModel(
    "a negative offset",
    """
    initializer 'w': external data 'w.bin' has the offset '-8', which is no number of bytes (at byte 30)
      hint: export the model again
    """) { _ in
    addModel(externalTensor("w", dims: [2], [("offset", "-8"), ("location", "w.bin")]))
  },
  BrokenModel(
    "a length that is not the shape's",
    """
    initializer 'w': external data 'w.bin' gives the tensor 16 bytes, and its type and shape take 8 (at byte 30)
      hint: export the model again
    """) { folder in
    _ = try folder.file("w.bin", [UInt8](repeating: 0, count: 16))
    return addModel(externalTensor("w", dims: [2], [("location", "w.bin"), ("length", "16")]))
  },
  BrokenModel(
    "no location",
    """
    initializer 'w': external data '' has no location (at byte 30)
      hint: export the model again
    """) { _ in addModel(externalTensor("w", dims: [2], [])) },
  BrokenModel(
    "strings in a file",
    """
    initializer 'w': external data 'w.bin' holds strings, which ONNX keeps in the model only (at byte 30)
      hint: export the model again
    """) { folder in
    _ = try folder.file("w.bin", [UInt8](repeating: 0, count: 16))
    return addModel(externalTensor("w", type: 8, dims: [2], [("location", "w.bin")]))
  },
]

private let relu = node("Relu", "r", ["x"], ["y"])

private let brokenGraphs: [BrokenModel] = [
  BrokenModel(
    "no outputs",
    """
    the graph has no outputs
      hint: name at least one output when exporting
    """) { _ in model(graph(nodes: [relu], outputs: [])) },
  BrokenModel(
    "an output that nobody produces",
    """
    output 'z' is produced by no node
      hint: the node may have been lost or renamed; export the model again
    """) { _ in model(graph(nodes: [relu], outputs: [port("z")])) },
  BrokenModel(
    "a missing initializer",
    """
    node 'add' (Add): reads 'w', which no node produces and which is no input or initializer
      hint: an initializer or a node may have been lost; export the model again
    """) { _ in model(graph(nodes: [node("Add", "add", ["x", "w"], ["y"])])) },
  BrokenModel(
    "a cycle",
    """
    node 'a' (Add) → node 2 (Mul) → back to node 'a' (Add): these nodes need each other's outputs
      hint: a graph has no cycles; a loop is a Loop or Scan node
    """) { _ in
    model(
      graph(nodes: [
        node("Relu", "r", ["x"], ["y"]), node("Add", "a", ["x", "c"], ["b"]), node("Mul", "", ["b", "x"], ["c"]),
      ]))
  },
  BrokenModel(
    "a node that reads its own output",
    """
    node 'a' (Add) → back to node 'a' (Add): these nodes need each other's outputs
      hint: a graph has no cycles; a loop is a Loop or Scan node
    """) { _ in
    model(graph(nodes: [node("Add", "a", ["x", "y"], ["y"])]))
  },
  BrokenModel(
    "two producers",
    """
    node 'r' (Relu): produces 'y', and so does node 'a' (Add)
      hint: values are produced once; export the model again
    """) { _ in
    model(graph(nodes: [relu, node("Add", "a", ["x", "x"], ["y"])]))
  },
  BrokenModel(
    "a node that produces an input",
    """
    node 'n' (Neg): produces 'x', which is an input of the graph
      hint: values are produced once; export the model again
    """) { _ in
    model(graph(nodes: [relu, node("Neg", "n", ["y"], ["x"])]))
  },
  BrokenModel(
    "two initializers of one name",
    """
    two initializers are named 'w' (at byte 40)
      hint: export the model again
    """) { _ in
    let zero = tensor("w", dims: [1]) { $0.writeFixed32(4, 0) }
    return model(graph(nodes: [relu], initializers: [zero, zero]))
  },
  BrokenModel(
    "an input listed twice",
    """
    input 'x' is listed twice
      hint: list it once when exporting
    """) { _ in model(graph(nodes: [relu], inputs: [port("x"), port("x")])) },
  BrokenModel(
    "an input of 2^62 x 2^62",
    """
    value 'x': the shape [4611686018427387904, 4611686018427387904] is over any memory
      hint: the file is damaged; export it again
    """) { _ in
    model(graph(nodes: [relu], inputs: [port("x", dims: [1 << 62, 1 << 62])]))
  },
  BrokenModel(
    "an input of -1",
    """
    value 'x': the shape [-1, 3] has a negative size
      hint: name the sizes that are not known when exporting (dynamic axes)
    """) { _ in model(graph(nodes: [relu], inputs: [port("x", dims: [-1, 3])])) },
  BrokenModel(
    "no operator set",
    """
    node 'r' (Relu): the model imports no operator set of the standard domain
      hint: add an opset_import for it when exporting
    """) { _ in model(graph(nodes: [relu]), opset: nil) },
  BrokenModel(
    "a domain without operator set",
    """
    node 'g' (Gelu): the model imports no operator set of domain 'com.microsoft'
      hint: add an opset_import for it when exporting
    """) { _ in
    model(graph(nodes: [node("Gelu", "g", ["x"], ["y"], domain: "com.microsoft")]))
  },
  BrokenModel(
    "operator set 0",
    """
    operator set 0 of the standard domain does not exist
      hint: export the model again
    """) { _ in model(graph(nodes: [relu]), opset: 0) },
  BrokenModel(
    "a node without operator",
    """
    node 'n': has no operator
      hint: export the model again
    """) { _ in model(graph(nodes: [node("", "n", ["x"], ["y"])])) },
  BrokenModel(
    "a subgraph that reads what is nowhere",
    """
    node 'if1' (If), then_branch: node 'inner' (Add): reads 'lost', which no node produces and which is no input or initializer
      hint: an initializer or a node may have been lost; export the model again
    """) { _ in
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
