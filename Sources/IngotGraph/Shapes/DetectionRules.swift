// Boxes, regions and grids: operators that look at places in images.

internal import IngotCore

enum DetectionRules {
  static let table: [String: ShapeRule] = [
    "NonMaxSuppression": { $0.set(type: .int64, shape: [.unknown, .fixed(3)]) }, "RoiAlign": roiAlign,
    "MaxRoiPool": maxRoiPool, "GridSample": gridSample, "AffineGrid": affineGrid, "CenterCropPad": centerCropPad,
    "com.microsoft::GridSample": gridSample, "com.microsoft::CropAndResize": cropAndResize,
  ]

  /// The regions and the channels of the image.
  private static func regions(_ node: NodeFacts) throws(ShapeProblem) -> [Dimension] {
    let (image, regions) = (try node.shape(0, rank: 4), try node.shape(1, rank: 2))
    return [regions?[0] ?? .unknown, image?[1] ?? .unknown]
  }

  @Sendable private static func roiAlign(_ node: inout NodeFacts) throws(ShapeProblem) {
    var shape = try regions(node)
    if let indices = try node.shape(2, rank: 1) {
      shape[0] = try node.unified(shape[0], "the number of regions", indices[0], "the number of batch indices")
    }
    for name in ["output_height", "output_width"] {
      guard node.int(name, default: 1) >= 0 else { throw .attribute(name, expected: "0 or more") }
      shape.append(.fixed(Int(node.int(name, default: 1))))
    }
    node.set(type: node.type(0), shape: shape)
  }

  @Sendable private static func maxRoiPool(_ node: inout NodeFacts) throws(ShapeProblem) {
    guard let pooled = node.node.ints("pooled_shape"), pooled.count == 2, pooled.allSatisfy({ $0 > 0 }) else {
      throw .attribute("pooled_shape", expected: "2 sizes of 1 or more")
    }
    node.set(type: node.type(0), shape: try regions(node) + pooled.map { .fixed(Int($0)) })
  }

  /// [regions, channels, height, width]; the sizes are an input.
  @Sendable private static func cropAndResize(_ node: inout NodeFacts) throws(ShapeProblem) {
    var shape = try regions(node) + [.unknown, .unknown]
    if let sizes = node.sizes(3), sizes.count == 2 { shape[2...] = sizes[...] }
    node.set(type: node.type(0), shape: shape)
  }

  /// The image gives batch and channels, the grid [batch, places…, axes] the rest.
  @Sendable private static func gridSample(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: nil)
    let (image, grid) = (node.shape(0), node.shape(1))
    guard let rank = image?.count ?? grid?.count else { return }
    guard rank >= 3 else {
      throw .rank(input: image == nil ? 1 : 0, shape: image ?? grid ?? [], expected: "3 axes or more")
    }
    if let grid, grid.count != rank { throw .rank(input: 1, shape: grid, expected: "\(rank) axes") }
    let batch = try node.unified(
      image?[0] ?? .unknown, "the batch of input 0", grid?[0] ?? .unknown, "the batch of input 1")
    let places = grid.map { Array($0[1..<(rank - 1)]) } ?? .unknown(rank: rank - 2)
    node.set(type: node.type(0), shape: [batch, image?[1] ?? .unknown] + places)
  }

  /// Matrices [batch, axes, axes + 1] and the size of an image [batch, channels, places…] make [batch, places…, axes].
  @Sendable private static func affineGrid(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: nil)
    let theta = try node.shape(0, rank: 3)
    let axes = theta?[1].size ?? node.shape(1)?.first?.size.map { $0 - 2 }
    guard let axes, axes == 2 || axes == 3 else { return }
    var shape = .unknown(rank: axes + 1) + [Dimension.fixed(axes)]
    if let sizes = node.sizes(1) {
      guard sizes.count == axes + 2 else {
        throw .sizes("the number of sizes", .fixed(sizes.count), "the image's rank", .fixed(axes + 2))
      }
      for size in sizes { _ = try size.checked() }
      shape[0] = sizes[0]
      shape.replaceSubrange(1...axes, with: sizes[2...])
    }
    shape[0] = try node.unified(theta?[0] ?? .unknown, "the batch of input 0", shape[0], "the batch of the size")
    node.set(type: node.type(0), shape: shape)
  }

  @Sendable private static func centerCropPad(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: nil)
    guard var shape = node.shape(0) else {
      // Without axes, all of them have a target.
      let rank = node.node.ints("axes") == nil ? node.shape(1)?.first?.size : nil
      if let rank, rank >= 0, rank <= ValueFacts.elementLimit {
        node.set(type: node.type(0), shape: .unknown(rank: rank))
      }
      return
    }
    var axes = Array(shape.indices)
    if let given = node.node.ints("axes") {
      axes = []
      for axis in given { axes.append(try node.axis(axis, rank: shape.count)) }
    }
    let targets = node.sizes(1)
    if let targets, targets.count != axes.count {
      throw .sizes("the number of sizes", .fixed(targets.count), "the number of axes", .fixed(axes.count))
    }
    for (position, axis) in axes.enumerated() { shape[axis] = try targets?[position].checked() ?? .unknown }
    node.set(type: node.type(0), shape: shape)
  }
}
