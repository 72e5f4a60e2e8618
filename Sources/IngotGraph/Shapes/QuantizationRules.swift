// Quantization: the type comes from the zero point or the scale.

internal import IngotCore

enum QuantizationRules {
  static let table: [String: ShapeRule] = {
    var table: [String: ShapeRule] = [
      "QuantizeLinear": quantize, "DequantizeLinear": dequantize, "DynamicQuantizeLinear": dynamic,
      "com.microsoft::QuantizeLinear": quantize, "com.microsoft::DequantizeLinear": dequantize,
      "com.microsoft::QuantizeWithOrder": { $0.set(type: .int8, shape: $0.shape(0)) },
      "com.microsoft::DequantizeWithOrder": { (node) in
        node.set(type: CreationRules.elementType(node, "to") ?? .float32, shape: node.shape(0))
      },
      "com.microsoft::QLinearAdd": { (node) throws(ShapeProblem) in try broadcast(&node, [0, 3]) },
      "com.microsoft::QLinearMul": { (node) throws(ShapeProblem) in try broadcast(&node, [0, 3]) },
      "com.microsoft::QLinearWhere": { (node) throws(ShapeProblem) in try broadcast(&node, [1, 4, 0]) },
      "com.microsoft::MulInteger": { (node) throws(ShapeProblem) in
        try broadcast(&node, [0, 2])
        node.outputs[0].type = .int32
      },
      "com.microsoft::QuantizeBFP": { (node) in
        for (index, type) in [ElementType.uint8, .int64, .int64].enumerated() {
          node.set(index, type: type, shape: nil)
        }
      },
      "com.microsoft::DequantizeBFP": { $0.set(type: CreationRules.elementType($0, "dtype") ?? .float32, shape: nil) },
    ]
    let same: ShapeRule = ElementwiseRules.sameAsFirst
    for name in ["Sigmoid", "LeakyRelu", "Softmax"] { table["com.microsoft::QLinear\(name)"] = same }
    return table
  }()

  @Sendable private static func quantize(_ node: inout NodeFacts) {
    let declared = CreationRules.elementType(node, "output_dtype")
    let hasZeroPoint = node.input(2) != nil
    node.set(type: node.type(2) ?? declared ?? (hasZeroPoint ? nil : .uint8), shape: node.shape(0))
  }

  /// Only float32 came out before version 19.
  @Sendable private static func dequantize(_ node: inout NodeFacts) {
    let isOld = node.node.domain.isEmpty && node.opset < 19
    let type = CreationRules.elementType(node, "output_dtype") ?? (isOld ? .float32 : node.type(1))
    node.set(type: type, shape: node.shape(0))
  }

  @Sendable private static func dynamic(_ node: inout NodeFacts) {
    node.set(0, type: .uint8, shape: node.shape(0))
    node.set(1, type: .float32, shape: [])
    node.set(2, type: .uint8, shape: [])
  }

  /// - Parameter inputs: that broadcast; the first one has the output's type.
  private static func broadcast(_ node: inout NodeFacts, _ inputs: [Int]) throws(ShapeProblem) {
    node.set(type: node.type(inputs[0]), shape: try ElementwiseRules.broadcastInputs(node, inputs))
  }
}
