// Upsample, which became Resize, and Resize, which learned coordinates.

internal import IngotCore

enum ResizeChanges {
  static let all = [
    OpsetChange("Upsample", 9) { node, rewriter throws(OpsetReason) in
      guard case .floats(let scales)? = node.attribute("scales") else { throw .attribute("scales") }
      node.remove("scales")
      node.setInput(1, rewriter.constant(Tensor(scales), "scales", of: node))
    },
    OpsetChange("Upsample", 10) { node, rewriter in
      node.opType = "Resize"
      // Known here and not at 11, where the scales may be anybody's: they never make a tensor smaller.
      if rewriter.target >= 11 { node.set("nearest_mode", .string(Array("floor".utf8))) }
    },
    OpsetChange("Resize", 11, coordinates),
    OpsetChange("Resize", 13, oneOfScalesAndSizes),
  ]

  /// Operator set 10 meant asymmetric coordinates, with the next pixel below where a tensor grows and above where it shrinks.
  @Sendable private static func coordinates(
    _ node: inout Node, _ rewriter: inout OpsetRewriter
  ) throws(OpsetReason) {
    guard node.inputs.count >= 2, let scales = node.inputs[1] else { throw .unknownConstant(input: 1) }
    let isNearest = node.string("mode") ?? "nearest" == "nearest"
    if isNearest, node.attribute("nearest_mode") == nil {
      guard let known = rewriter.constant(scales), known.type == .float32 else { throw .unknownConstant(input: 1) }
      let values = known.elements(as: Float.self)
      guard values.allSatisfy({ $0 >= 1 }) || values.allSatisfy({ $0 <= 1 }) else { throw .mixedScales }
      let rounding = values.allSatisfy { $0 >= 1 } ? "floor" : "ceil"
      node.set("nearest_mode", .string(Array(rounding.utf8)))
    } else if !isNearest {
      node.remove("nearest_mode")
    }
    node.set("coordinate_transformation_mode", .string(Array("asymmetric".utf8)))
    // The region is for other coordinates, and until 13 it must be there.
    let region = rewriter.target >= 13 ? nil : rewriter.constant(Tensor([Float]()), "roi", of: node)
    node.inputs = [node.inputs[0], region, scales]
  }

  /// Scales beside sizes, and regions that nothing reads, were empty tensors and are left out; one kind of coordinates is gone.
  @Sendable private static func oneOfScalesAndSizes(
    _ node: inout Node, _ rewriter: inout OpsetRewriter
  ) throws(OpsetReason) {
    let mode = node.string("coordinate_transformation_mode") ?? "half_pixel"
    if node.inputs.count > 3, node.inputs[3] != nil { node.inputs[2] = nil }
    if node.inputs.count > 1, mode != "tf_crop_and_resize" { node.inputs[1] = nil }
    guard mode == "tf_half_pixel_for_nn" else { return }
    // Half a pixel further than `half_pixel`, which the rounding takes back.
    let nearest = node.string("nearest_mode") ?? "round_prefer_floor"
    let roundings = ["floor": "round_prefer_ceil", "round_prefer_floor": "ceil"]
    guard let rounding = roundings[nearest] else { throw .coordinates(mode, nearest: nearest) }
    node.set("coordinate_transformation_mode", .string(Array("half_pixel".utf8)))
    node.set("nearest_mode", .string(Array(rounding.utf8)))
  }
}
