// Broadcasting before operator set 7, where a node said itself on which axes its second input lies.

internal import IngotCore

enum BroadcastChanges {
  static let all =
    [
      "Add", "Sub", "Mul", "Div", "And", "Or", "Xor", "Equal", "Greater", "Less", "Pow",
    ].map { OpsetChange($0, 7, align) }
    + [
      OpsetChange("Gemm", 7) { node, _ in node.remove("broadcast") },
      OpsetChange("PRelu", 7, slope),
    ]

  /// Axes of size 1 behind the second input's put it where `axis` says; without one it lies at the end, as it does now.
  @Sendable private static func align(_ node: inout Node, _ rewriter: inout OpsetRewriter) throws(OpsetReason) {
    let isBroadcast = node.int("broadcast") ?? 0 != 0
    let axis = node.int("axis")
    node.remove("broadcast")
    node.remove("axis")
    guard isBroadcast, let axis else { return }
    let rank = try rewriter.shape(ofInput: 0, of: node).count
    let ownRank = try rewriter.shape(ofInput: 1, of: node).count
    guard let first = Layout.axis(axis, rank: rank), first + ownRank <= rank else { throw .axis(axis, rank: rank) }
    guard first + ownRank < rank, ownRank > 0 else { return }
    let added = [Attribute("axes", ints: (ownRank..<rank - first).map { Int64($0) })]
    node.inputs[1] = rewriter.insert("Unsqueeze", [node.inputs[1]], added, as: "aligned", of: node)
  }

  /// One slope a channel, which is the second axis.
  @Sendable private static func slope(_ node: inout Node, _ rewriter: inout OpsetRewriter) throws(OpsetReason) {
    let slopes = try rewriter.shape(ofInput: 1, of: node)
    guard slopes.count == 1, slopes[0] != .fixed(1) else { return }
    let rank = try rewriter.shape(ofInput: 0, of: node).count
    guard rank > 2 else { return }
    let added = [Attribute("axes", ints: (1..<rank - 1).map { Int64($0) })]
    node.inputs[1] = rewriter.insert("Unsqueeze", [node.inputs[1]], added, as: "slopes", of: node)
  }
}
