// Casts among all types of numbers. What a cast gives for a number outside the range of an integer type differs between
// runtimes, so such a cast is left to them.

internal import IngotCore

enum CastEvaluators {
  static let table: [String: Evaluator] = [
    "Cast": { evaluation in
      guard let number = evaluation.node.int("to").flatMap({ Int32(exactly: $0) }),
        let type = ElementType(rawValue: number)
      else { return nil }
      return cast(evaluation, to: type)
    },
    "BitCast": { evaluation in
      // The same bytes under another type of the same width.
      guard let tensor = evaluation.input(0), let number = evaluation.node.int("to").flatMap({ Int32(exactly: $0) }),
        let type = ElementType(rawValue: number), type.bitCount == tensor.type.bitCount, type != .bool, !type.isPacked
      else { return nil }
      return [Tensor(type: type, shape: tensor.shape, bytes: tensor.bytes)]
    },
    "CastLike": { evaluation in evaluation.input(1).flatMap { cast(evaluation, to: $0.type) } },
  ]

  private static func cast(_ evaluation: Evaluation, to type: ElementType) -> [Tensor]? {
    guard let tensor = evaluation.input(0), evaluation.allows(tensor.shape, type) else { return nil }
    if type == tensor.type { return [tensor] }
    // Powers of two alone: how they are rounded is an attribute that is too new to be relied on.
    guard type != .float8e8m0 else { return nil }
    let saturates = evaluation.node.int("saturate") != 0
    return evaluation.elementwise(
      [tensor], as: type, isTotal: isTotal(from: tensor.type, to: type), saturates: saturates
    ) {
      converted($0[0], to: type)
    }.map { [$0] }
  }

  /// Whether every number has a counterpart.
  private static func isTotal(from source: ElementType, to type: ElementType) -> Bool {
    type.isFloatingPoint || type == .bool || !source.isFloatingPoint
  }

  private static func converted(_ numbers: Numbers, to type: ElementType) -> Numbers? {
    switch numbers {
    case .integers(let values):
      if type == .bool { return .integers(values.map { $0 == 0 ? 0 : 1 }) }
      if type == .uint64 { return .unsigned(values.map { UInt64(bitPattern: $0) }) }
      guard type.isFloatingPoint else { return numbers }
      // Rounded once, from the integer.
      return .floats(type == .float64 ? values.map { Double($0) } : values.map { Double(Float($0)) })
    case .unsigned(let values):
      if type == .bool { return .integers(values.map { $0 == 0 ? 0 : 1 }) }
      guard type.isFloatingPoint else { return .integers(values.map { Int64(bitPattern: $0) }) }
      return .floats(type == .float64 ? values.map { Double($0) } : values.map { Double(Float($0)) })
    case .floats(let values):
      if type.isFloatingPoint { return numbers }
      if type == .bool { return .integers(values.map { $0 == 0 ? 0 : 1 }) }
      return truncated(values, to: type)
    }
  }

  /// Toward zero; nil for a number outside the type's range.
  private static func truncated(_ values: [Double], to type: ElementType) -> Numbers? {
    if type == .uint64 {
      var result: [UInt64] = []
      for value in values {
        guard let integer = UInt64(exactly: value.rounded(.towardZero)) else { return nil }
        result.append(integer)
      }
      return .unsigned(result)
    }
    guard let bounds = type.integerBounds else { return nil }
    var result: [Int64] = []
    for value in values {
      guard let integer = Int64(exactly: value.rounded(.towardZero)), bounds.contains(integer) else { return nil }
      result.append(integer)
    }
    return .integers(result)
  }
}

extension ElementType {
  /// What an integer type holds; nil for uint64 and for what are no integers.
  fileprivate var integerBounds: ClosedRange<Int64>? {
    switch self {
    case .int64: .min ... .max
    case .int32: Int64(Int32.min)...Int64(Int32.max)
    case .int16: Int64(Int16.min)...Int64(Int16.max)
    case .int8: -128...127
    case .int4: -8...7
    case .int2: -2...1
    case .uint32: 0...Int64(UInt32.max)
    case .uint16: 0...Int64(UInt16.max)
    case .uint8: 0...255
    case .uint4: 0...15
    case .uint2: 0...3
    default: nil
    }
  }
}
