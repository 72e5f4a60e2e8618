// ONNX files of a few nodes, written field by field, so that a test shows the model that it is about.

import Foundation
import IngotCore

struct TestModel {
  struct Node {
    var op: String
    var inputs: [String]
    var outputs: [String]
    var name = ""
    var domain = ""
    /// Integer attributes.
    var attributes: [(String, Int)] = []
  }

  var nodes: [Node]
  /// Name, element type and dims: numbers, or names of symbolic ones.
  var inputs: [(String, ElementType, [String])]
  var outputs: [(String, ElementType, [String])]
  var initializers: [(String, Tensor)] = []
  var opsets: [(domain: String, version: UInt64)] = [("", 17)]

  var bytes: [UInt8] {
    var graph = WireWriter()
    for node in nodes { graph.writeMessage(1, Self.encode(node)) }
    graph.writeString(2, "g")
    for (name, tensor) in initializers { graph.writeMessage(5, Self.encode(name, tensor)) }
    for input in inputs { graph.writeMessage(11, Self.encode(input)) }
    for output in outputs { graph.writeMessage(12, Self.encode(output)) }
    var model = WireWriter()
    model.writeVarint(1, 8)
    model.writeMessage(7, graph)
    for (domain, version) in opsets {
      var opset = WireWriter()
      opset.writeString(1, domain)
      opset.writeVarint(2, version)
      model.writeMessage(8, opset)
    }
    return model.array
  }

  private static func encode(_ node: Node) -> WireWriter {
    var writer = WireWriter()
    for input in node.inputs { writer.writeString(1, input) }
    for output in node.outputs { writer.writeString(2, output) }
    writer.writeString(3, node.name)
    writer.writeString(4, node.op)
    for (name, value) in node.attributes {
      var attribute = WireWriter()
      attribute.writeString(1, name)
      attribute.writeVarint(3, UInt64(bitPattern: Int64(value)))
      attribute.writeVarint(20, 2)
      writer.writeMessage(5, attribute)
    }
    if !node.domain.isEmpty { writer.writeString(7, node.domain) }
    return writer
  }

  private static func encode(_ name: String, _ tensor: Tensor) -> WireWriter {
    var writer = WireWriter()
    for size in tensor.shape { writer.writeVarint(1, UInt64(size)) }
    writer.writeVarint(2, UInt64(tensor.type.rawValue))
    writer.writeString(8, name)
    writer.writeBytes(9, tensor.bytes)
    return writer
  }

  private static func encode(_ value: (String, ElementType, [String])) -> WireWriter {
    var shape = WireWriter()
    for size in value.2 {
      var dim = WireWriter()
      if let number = UInt64(size) { dim.writeVarint(1, number) } else { dim.writeString(2, size) }
      shape.writeMessage(1, dim)
    }
    var tensor = WireWriter()
    tensor.writeVarint(1, UInt64(value.1.rawValue))
    tensor.writeMessage(2, shape)
    var type = WireWriter()
    type.writeMessage(1, tensor)
    var info = WireWriter()
    info.writeString(1, value.0)
    info.writeMessage(2, type)
    return info
  }
}

extension TestModel {
  /// y = relu(x), any batch of 4.
  static let relu = TestModel(
    nodes: [Node(op: "Relu", inputs: ["x"], outputs: ["y"], name: "r")], inputs: [("x", .float32, ["n", "4"])],
    outputs: [("y", .float32, ["n", "4"])])
}

/// A folder of its own for a test; removed with the last reference.
final class TestFolder {
  let path: String

  init() {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("ingot-\(UUID().uuidString)").path
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ bytes: [UInt8], as name: String) throws -> String {
    let file = "\(path)/\(name)"
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }

  func write(_ model: TestModel, as name: String = "model.onnx") throws -> String { try write(model.bytes, as: name) }
}

extension TestModel {
  /// y = dequantize(quantize(x)), int8 with a step of 0.25.
  static let quantized = TestModel(
    nodes: [
      Node(op: "QuantizeLinear", inputs: ["x", "scale", "zero"], outputs: ["q"], name: "q"),
      Node(op: "DequantizeLinear", inputs: ["q", "scale", "zero"], outputs: ["y"], name: "dq"),
    ], inputs: [("x", .float32, ["n", "4"])], outputs: [("y", .float32, ["n", "4"])],
    initializers: [
      ("scale", floats([0.25], [])), ("zero", Tensor(type: .int8, shape: [], bytes: Bytes([0]))),
    ])

  /// y = x * 1.5 in float16.
  static let half = TestModel(
    nodes: [Node(op: "Mul", inputs: ["x", "w"], outputs: ["y"], name: "m")], inputs: [("x", .float16, ["n", "4"])],
    outputs: [("y", .float16, ["n", "4"])],
    initializers: [("w", Tensor(type: .float16, shape: [1], bytes: Bytes(littleEndianBytes(of: [1.5] as [Float16]))))])
}

extension TestModel {
  /// y = conv(dequantize(quantize(x)), dequantize(w)) over [n, 16, 4, 4] with 3 x 3 weights that are all 1/8.
  static let quantizedConvolution = TestModel(
    nodes: [
      Node(op: "QuantizeLinear", inputs: ["x", "scale", "zero"], outputs: ["q"], name: "q"),
      Node(op: "DequantizeLinear", inputs: ["q", "scale", "zero"], outputs: ["d"], name: "dq"),
      Node(op: "DequantizeLinear", inputs: ["w", "wscale", "zero"], outputs: ["wd"], name: "wdq"),
      Node(op: "Conv", inputs: ["d", "wd"], outputs: ["y"], name: "conv"),
    ], inputs: [("x", .float32, ["n", "16", "4", "4"])], outputs: [("y", .float32, ["n", "16", "2", "2"])],
    initializers: [
      ("scale", floats([0.25], [])), ("wscale", floats([0.125], [])),
      ("zero", Tensor(type: .int8, shape: [], bytes: Bytes([0]))),
      ("w", Tensor(type: .int8, shape: [16, 16, 3, 3], bytes: Bytes([UInt8](repeating: 1, count: 2304)))),
    ])

  private static let half16 = Int(ElementType.float16.rawValue), single = Int(ElementType.float32.rawValue)

  /// y = float32(float16(x) * 60000 / 4096), the products in float16.
  static let overflowingHalf = TestModel(
    nodes: [
      Node(op: "Cast", inputs: ["x"], outputs: ["h"], attributes: [("to", half16)]),
      Node(op: "Mul", inputs: ["h", "w"], outputs: ["a"]), Node(op: "Mul", inputs: ["a", "v"], outputs: ["b"]),
      Node(op: "Cast", inputs: ["b"], outputs: ["y"], attributes: [("to", single)]),
    ], inputs: [("x", .float32, ["1"])], outputs: [("y", .float32, ["1"])],
    initializers: [
      ("w", Tensor(type: .float16, shape: [1], bytes: Bytes(littleEndianBytes(of: [60000] as [Float16])))),
      ("v", Tensor(type: .float16, shape: [1], bytes: Bytes(littleEndianBytes(of: [1 / 4096] as [Float16])))),
    ])

  /// The same, each product in float32 and rounded by a cast to float16 and back.
  static let overflowingHalfWithCasts = TestModel(
    nodes: [
      Node(op: "Cast", inputs: ["x"], outputs: ["h"], attributes: [("to", half16)]),
      Node(op: "Cast", inputs: ["h"], outputs: ["h32"], attributes: [("to", single)]),
      Node(op: "Mul", inputs: ["h32", "w"], outputs: ["a32"]),
      Node(op: "Cast", inputs: ["a32"], outputs: ["a"], attributes: [("to", half16)]),
      Node(op: "Cast", inputs: ["a"], outputs: ["a32r"], attributes: [("to", single)]),
      Node(op: "Mul", inputs: ["a32r", "v"], outputs: ["b32"]),
      Node(op: "Cast", inputs: ["b32"], outputs: ["b"], attributes: [("to", half16)]),
      Node(op: "Cast", inputs: ["b"], outputs: ["y"], attributes: [("to", single)]),
    ], inputs: [("x", .float32, ["1"])], outputs: [("y", .float32, ["1"])],
    initializers: [("w", floats([60000])), ("v", floats([1 / 4096]))])
}

/// A float32 tensor; with one axis where no shape is given.
func floats(_ values: [Float], _ shape: [Int]? = nil) -> Tensor { Tensor(values, shape: shape ?? [values.count]) }
