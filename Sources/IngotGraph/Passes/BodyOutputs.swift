// Takes away outputs of If, Loop and Scan that nothing reads: what the bodies compute for them alone is then dead.

internal import IngotCore

extension Graph {
  /// Only of this graph's nodes, not of those in their bodies. One output always stays.
  mutating func dropBodyOutputs(_ report: inout PassReport) {
    guard nodes.contains(where: { $0.hasSubgraphs && $0.outputs.count > 1 }) else { return }
    let uses = Uses(self)
    for index in nodes.indices where nodes[index].hasSubgraphs && nodes[index].outputs.count > 1 {
      let node = nodes[index]
      var unread = Set(node.outputs.indices.filter { node.outputs[$0].map { uses.count($0) == 0 } ?? true })
      if unread.count == node.outputs.count { unread.remove(0) }
      guard !unread.isEmpty, let kind = BodyKind(node), nodes[index].drop(unread, as: kind) else { continue }
      report.change(node.label(in: self))
    }
  }
}

/// Where the values stand that a node hands to its body from one turn to the next.
private struct BodyKind {
  /// The outputs before those of the turns: each has an input of the node, and one of the body, at the same place.
  var carriedCount: Int
  /// Inputs, of the node and of the body, before those that are carried.
  var inputOffset: Int
  /// Outputs of the body before those that are the node's.
  var outputOffset: Int

  /// - Returns: nil for a node whose bodies do not fit it.
  init?(_ node: Node) {
    guard node.domain.isEmpty else { return nil }
    let bodies = node.subgraphs.map(\.graph)
    let count = node.outputs.count
    switch node.opType {
    case "If": (carriedCount, inputOffset, outputOffset) = (0, 0, 0)
    case "Loop": (carriedCount, inputOffset, outputOffset) = (node.inputs.count - 2, 2, 1)
    case "Scan":
      let scanned = Int(clamping: node.int("num_scan_inputs") ?? 0)
      (carriedCount, inputOffset, outputOffset) = (node.inputs.count - max(scanned, 0), 0, 0)
      // Before version 9 an input with lengths comes first.
      guard bodies.first?.inputs.count == node.inputs.count else { return nil }
    default: return nil
    }
    guard (0...count).contains(carriedCount), bodies.count == (node.opType == "If" ? 2 : 1) else { return nil }
    for body in bodies {
      guard body.outputs.count == outputOffset + count, body.inputs.count >= inputOffset + carriedCount else {
        return nil
      }
    }
  }
}

extension Node {
  /// - Parameter unread: positions among the node's outputs.
  /// - Returns: whether any of them could be left out.
  fileprivate mutating func drop(_ unread: Set<Int>, as kind: BodyKind) -> Bool {
    var dropped = unread
    if kind.carriedCount > 0, let body = subgraphs.first?.graph { body.keepWhatIsCarried(&dropped, as: kind) }
    guard !dropped.isEmpty else { return false }
    let carried = Set(dropped.filter { $0 < kind.carriedCount }.map { $0 + kind.inputOffset })
    outputs = outputs.without(dropped)
    inputs = inputs.without(carried)
    forEachSubgraph { body in
      body.outputs = body.outputs.without(Set(dropped.map { $0 + kind.outputOffset }))
      body.inputs = body.inputs.without(carried)
    }
    let turns = Set(dropped.filter { $0 >= kind.carriedCount }.map { $0 - kind.carriedCount })
    for name in ["scan_output_axes", "scan_output_directions"] where opType == "Scan" {
      if let values = ints(name) { set(name, .ints(values.without(turns))) }
    }
    return true
  }
}

extension Graph {
  /// A carried value is still needed where the body reads it for something that stays.
  fileprivate func keepWhatIsCarried(_ dropped: inout Set<Int>, as kind: BodyKind) {
    // Each round finds what the values kept by the one before it read. Chains longer than this are left alone.
    for _ in 0..<8 {
      var rest = self
      rest.outputs = outputs.without(Set(dropped.map { $0 + kind.outputOffset }))
      var read = Set(rest.outputs)
      for (node, isLive) in zip(nodes, rest.liveNodes()) where isLive {
        read.formUnion(node.inputs.compactMap(\.self))
        if node.hasSubgraphs { read.formUnion(node.capturedNames().compactMap(find)) }
      }
      let needed = dropped.filter { $0 < kind.carriedCount && read.contains(inputs[$0 + kind.inputOffset]) }
      if needed.isEmpty { return }
      dropped.subtract(needed)
    }
    dropped = dropped.filter { $0 >= kind.carriedCount }
  }
}

extension Array {
  fileprivate func without(_ positions: Set<Int>) -> Array {
    indices.filter { !positions.contains($0) }.map { self[$0] }
  }
}
