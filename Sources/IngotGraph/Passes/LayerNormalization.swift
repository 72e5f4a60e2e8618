// Normalization over the last axes as the one operation that it is: LayerNormalization since version 17, and without the mean
// RMSNormalization since 23. First the quotient alone with a scale of ones, then the scale and the bias after it.

internal import IngotCore

extension Pass {
  static let layerNormalization = Pass("layer-normalization", on: ["Div", "Mul", "Add"]) { rewriting, index, context in
    guard context.opset >= 17 else { return }
    let node = rewriting.node(index)
    guard node.inputs.count == 2, rewriting.type(node.outputs.first.flatMap(\.self)) == .float32 else { return }
    if node.opType != "Add", let found = Normalized(index, rewriting, opset: context.opset) {
      found.replace(index, &rewriting)
    } else if node.opType == "Mul" {
      Normalized.addScale(index, &rewriting)
    } else if node.opType == "Add" {
      Normalized.addBias(index, &rewriting)
    }
  }
}

/// x, less its mean if `subtractsMean`, divided by its deviation.
private struct Normalized {
  var x: ValueID
  var subtractsMean: Bool
  /// Sizes of the axes that are normalized, which are the last ones.
  var sizes: [Int]
  var epsilon: Double

  init?(_ index: Int, _ rewriting: Rewriting, opset: Int64) {
    let node = rewriting.node(index)
    guard let (dividend, deviation) = Self.quotient(node, rewriting), rewriting.isReadOnce(deviation),
      let sqrt = rewriting.maker(of: deviation, "Sqrt"), let (variance, epsilon) = Self.sum(sqrt, rewriting),
      let mean = rewriting.maker(of: variance, "ReduceMean"), let squares = rewriting.node(mean).inputs[0],
      let axes = Self.lastAxes(of: mean, rewriting)
    else { return nil }
    let square = rewriting.product(squares)
    guard square.hasCoefficient(1), square.isPower(2, of: dividend), let shape = rewriting.shape(dividend),
      rewriting.haveSameShape(dividend, node.outputs[0])
    else { return nil }
    let sizes = shape.suffix(axes).compactMap(\.size)
    guard sizes.count == axes, let count = Layout.count(sizes), count > 0, count <= 1 << 20 else { return nil }
    (self.sizes, self.epsilon, x, subtractsMean) = (sizes, epsilon, dividend, false)
    if let sub = rewriting.maker(of: dividend, "Sub"), let source = rewriting.node(sub).inputs[0],
      let center = rewriting.maker(of: rewriting.node(sub).inputs[1], "ReduceMean"),
      rewriting.node(center).inputs[0] == source, Self.lastAxes(of: center, rewriting) == axes,
      rewriting.haveSameShape(source, dividend)
    {
      (x, subtractsMean) = (source, true)
    } else if opset < 23 {
      return nil
    }
  }

  /// a / b, or a * (1 / b).
  private static func quotient(_ node: Node, _ rewriting: Rewriting) -> (ValueID, ValueID)? {
    guard let a = node.inputs[0], let b = node.inputs[1] else { return nil }
    if node.opType == "Div" { return (a, b) }
    for (value, factor) in [(a, b), (b, a)] where rewriting.isReadOnce(factor) {
      if let index = rewriting.maker(of: factor, "Reciprocal"), let inner = rewriting.node(index).inputs[0] {
        return (value, inner)
      }
      if let index = rewriting.maker(of: factor, "Div"), let inner = rewriting.node(index).inputs[1],
        rewriting.scalar(rewriting.node(index).inputs[0]) == 1
      {
        return (value, inner)
      }
    }
    return nil
  }

  /// variance + epsilon below the root.
  private static func sum(_ sqrt: Int, _ rewriting: Rewriting) -> (ValueID, Double)? {
    guard let sum = rewriting.node(sqrt).inputs[0], rewriting.isReadOnce(sum),
      let add = rewriting.maker(of: sum, "Add"),
      rewriting.node(add).inputs.count == 2
    else { return nil }
    let inputs = rewriting.node(add).inputs
    for position in 0..<2 {
      if let epsilon = rewriting.scalar(inputs[position]), let variance = inputs[1 - position],
        rewriting.isReadOnce(variance), epsilon > 0, Float(epsilon).isNormal
      {
        return (variance, epsilon)
      }
    }
    return nil
  }

  /// How many axes a reduction is over; nil where they are not the last ones, or are dropped.
  private static func lastAxes(of index: Int, _ rewriting: Rewriting) -> Int? {
    guard rewriting.node(index).int("keepdims") ?? 1 != 0, let rank = rewriting.rank(rewriting.node(index).inputs[0]),
      let given = rewriting.integers(index, input: 1, attribute: "axes"), !given.isEmpty
    else { return nil }
    let axes = Set(given.compactMap { Layout.axis($0, rank: rank) })
    return axes.count == given.count && axes == Set(rank - given.count..<rank) ? given.count : nil
  }

  func replace(_ index: Int, _ rewriting: inout Rewriting) {
    let old = rewriting.node(index)
    let name = old.outputs[0].map { rewriting.graph[$0].name } ?? old.name
    let count = sizes.reduce(1, *)
    let ones = rewriting.addConstant(named: "\(name)_scale", Tensor([Float](repeating: 1, count: count), shape: sizes))
    let attributes = [
      Attribute(name: "axis", value: .int(-Int64(sizes.count))),
      Attribute(name: "epsilon", value: .float(Float(epsilon))),
    ]
    let opType = subtractsMean ? "LayerNormalization" : "RMSNormalization"
    rewriting.replace(
      index, with: Node(opType, name: old.name, inputs: [x, ones], outputs: old.outputs, attributes: attributes))
  }

  /// Takes the Mul after a normalization with a scale of ones into it.
  static func addScale(_ index: Int, _ rewriting: inout Rewriting) {
    guard let (first, factor) = normalization(before: index, "LayerNormalization", "RMSNormalization", rewriting),
      rewriting.node(first).inputs.count == 2, let ones = rewriting.constant(rewriting.node(first).inputs[1]),
      ones.isFilled(with: 1), let scale = parameter(factor, shape: ones.shape, of: index, "scale", &rewriting)
    else { return }
    var merged = rewriting.node(first)
    merged.inputs[1] = scale
    merged.outputs = rewriting.node(index).outputs
    rewriting.replace(index, with: merged)
  }

  /// Takes the Add after a normalization without a bias into it.
  static func addBias(_ index: Int, _ rewriting: inout Rewriting) {
    guard let (first, addend) = normalization(before: index, "LayerNormalization", "LayerNormalization", rewriting),
      rewriting.node(first).inputs.count == 2, let shape = rewriting.shape(rewriting.node(first).inputs[1])?.sizes,
      let bias = parameter(addend, shape: shape, of: index, "bias", &rewriting)
    else { return }
    var merged = rewriting.node(first)
    merged.inputs.append(bias)
    merged.outputs = rewriting.node(index).outputs
    rewriting.replace(index, with: merged)
  }

  /// The normalization that one operand is, and the other operand.
  private static func normalization(
    before index: Int, _ opType: String, _ other: String, _ rewriting: Rewriting
  ) -> (Int, ValueID)? {
    let inputs = rewriting.node(index).inputs
    for position in 0..<2 where rewriting.isReadOnce(inputs[position]) {
      if let first = rewriting.maker(of: inputs[position], opType, other), let operand = inputs[1 - position],
        rewriting.node(first).outputs.count == 1
      {
        return (first, operand)
      }
    }
    return nil
  }

  /// The value as a parameter of this shape; a constant may have axes of size 1 before it.
  private static func parameter(
    _ id: ValueID, shape: [Int], of index: Int, _ name: String, _ rewriting: inout Rewriting
  ) -> ValueID? {
    if rewriting.shape(id)?.sizes == shape { return id }
    guard let tensor = rewriting.constant(id), tensor.shape.count > shape.count,
      Array(tensor.shape.suffix(shape.count)) == shape, let reshaped = tensor.reshaped(shape)
    else { return nil }
    let output = rewriting.node(index).outputs[0] ?? id
    return rewriting.addConstant(named: "\(rewriting.graph[output].name)_\(name)", reshaped)
  }
}
