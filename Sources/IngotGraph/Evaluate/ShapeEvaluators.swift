// Operations that make shapes, and tensors from shapes.

internal import IngotCore

enum ShapeEvaluators {
  static let table: [String: Evaluator] = [
    "Shape": shape, "Size": { $0.input(0).map { [Tensor([Int64($0.elementCount)], shape: [])] } },
    "ConstantOfShape": constantOfShape, "Range": range, "EyeLike": eye, "NonZero": nonZero,
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
    guard let sizes = evaluation.input(0)?.int64s, sizes.allSatisfy({ $0 >= 0 }) else { return nil }
    let shape = sizes.map { Int(clamping: $0) }
    let value: Tensor
    if case .tensor(let initializer)? = evaluation.node.attribute("value") {
      guard let tensor = initializer.tensor, tensor.elementCount == 1 else { return nil }
      value = tensor
    } else {
      value = Tensor([Float(0)])
    }
    guard evaluation.allows(shape, value.type) else { return nil }
    if shape.contains(0) { return [Tensor(type: value.type, shape: shape, bytes: Bytes())] }
    return value.viewed(StridedView(shape, strides: shape.map { _ in 0 }), shape: shape).map { [$0] }
  }

  /// Ones on a diagonal of a matrix of the input's shape.
  @Sendable private static func eye(_ evaluation: Evaluation) -> [Tensor]? {
    guard let like = evaluation.input(0), like.shape.count == 2, like.elementCount <= elementLimit else { return nil }
    var type = like.type
    if let number = evaluation.node.int("dtype") {
      guard let given = Int32(exactly: number).flatMap(ElementType.init(rawValue:)) else { return nil }
      type = given
    }
    guard evaluation.allows(like.shape, type), type.isArithmetic || type == .bool else { return nil }
    let offset = evaluation.node.int("k") ?? 0
    guard offset.magnitude < 1 << 40 else { return nil }
    let columns = like.shape[1]
    let ones = (0..<like.elementCount).map { Int64($0 % columns) - Int64($0 / columns) == offset }
    let numbers: Numbers =
      type.isFloatingPoint
      ? .floats(ones.map { $0 ? 1 : 0 })
      : type == .uint64 ? .unsigned(ones.map { $0 ? 1 : 0 }) : .integers(ones.map { $0 ? 1 : 0 })
    return Tensor(numbers, type: type, shape: like.shape).map { [$0] }
  }

  /// Elements that are looked at one by one.
  private static let elementLimit = 1 << 20

  /// The positions of what is not zero, one column each.
  @Sendable private static func nonZero(_ evaluation: Evaluation) -> [Tensor]? {
    guard let tensor = evaluation.input(0), tensor.elementCount <= elementLimit, let numbers = Numbers(tensor),
      !tensor.shape.isEmpty
    else { return nil }
    let isSet: [Bool]
    switch numbers {
    case .integers(let values): isSet = values.map { $0 != 0 }
    case .unsigned(let values): isSet = values.map { $0 != 0 }
    case .floats(let values): isSet = values.map { $0 != 0 }
    }
    let found = isSet.indices.filter { isSet[$0] }
    guard evaluation.allows([tensor.shape.count, found.count], .int64) else { return nil }
    var positions: [Int64] = []
    for (stride, size) in zip(Layout.strides(tensor.shape), tensor.shape) {
      positions += found.map { Int64($0 / stride % size) }
    }
    return [Tensor(positions, shape: [tensor.shape.count, found.count])]
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
