// Elementwise operations on constants, with NumPy's broadcasting.

internal import Glibc
internal import IngotCore

enum ArithmeticEvaluators {
  static let table: [String: Evaluator] = [
    "Add": { binary($0, { $0 &+ $1 }, { $0 + $1 }) },
    "Sub": { binary($0, { $0 &- $1 }, { $0 - $1 }) },
    "Mul": { binary($0, { $0 &* $1 }, { $0 * $1 }) },
    "Div": { binary($0, quotient, { $0 / $1 }) },
    "Mod": { $0.node.int("fmod") == 1 ? binary($0, remainder, { fmod($0, $1) }) : binary($0, modulus, nil) },
    "Pow": pow,
    "Min": { fold($0, { min($0, $1) }, { $0.isNaN || $1.isNaN ? .nan : min($0, $1) }) },
    "Max": { fold($0, { max($0, $1) }, { $0.isNaN || $1.isNaN ? .nan : max($0, $1) }) },
    "And": { logic($0) { $0 & $1 } },
    "Or": { logic($0) { $0 | $1 } },
    "Xor": { logic($0) { $0 ^ $1 } },
    "Equal": { comparison($0, ==, ==) },
    "Less": { comparison($0, <, <) },
    "LessOrEqual": { comparison($0, <=, <=) },
    "Greater": { comparison($0, >, >) },
    "GreaterOrEqual": { comparison($0, >=, >=) },
    "Not": not,
    "Neg": { unary($0, { 0 &- $0 }, { -$0 }) },
    "Abs": { unary($0, { $0 < 0 ? 0 &- $0 : $0 }, { $0.magnitude }) },
    "Sign": { unary($0, { $0.signum() }, { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 }) },
    "Sqrt": { unary($0, nil, { $0.squareRoot() }) },
    "Floor": { unary($0, nil, { $0.rounded(.down) }) },
    "Ceil": { unary($0, nil, { $0.rounded(.up) }) },
    "Round": { unary($0, nil, { $0.rounded(.toNearestOrEven) }) },
    "Reciprocal": { unary($0, nil, { 1 / $0 }) },
    "Cast": cast,
    "Where": choose,
  ]

  static func binary(
    _ evaluation: Evaluation, _ integers: ((Int64, Int64) -> Int64?)?, _ floats: ((Double, Double) -> Double)?
  ) -> [Tensor]? {
    guard let a = evaluation.input(0), let b = evaluation.input(1), a.type == b.type, a.type != .bool else {
      return nil
    }
    return combine(evaluation, a, b, integers, floats, type: a.type).map { [$0] }
  }

  private static func combine(
    _ evaluation: Evaluation, _ a: Tensor, _ b: Tensor, _ integers: ((Int64, Int64) -> Int64?)?,
    _ floats: ((Double, Double) -> Double)?, type: ElementType
  ) -> Tensor? {
    guard let shape = Layout.broadcast([a.shape, b.shape]), evaluation.allows(shape, type),
      let left = Numbers(a), let right = Numbers(b)
    else { return nil }
    let indices = zip(
      Layout.indices(shape, strides: Layout.broadcastStrides(a.shape, to: shape)),
      Layout.indices(shape, strides: Layout.broadcastStrides(b.shape, to: shape)))
    switch (left, right) {
    case (.integers(let x), .integers(let y)):
      guard let integers else { return nil }
      var values: [Int64] = []
      for (i, j) in indices {
        guard let value = integers(x[i], y[j]) else { return nil }
        values.append(value)
      }
      return Tensor(.integers(values), type: type, shape: shape)
    case (.floats(let x), .floats(let y)):
      guard let floats else { return nil }
      return Tensor(.floats(indices.map { floats(x[$0], y[$1]) }), type: type, shape: shape)
    default: return nil
    }
  }

  /// Min and Max take any number of inputs.
  private static func fold(
    _ evaluation: Evaluation, _ integers: @escaping (Int64, Int64) -> Int64,
    _ floats: @escaping (Double, Double) -> Double
  ) -> [Tensor]? {
    guard var result = evaluation.input(0), result.type != .bool else { return nil }
    for index in evaluation.inputs.indices.dropFirst() {
      guard let next = evaluation.input(index), next.type == result.type,
        let combined = combine(evaluation, result, next, integers, floats, type: result.type)
      else { return nil }
      result = combined
    }
    return [result]
  }

  private static func logic(_ evaluation: Evaluation, _ operation: @escaping (Int64, Int64) -> Int64) -> [Tensor]? {
    guard let a = evaluation.input(0), let b = evaluation.input(1), a.type == .bool, b.type == .bool else { return nil }
    return combine(evaluation, a, b, operation, nil, type: .bool).map { [$0] }
  }

  private static func comparison(
    _ evaluation: Evaluation, _ integers: (Int64, Int64) -> Bool, _ floats: (Double, Double) -> Bool
  ) -> [Tensor]? {
    guard let a = evaluation.input(0), let b = evaluation.input(1), a.type == b.type,
      let shape = Layout.broadcast([a.shape, b.shape]), evaluation.allows(shape, .bool),
      let left = Numbers(a), let right = Numbers(b)
    else { return nil }
    let indices = zip(
      Layout.indices(shape, strides: Layout.broadcastStrides(a.shape, to: shape)),
      Layout.indices(shape, strides: Layout.broadcastStrides(b.shape, to: shape)))
    let values: [Int64]
    switch (left, right) {
    case (.integers(let x), .integers(let y)): values = indices.map { integers(x[$0], y[$1]) ? 1 : 0 }
    case (.floats(let x), .floats(let y)): values = indices.map { floats(x[$0], y[$1]) ? 1 : 0 }
    default: return nil
    }
    return Tensor(.integers(values), type: .bool, shape: shape).map { [$0] }
  }

  private static func unary(
    _ evaluation: Evaluation, _ integers: ((Int64) -> Int64)?, _ floats: (Double) -> Double
  ) -> [Tensor]? {
    guard let tensor = evaluation.input(0), tensor.type != .bool, evaluation.allows(tensor.shape, tensor.type),
      let numbers = Numbers(tensor)
    else { return nil }
    let result: Numbers
    switch numbers {
    case .integers(let values):
      guard let integers else { return nil }
      result = .integers(values.map(integers))
    case .floats(let values): result = .floats(values.map(floats))
    }
    return Tensor(result, type: tensor.type, shape: tensor.shape).map { [$0] }
  }

  @Sendable private static func not(_ evaluation: Evaluation) -> [Tensor]? {
    guard let tensor = evaluation.input(0), tensor.type == .bool, case .integers(let values)? = Numbers(tensor) else {
      return nil
    }
    return Tensor(.integers(values.map { 1 - $0 }), type: .bool, shape: tensor.shape).map { [$0] }
  }

  /// Toward zero, as ONNX Runtime and C divide.
  private static func quotient(_ a: Int64, _ b: Int64) -> Int64? {
    let (value, overflow) = a.dividedReportingOverflow(by: b)
    return overflow ? nil : value
  }

  private static func remainder(_ a: Int64, _ b: Int64) -> Int64? {
    let (value, overflow) = a.remainderReportingOverflow(dividingBy: b)
    return overflow ? nil : value
  }

  /// With the divisor's sign, as Python's `%`.
  private static func modulus(_ a: Int64, _ b: Int64) -> Int64? {
    guard let value = remainder(a, b) else { return nil }
    return value != 0 && (value < 0) != (b < 0) ? value + b : value
  }

  @Sendable private static func pow(_ evaluation: Evaluation) -> [Tensor]? {
    guard let base = evaluation.input(0), let exponent = evaluation.input(1) else { return nil }
    if base.type.isFloatingPoint, case .integers(let values)? = Numbers(exponent), exponent.type != .bool,
      let exponent = Tensor(.floats(values.map { Double($0) }), type: .float64, shape: exponent.shape)
    {
      return combine(evaluation, base, exponent, nil, Glibc.pow, type: base.type).map { [$0] }
    }
    guard base.type.isFloatingPoint == exponent.type.isFloatingPoint else { return nil }
    return combine(evaluation, base, exponent, power, Glibc.pow, type: base.type).map { [$0] }
  }

  private static func power(_ base: Int64, _ exponent: Int64) -> Int64? {
    guard (0...64).contains(exponent) else { return nil }
    var result: Int64 = 1
    for _ in 0..<exponent { result = result &* base }
    return result
  }

  @Sendable private static func cast(_ evaluation: Evaluation) -> [Tensor]? {
    guard let tensor = evaluation.input(0), let number = evaluation.node.int("to").flatMap({ Int32(exactly: $0) }),
      let type = ElementType(rawValue: number), evaluation.allows(tensor.shape, type)
    else { return nil }
    if type == tensor.type { return [tensor] }
    guard let numbers = Numbers(tensor) else { return nil }
    switch numbers {
    case .integers(let values):
      let result = type.isFloatingPoint ? Numbers.floats(values.map { Double($0) }) : numbers
      return Tensor(result, type: type, shape: tensor.shape).map { [$0] }
    case .floats(let values):
      if type.isFloatingPoint { return Tensor(numbers, type: type, shape: tensor.shape).map { [$0] } }
      return truncated(values, to: type, shape: tensor.shape).map { [$0] }
    }
  }

  /// Toward zero; nil for a number outside the type's range, which every runtime turns into something else.
  private static func truncated(_ values: [Double], to type: ElementType, shape: [Int]) -> Tensor? {
    if type == .bool { return Tensor(.integers(values.map { $0 == 0 ? 0 : 1 }), type: type, shape: shape) }
    var integers: [Int64] = []
    for value in values {
      guard let integer = Int64(exactly: value.rounded(.towardZero)) else { return nil }
      integers.append(integer)
    }
    guard let tensor = Tensor(.integers(integers), type: type, shape: shape),
      case .integers(let kept)? = Numbers(tensor),
      kept == integers
    else { return nil }
    return tensor
  }

  @Sendable private static func choose(_ evaluation: Evaluation) -> [Tensor]? {
    guard let condition = evaluation.input(0), let a = evaluation.input(1), let b = evaluation.input(2),
      a.type == b.type,
      condition.type == .bool, let shape = Layout.broadcast([condition.shape, a.shape, b.shape]),
      evaluation.allows(shape, a.type), case .integers(let choices)? = Numbers(condition),
      let both = MovementEvaluators.joined([a, b])
    else { return nil }
    let chosen = Layout.indices(shape, strides: Layout.broadcastStrides(condition.shape, to: shape))
    let left = Layout.indices(shape, strides: Layout.broadcastStrides(a.shape, to: shape))
    let right = Layout.indices(shape, strides: Layout.broadcastStrides(b.shape, to: shape), offset: a.elementCount)
    let indices = chosen.indices.map { choices[chosen[$0]] != 0 ? left[$0] : right[$0] }
    return both.taking(indices, shape: shape).map { [$0] }
  }
}
