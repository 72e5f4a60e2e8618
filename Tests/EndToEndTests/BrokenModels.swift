// Model files that are wrong, each in one way: written field by field by the numbers of onnx.proto, or made from a good
// file.

import Foundation
import IngotCore
import Testing

/// A wrong model and the words that its error must hold.
struct BrokenModel: CustomTestStringConvertible, Sendable {
  var testDescription: String
  /// In the error.
  var words: String
  /// Writes `Pipelines/models/broken.onnx` of a space that has the examples.
  var make: @Sendable (TestSpace) throws -> [UInt8]

  init(_ testDescription: String, _ words: String, _ make: @escaping @Sendable (TestSpace) throws -> [UInt8]) {
    (self.testDescription, self.words, self.make) = (testDescription, words, make)
  }

  static let all: [BrokenModel] = files + graphs + tensors + external

  private static let files: [BrokenModel] = [
    BrokenModel("an empty file", "the file is empty") { _ in [] },
    BrokenModel("text", "damaged") { _ in Array("this is no model\n".utf8) },
    BrokenModel("a Git LFS pointer", "it is a Git LFS pointer") { _ in
      Array("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n".utf8)
    },
    BrokenModel("a zip archive", "it is a zip archive") { _ in [0x50, 0x4b, 3, 4, 20, 0] },
    BrokenModel("a model cut in half", "more than are left") { Array(try $0.good.prefix($0.good.count / 2)) },
    BrokenModel("a model without its last byte", "the bytes of") { Array(try $0.good.dropLast()) },
    BrokenModel("a model after which garbage follows", "the bytes of the model are damaged") {
      try $0.good + [0x3f, 0xff, 0xff]
    },
    BrokenModel("a model in a model", "the model has two graphs") { try $0.good + $0.good },
    BrokenModel("no graph", "the model has no graph") { _ in message { $0.writeVarint(1, 8) }.array },
    BrokenModel("a length of 2^64 - 1", "18446744073709551615 bytes, more than are left") { _ in
      [0x3a] + [UInt8](repeating: 0xff, count: 9) + [0x01, 0x00]
    },
    BrokenModel("groups without end", "nested too deep") { _ in [UInt8](repeating: 0x5b, count: 100_000) },
  ]

  private static let graphs: [BrokenModel] = [
    BrokenModel("a cycle", "these nodes need each other's outputs") { _ in
      model(nodes: [node("Add", "a", ["x", "c"], ["y"]), node("Mul", "b", ["y", "x"], ["c"])])
    },
    BrokenModel("a missing initializer", "reads 'w', which no node produces") { _ in
      model(nodes: [node("Add", "a", ["x", "w"], ["y"])])
    },
    BrokenModel("an output that nobody makes", "output 'y' is produced by no node") { _ in
      model(nodes: [node("Relu", "a", ["x"], ["z"])])
    },
    BrokenModel("two nodes that make one value", "produces 'y', and so does node 'b'") { _ in
      model(nodes: [node("Relu", "a", ["x"], ["y"]), node("Neg", "b", ["x"], ["y"])])
    },
    BrokenModel("no operator set", "imports no operator set") { _ in
      model(nodes: [node("Relu", "a", ["x"], ["y"])], opset: nil)
    },
    BrokenModel("an input of 2^62 x 2^62", "is over any memory") { _ in
      model(nodes: [node("Relu", "a", ["x"], ["y"])], input: [1 << 62, 1 << 62])
    },
    BrokenModel("shapes that cannot be added", "a") { _ in
      model(
        nodes: [node("Add", "a", ["x", "w"], ["y"])],
        initializers: [tensor("w", dims: [3]) { $0.writeArray(9, [UInt8](repeating: 0, count: 12)) }])
    },
  ]

  private static let tensors: [BrokenModel] = [
    BrokenModel("weights of 2^62 x 2^62", "is negative or over any memory") { _ in
      adding(tensor("w", dims: [1 << 62, 1 << 62]))
    },
    BrokenModel("weights of -1", "is negative or over any memory") { _ in adding(tensor("w", dims: [-1])) },
    BrokenModel("weights that are not there", "takes 8 bytes, and raw_data has 0") { _ in adding(tensor("w", dims: [2]))
    },
    BrokenModel("too many weights", "takes 8 bytes, and raw_data has 12") { _ in
      adding(tensor("w", dims: [2]) { $0.writeArray(9, [UInt8](repeating: 0, count: 12)) })
    },
    BrokenModel("weights of an unknown type", "element type 99") { _ in adding(tensor("w", type: 99, dims: [2])) },
  ]

  private static let external: [BrokenModel] = [
    BrokenModel("weights in /etc/passwd", "'/etc/passwd' is an absolute path") { _ in
      adding(externalTensor([("location", "/etc/passwd")]))
    },
    BrokenModel("weights above the folder", "leaves the model's folder") { space in
      try space.write([UInt8](repeating: 0, count: 8), to: "Pipelines/w.bin")
      return adding(externalTensor([("location", "../w.bin")]))
    },
    BrokenModel("weights behind a link", "leads out of the model's folder") { space in
      try FileManager.default.createSymbolicLink(
        atPath: space.path("Pipelines/models/w.bin"), withDestinationPath: "/etc/hostname")
      return adding(externalTensor([("location", "w.bin")]))
    },
    BrokenModel("weights that are missing", "external data 'w.bin' is missing") { _ in
      adding(externalTensor([("location", "w.bin")]))
    },
    BrokenModel("weights past the end", "has 10 bytes, and the tensor should be 8 bytes from 4") { space in
      try space.write([UInt8](repeating: 0, count: 10), to: "Pipelines/models/w.bin")
      return adding(externalTensor([("location", "w.bin"), ("offset", "4")]))
    },
    BrokenModel("weights at 2^63 - 1", "should be 8 bytes from 9223372036854775807") { space in
      try space.write([UInt8](repeating: 0, count: 10), to: "Pipelines/models/w.bin")
      return adding(externalTensor([("location", "w.bin"), ("offset", "9223372036854775807")]))
    },
    BrokenModel("weights in a folder", "external data 'data' cannot be read") { space in
      try space.write("", to: "Pipelines/models/data/x")
      return adding(externalTensor([("location", "data")]))
    },
  ]
}

extension TestSpace {
  /// The bytes of a model that is right.
  fileprivate var good: [UInt8] { get throws { try bytes("Pipelines/models/digits.onnx") } }
}

private func message(_ build: (inout WireWriter) -> Void) -> WireWriter {
  var writer = WireWriter()
  build(&writer)
  return writer
}

/// TensorProto: dims 1, data_type 2, name 8.
func tensor(
  _ name: String, type: UInt64 = 1, dims: [Int64], _ more: (inout WireWriter) -> Void = { _ in }
) -> WireWriter {
  message {
    for size in dims { $0.writeVarint(1, UInt64(bitPattern: size)) }
    $0.writeVarint(2, type)
    $0.writeString(8, name)
    more(&$0)
  }
}

/// Two floats `w`: external_data 13 { key 1, value 2 }, data_location 14.
func externalTensor(_ entries: [(String, String)]) -> WireWriter {
  tensor("w", dims: [2]) {
    for (key, value) in entries {
      $0.writeMessage(
        13,
        message {
          $0.writeString(1, key)
          $0.writeString(2, value)
        })
    }
    $0.writeVarint(14, 1)
  }
}

/// NodeProto: input 1, output 2, name 3, op_type 4.
func node(_ op: String, _ name: String, _ inputs: [String], _ outputs: [String]) -> WireWriter {
  message {
    for input in inputs { $0.writeString(1, input) }
    for output in outputs { $0.writeString(2, output) }
    $0.writeString(3, name)
    $0.writeString(4, op)
  }
}

/// ValueInfoProto: name 1, type 2 { tensor_type 1 { elem_type 1, shape 2 { dim 1 { dim_value 1 } } } }.
private func port(_ name: String, _ dims: [Int64]) -> WireWriter {
  let shape = message { shape in
    for size in dims { shape.writeMessage(1, message { $0.writeVarint(1, UInt64(bitPattern: size)) }) }
  }
  let type = message {
    $0.writeVarint(1, 1)
    $0.writeMessage(2, shape)
  }
  return message { port in
    port.writeString(1, name)
    port.writeMessage(2, message { $0.writeMessage(1, type) })
  }
}

/// ModelProto: ir_version 1, graph 7 { node 1, name 2, initializer 5, input 11, output 12 },
/// opset_import 8 { version 2 }.
func model(
  nodes: [WireWriter], initializers: [WireWriter] = [], input: [Int64] = [2], output: [Int64] = [2],
  opset: UInt64? = 17
) -> [UInt8] {
  let graph = message {
    for node in nodes { $0.writeMessage(1, node) }
    $0.writeString(2, "g")
    for initializer in initializers { $0.writeMessage(5, initializer) }
    $0.writeMessage(11, port("x", input))
    $0.writeMessage(12, port("y", output))
  }
  return message {
    $0.writeVarint(1, 8)
    $0.writeMessage(7, graph)
    if let opset { $0.writeMessage(8, message { $0.writeVarint(2, opset) }) }
  }.array
}

/// y = x + w.
func adding(_ initializer: WireWriter) -> [UInt8] {
  model(nodes: [node("Add", "add", ["x", "w"], ["y"])], initializers: [initializer])
}
