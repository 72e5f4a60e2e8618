// Quantization: the type comes from the zero point or the scale.

internal import IngotCore

enum QuantizationRules {
  static let table: [String: ShapeRule] = [
    "QuantizeLinear": quantize, "DequantizeLinear": dequantize, "DynamicQuantizeLinear": dynamic,
    "com.microsoft::QuantizeLinear": quantize, "com.microsoft::DequantizeLinear": dequantize,
  ]

  @Sendable private static func quantize(_ node: inout NodeFacts) {
    let declared = CreationRules.elementType(node, "output_dtype")
    let hasZeroPoint = node.input(2) != nil
    node.set(type: node.type(2) ?? (hasZeroPoint ? nil : declared ?? .uint8), shape: node.shape(0))
  }

  @Sendable private static func dequantize(_ node: inout NodeFacts) {
    node.set(type: CreationRules.elementType(node, "output_dtype") ?? node.type(1), shape: node.shape(0))
  }

  @Sendable private static func dynamic(_ node: inout NodeFacts) {
    node.set(0, type: .uint8, shape: node.shape(0))
    node.set(1, type: .float32, shape: [])
    node.set(2, type: .uint8, shape: [])
  }
}
