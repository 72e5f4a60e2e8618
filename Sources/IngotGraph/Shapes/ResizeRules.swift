// Resize and its older forms.

internal import IngotCore

enum ResizeRules {
  static let table: [String: ShapeRule] = ["Resize": resize, "Upsample": upsample]

  @Sendable private static func resize(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: node.shape(0)?.map { _ in .unknown })
    guard let input = node.shape(0) else { return }
    if node.opset < 11 {
      return node.set(type: node.type(0), shape: try scaled(input, scales: node.input(1), axes: nil))
    }
    var axes = Array(input.indices)
    if let given = node.node.ints("axes") {
      axes = []
      for axis in given { axes.append(try node.axis(axis, rank: input.count)) }
    }
    if let sizes = node.input(3) {
      // The sizes are wishes under another policy.
      guard node.node.string("keep_aspect_ratio_policy") ?? "stretch" == "stretch", let elements = sizes.elements else {
        return
      }
      guard elements.count == axes.count else {
        throw .sizes("the number of sizes", .fixed(elements.count), "the number of axes", .fixed(axes.count))
      }
      var shape = input
      for (axis, size) in zip(axes, elements) {
        if let size = size.size, size < 0 { throw .outputSize }
        shape[axis] = size
      }
      return node.set(type: node.type(0), shape: shape)
    }
    node.set(type: node.type(0), shape: try scaled(input, scales: node.input(2), axes: axes))
  }

  @Sendable private static func upsample(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: node.shape(0)?.map { _ in .unknown })
    guard let input = node.shape(0) else { return }
    let scales = node.node.attribute("scales").flatMap { value in
      if case .floats(let scales) = value { ValueFacts(Tensor(scales)) } else { nil }
    }
    node.set(type: node.type(0), shape: try scaled(input, scales: scales ?? node.input(1), axes: nil))
  }

  /// floor(size * scale), in float32 as runtimes calculate it.
  private static func scaled(_ input: [Dimension], scales: ValueFacts?, axes: [Int]?) throws(ShapeProblem)
    -> [Dimension]
  {
    guard let scales = scales?.constant?.floats, !scales.isEmpty else { return input.map { _ in .unknown } }
    let axes = axes ?? Array(input.indices)
    guard scales.count == axes.count else {
      throw .sizes("the number of scales", .fixed(scales.count), "the number of axes", .fixed(axes.count))
    }
    var shape = input
    for (axis, scale) in zip(axes, scales) {
      guard scale > 0, scale.isFinite else { throw .attribute("scales", expected: "greater than 0") }
      shape[axis] = try input[axis].mapped(isIdentity: scale == 1) { Int(exactly: (Float($0) * scale).rounded(.down)) }
    }
    return shape
  }
}
