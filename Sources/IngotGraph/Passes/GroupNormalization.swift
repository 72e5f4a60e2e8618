// Group normalization as exporters wrote it before version 21 had it: an InstanceNormalization of groups that a Reshape makes
// channels of, a Reshape back, and a scale and a bias for each channel.

internal import IngotCore

extension Pass {
  static let groupNormalization = Pass("group-normalization", on: ["Add"]) { rewriting, index, context in
    guard context.opset >= 21, let found = Grouped(index, rewriting) else { return }
    let old = rewriting.node(index)
    let name = old.outputs[0].map { rewriting.graph[$0].name } ?? old.name
    let scale = rewriting.addConstant(named: "\(name)_scale", found.scale)
    let bias = rewriting.addConstant(named: "\(name)_bias", found.bias)
    let attributes = [
      Attribute(name: "epsilon", value: .float(found.epsilon)),
      Attribute(name: "num_groups", value: .int(Int64(found.groups))),
    ]
    rewriting.replace(
      index,
      with: Node(
        "GroupNormalization", name: old.name, inputs: [found.x, scale, bias], outputs: old.outputs,
        attributes: attributes))
  }
}

private struct Grouped {
  var x: ValueID
  var groups: Int
  var epsilon: Float
  var scale: Tensor
  var bias: Tensor

  init?(_ index: Int, _ rewriting: Rewriting) {
    guard let (scaled, bias) = Self.operands(index, rewriting), let multiplication = rewriting.maker(of: scaled, "Mul"),
      let (restored, scale) = Self.operands(multiplication, rewriting),
      let back = rewriting.maker(of: restored, "Reshape"), let normalized = rewriting.node(back).inputs[0],
      rewriting.isReadOnce(normalized), let inner = rewriting.maker(of: normalized, "InstanceNormalization"),
      rewriting.node(inner).inputs.count == 3, let split = rewriting.node(inner).inputs[0], rewriting.isReadOnce(split),
      rewriting.constant(rewriting.node(inner).inputs[1])?.isFilled(with: 1) ?? false,
      rewriting.constant(rewriting.node(inner).inputs[2])?.isFilled(with: 0) ?? false,
      let forth = rewriting.maker(of: split, "Reshape"), let x = rewriting.node(forth).inputs[0],
      rewriting.type(x) == .float32, rewriting.haveSameShape(x, rewriting.node(index).outputs[0]),
      rewriting.haveSameShape(x, restored), let whole = rewriting.shape(x), let parts = rewriting.shape(split),
      whole.count >= 3, parts.count >= 3, whole[0] == parts[0], let channels = whole[1].size,
      let groups = parts[1].size, groups >= 1, channels % groups == 0,
      let scale = Self.perChannel(scale, channels, rank: whole.count),
      let bias = Self.perChannel(bias, channels, rank: whole.count)
    else { return nil }
    (self.x, self.groups, self.scale, self.bias) = (x, groups, scale, bias)
    epsilon = rewriting.node(inner).float("epsilon") ?? 1e-5
  }

  /// The operand that only this node reads, and the constant one.
  private static func operands(_ index: Int, _ rewriting: Rewriting) -> (ValueID, Tensor)? {
    let inputs = rewriting.node(index).inputs
    guard inputs.count == 2 else { return nil }
    for position in 0..<2 {
      if let value = inputs[position], rewriting.isReadOnce(value), rewriting.constant(value) == nil,
        let tensor = rewriting.constant(inputs[1 - position]), tensor.type == .float32
      {
        return (value, tensor)
      }
    }
    return nil
  }

  /// [channels] from [channels, 1, 1] or [1, channels, 1, 1].
  private static func perChannel(_ tensor: Tensor, _ channels: Int, rank: Int) -> Tensor? {
    guard tensor.elementCount == channels, tensor.shape.count == rank - 1 || tensor.shape.count == rank,
      tensor.shape[tensor.shape.count - rank + 1] == channels
    else { return nil }
    return tensor.reshaped([channels])
  }
}
