// Operations that work on one element at a time, with and without broadcasting.

internal import IngotCore

enum ElementwiseRules {
  static let table: [String: ShapeRule] = {
    var table: [String: ShapeRule] = [
      "Where": choose, "Cast": cast, "CastLike": castLike, "BitShift": broadcastSame, "PRelu": sameAsFirst,
      "Clip": sameAsFirst,
      "Dropout": dropout, "BitwiseNot": sameAsFirst, "Pow": power, "com.microsoft::Gelu": sameAsFirst,
      "com.microsoft::FastGelu": sameAsFirst,
      "com.microsoft::QuickGelu": sameAsFirst, "com.microsoft::BiasGelu": sameAsFirst,
    ]
    // Through constants of the rule's type: converting a function in an assignment to a subscript crashes Swift 6.3.1.
    let (same, broadcast, compare, truth): (ShapeRule, ShapeRule, ShapeRule, ShapeRule)
    (same, broadcast, compare, truth) = (sameAsFirst, broadcastSame, comparison, truthOfEach)
    for name in sameTypeUnary { table[name] = same }
    for name in broadcasting { table[name] = broadcast }
    for name in comparisons { table[name] = compare }
    for name in ["Not", "IsNaN", "IsInf"] { table[name] = truth }
    return table
  }()

  private static let sameTypeUnary = [
    "Abs", "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "Ceil", "Celu", "Cos", "Cosh", "CumSum", "Elu", "Erf",
    "Exp", "Floor",
    "Gelu", "HardSigmoid", "HardSwish", "Hardmax", "Identity", "LRN", "LeakyRelu", "Log", "LogSoftmax",
    "LpNormalization",
    "MeanVarianceNormalization", "Mish", "Neg", "Reciprocal", "Relu", "Round", "Selu", "Shrink", "Sigmoid", "Sign",
    "Sin", "Sinh",
    "Softmax", "Softplus", "Softsign", "Sqrt", "Swish", "Tan", "Tanh", "ThresholdedRelu", "Trilu", "ReverseSequence",
    "ScatterElements", "ScatterND", "Scatter", "TensorScatter",
  ]

  private static let broadcasting = [
    "Add", "Sub", "Mul", "Div", "Mod", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "Min", "Max", "Sum", "Mean",
  ]

  private static let comparisons = ["And", "Or", "Xor", "Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual"]

  @Sendable static func sameAsFirst(_ node: inout NodeFacts) { node.set(type: node.type(0), shape: node.shape(0)) }

  /// NumPy's broadcasting of all inputs; nil where a rank is unknown.
  static func broadcastInputs(_ node: NodeFacts) throws(ShapeProblem) -> [Dimension]? {
    // Before version 7 an attribute said where the second input's axes stand.
    if node.opset < 7, node.node.int("broadcast") != nil { return node.shape(0) }
    guard !node.inputs.isEmpty else { throw .missingInput(0) }
    var result: [Dimension] = []
    for input in node.inputs {
      guard let shape = input?.shape else { return nil }
      result = try .broadcast(result, shape)
    }
    return result
  }

  @Sendable static func broadcastSame(_ node: inout NodeFacts) throws(ShapeProblem) {
    var type: ElementType?
    for input in node.inputs {
      guard let next = input?.type else { continue }
      if let type, type != next, node.node.opType != "BitShift" { throw .types(type, next) }
      type = next
    }
    node.set(type: type, shape: try broadcastInputs(node))
  }

  @Sendable private static func power(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: try broadcastInputs(node))
  }

  @Sendable private static func comparison(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: .bool, shape: try broadcastInputs(node))
  }

  @Sendable private static func truthOfEach(_ node: inout NodeFacts) { node.set(type: .bool, shape: node.shape(0)) }

  @Sendable private static func choose(_ node: inout NodeFacts) throws(ShapeProblem) {
    if let a = node.type(1), let b = node.type(2), a != b { throw .types(a, b) }
    node.set(type: node.type(1) ?? node.type(2), shape: try broadcastInputs(node))
  }

  @Sendable private static func cast(_ node: inout NodeFacts) throws(ShapeProblem) {
    let type = node.node.int("to").flatMap { Int32(exactly: $0) }.flatMap { ElementType(rawValue: $0) }
    if type == nil, node.opset >= 6 { throw .attribute("to", expected: "the number of an element type") }
    node.set(type: type, shape: node.shape(0))
  }

  @Sendable private static func castLike(_ node: inout NodeFacts) { node.set(type: node.type(1), shape: node.shape(0)) }

  @Sendable private static func dropout(_ node: inout NodeFacts) {
    node.set(type: node.type(0), shape: node.shape(0))
    node.set(1, type: node.opset >= 10 ? .bool : node.type(0), shape: node.shape(0))
  }
}
