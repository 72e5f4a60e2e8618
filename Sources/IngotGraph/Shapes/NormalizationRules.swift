// Normalizations. The first output looks like the first input; what some of them hand out besides is small.

internal import IngotCore

enum NormalizationRules {
  static let table: [String: ShapeRule] = [
    "BatchNormalization": batch, "LayerNormalization": layer, "RMSNormalization": layer,
    "InstanceNormalization": ElementwiseRules.sameAsFirst, "GroupNormalization": ElementwiseRules.sameAsFirst,
    "SimplifiedLayerNormalization": layer, "com.microsoft::SkipLayerNormalization": ElementwiseRules.sameAsFirst,
  ]

  @Sendable private static func batch(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: node.shape(0))
    for index in node.outputs.indices.dropFirst() { node.set(index, type: node.type(3), shape: node.shape(3)) }
    guard let input = node.shape(0), input.count >= 2 else { return }
    for index in 1..<5 {
      guard let shape = node.shape(index), let first = shape.first else { continue }
      guard shape.count == 1 else { throw .rank(input: index, shape: shape, expected: "1 axis") }
      guard input[1].unified(with: first) != nil else {
        throw .sizes("the channels of input 0", input[1], "the size of input \(index)", first)
      }
    }
  }

  /// Mean and inverse standard deviation keep the axes before `axis`; the others are 1.
  @Sendable private static func layer(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: node.shape(0))
    guard let input = node.shape(0) else { return }
    let axis = try node.axis("axis", default: -1, rank: input.count)
    let statistics = input.enumerated().map { $0 < axis ? $1 : Dimension.fixed(1) }
    for index in node.outputs.indices.dropFirst() { node.set(index, type: .float32, shape: statistics) }
  }
}
