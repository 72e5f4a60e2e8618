// Transposes that follow one another become one, also through elementwise operations between them, and two operands that are
// transposed in the same way are transposed once after the operation.

internal import IngotCore

extension Pass {
  static let transposes = Pass("transposes", on: Elementwise.operations.union(["Transpose"])) { rewriting, index, _ in
    if rewriting.node(index).opType == "Transpose" {
      Transposes.merge(&rewriting, index)
    } else {
      Transposes.sink(&rewriting, index)
    }
  }
}

private enum Transposes {
  /// Elementwise nodes between two transposes; more than these are not looked through.
  static let chainLimit = 16

  static func merge(_ rewriting: inout Rewriting, _ index: Int) {
    guard let outer = order(of: index, rewriting) else { return }
    // From the second transpose up to the first, through nodes that only this chain reads.
    var chain: [(index: Int, position: Int)] = []
    var value = rewriting.node(index).inputs[0]
    while rewriting.maker(of: value, "Transpose") == nil {
      guard chain.count < chainLimit, rewriting.isReadOnce(value), let next = rewriting.anyMaker(of: value),
        let position = Elementwise.onlyTensor(of: next, rank: outer.count, rewriting)
      else { return }
      chain.append((next, position))
      value = rewriting.node(next).inputs[position]
    }
    guard let first = rewriting.maker(of: value, "Transpose"), let inner = order(of: first, rewriting),
      inner.count == outer.count, let source = rewriting.node(first).inputs[0]
    else { return }
    let merged = outer.map { inner[$0] }
    let cancels = merged == Array(merged.indices)
    guard chain.isEmpty || rewriting.isReadOnce(value) || cancels else { return }
    var current = source
    for (link, position) in chain.reversed() {
      var node = rewriting.node(link)
      let old = node.outputs[0] ?? current
      node.inputs[position] = current
      current = rewriting.addValue(named: "\(rewriting.graph[old].name)_untransposed", like: old)
      node.outputs = [current]
      rewriting.insert(node, before: index)
    }
    var node = rewriting.node(index)
    node.inputs = [current]
    node.set("perm", .ints(merged.map { Int64($0) }))
    rewriting.replace(index, with: node)
  }

  /// `f(transpose(a), transpose(b))` is `transpose(f(a, b))`.
  static func sink(_ rewriting: inout Rewriting, _ index: Int) {
    let node = rewriting.node(index)
    guard node.inputs.count >= 2, let output = node.outputs.first.flatMap(\.self) else { return }
    var (order, inputs, count): ([Int]?, [ValueID?], Int) = (nil, node.inputs, 0)
    for (position, id) in node.inputs.enumerated() {
      if let id, let transpose = rewriting.maker(of: id, "Transpose"), rewriting.isReadOnce(id),
        let found = Self.order(of: transpose, rewriting), order == nil || order == found
      {
        (order, inputs[position], count) = (found, rewriting.node(transpose).inputs[0], count + 1)
      } else if !Elementwise.isScalar(id, rewriting) {
        return
      }
    }
    guard count >= 2, let order, Elementwise.allowsScalars(node.inputs, rank: order.count, rewriting) else { return }
    let before = rewriting.addValue(named: "\(rewriting.graph[output].name)_untransposed", like: output)
    var operation = node
    (operation.inputs, operation.outputs) = (inputs, [before])
    rewriting.insert(operation, before: index)
    let perm = Attribute(name: "perm", value: .ints(order.map { Int64($0) }))
    rewriting.replace(
      index, with: Node("Transpose", name: "", inputs: [before], outputs: [output], attributes: [perm]))
  }

  /// Which axis of the input each axis of the output is.
  static func order(of index: Int, _ rewriting: Rewriting) -> [Int]? {
    let node = rewriting.node(index)
    guard node.inputs.count == 1 else { return nil }
    guard let order = node.ints("perm") else { return rewriting.rank(node.inputs[0]).map { (0..<$0).reversed() } }
    guard order.sorted() == order.indices.map({ Int64($0) }) else { return nil }
    return order.map { Int($0) }
  }
}

/// Operations that treat every element alike, whatever axis it is on.
enum Elementwise {
  static let unary: Set<String> = [
    "Abs", "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "BitwiseNot", "Cast", "Ceil", "Celu", "Clip", "Cos",
    "Cosh",
    "Elu", "Erf", "Exp", "Floor", "Gelu", "HardSigmoid", "HardSwish", "Identity", "IsInf", "IsNaN", "LeakyRelu", "Log",
    "Mish", "Neg", "Not", "Reciprocal", "Relu", "Round", "Selu", "Shrink", "Sigmoid", "Sign", "Sin", "Sinh", "Softplus",
    "Softsign", "Sqrt", "Swish", "Tan", "Tanh", "ThresholdedRelu",
  ]
  static let binary: Set<String> = [
    "Add", "And", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "Div", "Equal", "Greater", "GreaterOrEqual", "Less",
    "LessOrEqual", "Max", "Mean", "Min", "Mul", "Or", "Pow", "Sub", "Sum", "Where", "Xor",
  ]
  static let operations = unary.union(binary)

  /// The position of the one input that is no constant of one element, where the node is elementwise.
  static func onlyTensor(of index: Int, rank: Int, _ rewriting: Rewriting) -> Int? {
    let node = rewriting.node(index)
    guard node.domain.isEmpty, operations.contains(node.opType), node.outputs.count == 1 else { return nil }
    let tensors = node.inputs.indices.filter { !isScalar(node.inputs[$0], rewriting) }
    guard tensors.count == 1, allowsScalars(node.inputs, rank: rank, rewriting) else { return nil }
    return tensors[0]
  }

  static func isScalar(_ id: ValueID?, _ rewriting: Rewriting) -> Bool {
    guard let id else { return true }
    return rewriting.constant(id)?.elementCount == 1
  }

  /// Whether no constant of one element has more axes than the tensors, which would then be given more.
  static func allowsScalars(_ inputs: [ValueID?], rank: Int, _ rewriting: Rewriting) -> Bool {
    inputs.allSatisfy { id in
      guard isScalar(id, rewriting), let constant = rewriting.constant(id) else { return true }
      return constant.shape.count <= rank
    }
  }
}
