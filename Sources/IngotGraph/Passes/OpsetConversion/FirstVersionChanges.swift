// What models of operator sets 1 to 6 say otherwise: hints of where to compute in place, switches between training and test,
// sizes as attributes.

internal import IngotCore

enum FirstVersionChanges {
  static let all =
    [
      "Abs", "Add", "BatchNormalization", "Ceil", "Clip", "Div", "Dropout", "Elu", "Exp", "Floor", "HardSigmoid",
      "InstanceNormalization", "LeakyRelu", "Log", "Max", "Mean", "Min", "Mul", "Neg", "PRelu", "Reciprocal", "Relu",
      "Selu", "Sigmoid", "Sqrt", "Sub", "Sum", "Tanh",
    ].map { op in
      OpsetChange(op, 6) { node, _ in
        node.remove("consumed_inputs")
        if op == "Selu" { keepSeluDefaults(&node) }
      }
    }
    // More than one output says that a node trains; this says it again.
    + ["BatchNormalization", "Dropout"].map { OpsetChange($0, 7) { node, _ in node.remove("is_test") } }
    + ["RNN", "GRU", "LSTM"].map { OpsetChange($0, 7) { node, _ in node.remove("output_sequence") } }
    + ["LpPool", "GlobalLpPool"].map { OpsetChange($0, 2, wholeNorm) }
    + [
      OpsetChange("Concat", 4) { node, _ in if node.attribute("axis") == nil { node.set("axis", .int(1)) } },
      OpsetChange("Reshape", 5) { node, rewriter throws(OpsetReason) in
        node.remove("consumed_inputs")
        try rewriter.moveInts("shape", toInput: 1, of: &node)
      },
      OpsetChange("Pad", 2) { node, _ in
        for index in node.attributes.indices where node.attributes[index].name == "paddings" {
          node.attributes[index].name = "pads"
        }
      },
      OpsetChange("Cast", 6, castType), OpsetChange("Split", 2, splitSizes), OpsetChange("Tile", 6, repeats),
      OpsetChange("Upsample", 7, upsampleScales),
    ]

  private static func keepSeluDefaults(_ node: inout Node) {
    if node.attribute("alpha") == nil { node.set("alpha", .float(1.6732)) }
    if node.attribute("gamma") == nil { node.set("gamma", .float(1.0507)) }
  }

  @Sendable private static func wholeNorm(_ node: inout Node, _: inout OpsetRewriter) throws(OpsetReason) {
    guard let norm = node.float("p") else { return }
    guard norm == norm.rounded(), norm.magnitude < 1e6 else { throw .attribute("p") }
    node.set("p", .int(Int64(norm)))
  }

  /// Types had the names of the format's enumeration.
  @Sendable private static func castType(_ node: inout Node, _: inout OpsetRewriter) throws(OpsetReason) {
    guard let name = node.string("to") else { return }
    let names: [String: ElementType] = [
      "FLOAT": .float32, "UINT8": .uint8, "INT8": .int8, "UINT16": .uint16, "INT16": .int16, "INT32": .int32,
      "INT64": .int64, "STRING": .string, "BOOL": .bool, "FLOAT16": .float16, "DOUBLE": .float64, "UINT32": .uint32,
      "UINT64": .uint64, "COMPLEX64": .complex64, "COMPLEX128": .complex128,
    ]
    guard let type = names[name.uppercased()] else { throw .attribute("to") }
    node.set("to", .int(Int64(type.rawValue)))
  }

  @Sendable private static func splitSizes(_ node: inout Node, _ rewriter: inout OpsetRewriter) throws(OpsetReason) {
    guard node.inputs.count > 1, let sizes = node.inputs[1] else { return }
    switch rewriter.constant(sizes).flatMap({ Numbers($0) }) {
    case .integers(let values)?: node.set("split", .ints(values))
    case .floats(let values)?: node.set("split", .ints(values.map { Int64(exactly: $0.rounded()) ?? 0 }))
    default: throw .unknownConstant(input: 1)
    }
    node.inputs = [node.inputs[0]]
  }

  /// A count and an axis became a count for every axis.
  @Sendable private static func repeats(_ node: inout Node, _ rewriter: inout OpsetRewriter) throws(OpsetReason) {
    guard node.inputs.count == 3 else { return }
    let rank = try rewriter.shape(ofInput: 0, of: node).count
    let count = try whole(1, of: node, rewriter)
    let axis = try whole(2, of: node, rewriter)
    guard let index = Layout.axis(axis, rank: rank) else { throw .axis(axis, rank: rank) }
    var counts = [Int64](repeating: 1, count: rank)
    counts[index] = count
    node.inputs = [node.inputs[0], rewriter.constant(Tensor(counts), "repeats", of: node)]
  }

  private static func whole(_ index: Int, of node: Node, _ rewriter: OpsetRewriter) throws(OpsetReason) -> Int64 {
    switch rewriter.constant(node.inputs[index]).flatMap({ Numbers($0) }) {
    case .integers(let values)? where values.count == 1: return values[0]
    case .floats(let values)? where values.count == 1:
      if let value = Int64(exactly: values[0]) { return value }
    default: break
    }
    throw .unknownConstant(input: index)
  }

  @Sendable private static func upsampleScales(
    _ node: inout Node, _ rewriter: inout OpsetRewriter
  ) throws(OpsetReason) {
    guard let height = node.float("height_scale"), let width = node.float("width_scale") else {
      throw .attribute("height_scale")
    }
    node.remove("height_scale")
    node.remove("width_scale")
    if node.string("mode") == "bilinear" { node.set("mode", .string(Array("linear".utf8))) }
    node.set("scales", .floats([1, 1, height, width]))
  }
}
