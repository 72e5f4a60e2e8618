// Operations that make shapes, and tensors from shapes.

internal import IngotCore

enum ShapeEvaluators {
  static let table: [String: Evaluator] = [
    "Shape": shape, "Size": { $0.input(0).map { [Tensor([Int64($0.elementCount)], shape: [])] } },
    "ConstantOfShape": constantOfShape, "Range": range, "Identity": { $0.input(0).map { [$0] } },
  ]

  @Sendable private static func shape(_ evaluation: Evaluation) -> [Tensor]? {
    guard let tensor = evaluation.input(0) else { return nil }
    let bounds = shapeBounds(evaluation.node, rank: tensor.shape.count)
    let sizes = tensor.shape[bounds].map { Int64($0) }
    return [Tensor(sizes, shape: [sizes.count])]
  }

  /// The axes that `Shape` keeps: `start` and `end` count from the back when negative and are clamped.
  static func shapeBounds(_ node: Node, rank: Int) -> Range<Int> {
    func clamped(_ value: Int64) -> Int {
      let position = value < 0 ? value.addingReportingOverflow(Int64(rank)).partialValue : value
      return Int(min(max(position, 0), Int64(rank)))
    }
    let start = clamped(node.int("start") ?? 0)
    return start..<max(start, clamped(node.int("end") ?? Int64(rank)))
  }

  @Sendable private static func constantOfShape(_ evaluation: Evaluation) -> [Tensor]? {
    guard let sizes = evaluation.input(0)?.int64s else { return nil }
    let shape = sizes.map { Int(clamping: $0) }
    let value: Tensor
    if case .tensor(let initializer)? = evaluation.node.attribute("value") {
      guard let tensor = initializer.tensor, tensor.elementCount == 1 else { return nil }
      value = tensor
    } else {
      value = Tensor([Float(0)])
    }
    guard let count = Layout.count(shape), evaluation.allows(shape, value.type) else { return nil }
    return value.taking([Int](repeating: 0, count: count), shape: shape).map { [$0] }
  }

  @Sendable private static func range(_ evaluation: Evaluation) -> [Tensor]? {
    guard let start = evaluation.input(0), let limit = evaluation.input(1), let delta = evaluation.input(2),
      start.elementCount == 1, limit.elementCount == 1, delta.elementCount == 1, start.type == limit.type,
      start.type == delta.type
    else { return nil }
    switch (Numbers(start), Numbers(limit), Numbers(delta)) {
    case (.integers(let start)?, .integers(let limit)?, .integers(let delta)?):
      guard let count = rangeCount(start[0], limit[0], delta[0]), evaluation.allows([count], .int64) else { return nil }
      let values = (0..<count).map { start[0] &+ Int64($0) &* delta[0] }
      return Tensor(.integers(values), type: evaluation.inputs[0]?.type ?? .int64, shape: [count]).map { [$0] }
    case (.floats(let first)?, .floats(let limit)?, .floats(let delta)?):
      let quotient = ((limit[0] - first[0]) / delta[0]).rounded(.up)
      guard quotient.isFinite, quotient < 1e9 else { return nil }
      let count = quotient > 0 ? Int(quotient) : 0
      guard evaluation.allows([count], .float64) else { return nil }
      let values = (0..<count).map { first[0] + Double($0) * delta[0] }
      return Tensor(.floats(values), type: start.type, shape: [values.count]).map { [$0] }
    default: return nil
    }
  }

  /// ceil((limit - start) / delta), at least 0.
  static func rangeCount(_ start: Int64, _ limit: Int64, _ delta: Int64) -> Int? {
    let (span, overflow) = limit.subtractingReportingOverflow(start)
    guard !overflow, delta != 0, delta != .min, span != .min else { return nil }
    if (span > 0) != (delta > 0) || span == 0 { return 0 }
    return Int((span.magnitude - 1) / delta.magnitude + 1)
  }
}
