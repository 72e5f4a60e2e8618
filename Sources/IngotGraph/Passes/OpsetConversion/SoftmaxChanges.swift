// Softmax, LogSoftmax and Hardmax: until operator set 13 the axes from `axis` on were one, since then `axis` is the only one.

internal import IngotCore

enum SoftmaxChanges {
  static let all = ["Softmax", "LogSoftmax", "Hardmax"].map { OpsetChange($0, 13, convert) }

  @Sendable private static func convert(_ node: inout Node, _ rewriter: inout OpsetRewriter) throws(OpsetReason) {
    let axis: Int64
    switch node.attribute("axis") {
    case nil: axis = 1
    case .int(let value): axis = value
    default: throw .attribute("axis")
    }
    guard let data = node.inputs.first ?? nil else { throw .unknownRank(input: 0) }
    let shape = rewriter.shape(of: data)
    if let shape {
      guard let first = Layout.axis(axis, rank: shape.count) else { throw .axis(axis, rank: shape.count) }
      let wide = shape.indices[first...].filter { shape[$0] != .fixed(1) }
      if wide.count <= 1 { return node.set("axis", .int(Int64(wide.first ?? first))) }
    } else if axis == -1 {
      return node.set("axis", .int(-1))
    }
    node.inputs[0] = rewriter.insert("Flatten", [data], [Attribute("axis", int: axis)], as: "flat", of: node)
    node.set("axis", .int(-1))
    let (sizes, attributes) = shapeToRestore(data, shape, of: node, &rewriter)
    rewriter.append("Reshape", [sizes], attributes, of: &node, as: "rows")
  }

  private static func shapeToRestore(
    _ data: ValueID, _ shape: [Dimension]?, of node: Node, _ rewriter: inout OpsetRewriter
  ) -> (sizes: ValueID, attributes: [Attribute]) {
    if let shape, shape.count(where: { $0.size == nil }) <= 1, !shape.contains(.fixed(0)) {
      return (rewriter.constant(Tensor(shape.map { Int64($0.size ?? -1) }), "shape", of: node), [])
    }
    // A size of 0 is a size here; operator set 13 cannot say so, and an empty tensor is then refused at run time.
    let attributes = rewriter.target >= 14 ? [Attribute("allowzero", int: 1)] : []
    return (rewriter.insert("Shape", [data], as: "shape", of: node), attributes)
  }
}
