// Operations that make tensors from shapes, and shapes from tensors.

internal import IngotCore

enum CreationRules {
  static let table: [String: ShapeRule] = [
    "Constant": constant, "Shape": shape, "Size": { $0.set(type: .int64, shape: []) },
    "ConstantOfShape": constantOfShape, "ConstantFill": constantFill, "Range": range, "com.microsoft::Range": range,
    "EyeLike": like, "RandomNormalLike": like, "RandomUniformLike": like, "Bernoulli": like, "RandomNormal": random,
    "RandomUniform": random, "Multinomial": multinomial,
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
    let shape = node.sizesOrCount(0)
    for size in shape ?? [] { _ = try size.checked() }
    node.set(type: type, shape: shape)
  }

  /// An experimental operator of the first versions.
  @Sendable private static func constantFill(_ node: inout NodeFacts) {
    let type = elementType(node, "dtype") ?? .float32
    let shape = node.node.ints("shape")?.map { Dimension.fixed(Int($0)) }
    node.set(type: type, shape: shape ?? (node.flag("input_as_shape") ? node.sizesOrCount(0) : node.shape(0)))
  }

  /// ceil((limit - start) / delta), at least 0.
  @Sendable private static func range(_ node: inout NodeFacts) throws(ShapeProblem) {
    let type = try node.commonType(0..<3)
    node.set(type: type, shape: [.unknown])
    guard let start = node.elements(0)?.first, let limit = node.elements(1)?.first,
      let delta = node.input(2) == nil ? .fixed(1) : node.elements(2)?.first
    else { return }
    if let a = start.size, let b = limit.size, let step = delta.size {
      guard let count = ShapeEvaluators.rangeCount(Int64(a), Int64(b), Int64(step)) else { return }
      node.set(type: type, shape: [.fixed(count)])
    } else if let step = delta.size, step > 0 {
      let span = limit - start
      let length = span.isAtLeast(.fixed(0)) ? span : .maximum(span, .fixed(0))
      node.set(type: type, shape: [length.ceilDivided(by: delta)])
    }
  }

  @Sendable private static func multinomial(_ node: inout NodeFacts) throws(ShapeProblem) {
    let count = node.int("sample_size", default: 1)
    guard count >= 0 else { throw .attribute("sample_size", expected: "0 or more") }
    let batch = try node.shape(0, rank: 2)?[0] ?? .unknown
    node.set(type: elementType(node, "dtype") ?? .int32, shape: [batch, .fixed(Int(count))])
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
