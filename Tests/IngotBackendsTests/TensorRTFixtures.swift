// What the TensorRT tests share: small models, folders, and the real library where the environment names one.

import Foundation
import IngotCore
import Testing

@testable import IngotBackends

/// A model written field by field (onnx.proto).
struct SmallModel {
  struct Node {
    var op: String, inputs: [String], outputs: [String]
    var name = ""
  }

  var nodes: [Node]
  var inputs: [IOTensor]
  var outputs: [IOTensor]
  var weights: [String: [Int]] = [:]  // float32, filled with small numbers

  var bytes: [UInt8] {
    var graph = WireWriter()
    for node in nodes {
      var message = WireWriter()
      for input in node.inputs { message.writeString(1, input) }
      for output in node.outputs { message.writeString(2, output) }
      if !node.name.isEmpty { message.writeString(3, node.name) }
      message.writeString(4, node.op)
      graph.writeMessage(1, message)
    }
    graph.writeString(2, "small")
    for (name, shape) in weights.sorted(by: { $0.key < $1.key }) { graph.writeMessage(5, Self.weight(name, shape)) }
    for input in inputs { graph.writeMessage(11, Self.declaration(of: input)) }
    for output in outputs { graph.writeMessage(12, Self.declaration(of: output)) }
    var opset = WireWriter()
    opset.writeVarint(2, 17)
    var model = WireWriter()
    model.writeVarint(1, 9)
    model.writeMessage(7, graph)
    model.writeMessage(8, opset)
    return model.array
  }

  private static func weight(_ name: String, _ shape: [Int]) -> WireWriter {
    var tensor = WireWriter()
    for size in shape { tensor.writeVarint(1, UInt64(size)) }
    tensor.writeVarint(2, 1)
    tensor.writeString(8, name)
    var data: [UInt8] = []
    for index in 0..<shape.reduce(1, *) {
      let bits = (Float(index % 7 - 3) / 8).bitPattern
      for shift in [0, 8, 16, 24] { data.append(UInt8(truncatingIfNeeded: bits >> UInt32(shift))) }
    }
    tensor.writeArray(9, data)
    return tensor
  }

  private static func declaration(of tensor: IOTensor) -> WireWriter {
    var shape = WireWriter()
    for axis in tensor.shape {
      var message = WireWriter()
      switch axis {
      case .fixed(let size): message.writeVarint(1, UInt64(size))
      case .symbolic(let name): message.writeString(2, name)
      case .unknown: break
      }
      shape.writeMessage(1, message)
    }
    var type = WireWriter()
    type.writeVarint(1, UInt64(tensor.type.rawValue))
    type.writeMessage(2, shape)
    var typeProto = WireWriter()
    typeProto.writeMessage(1, type)
    var message = WireWriter()
    message.writeString(1, tensor.name)
    message.writeMessage(2, typeProto)
    return message
  }

  /// Two matrix products with a Relu between them; the batch is open.
  static let perceptron = SmallModel(
    nodes: [
      Node(op: "MatMul", inputs: ["x", "w1"], outputs: ["a"], name: "first"),
      Node(op: "Relu", inputs: ["a"], outputs: ["b"], name: "relu"),
      Node(op: "MatMul", inputs: ["b", "w2"], outputs: ["y"], name: "second"),
    ],
    inputs: [IOTensor(name: "x", type: .float32, shape: [.symbolic("batch"), .fixed(16)])],
    outputs: [IOTensor(name: "y", type: .float32, shape: [.symbolic("batch"), .fixed(4)])],
    weights: ["w1": [16, 32], "w2": [32, 4]])

  static func relu(of type: ElementType = .float32) -> SmallModel {
    let shape: [IngotCore.Dimension] = [.fixed(2), .fixed(3)]
    return SmallModel(
      nodes: [Node(op: "Relu", inputs: ["x"], outputs: ["y"], name: "relu")],
      inputs: [IOTensor(name: "x", type: type, shape: shape)], outputs: [IOTensor(name: "y", type: type, shape: shape)])
  }

  /// Three nodes that TensorRT has no importer for, among two that it has.
  static let unsupported = SmallModel(
    nodes: [
      Node(op: "Relu", inputs: ["x"], outputs: ["a"], name: "fine"),
      Node(op: "Frobnicate", inputs: ["a"], outputs: ["b"], name: "strange"),
      Node(op: "Relu", inputs: ["b"], outputs: ["c"]),
      Node(op: "Unique", inputs: ["c"], outputs: ["d"], name: "unique"),
      Node(op: "Defrobnicate", inputs: ["d"], outputs: ["y"]),
    ],
    inputs: [IOTensor(name: "x", type: .float32, shape: [.fixed(2), .fixed(3)])],
    outputs: [IOTensor(name: "y", type: .float32, shape: [.symbolic("count")])])

  /// Its second input says the shape of its output.
  static let reshape = SmallModel(
    nodes: [Node(op: "Reshape", inputs: ["x", "shape"], outputs: ["y"], name: "reshape")],
    inputs: [
      IOTensor(name: "x", type: .float32, shape: [.symbolic("n"), .fixed(12)]),
      IOTensor(name: "shape", type: .int64, shape: [.fixed(2)]),
    ],
    outputs: [IOTensor(name: "y", type: .float32, shape: [.symbolic("a"), .symbolic("b")])])
}

/// A folder that is removed with this value.
final class TemporaryFolder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("ingot-tensorrt-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  func write(_ bytes: [UInt8], to name: String) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }

  func write(_ model: SmallModel, to name: String = "model.onnx") throws -> String { try write(model.bytes, to: name) }
}

/// Where `INGOT_TEST_RUNTIMES` names a folder with the real TensorRT-RTX in it, at any depth.
enum RealTensorRTRTX {
  static let why = "no libtensorrt_rtx.so.1 below the folder that INGOT_TEST_RUNTIMES names"

  static let libraryPath = file(named: "libtensorrt_rtx.so.1")

  static func file(named name: String) -> String? {
    guard let folder = ProcessInfo.processInfo.environment["INGOT_TEST_RUNTIMES"],
      let names = FileManager.default.enumerator(atPath: folder)
    else { return nil }
    for case let path as String in names where path.hasSuffix("/\(name)") { return "\(folder)/\(path)" }
    return nil
  }

  static func parserPath(of libraryPath: String) -> String {
    "\((libraryPath as NSString).deletingLastPathComponent)/libtensorrt_onnxparser_rtx.so.1"
  }

  static func backend() throws -> TensorRTBackend {
    let path = try #require(libraryPath)
    return try TensorRTBackend(libraryPath: path, parserPath: parserPath(of: path), kind: .tensorrtRTX)
  }
}
