// Models that are wrong as files or as messages, each with the error that says so.

import IngotCore
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

let brokenFiles: [BrokenModel] = [
  BrokenModel(
    "an empty file",
    """
    the file is empty
      hint: the export or the download was cut off; get the model again
    """
  ) { _ in [] },
  BrokenModel(
    "a text file",
    """
    the bytes of the model are damaged at byte 2: 4 is no wire type
      hint: the file is cut off, damaged, or no ONNX model; export or download it again
    """
  ) { _ in Array("hello, this is not a model\n".utf8) },
  BrokenModel(
    "a Git LFS pointer",
    """
    this is no ONNX model: it is a Git LFS pointer to one
      hint: run 'git lfs pull'
    """
  ) { _ in
    Array("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n".utf8)
  },
  BrokenModel(
    "a zip archive",
    """
    this is no ONNX model: it is a zip archive
      hint: unpack it; a PyTorch checkpoint is exported with torch.onnx.export
    """
  ) { _ in [0x50, 0x4b, 3, 4, 20, 0] },
  BrokenModel(
    "a JSON text",
    """
    this is no ONNX model: it is JSON text
      hint: the download may have saved an error page; get the model again
    """
  ) { _ in Array("{\"error\": 404}".utf8) },
]

let brokenMessages: [BrokenModel] = [
  BrokenModel(
    "cut off in the weights",
    """
    the bytes of the model are damaged at byte 3: a field says it has 77 bytes, more than are left
      hint: the file is cut off, damaged, or no ONNX model; export or download it again
    """
  ) { _ in
    Array(addModel(tensor("w", dims: [2]) { $0.writeArray(9, [UInt8](repeating: 1, count: 8)) }).prefix(30))
  },
  BrokenModel(
    "no graph",
    """
    the model has no graph
      hint: export the model again; a file of parameters only is not enough
    """
  ) { _ in message { $0.writeVarint(1, 8) }.array },
  BrokenModel(
    "two graphs",
    """
    the model has two graphs (at byte 64)
      hint: export the model again
    """
  ) { _ in
    let bytes = model(graph(nodes: [node("Relu", "r", ["x"], ["y"])]))
    return bytes + bytes
  },
  BrokenModel(
    "a graph with the wire type of a number",
    """
    the bytes of the model are damaged at byte 0: field 7 has wire type varint, which it never has
      hint: the file is cut off, damaged, or no ONNX model; export or download it again
    """
  ) { _ in message { $0.writeVarint(7, 1) }.array },
  BrokenModel(
    "a name with the wire type of a number",
    """
    the bytes of a node are damaged at byte 6: field 4 has wire type varint, which it never has
      hint: the file is cut off, damaged, or no ONNX model; export or download it again
    """
  ) { _ in
    model(graph(nodes: [message { $0.writeVarint(4, 1) }]))
  },
  BrokenModel(
    "a length over the file's",
    """
    the bytes of the model are damaged at byte 1: a field says it has 34359738367 bytes, more than are left
      hint: the file is cut off, damaged, or no ONNX model; export or download it again
    """
  ) { _ in [0x3a, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x00] },
  BrokenModel(
    "a length of 2^64 - 1",
    """
    the bytes of the model are damaged at byte 1: a field says it has 18446744073709551615 bytes, more than are left
      hint: the file is cut off, damaged, or no ONNX model; export or download it again
    """
  ) { _ in
    [0x3a] + [UInt8](repeating: 0xff, count: 9) + [0x01, 0x00]
  },
  BrokenModel(
    "a name that is not UTF-8",
    """
    the bytes of a node are damaged at byte 7: the text in field 1 is not UTF-8
      hint: the file is cut off, damaged, or no ONNX model; export or download it again
    """
  ) { _ in
    model(graph(nodes: [message { $0.writeArray(1, [0xc3, 0x28]) }]))
  },
  BrokenModel(
    "a packed number without end",
    """
    the bytes of a tensor are damaged at byte 42: a number has more than ten bytes
      hint: the file is cut off, damaged, or no ONNX model; export or download it again
    """
  ) { _ in
    addModel(message { $0.writeArray(1, [UInt8](repeating: 0x80, count: 20)) })
  },
  BrokenModel(
    "field number zero",
    """
    the bytes of the model are damaged at byte 2: 0 is no field tag
      hint: the file is cut off, damaged, or no ONNX model; export or download it again
    """
  ) { _ in [0x08, 0x08, 0x00, 0x00] },
  BrokenModel(
    "groups nested without end",
    """
    the bytes of the model are damaged at byte 64: messages are nested too deep
      hint: the file is cut off, damaged, or no ONNX model; export or download it again
    """
  ) { _ in [UInt8](repeating: 0x0b + 0x50, count: 10_000) },
  BrokenModel(
    "10,000 nested subgraphs",
    """
    at byte 964: subgraphs are nested deeper than 64
      hint: no exporter writes this; check where the file comes from
    """
  ) { _ in nestedSubgraphs(10_000) },
  BrokenModel(
    "an attribute of two types",
    """
    node 's' (Softmax): attribute 'axis' says that it is of type ints and holds a value of type int (at byte 26)
      hint: export the model again
    """
  ) { _ in
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
    """
  ) { _ in
    model(graph(nodes: [node("Softmax", "", ["x"], ["y"], attributes: [message { $0.writeString(1, "axis") }])]))
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
