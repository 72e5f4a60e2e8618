// Arithmetic on constants: of two inputs, of many, and of bits.

internal import Glibc
internal import IngotCore

enum ArithmeticEvaluators {
  static let table: [String: Evaluator] = [
    "Add": { binary($0, BinaryOperation(integers: { $0 &+ $1 }, unsigned: { $0 &+ $1 }, floats: { $0 + $1 })) },
    "Sub": { binary($0, BinaryOperation(integers: { $0 &- $1 }, unsigned: { $0 &- $1 }, floats: { $0 - $1 })) },
    "Mul": { binary($0, BinaryOperation(integers: { $0 &* $1 }, unsigned: { $0 &* $1 }, floats: { $0 * $1 })) },
    "Div": { binary($0, BinaryOperation(integers: quotient, unsigned: quotient, floats: { $0 / $1 }), isTotal: false) },
    "Mod": { binary($0, $0.node.int("fmod") == 1 ? remainders : moduli, isTotal: false) },
    "Pow": power,
    "PRelu": { binary($0, BinaryOperation(integers: { $0 < 0 ? $0 &* $1 : $0 }, floats: { $0 < 0 ? $0 * $1 : $0 })) },
    "BitShift": shift,
    "BitwiseAnd": { binary($0, BinaryOperation(integers: { $0 & $1 }, unsigned: { $0 & $1 })) },
    "BitwiseOr": { binary($0, BinaryOperation(integers: { $0 | $1 }, unsigned: { $0 | $1 })) },
    "BitwiseXor": { binary($0, BinaryOperation(integers: { $0 ^ $1 }, unsigned: { $0 ^ $1 })) },
    "Min": { fold($0, BinaryOperation(integers: { min($0, $1) }, unsigned: { min($0, $1) }, floats: least)) },
    "Max": { fold($0, BinaryOperation(integers: { max($0, $1) }, unsigned: { max($0, $1) }, floats: greatest)) },
    "Sum": { fold($0, BinaryOperation(floats: { $0 + $1 })) },
    "Mean": mean,
  ]

  private static func binary(
    _ evaluation: Evaluation, _ operation: BinaryOperation, isTotal: Bool = true
  ) -> [Tensor]? {
    guard let (a, b) = evaluation.binaryInputs(), a.type == b.type, a.type.isArithmetic else { return nil }
    return evaluation.elementwise([a, b], as: a.type, isTotal: isTotal) { operation($0[0], $0[1]) }.map { [$0] }
  }

  /// Any number of inputs, added up and the like in float64 and rounded once a step, as runtimes do.
  private static func fold(_ evaluation: Evaluation, _ operation: BinaryOperation) -> [Tensor]? {
    let tensors = evaluation.inputs.compactMap(\.self)
    guard let first = tensors.first, first.type.isArithmetic, tensors.count == evaluation.inputs.count,
      tensors.allSatisfy({ $0.type == first.type }), evaluation.allowsLegacyShapes(tensors)
    else { return nil }
    return evaluation.elementwise(tensors, as: first.type) { numbers in
      var result = numbers[0]
      for next in numbers.dropFirst() {
        guard let combined = operation(result, next) else { return nil }
        result = combined
      }
      return result
    }.map { [$0] }
  }

  @Sendable private static func mean(_ evaluation: Evaluation) -> [Tensor]? {
    let count = Double(evaluation.inputs.count)
    guard let sum = fold(evaluation, BinaryOperation(floats: { $0 + $1 }))?.first else { return nil }
    if evaluation.inputs.count == 1 { return [sum] }
    return evaluation.map(sum) { UnaryOperation(floats: { $0 / count })($0) }.map { [$0] }
  }

  @Sendable private static func least(_ a: Double, _ b: Double) -> Double {
    a.isNaN || b.isNaN ? .nan : a < b ? a : b
  }

  @Sendable private static func greatest(_ a: Double, _ b: Double) -> Double {
    a.isNaN || b.isNaN ? .nan : a > b ? a : b
  }

  /// Toward zero, as ONNX Runtime and C divide.
  @Sendable private static func quotient<T: FixedWidthInteger>(_ a: T, _ b: T) -> T? {
    let (value, overflow) = a.dividedReportingOverflow(by: b)
    return overflow ? nil : value
  }

  @Sendable private static func remainder<T: FixedWidthInteger>(_ a: T, _ b: T) -> T? {
    let (value, overflow) = a.remainderReportingOverflow(dividingBy: b)
    return overflow ? nil : value
  }

  private static let remainders = BinaryOperation(
    integers: remainder, unsigned: remainder, floats: { fmod($0, $1) })

  /// With the divisor's sign, as Python's `%`. Floats need `fmod`.
  private static let moduli = BinaryOperation(
    integers: { a, b in
      guard let value = remainder(a, b) else { return nil }
      return value != 0 && (value < 0) != (b < 0) ? value + b : value
    }, unsigned: remainder)

  /// The exponent may have another type than the base.
  @Sendable private static func power(_ evaluation: Evaluation) -> [Tensor]? {
    guard let (base, exponent) = evaluation.binaryInputs(), base.type.isArithmetic, exponent.type.isArithmetic,
      base.type != .uint64, exponent.type != .uint64
    else { return nil }
    let raise = BinaryOperation(integers: integerPower, floats: { Glibc.pow($0, $1) })
    return evaluation.elementwise([base, exponent], as: base.type, isTotal: !base.type.isInteger) { numbers in
      switch (numbers[0], numbers[1]) {
      case (.floats, .integers(let exponents)): raise(numbers[0], .floats(exponents.map { Double($0) }))
      case (.integers, .floats): nil
      default: raise(numbers[0], numbers[1])
      }
    }.map { [$0] }
  }

  @Sendable private static func integerPower(_ base: Int64, _ exponent: Int64) -> Int64? {
    guard exponent >= 0 else { return nil }
    var (result, square, rest): (Int64, Int64, Int64) = (1, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result = result &* square }
      square = square &* square
      rest >>= 1
    }
    return result
  }

  /// Shifts by the width and more mean something else on every processor.
  @Sendable private static func shift(_ evaluation: Evaluation) -> [Tensor]? {
    guard let direction = evaluation.node.string("direction"), let width = evaluation.input(0)?.type.bitCount else {
      return nil
    }
    let isLeft = direction == "LEFT"
    guard isLeft || direction == "RIGHT" else { return nil }
    let operation = BinaryOperation(
      integers: { a, b in b >= 0 && b < Int64(width) ? (isLeft ? a << b : a >> b) : nil },
      unsigned: { a, b in b < UInt64(width) ? (isLeft ? a << b : a >> b) : nil })
    return binary(evaluation, operation, isTotal: false)
  }
}

extension ElementType {
  /// Whether it is one of the integers that are calculated with.
  var isInteger: Bool { isArithmetic && !isFloatingPoint }
}

extension Evaluation {
  /// Before opset 8 operations of many inputs do not broadcast.
  func allowsLegacyShapes(_ tensors: [Tensor]) -> Bool {
    opset >= 8 || tensors.allSatisfy { $0.shape == tensors.first?.shape }
  }
}
