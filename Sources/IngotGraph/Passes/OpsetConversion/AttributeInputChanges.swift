// Attributes that became inputs: pads, axes, bounds, counts.

internal import IngotCore

enum AttributeInputChanges {
  static let all: [OpsetChange] =
    [
      OpsetChange("Slice", 10) { node, rewriter throws(OpsetReason) in
        for (index, name) in ["starts", "ends", "axes"].enumerated() {
          try rewriter.moveInts(name, toInput: index + 1, of: &node)
        }
      },
      OpsetChange("TopK", 10) { node, rewriter throws(OpsetReason) in
        try rewriter.moveInts("k", toInput: 1, of: &node)
      },
      OpsetChange("Clip", 11, clip),
      OpsetChange("Pad", 11) { node, rewriter throws(OpsetReason) in
        try rewriter.moveInts("pads", toInput: 1, of: &node)
        try rewriter.moveFloat("value", toInput: 2, of: &node)
      },
      OpsetChange("Dropout", 10, dropoutMask),
      // A node that does not train keeps everything, whatever the ratio.
      OpsetChange("Dropout", 12) { node, _ in node.remove("ratio") },
      OpsetChange("Split", 13) { node, rewriter throws(OpsetReason) in
        try rewriter.moveInts("split", toInput: 1, of: &node)
      },
      OpsetChange("Split", 18) { node, _ in
        let isSized = node.inputs.count > 1 && node.inputs[1] != nil
        if !isSized { node.set("num_outputs", .int(Int64(node.outputs.count))) }
      },
      OpsetChange("DFT", 20) { node, rewriter throws(OpsetReason) in
        // What goes without saying is the last axis of the signal now, and was the first.
        if node.attribute("axis") == nil { node.set("axis", .int(1)) }
        try rewriter.moveInts("axis", toInput: 2, of: &node, isScalar: true)
      },
    ] + ["Squeeze", "Unsqueeze", "ReduceSum"].map { OpsetChange($0, 13, axes) }
    + [
      "ReduceMax", "ReduceMin", "ReduceMean", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp",
      "ReduceSumSquare",
    ].map { OpsetChange($0, 18, axes) }

  @Sendable private static func axes(_ node: inout Node, _ rewriter: inout OpsetRewriter) throws(OpsetReason) {
    try rewriter.moveInts("axes", toInput: 1, of: &node)
  }

  /// Bounds that went without saying were float32's largest, which only double numbers exceed.
  @Sendable private static func clip(_ node: inout Node, _ rewriter: inout OpsetRewriter) throws(OpsetReason) {
    if rewriter.type(of: node.inputs.first ?? nil) == .float64 {
      let largest = Float.greatestFiniteMagnitude
      if node.attribute("min") == nil { node.set("min", .float(-largest)) }
      if node.attribute("max") == nil { node.set("max", .float(largest)) }
    }
    try rewriter.moveFloat("min", toInput: 1, of: &node)
    try rewriter.moveFloat("max", toInput: 2, of: &node)
  }

  /// The mask was of the data's type and is of truths.
  @Sendable private static func dropoutMask(
    _ node: inout Node, _ rewriter: inout OpsetRewriter
  ) throws(OpsetReason) {
    guard rewriter.isUsed(1, of: node) else { return }
    guard let type = rewriter.type(of: node.inputs.first ?? nil) else { throw .unknownType(input: 0) }
    rewriter.append("Cast", [], [Attribute("to", int: Int64(type.rawValue))], toOutput: 1, of: &node, as: "mask")
  }
}
