// Normalizations. The first output looks like the first input; what some of them hand out besides is small.

internal import IngotCore

enum NormalizationRules {
  static let table: [String: ShapeRule] = [
    "BatchNormalization": batch, "LayerNormalization": layer, "RMSNormalization": layer,
    "InstanceNormalization": ElementwiseRules.sameAsFirst, "GroupNormalization": ElementwiseRules.sameAsFirst,
    "SimplifiedLayerNormalization": layer, "com.microsoft::LayerNormalization": layer,
    "com.microsoft::SimplifiedLayerNormalization": layer, "com.microsoft::SkipLayerNormalization": skipLayer,
    "com.microsoft::SkipSimplifiedLayerNormalization": skipLayer,
    "com.microsoft::GroupNorm": ElementwiseRules.sameAsFirst,
    "com.microsoft::SkipGroupNorm": { (node) in
      for index in 0..<2 { node.set(index, type: node.type(0), shape: node.shape(0)) }
    },
    "com.microsoft::QOrderedLayerNormalization": ElementwiseRules.sameAsFirst,
    "com.microsoft::EmbedLayerNormalization": { embedLayer(&$0, type: $0.type(2)) },
    "com.microsoft::QEmbedLayerNormalization": { embedLayer(&$0, type: $0.type(8)) },
  ]

  /// The other outputs are one number a channel: the running mean and variance, and in old versions those of the batch too.
  @Sendable private static func batch(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: node.shape(0))
    var channels = node.shape(0).flatMap { $0.count >= 2 ? $0[1] : nil } ?? .unknown
    for index in 1..<5 {
      guard let size = try node.shape(index, rank: 1)?[0] else { continue }
      channels = try node.unified(channels, "the channels of input 0", size, "the size of input \(index)")
    }
    for index in node.outputs.indices.dropFirst() {
      node.set(index, type: node.type(index % 2 == 1 ? 3 : 4), shape: [channels])
    }
  }

  /// Mean and inverse standard deviation keep the axes before `axis`; the others are 1.
  @Sendable private static func layer(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: node.shape(0))
    let type = CreationRules.elementType(node, "stash_type") ?? .float32
    for index in node.outputs.indices.dropFirst() { node.set(index, type: type, shape: nil) }
    guard let input = node.shape(0) else { return }
    let axis = try node.axis("axis", default: -1, rank: input.count)
    let statistics = input.enumerated().map { $0 < axis ? $1 : Dimension.fixed(1) }
    for index in node.outputs.indices.dropFirst() { node.set(index, type: type, shape: statistics) }
  }

  /// Normalizes a sum, and hands out mean, inverse deviation and the sum.
  @Sendable private static func skipLayer(_ node: inout NodeFacts) {
    let shape = node.shape(0)
    node.set(0, type: node.type(0), shape: shape)
    for index in 1..<3 { node.set(index, type: .float32, shape: shape.map { $0.dropLast() + [.fixed(1)] }) }
    node.set(3, type: node.type(0), shape: shape)
  }

  /// Words [batch, length] and their table [words, size] make [batch, length, size], a mask's index and the sum before.
  private static func embedLayer(_ node: inout NodeFacts, type: ElementType?) {
    let words = node.shape(0).flatMap { $0.count == 2 ? $0 : nil } ?? .unknown(rank: 2)
    let size = node.shape(2).flatMap { $0.count == 2 ? $0[1] : nil } ?? .unknown
    node.set(0, type: type, shape: words + [size])
    node.set(1, type: .int32, shape: [words[0]])
    node.set(2, type: type, shape: words + [size])
  }
}
