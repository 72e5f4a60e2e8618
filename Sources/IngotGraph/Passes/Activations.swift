// Activations that exporters write as several operations, as the one that the operator set has for them.

internal import IngotCore

extension Pass {
  static let activations = Pass("activations", on: ["Mul", "Div", "Log"]) { rewriting, index, context in
    let old = rewriting.node(index)
    let activation =
      old.opType == "Log"
      ? Activation(logarithm: index, rewriting) : Activation(product: index, rewriting, opset: context.opset)
    guard let activation, context.opset >= activation.version, rewriting.isWideFloat(activation.input),
      rewriting.haveSameShape(activation.input, old.outputs[0])
    else { return }
    rewriting.replace(
      index,
      with: Node(
        activation.opType, name: old.name, inputs: [activation.input], outputs: old.outputs,
        attributes: activation.attributes))
  }
}

private struct Activation {
  var opType: String
  /// The operator set that brought it.
  var version: Int64
  var input: ValueID
  var attributes: [Attribute] = []

  private init(_ opType: String, version: Int64, input: ValueID, attributes: [Attribute] = []) {
    (self.opType, self.version, self.input, self.attributes) = (opType, version, input, attributes)
  }

  /// log(softmax(x)) and log(1 + exp(x)), which as one operation are finite where the steps are not.
  init?(logarithm index: Int, _ rewriting: Rewriting) {
    let source = rewriting.node(index).inputs[0]
    guard rewriting.isReadOnce(source) else { return nil }
    if let softmax = rewriting.maker(of: source, "Softmax"), let x = rewriting.node(softmax).inputs[0] {
      self.init("LogSoftmax", version: 1, input: x, attributes: rewriting.node(softmax).attributes)
    } else if let exponential = rewriting.addend(source, plus: 1), rewriting.isReadOnce(exponential),
      let exp = rewriting.maker(of: exponential, "Exp"), let x = rewriting.node(exp).inputs[0]
    {
      self.init("Softplus", version: 1, input: x)
    } else {
      return nil
    }
  }

  /// x * f(x).
  init?(product index: Int, _ rewriting: Rewriting, opset: Int64) {
    let product = rewriting.product(ofNode: index)
    guard product.powers.count <= 2 else { return nil }
    if product.hasCoefficient(1.0 / 6), product.powers.count == 1, let gate = product.powers.first, gate.value == 1,
      let x = Self.rampInput(gate.key, rewriting)
    {
      self.init(
        "HardSigmoid", version: 6, input: x,
        attributes: [Attribute(name: "alpha", value: .float(1.0 / 6)), Attribute(name: "beta", value: .float(0.5))])
      return
    }
    for x in product.powers.keys.sorted() {
      guard let gate = product.other(than: x), rewriting.isReadOnce(gate) else { continue }
      if let found = Self.gated(x, by: gate, product.coefficient, rewriting), opset >= found.version {
        self = found
        return
      }
    }
    return nil
  }

  private static func gated(
    _ x: ValueID, by gate: ValueID, _ coefficient: Double, _ rewriting: Rewriting
  ) -> Activation? {
    if coefficient.isClose(to: 1.0 / 6), rampInput(gate, rewriting) == x {
      return Activation("HardSwish", version: 14, input: x)
    }
    guard coefficient == 1 else { return nil }
    if let index = rewriting.maker(of: gate, "HardSigmoid"), rewriting.node(index).inputs[0] == x,
      Double(rewriting.node(index).float("alpha") ?? 0.2).isClose(to: 1.0 / 6),
      rewriting.node(index).float("beta") ?? 0.5 == 0.5
    {
      return Activation("HardSwish", version: 14, input: x)
    }
    if let index = rewriting.maker(of: gate, "Tanh"), let inner = rewriting.node(index).inputs[0],
      let softplus = rewriting.maker(of: inner, "Softplus"), rewriting.node(softplus).inputs[0] == x
    {
      return Activation("Mish", version: 18, input: x)
    }
    guard let index = rewriting.maker(of: gate, "Sigmoid"), let argument = rewriting.node(index).inputs[0] else {
      return nil
    }
    let inner = rewriting.product(argument)
    guard argument == x || inner.isPower(1, of: x) else { return nil }
    let alpha = Attribute(name: "alpha", value: .float(argument == x ? 1 : Float(inner.coefficient)))
    return Activation("Swish", version: 24, input: x, attributes: [alpha])
  }

  /// The x of clip(x + 3, 0, 6).
  private static func rampInput(_ id: ValueID, _ rewriting: Rewriting) -> ValueID? {
    guard rewriting.isReadOnce(id), let clip = rewriting.maker(of: id, "Clip") else { return nil }
    let node = rewriting.node(clip)
    let isInputs = node.inputs.count == 3
    let lower = isInputs ? rewriting.scalar(node.inputs[1]) : node.float("min").map { Double($0) }
    let upper = isInputs ? rewriting.scalar(node.inputs[2]) : node.float("max").map { Double($0) }
    guard lower == 0, upper == 6, rewriting.isReadOnce(node.inputs[0]) else { return nil }
    return rewriting.addend(node.inputs[0], plus: 3)
  }
}
