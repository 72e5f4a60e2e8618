// Products of small constant matrices, added up in float64 and rounded once.

internal import IngotCore

enum MatrixEvaluators {
  static let table: [String: Evaluator] = ["MatMul": multiply, "Gemm": general]

  /// Multiplications that folding may spend on one node.
  private static let workLimit = 1 << 22

  @Sendable private static func multiply(_ evaluation: Evaluation) -> [Tensor]? {
    guard let a = evaluation.input(0), let b = evaluation.input(1), a.type == b.type, a.type.isArithmetic,
      !a.shape.isEmpty, !b.shape.isEmpty
    else { return nil }
    let left = a.shape.count == 1 ? [1] + a.shape : a.shape
    let right = b.shape.count == 1 ? b.shape + [1] : b.shape
    guard let batches = Layout.broadcast([Array(left.dropLast(2)), Array(right.dropLast(2))]), let depth = left.last,
      right[right.count - 2] == depth
    else { return nil }
    let (rows, columns) = (left[left.count - 2], right[right.count - 1])
    var shape = batches + [rows, columns]
    guard evaluation.allows(shape, a.type), let count = Layout.count(shape), isAffordable(count, depth),
      let x = Numbers(a), let y = Numbers(b)
    else { return nil }
    let starts = zip(
      Layout.indices(batches, strides: batchStrides(left, to: batches)),
      Layout.indices(batches, strides: batchStrides(right, to: batches)))
    func products<T: Numeric>(_ x: [T], _ y: [T], _ add: (T, T, T) -> T) -> [T] {
      var result: [T] = []
      for (start, other) in starts {
        for row in 0..<rows {
          for column in 0..<columns {
            var sum: T = 0
            for index in 0..<depth {
              sum = add(sum, x[start + row * depth + index], y[other + index * columns + column])
            }
            result.append(sum)
          }
        }
      }
      return result
    }
    if b.shape.count == 1 { shape.removeLast() }
    if a.shape.count == 1 { shape.remove(at: batches.count) }
    switch (x, y) {
    case (.floats(let x), .floats(let y)):
      return Tensor(.floats(products(x, y) { $0 + $1 * $2 }), type: a.type, shape: shape).map { [$0] }
    case (.integers(let x), .integers(let y)):
      return Tensor(.integers(products(x, y) { $0 &+ $1 &* $2 }), type: a.type, shape: shape).map { [$0] }
    default: return nil
    }
  }

  private static func isAffordable(_ count: Int, _ depth: Int) -> Bool {
    let (work, overflow) = count.multipliedReportingOverflow(by: max(depth, 1))
    return !overflow && work <= workLimit
  }

  private static func batchStrides(_ shape: [Int], to batches: [Int]) -> [Int] {
    let strides = zip(Layout.strides(shape), shape).map { $1 == 1 ? 0 : $0 }.dropLast(2)
    return [Int](repeating: 0, count: batches.count - strides.count) + strides
  }

  @Sendable private static func general(_ evaluation: Evaluation) -> [Tensor]? {
    guard evaluation.opset >= 7, let a = evaluation.input(0), let b = evaluation.input(1), a.type == b.type,
      a.type.isFloatingPoint, a.type.isArithmetic, a.shape.count == 2, b.shape.count == 2
    else { return nil }
    let (flipsA, flipsB) = (evaluation.node.int("transA") ?? 0 != 0, evaluation.node.int("transB") ?? 0 != 0)
    let (rows, depth) = flipsA ? (a.shape[1], a.shape[0]) : (a.shape[0], a.shape[1])
    let columns = b.shape[flipsB ? 0 : 1]
    guard b.shape[flipsB ? 1 : 0] == depth, evaluation.allows([rows, columns], a.type),
      let count = Layout.count([rows, columns]), isAffordable(count, depth), case .floats(let x)? = Numbers(a),
      case .floats(let y)? = Numbers(b)
    else { return nil }
    var added = [Double](repeating: 0, count: count)
    if let c = evaluation.input(2) {
      guard c.type == a.type, Layout.broadcast([c.shape, [rows, columns]]) == [rows, columns],
        case .floats(let values)? = Numbers(c)
      else { return nil }
      let beta = evaluation.number("beta", 1)
      let strides = Layout.broadcastStrides(c.shape, to: [rows, columns])
      added = Layout.indices([rows, columns], strides: strides).map { beta * values[$0] }
    }
    let alpha = evaluation.number("alpha", 1)
    let results = added.indices.map { place in
      let (row, column) = (place / columns, place % columns)
      var sum = 0.0
      for index in 0..<depth {
        sum +=
          x[flipsA ? index * rows + row : row * depth + index]
          * y[flipsB ? column * depth + index : index * columns + column]
      }
      return alpha * sum + added[place]
    }
    return Tensor(.floats(results), type: a.type, shape: [rows, columns]).map { [$0] }
  }
}
