// Resize and its older forms.

internal import IngotCore

enum ResizeRules {
  static let table: [String: ShapeRule] = [
    "Resize": resize, "Upsample": upsample, "com.ms.internal.nhwc::Resize": resize,
  ]

  @Sendable private static func resize(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: node.shape(0).map { .unknown(rank: $0.count) })
    guard let input = node.shape(0) else { return }
    var axes = Array(input.indices)
    if let given = node.node.ints("axes") {
      axes = []
      for axis in given { axes.append(try node.axis(axis, rank: input.count)) }
    }
    let shape: [Dimension]
    if node.opset < 11 {
      shape = try scaled(input, scales: node.input(1), axes: axes)
    } else if node.input(3) != nil {
      shape = try fitted(input, sizes: node.sizes(3), axes: axes, node.node.string("keep_aspect_ratio_policy"))
    } else {
      shape = try scaled(input, scales: node.input(2), axes: axes)
    }
    node.set(type: node.type(0), shape: shape)
  }

  /// Scales are attributes in the first versions, first of two axes only.
  @Sendable private static func upsample(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: node.shape(0).map { .unknown(rank: $0.count) })
    guard let input = node.shape(0) else { return }
    var scales = node.input(1)
    if case .floats(let list)? = node.node.attribute("scales") { scales = ValueFacts(Tensor(list)) }
    var axes = Array(input.indices)
    if let height = node.node.float("height_scale"), let width = node.node.float("width_scale"), input.count == 4 {
      (scales, axes) = (ValueFacts(Tensor([height, width])), [2, 3])
    }
    node.set(type: node.type(0), shape: try scaled(input, scales: scales, axes: axes))
  }

  /// floor(size * scale), in float32 as runtimes calculate it.
  private static func scaled(
    _ input: [Dimension], scales: ValueFacts?, axes: [Int]
  ) throws(ShapeProblem) -> [Dimension] {
    var shape = input
    guard let scales = scales?.constant?.floats, !scales.isEmpty else {
      for axis in axes { shape[axis] = .unknown }
      return shape
    }
    guard scales.count == axes.count else {
      throw .sizes("the number of scales", .fixed(scales.count), "the number of axes", .fixed(axes.count))
    }
    for (axis, scale) in zip(axes, scales) {
      guard scale > 0, scale.isFinite else { throw .attribute("scales", expected: "greater than 0") }
      shape[axis] = input[axis].scaled(by: scale)
    }
    return shape
  }

  /// - Parameter policy: what to do where the sizes would change the ratio of height to width.
  private static func fitted(
    _ input: [Dimension], sizes: [Dimension]?, axes: [Int], _ policy: String?
  ) throws(ShapeProblem) -> [Dimension] {
    let sizes = sizes ?? .unknown(rank: axes.count)
    guard sizes.count == axes.count else {
      throw .sizes("the number of sizes", .fixed(sizes.count), "the number of axes", .fixed(axes.count))
    }
    var shape = input
    for (axis, size) in zip(axes, sizes) { shape[axis] = try size.checked() }
    guard let policy, policy != "stretch" else { return shape }
    // One scale for all axes: that of the axis with the least to grow, or with the most.
    var scale: Float?
    for (axis, size) in zip(axes, sizes) {
      guard let from = input[axis].size, let size = size.size, from > 0 else {
        for axis in axes { shape[axis] = .unknown }
        return shape
      }
      let own = Float(size) / Float(from)
      scale = scale.map { policy == "not_larger" ? min($0, own) : max($0, own) } ?? own
    }
    for axis in axes {
      let size = input[axis].size.flatMap { Int(exactly: (Float($0) * (scale ?? 1)).rounded(.toNearestOrAwayFromZero)) }
      shape[axis] = size.map { .fixed($0) } ?? .unknown
    }
    return shape
  }
}
