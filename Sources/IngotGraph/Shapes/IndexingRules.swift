// Operations that pick elements, by their places or by what they are.

internal import IngotCore

enum IndexingRules {
  static let table: [String: ShapeRule] = [
    "Gather": gather, "GatherElements": { $0.set(type: $0.type(0), shape: $0.shape(1)) }, "GatherND": gatherND,
    "OneHot": oneHot, "NonZero": nonZero, "Compress": compress, "Unique": unique,
    "com.microsoft::GatherND": gatherND, "com.microsoft::GatherBlockQuantized": gatherQuantized,
    "com.microsoft::TorchEmbedding": { (node) in
      let (weights, indices) = (node.shape(0), node.shape(1))
      node.set(type: node.type(0), shape: indices.map { $0 + [weights?.last ?? .unknown] })
    },
    "com.microsoft::Unique": { (node) in
      node.set(0, type: node.type(0), shape: [.unknown])
      node.set(1, type: .int64, shape: [node.shape(0)?.first ?? .unknown])
      node.set(2, type: .int64, shape: [.unknown])
    },
  ]

  @Sendable private static func gather(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: nil)
    guard let data = node.shape(0), let indices = node.shape(1) else { return }
    let axis = try node.axis("axis", default: 0, rank: data.count)
    node.set(type: node.type(0), shape: Array(data[..<axis] + indices + data[(axis + 1)...]))
  }

  /// Weights of fewer than 8 bits may stand several in a byte, along the last axis.
  @Sendable private static func gatherQuantized(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(2), shape: nil)
    guard var data = node.shape(0), let indices = node.shape(1), !data.isEmpty else { return }
    let bits = node.int("bits", default: 4)
    if node.type(0) == .uint8, bits > 0, bits < 8, 8 % bits == 0 {
      data[data.count - 1] = data[data.count - 1] * .fixed(Int(8 / bits))
    }
    let axis = try node.axis("gather_axis", default: 0, rank: data.count)
    node.set(type: node.type(2), shape: Array(data[..<axis] + indices + data[(axis + 1)...]))
  }

  @Sendable private static func gatherND(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: nil)
    guard let data = node.shape(0), let indices = node.shape(1), let depth = indices.last?.size else { return }
    let batch = node.node.int("batch_dims") ?? 0
    guard batch >= 0, batch <= Int64(min(data.count, indices.count - 1)), depth >= 0, depth <= data.count - Int(batch)
    else {
      throw .sizes("the last size of input 1", .fixed(depth), "the rank of input 0", .fixed(data.count))
    }
    node.set(type: node.type(0), shape: Array(indices.dropLast() + data[(Int(batch) + depth)...]))
  }

  @Sendable private static func oneHot(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(2), shape: nil)
    guard var shape = node.shape(0) else { return }
    let axis = try node.axis("axis", default: -1, rank: shape.count + 1)
    shape.insert(try depth(node).checked(), at: axis)
    node.set(type: node.type(2), shape: shape)
  }

  /// The depth may be of any type of numbers.
  private static func depth(_ node: NodeFacts) -> Dimension {
    if let depth = node.sizes(1)?.first { return depth }
    guard let constant = node.input(1)?.constant, constant.elementCount == 1,
      case .floats(let values)? = Numbers(constant), let size = Int(exactly: values[0].rounded(.towardZero))
    else { return .unknown }
    return .fixed(size)
  }

  @Sendable private static func nonZero(_ node: inout NodeFacts) {
    node.set(type: .int64, shape: [node.shape(0).map { .fixed($0.count) } ?? .unknown, .unknown])
  }

  @Sendable private static func compress(_ node: inout NodeFacts) throws(ShapeProblem) {
    guard node.node.int("axis") != nil else { return node.set(type: node.type(0), shape: [.unknown]) }
    guard var shape = node.shape(0) else { return node.set(type: node.type(0), shape: nil) }
    shape[try node.axis("axis", default: 0, rank: shape.count)] = .unknown
    node.set(type: node.type(0), shape: shape)
  }

  /// The elements, or the slices along an axis; then where each was first, which of them each was, and how often.
  @Sendable private static func unique(_ node: inout NodeFacts) throws(ShapeProblem) {
    var (shape, all): ([Dimension]?, Dimension) = ([.unknown], .unknown)
    if node.node.int("axis") != nil {
      shape = node.shape(0)
      if let rank = shape?.count {
        let axis = try node.axis("axis", default: 0, rank: rank)
        all = shape?[axis] ?? .unknown
        shape?[axis] = .unknown
      }
    } else if let input = node.shape(0) {
      all = input.product
    }
    node.set(type: node.type(0), shape: shape)
    node.set(1, type: .int64, shape: [.unknown])
    node.set(2, type: .int64, shape: [all])
    node.set(3, type: .int64, shape: [.unknown])
  }
}
