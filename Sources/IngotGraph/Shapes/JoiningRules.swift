// Operations that put tensors together, take them apart and repeat them.

internal import IngotCore

enum JoiningRules {
  static let table: [String: ShapeRule] = [
    "Concat": { (node) throws(ShapeProblem) in
      let inputs = Array(node.inputs.indices)
      try concat(&node, inputs, type: try node.commonType(inputs))
    },
    "Split": split, "Tile": tile,
    // A scale and a zero point for the output, then a tensor, its scale and its zero point each time.
    "com.microsoft::QLinearConcat": { (node) throws(ShapeProblem) in
      try concat(&node, Array(stride(from: 2, to: node.inputs.count, by: 3)), type: node.type(1))
    },
  ]

  private static func concat(_ node: inout NodeFacts, _ inputs: [Int], type: ElementType?) throws(ShapeProblem) {
    node.set(type: type, shape: nil)
    let shapes = inputs.map { node.shape($0) }
    guard let rank = shapes.lazy.compactMap({ $0?.count }).first else { return }
    let axis = try node.axis("axis", default: 1, rank: rank)
    var (result, sum) = ([Dimension].unknown(rank: rank), Dimension.fixed(0))
    for index in inputs {
      guard let shape = node.shape(index) else { sum = .unknown; continue }
      guard shape.count == rank else { throw .rank(input: index, shape: shape, expected: "\(rank) axes") }
      sum = sum + shape[axis]
      var others = shape
      others[axis] = .unknown
      guard let unified = result.unified(with: others) else { throw .broadcast(result, shape) }
      result = unified
    }
    result[axis] = sum
    node.set(type: type, shape: result)
  }

  @Sendable private static func split(_ node: inout NodeFacts) throws(ShapeProblem) {
    let type = node.type(0)
    for index in node.outputs.indices { node.set(index, type: type, shape: nil) }
    guard let input = node.shape(0) else { return }
    let axis = try node.axis("axis", default: 0, rank: input.count)
    for (index, size) in try pieces(of: input[axis], axis: axis, node).enumerated() {
      var shape = input
      shape[axis] = size
      node.set(index, type: type, shape: shape)
    }
  }

  /// One size an output.
  private static func pieces(of size: Dimension, axis: Int, _ node: NodeFacts) throws(ShapeProblem) -> [Dimension] {
    let count = node.outputs.count
    if node.input(1) == nil, node.node.ints("split") == nil {
      if let size = size.size {
        let known = MovementEvaluators.splitSizes(node.node, given: nil, size: size)
        return known?.map { .fixed($0) } ?? .unknown(rank: count)
      }
      return equalPieces(of: size, count: count, mayHaveRest: node.opset >= 18)
    }
    guard let sizes = node.node.ints("split")?.map({ Dimension.fixed(Int($0)) }) ?? node.sizes(1) else {
      return .unknown(rank: count)
    }
    guard sizes.count == count else { throw .attribute("split", expected: "\(count) sizes") }
    for size in sizes { _ = try size.checked() }
    let sum = sizes.reduce(.fixed(0)) { $0 + $1 }
    _ = try node.unified(size, "axis \(axis) of input 0", sum, "the sum of 'split'")
    return sizes
  }

  /// The last one may be smaller from version 18 on.
  private static func equalPieces(of size: Dimension, count: Int, mayHaveRest: Bool) -> [Dimension] {
    guard count > 1 else { return [size] }
    guard mayHaveRest else {
      return [Dimension](repeating: size.floorDivided(by: .fixed(count)), count: count)
    }
    let piece = size.ceilDivided(by: .fixed(count))
    return [Dimension](repeating: piece, count: count - 1) + [size - piece * .fixed(count - 1)]
  }

  /// One count an axis; the first version took one count and one axis.
  @Sendable private static func tile(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: node.shape(0).map { .unknown(rank: $0.count) })
    if node.opset < 6 {
      guard var shape = node.shape(0), let count = node.number(1), let axis = node.number(2)?.size else { return }
      let index = try node.axis(Int64(axis), rank: shape.count)
      shape[index] = shape[index] * count
      return node.set(type: node.type(0), shape: shape)
    }
    guard let repeats = node.sizesOrCount(1) else { return }
    let input = node.shape(0) ?? .unknown(rank: repeats.count)
    guard repeats.count == input.count else {
      throw .sizes("the number of repeats", .fixed(repeats.count), "the rank of input 0", .fixed(input.count))
    }
    node.set(type: node.type(0), shape: zip(input, repeats).map { $0 * $1 })
  }
}
