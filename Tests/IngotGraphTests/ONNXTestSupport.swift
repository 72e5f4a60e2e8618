// What the tests of the format share: a folder of their own, and messages of onnx.proto put together field by field, by
// the numbers of the specification rather than by the code under test.

import Foundation
import IngotCore
import IngotGraph

/// A folder that is removed with the value.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "ingot-onnx-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String, _ bytes: [UInt8] = []) throws -> String {
    let path = "\(path)/\(name)"
    try FileManager.default.createDirectory(
      atPath: FileSystem.parent(of: path), withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(filePath: path))
    return path
  }
}

func message(_ build: (inout WireWriter) -> Void) -> WireWriter {
  var writer = WireWriter()
  build(&writer)
  return writer
}

/// TensorProto: dims 1, data_type 2, name 8.
func tensor(_ name: String, type: UInt64 = 1, dims: [Int64], _ more: (inout WireWriter) -> Void = { _ in })
  -> WireWriter
{
  message {
    for size in dims { $0.writeVarint(1, UInt64(bitPattern: size)) }
    $0.writeVarint(2, type)
    $0.writeString(8, name)
    more(&$0)
  }
}

/// TensorProto with data_location 14 and external_data 13.
func externalTensor(_ name: String, type: UInt64 = 1, dims: [Int64], _ entries: [(String, String)]) -> WireWriter {
  tensor(name, type: type, dims: dims) {
    for (key, value) in entries { $0.writeMessage(13, entry(key, value)) }
    $0.writeVarint(14, 1)
  }
}

func entry(_ key: String, _ value: String) -> WireWriter {
  message {
    $0.writeString(1, key)
    $0.writeString(2, value)
  }
}

/// NodeProto: input 1, output 2, name 3, op_type 4, attribute 5.
func node(
  _ opType: String, _ name: String, _ inputs: [String], _ outputs: [String], attributes: [WireWriter] = [],
  domain: String? = nil
) -> WireWriter {
  message {
    for input in inputs { $0.writeString(1, input) }
    for output in outputs { $0.writeString(2, output) }
    $0.writeString(3, name)
    $0.writeString(4, opType)
    for attribute in attributes { $0.writeMessage(5, attribute) }
    if let domain { $0.writeString(7, domain) }
  }
}

/// ValueInfoProto of a float32 tensor: name 1, type 2 { tensor_type 1 { elem_type 1, shape 2 { dim 1 { dim_value 1 } }
/// } }.
func port(_ name: String, dims: [Int64] = [2]) -> WireWriter {
  message {
    $0.writeString(1, name)
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
                for size in dims {
                  $0.writeMessage(1, message { $0.writeVarint(1, UInt64(bitPattern: size)) })
                }
              })
          })
      })
  }
}

/// GraphProto: node 1, name 2, initializer 5, input 11, output 12.
func graph(
  nodes: [WireWriter], initializers: [WireWriter] = [], inputs: [WireWriter] = [port("x")],
  outputs: [WireWriter] = [port("y")]
) -> WireWriter {
  message {
    for node in nodes { $0.writeMessage(1, node) }
    $0.writeString(2, "g")
    for initializer in initializers { $0.writeMessage(5, initializer) }
    for input in inputs { $0.writeMessage(11, input) }
    for output in outputs { $0.writeMessage(12, output) }
  }
}

/// ModelProto: ir_version 1, graph 7, opset_import 8 { version 2 }.
func model(_ graph: WireWriter, opset: UInt64? = 17) -> [UInt8] {
  message {
    $0.writeVarint(1, 8)
    $0.writeMessage(7, graph)
    if let opset { $0.writeMessage(8, message { $0.writeVarint(2, opset) }) }
  }.array
}

/// y = x + w, with the initializer given.
func addModel(_ initializer: WireWriter) -> [UInt8] {
  model(graph(nodes: [node("Add", "add", ["x", "w"], ["y"])], initializers: [initializer]))
}

func read(_ bytes: [UInt8], baseDirectory: String? = nil) throws(ModelError) -> Model {
  try Model.read(bytes: Bytes(bytes), path: "model.onnx", baseDirectory: baseDirectory)
}

func encode(_ model: Model) -> [UInt8] { model.encoded().flatMap(\.array) }
