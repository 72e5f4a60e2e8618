// BatchNormalization, which lost its per-element form and got an attribute for training, and GroupNormalization, whose scale and
// bias went from one a group to one a channel.

internal import IngotCore

enum NormalizationChanges {
  static let all = [
    OpsetChange("BatchNormalization", 9, perElement),
    OpsetChange("BatchNormalization", 14, training),
    OpsetChange("GroupNormalization", 21, perChannel),
  ]

  /// `spatial` 0 had a mean and a variance for every element of a sample: what it did, step by step.
  @Sendable private static func perElement(
    _ node: inout Node, _ rewriter: inout OpsetRewriter
  ) throws(OpsetReason) {
    let isSpatial = node.int("spatial") ?? 1 != 0
    node.remove("spatial")
    if isSpatial { return }
    guard node.outputs.count == 1 else { throw .training }
    let inputs = node.inputs.compactMap(\.self)
    guard inputs.count == 5 else { throw .unknownRank(input: inputs.count) }
    let epsilon = try rewriter.number(Double(node.float("epsilon") ?? 1e-5), "epsilon", likeInput: 0, of: node)
    let centered = rewriter.insert("Sub", [inputs[0], inputs[3]], as: "centered", of: node)
    let variance = rewriter.insert("Add", [inputs[4], epsilon], as: "variance", of: node)
    let deviation = rewriter.insert("Sqrt", [variance], as: "deviation", of: node)
    let normal = rewriter.insert("Div", [centered, deviation], as: "normal", of: node)
    let scaled = rewriter.insert("Mul", [normal, inputs[1]], as: "scaled", of: node)
    node = Node("Add", name: node.name, inputs: [scaled, inputs[2]], outputs: node.outputs)
  }

  /// More than one output meant training. The running mean and variance are still there, those of the batch are not.
  @Sendable private static func training(_ node: inout Node, _ rewriter: inout OpsetRewriter) throws(OpsetReason) {
    guard node.outputs.dropFirst().contains(where: { $0 != nil }) else {
      if node.outputs.count > 1 { node.outputs = [node.outputs[0]] }
      return
    }
    guard !rewriter.isUsed(3, of: node), !rewriter.isUsed(4, of: node) else { throw .training }
    node.outputs = Array(node.outputs.prefix(3))
    node.set("training_mode", .int(1))
  }

  @Sendable private static func perChannel(
    _ node: inout Node, _ rewriter: inout OpsetRewriter
  ) throws(OpsetReason) {
    guard let groups = node.int("num_groups"), groups > 0 else { throw .attribute("num_groups") }
    guard node.inputs.count == 3, let data = node.inputs[0] else { throw .unknownRank(input: 0) }
    let sizes = try repetition(data, groups: groups, of: node, &rewriter)
    let flat = rewriter.constant(Tensor([-1] as [Int64]), "flat", of: node)
    let axis = rewriter.constant(Tensor([1] as [Int64]), "axis", of: node)
    for (index, name) in [(1, "scale"), (2, "bias")] {
      let column = rewriter.insert("Unsqueeze", [node.inputs[index], axis], as: "\(name)_column", of: node)
      let repeated = rewriter.insert("Expand", [column, sizes], as: "\(name)_groups", of: node)
      node.inputs[index] = rewriter.insert("Reshape", [repeated, flat], as: "\(name)_channels", of: node)
    }
    // The mean is taken in float32 now unless the node says otherwise; it was taken in the data's type.
    if let type = rewriter.type(of: data), type != .float32 { node.set("stash_type", .int(Int64(type.rawValue))) }
  }

  /// - Returns: [1, channels of a group], to expand one number a group by.
  private static func repetition(
    _ data: ValueID, groups: Int64, of node: Node, _ rewriter: inout OpsetRewriter
  ) throws(OpsetReason) -> ValueID {
    if let shape = rewriter.shape(of: data), shape.count > 1, let channels = shape[1].size {
      return rewriter.constant(Tensor([1, Int64(channels) / groups]), "repeats", of: node)
    }
    let one = rewriter.constant(Tensor([1] as [Int64]), "one", of: node)
    let count = rewriter.constant(Tensor([groups]), "groups", of: node)
    let range = [Attribute("start", int: 1), Attribute("end", int: 2)]
    let channels = rewriter.insert("Shape", [data], range, as: "channels", of: node)
    let each = rewriter.insert("Div", [channels, count], as: "each", of: node)
    return rewriter.insert("Concat", [one, each], [Attribute("axis", int: 0)], as: "repeats", of: node)
  }
}
