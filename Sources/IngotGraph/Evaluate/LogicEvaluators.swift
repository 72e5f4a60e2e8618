// Truths: comparisons, logic, and choices that depend on them.

internal import IngotCore

enum LogicEvaluators {
  static let table: [String: Evaluator] = [
    "And": { logic($0) { $0 & $1 } },
    "Or": { logic($0) { $0 | $1 } },
    "Xor": { logic($0) { $0 ^ $1 } },
    "Not": not,
    "Equal": {
      comparison($0, allowsBool: true) {
        $0 == $1
      } unsigned: {
        $0 == $1
      } floats: {
        $0 == $1
      }
    },
    "Less": {
      comparison($0) {
        $0 < $1
      } unsigned: {
        $0 < $1
      } floats: {
        $0 < $1
      }
    },
    "LessOrEqual": {
      comparison($0) {
        $0 <= $1
      } unsigned: {
        $0 <= $1
      } floats: {
        $0 <= $1
      }
    },
    "Greater": {
      comparison($0) {
        $0 > $1
      } unsigned: {
        $0 > $1
      } floats: {
        $0 > $1
      }
    },
    "GreaterOrEqual": {
      comparison($0) {
        $0 >= $1
      } unsigned: {
        $0 >= $1
      } floats: {
        $0 >= $1
      }
    },
    "IsNaN": { test($0) { $0.isNaN } },
    "IsInf": isInfinite,
    "Where": choose,
  ]

  private static func logic(
    _ evaluation: Evaluation, _ operation: @escaping @Sendable (Int64, Int64) -> Int64
  ) -> [Tensor]? {
    guard let (a, b) = evaluation.binaryInputs(), a.type == .bool, b.type == .bool else { return nil }
    let operation = BinaryOperation(integers: operation)
    return evaluation.elementwise([a, b], as: .bool) { operation($0[0], $0[1]) }.map { [$0] }
  }

  @Sendable private static func not(_ evaluation: Evaluation) -> [Tensor]? {
    guard let tensor = evaluation.input(0), tensor.type == .bool else { return nil }
    return evaluation.map(tensor) { UnaryOperation(integers: { 1 - $0 })($0) }.map { [$0] }
  }

  private static func comparison(
    _ evaluation: Evaluation, allowsBool: Bool = false, _ integers: @escaping @Sendable (Int64, Int64) -> Bool,
    unsigned: @escaping @Sendable (UInt64, UInt64) -> Bool, floats: @escaping @Sendable (Double, Double) -> Bool
  ) -> [Tensor]? {
    guard let (a, b) = evaluation.binaryInputs(), a.type == b.type,
      a.type.isArithmetic || allowsBool && a.type == .bool
    else { return nil }
    return evaluation.elementwise([a, b], as: .bool) { numbers in
      switch (numbers[0], numbers[1]) {
      case (.integers(let x), .integers(let y)): .integers(zip(x, y).map { integers($0, $1) ? 1 : 0 })
      case (.unsigned(let x), .unsigned(let y)): .integers(zip(x, y).map { unsigned($0, $1) ? 1 : 0 })
      case (.floats(let x), .floats(let y)): .integers(zip(x, y).map { floats($0, $1) ? 1 : 0 })
      default: nil
      }
    }.map { [$0] }
  }

  private static func test(_ evaluation: Evaluation, _ isTrue: @escaping @Sendable (Double) -> Bool) -> [Tensor]? {
    guard let tensor = evaluation.input(0), tensor.type.isFloatingPoint else { return nil }
    return evaluation.map(tensor, as: .bool) { numbers in
      guard case .floats(let values) = numbers else { return nil }
      return .integers(values.map { isTrue($0) ? 1 : 0 })
    }.map { [$0] }
  }

  @Sendable private static func isInfinite(_ evaluation: Evaluation) -> [Tensor]? {
    let positive = evaluation.node.int("detect_positive") != 0
    let negative = evaluation.node.int("detect_negative") != 0
    return test(evaluation) { $0.isInfinite && ($0 > 0 ? positive : negative) }
  }

  /// Elements are moved, not calculated with: their bits stay.
  @Sendable private static func choose(_ evaluation: Evaluation) -> [Tensor]? {
    guard let condition = evaluation.input(0), let a = evaluation.input(1), let b = evaluation.input(2),
      a.type == b.type, condition.type == .bool,
      let shape = Layout.broadcast([condition.shape, a.shape, b.shape]), evaluation.allows(shape, a.type),
      let chosen = expanded(condition, shape), let left = expanded(a, shape), let right = expanded(b, shape),
      let width = a.type.bitCount.map({ $0 / 8 }), width > 0
    else { return nil }
    let parts = [chosen, left, right]
    return Tensor.made(a.type, shape, from: parts, isWhole: parts.contains(where: \.isWhole)) { elements in
      let isLeft = chosen.bytes[elements].array
      let range = elements.lowerBound * width..<elements.upperBound * width
      var result = right.bytes[range].array
      left.bytes[range].withSpan { span in
        for (place, isLeft) in isLeft.enumerated() where isLeft != 0 {
          for byte in place * width..<(place + 1) * width {
            result[byte] = unsafe span.unsafeLoad(fromByteOffset: byte, as: UInt8.self)
          }
        }
      }
      return result
    }.map { [$0] }
  }

  private static func expanded(_ tensor: Tensor, _ shape: [Int]) -> Tensor? {
    tensor.viewed(StridedView(shape, strides: Layout.broadcastStrides(tensor.shape, to: shape)), shape: shape)
  }
}

extension Tensor {
  /// Whether reading a part of it computes all of it.
  fileprivate var isWhole: Bool { bytes.computationDepth > 1 }
}
