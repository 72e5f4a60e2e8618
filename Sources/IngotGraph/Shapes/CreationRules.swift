// Operations that make tensors from shapes, and shapes from tensors.

internal import IngotCore

enum CreationRules {
  static let table: [String: ShapeRule] = [
    "Constant": constant, "Shape": shape, "Size": { $0.set(type: .int64, shape: []) },
    "ConstantOfShape": constantOfShape,
    "Range": range, "EyeLike": like, "RandomNormalLike": like, "RandomUniformLike": like, "Bernoulli": like,
    "RandomNormal": random, "RandomUniform": random,
    "Multinomial": { $0.set(type: elementType($0, "dtype") ?? .int32, shape: nil) },
  ]

  @Sendable private static func constant(_ node: inout NodeFacts) {
    guard let initializer = node.node.constantValue else { return }
    node.set(type: initializer.type, shape: initializer.shape.map { .fixed($0) })
    if let tensor = initializer.tensor, !node.outputs.isEmpty { node.outputs[0] = ValueFacts(tensor) }
  }

  @Sendable private static func shape(_ node: inout NodeFacts) {
    let bounds = node.shape(0).map { ShapeEvaluators.shapeBounds(node.node, rank: $0.count) }
    node.set(type: .int64, shape: [bounds.map { .fixed($0.count) } ?? .unknown])
  }

  @Sendable private static func constantOfShape(_ node: inout NodeFacts) throws(ShapeProblem) {
    var type = ElementType.float32
    if case .tensor(let value)? = node.node.attribute("value") { type = value.type }
    node.set(type: type, shape: try sizes(node.input(0)))
  }

  /// A shape from the input that holds one; its length at least.
  private static func sizes(_ facts: ValueFacts?) throws(ShapeProblem) -> [Dimension]? {
    if let elements = facts?.elements {
      for case .fixed(let size) in elements where size < 0 { throw .outputSize }
      return elements
    }
    guard let rank = facts?.shape?.first?.size, rank >= 0, rank <= ValueFacts.elementLimit else { return nil }
    return [Dimension](repeating: .unknown, count: rank)
  }

  @Sendable private static func range(_ node: inout NodeFacts) {
    node.set(type: node.type(0), shape: [.unknown])
    guard let start = node.input(0)?.elements?.first, let limit = node.input(1)?.elements?.first,
      let delta = node.input(2)?.elements?.first
    else { return }
    if let a = start.size, let b = limit.size, let step = delta.size {
      guard let count = ShapeEvaluators.rangeCount(Int64(a), Int64(b), Int64(step)) else { return }
      node.set(type: node.type(0), shape: [.fixed(count)])
    } else if start == .fixed(0), delta == .fixed(1) {
      node.set(type: node.type(0), shape: [limit])
    }
  }

  @Sendable private static func like(_ node: inout NodeFacts) {
    node.set(type: elementType(node, "dtype") ?? node.type(0), shape: node.shape(0))
  }

  @Sendable private static func random(_ node: inout NodeFacts) throws(ShapeProblem) {
    let sizes = node.node.ints("shape")
    guard sizes?.allSatisfy({ $0 >= 0 }) ?? true else { throw .attribute("shape", expected: "without negative sizes") }
    node.set(type: elementType(node, "dtype") ?? .float32, shape: sizes?.map { .fixed(Int($0)) })
  }

  static func elementType(_ node: NodeFacts, _ attribute: String) -> ElementType? {
    node.node.int(attribute).flatMap { Int32(exactly: $0) }.flatMap { ElementType(rawValue: $0) }
  }
}

extension Node {
  /// What a `Constant` node holds; nil for sparse tensors and for other nodes.
  var constantValue: Initializer? {
    guard opType == "Constant", domain.isEmpty, attributes.count == 1, let attribute = attributes.first else {
      return nil
    }
    switch (attribute.name, attribute.value) {
    case ("value", .tensor(let initializer)): return initializer
    case ("value_float", .float(let value)): return Initializer(Tensor([value], shape: []))
    case ("value_floats", .floats(let values)): return Initializer(Tensor(values))
    case ("value_int", .int(let value)): return Initializer(Tensor([value], shape: []))
    case ("value_ints", .ints(let values)): return Initializer(Tensor(values))
    case ("value_string", .string(let bytes)): return Initializer(type: .string, shape: [], storage: .strings([bytes]))
    case ("value_strings", .strings(let strings)):
      return Initializer(type: .string, shape: [strings.count], storage: .strings(strings))
    default: return nil
    }
  }
}
