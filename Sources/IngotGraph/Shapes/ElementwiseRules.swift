// Operations that work on one element at a time, with and without broadcasting.

internal import IngotCore

enum ElementwiseRules {
  static let table: [String: ShapeRule] = {
    var table: [String: ShapeRule] = [
      "Where": choose, "Cast": cast, "CastLike": { $0.set(type: $0.type(1), shape: $0.shape(0)) }, "BitCast": bitCast,
      "Dropout": dropout, "Pow": power, "SwiGLU": twoAlike,
      "com.microsoft::BitmaskDropout": bitmaskDropout, "com.microsoft::BitmaskBiasDropout": bitmaskDropout,
      "com.microsoft::BiasDropout": { (node) in
        node.set(type: node.type(0), shape: node.shape(0))
        node.set(1, type: .bool, shape: node.shape(0))
      },
      "com.microsoft::BiasSplitGelu": halved,
      "com.microsoft::IsAllFinite": { $0.set(type: .bool, shape: []) },
      "com.microsoft::ComplexMul": broadcastSame, "com.microsoft::ComplexMulConj": broadcastSame,
    ]
    // Through constants of the rule's type: converting a function in an assignment to a subscript crashes Swift 6.3.1.
    let (same, broadcast, compare, truth): (ShapeRule, ShapeRule, ShapeRule, ShapeRule)
    (same, broadcast, compare, truth) = (sameAsFirst, broadcastSame, comparison, truthOfEach)
    for name in sameTypeUnary { table[name] = same }
    for name in microsoftUnary { table["com.microsoft::\(name)"] = same }
    for name in variadic.union(arithmetic) { table[name] = broadcast }
    for name in comparisons { table[name] = compare }
    for name in ["Not", "IsNaN", "IsInf"] { table[name] = truth }
    return table
  }()

  private static let sameTypeUnary = [
    "Abs", "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "BitwiseNot", "Ceil", "Celu", "Clip", "Cos", "Cosh",
    "CumProd", "CumSum", "Elu", "Erf", "Exp", "Floor", "Gelu", "HardSigmoid", "HardSwish", "Hardmax", "LRN",
    "LeakyRelu", "Log", "LogSoftmax", "LpNormalization", "MeanVarianceNormalization", "Mish", "Neg", "PRelu",
    "Reciprocal", "Relu", "ReverseSequence", "Round", "Scatter", "ScatterElements", "ScatterND", "Selu", "Shrink",
    "Sigmoid", "Sign", "Sin", "Sinh", "Softmax", "Softplus", "Softsign", "Sqrt", "Swish", "Tan", "Tanh",
    "ThresholdedRelu", "Trilu",
    // Experimental operators of the first versions, which old exporters wrote.
    "Affine", "ImageScaler", "ParametricSoftplus", "ScaledTanh",
  ]

  private static let microsoftUnary = [
    "BiasAdd", "BiasGelu", "BiasSoftmax", "BranchwiseRMSNorm", "FastGelu", "GatedAdd", "GatedRMSNorm", "Gelu",
    "Inverse",
    "QOrderedGelu", "QuickGelu", "SampleOp", "ScaledSiLU", "Trilu",
  ]

  private static let arithmetic: Set<String> = [
    "Add", "Sub", "Mul", "Div", "Mod", "BitShift", "BitwiseAnd", "BitwiseOr", "BitwiseXor",
  ]

  /// They broadcast from version 8 on; the others from version 7.
  private static let variadic: Set<String> = ["Min", "Max", "Sum", "Mean"]

  private static let comparisons = ["And", "Or", "Xor", "Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual"]

  @Sendable static func sameAsFirst(_ node: inout NodeFacts) { node.set(type: node.type(0), shape: node.shape(0)) }

  /// NumPy's broadcasting of these inputs, of all where none are named; nil where a rank is unknown.
  static func broadcastInputs(_ node: NodeFacts, _ indices: [Int]? = nil) throws(ShapeProblem) -> [Dimension]? {
    guard !node.inputs.isEmpty else { throw .missingInput(0) }
    let standard = variadic.contains(node.node.opType) ? 8 : 7
    if node.opset < standard, node.node.domain.isEmpty { return alikeInputs(node) }
    var result: [Dimension] = []
    for index in indices ?? Array(node.inputs.indices) {
      guard let shape = node.shape(index) else { return nil }
      result = try .broadcast(result, shape)
    }
    return result
  }

  /// Old versions wanted equal shapes, or an attribute that says where the second input's axes stand in the first one's.
  private static func alikeInputs(_ node: NodeFacts) -> [Dimension]? {
    if node.flag("broadcast") { return node.shape(0) }
    var result: [Dimension]?
    for input in node.inputs {
      guard let shape = input?.shape else { continue }
      guard let known = result else { result = shape; continue }
      result = known.unified(with: shape) ?? known
    }
    return result
  }

  @Sendable static func broadcastSame(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: try node.commonType(node.inputs.indices), shape: try broadcastInputs(node))
  }

  /// The exponent may have a type of its own.
  @Sendable private static func power(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: try broadcastInputs(node))
  }

  @Sendable private static func comparison(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: .bool, shape: try broadcastInputs(node))
  }

  @Sendable private static func truthOfEach(_ node: inout NodeFacts) { node.set(type: .bool, shape: node.shape(0)) }

  @Sendable private static func choose(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: try node.commonType([1, 2]), shape: try broadcastInputs(node))
  }

  @Sendable private static func twoAlike(_ node: inout NodeFacts) throws(ShapeProblem) {
    let type = try node.commonType([0, 1])
    node.set(type: type, shape: node.shape(0) ?? node.shape(1))
    guard let a = node.shape(0), let b = node.shape(1) else { return }
    guard let shape = a.unified(with: b) else { throw .broadcast(a, b) }
    node.set(type: type, shape: shape)
  }

  /// The first version has the type's name.
  @Sendable private static func cast(_ node: inout NodeFacts) throws(ShapeProblem) {
    var type = CreationRules.elementType(node, "to")
    if node.opset < 6, let name = node.node.string("to") { type = ElementType(onnxName: name) }
    if type == nil, node.opset >= 6 { throw .attribute("to", expected: "the number of an element type") }
    node.set(type: type, shape: node.shape(0))
  }

  @Sendable private static func bitCast(_ node: inout NodeFacts) throws(ShapeProblem) {
    guard let type = CreationRules.elementType(node, "to") else {
      throw .attribute("to", expected: "the number of an element type")
    }
    if let from = node.type(0), from.bitCount != type.bitCount { throw .types(from, type) }
    node.set(type: type, shape: node.shape(0))
  }

  @Sendable private static func dropout(_ node: inout NodeFacts) {
    node.set(type: node.type(0), shape: node.shape(0))
    node.set(1, type: node.opset >= 10 ? .bool : node.type(0), shape: node.shape(0))
  }

  /// The mask has a bit an element, in words of 32.
  @Sendable private static func bitmaskDropout(_ node: inout NodeFacts) {
    node.set(type: node.type(0), shape: node.shape(0))
    let count = node.shape(0)?.product ?? .unknown
    node.set(1, type: .uint32, shape: [count.ceilDivided(by: .fixed(32))])
  }

  @Sendable private static func halved(_ node: inout NodeFacts) {
    node.set(type: node.type(0), shape: nil)
    guard let shape = node.shape(0), let last = shape.last else { return }
    node.set(type: node.type(0), shape: shape.dropLast() + [last.floorDivided(by: .fixed(2))])
  }
}

extension ElementType {
  /// As TensorProto.DataType spells it: `FLOAT`, `INT64`.
  init?(onnxName name: String) {
    let names: [String: ElementType] = [
      "FLOAT": .float32, "UINT8": .uint8, "INT8": .int8, "UINT16": .uint16, "INT16": .int16, "INT32": .int32,
      "INT64": .int64, "STRING": .string, "BOOL": .bool, "FLOAT16": .float16, "DOUBLE": .float64, "UINT32": .uint32,
      "UINT64": .uint64, "COMPLEX64": .complex64, "COMPLEX128": .complex128,
    ]
    guard let type = names[name.uppercased()] else { return nil }
    self = type
  }
}
