// Functions of one number, calculated in float64 and rounded once.

internal import Glibc
internal import IngotCore

enum MathEvaluators {
  static let table: [String: Evaluator] = [
    "Neg": { unary($0, UnaryOperation(integers: { 0 &- $0 }, floats: { -$0 })) },
    "Abs": {
      unary($0, UnaryOperation(integers: { $0 < 0 ? 0 &- $0 : $0 }, unsigned: { $0 }, floats: { $0.magnitude }))
    },
    "Sign": { unary($0, UnaryOperation(integers: { $0.signum() }, unsigned: { $0.signum() }, floats: sign)) },
    "BitwiseNot": { unary($0, UnaryOperation(integers: { ~$0 }, unsigned: { ~$0 })) },
    "Relu": { unary($0, UnaryOperation(integers: { max($0, 0) }, floats: { $0 < 0 ? 0 : $0 })) },
    "Sqrt": { floats($0) { $0.squareRoot() } },
    "Reciprocal": { floats($0) { 1 / $0 } },
    "Floor": { floats($0) { $0.rounded(.down) } },
    "Ceil": { floats($0) { $0.rounded(.up) } },
    "Round": { floats($0) { $0.rounded(.toNearestOrEven) } },
    "Exp": { floats($0) { exp($0) } }, "Log": { floats($0) { log($0) } },
    "Sin": { floats($0) { sin($0) } }, "Cos": { floats($0) { cos($0) } }, "Tan": { floats($0) { tan($0) } },
    "Asin": { floats($0) { asin($0) } }, "Acos": { floats($0) { acos($0) } }, "Atan": { floats($0) { atan($0) } },
    "Sinh": { floats($0) { sinh($0) } }, "Cosh": { floats($0) { cosh($0) } }, "Tanh": { floats($0) { tanh($0) } },
    "Asinh": { floats($0) { asinh($0) } }, "Acosh": { floats($0) { acosh($0) } }, "Atanh": { floats($0) { atanh($0) } },
    "Erf": { floats($0) { erf($0) } },
    "Sigmoid": { floats($0) { sigmoid($0) } },
    "Softplus": { floats($0) { softplus($0) } },
    "Softsign": { floats($0) { $0 / (1 + $0.magnitude) } },
    "Mish": { floats($0) { $0 * tanh(softplus($0)) } },
    "HardSwish": { floats($0) { $0 * max(0, min(1, $0 / 6 + 0.5)) } },
    "LeakyRelu": { evaluation in
      let alpha = evaluation.number("alpha", 0.01)
      return floats(evaluation) { $0 < 0 ? alpha * $0 : $0 }
    },
    "ThresholdedRelu": { evaluation in
      let alpha = evaluation.number("alpha", 1)
      return floats(evaluation) { $0 > alpha ? $0 : 0 }
    },
    "Elu": { evaluation in
      let alpha = evaluation.number("alpha", 1)
      return floats(evaluation) { $0 < 0 ? alpha * expm1($0) : $0 }
    },
    "Celu": { evaluation in
      let alpha = evaluation.number("alpha", 1)
      return floats(evaluation) { max(0, $0) + min(0, alpha * expm1($0 / alpha)) }
    },
    "Selu": { evaluation in
      let (alpha, gamma) = (evaluation.number("alpha", 1.67326319), evaluation.number("gamma", 1.05070102))
      return floats(evaluation) { gamma * ($0 > 0 ? $0 : alpha * expm1($0)) }
    },
    "HardSigmoid": { evaluation in
      let (alpha, beta) = (evaluation.number("alpha", 0.2), evaluation.number("beta", 0.5))
      return floats(evaluation) { max(0, min(1, alpha * $0 + beta)) }
    },
    "Swish": { evaluation in
      let alpha = evaluation.number("alpha", 1)
      return floats(evaluation) { $0 * sigmoid(alpha * $0) }
    },
    "Gelu": { evaluation in
      if evaluation.node.string("approximate") == "tanh" {
        let factor = (2 / Double.pi).squareRoot()
        return floats(evaluation) { 0.5 * $0 * (1 + tanh(factor * ($0 + 0.044715 * $0 * $0 * $0))) }
      }
      return floats(evaluation) { 0.5 * $0 * (1 + erf($0 / 2.0.squareRoot())) }
    },
    "Shrink": { evaluation in
      let (bias, lambda) = (evaluation.number("bias", 0), evaluation.number("lambd", 0.5))
      return floats(evaluation) { $0 < -lambda ? $0 + bias : $0 > lambda ? $0 - bias : 0 }
    },
    "Clip": clip,
  ]

  private static func unary(_ evaluation: Evaluation, _ operation: UnaryOperation) -> [Tensor]? {
    guard let tensor = evaluation.input(0), tensor.type.isArithmetic else { return nil }
    return evaluation.map(tensor) { operation($0) }.map { [$0] }
  }

  private static func floats(_ evaluation: Evaluation, _ function: @escaping @Sendable (Double) -> Double) -> [Tensor]?
  {
    unary(evaluation, UnaryOperation(floats: function))
  }

  @Sendable private static func sign(_ x: Double) -> Double { x > 0 ? 1 : x < 0 ? -1 : x }
  private static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
  /// Without overflow for large numbers.
  private static func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-x.magnitude)) }

  /// Bounds are attributes before opset 11, where they must be written to count.
  @Sendable private static func clip(_ evaluation: Evaluation) -> [Tensor]? {
    guard let tensor = evaluation.input(0), tensor.type.isArithmetic else { return nil }
    guard evaluation.opset >= 11 else {
      let low = evaluation.node.float("min").map { Double($0) } ?? -Double(Float.greatestFiniteMagnitude)
      let high = evaluation.node.float("max").map { Double($0) } ?? Double(Float.greatestFiniteMagnitude)
      return floats(evaluation) { min(max($0, low), high) }
    }
    var bounds: [Numbers?] = []
    for index in 1...2 {
      guard let bound = evaluation.input(index) else { bounds.append(nil); continue }
      guard bound.type == tensor.type, bound.elementCount == 1, let number = Numbers(bound) else { return nil }
      bounds.append(number)
    }
    let (low, high) = (bounds[0], bounds[1])
    return evaluation.map(tensor) { numbers in
      switch numbers {
      case .integers(let values):
        guard case .integers(let low) = low ?? .integers([.min]), case .integers(let high) = high ?? .integers([.max])
        else { return nil }
        return .integers(values.map { min(max($0, low[0]), high[0]) })
      case .unsigned(let values):
        guard case .unsigned(let low) = low ?? .unsigned([.min]), case .unsigned(let high) = high ?? .unsigned([.max])
        else { return nil }
        return .unsigned(values.map { min(max($0, low[0]), high[0]) })
      case .floats(let values):
        guard case .floats(let low) = low ?? .floats([-.infinity]),
          case .floats(let high) = high ?? .floats([.infinity])
        else { return nil }
        return .floats(values.map { $0.isNaN ? $0 : min(max($0, low[0]), high[0]) })
      }
    }.map { [$0] }
  }
}

extension Evaluation {
  /// An attribute that is a float.
  func number(_ name: String, _ standard: Float) -> Double { Double(node.float(name) ?? standard) }
}
