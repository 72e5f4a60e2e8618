// Clip after Clip or Relu, and Relu after Clip, are one Clip where the bounds leave something between them.

internal import IngotCore

extension Pass {
  static let clips = Pass("clips", on: ["Clip", "Relu"]) { rewriting, index, context in
    let node = rewriting.node(index)
    guard let source = node.inputs.first.flatMap(\.self), rewriting.isReadOnce(source),
      let type = rewriting.type(source), type == .float32 || type == .float64,
      let first = rewriting.maker(of: source, node.opType == "Clip" ? "Relu" : "Clip", "Clip"),
      let inner = Bounds(rewriting.node(first), in: rewriting, opset: context.opset),
      let outer = Bounds(node, in: rewriting, opset: context.opset),
      let bounds = inner.intersection(outer), let input = rewriting.node(first).inputs[0]
    else { return }
    var clip = Node("Clip", name: node.name, inputs: [input], outputs: node.outputs)
    if context.opset >= 11 {
      for (name, bound) in [("min", bounds.lower), ("max", bounds.upper)] {
        guard bound.isFinite else { clip.inputs.append(nil); continue }
        guard let tensor = Tensor(.floats([bound]), type: type, shape: []) else { return }
        clip.inputs.append(rewriting.addConstant(named: "\(rewriting.graph[source].name)_\(name)", tensor))
      }
      while clip.inputs.last == .some(nil) { clip.inputs.removeLast() }
    } else {
      if bounds.lower.isFinite { clip.set("min", .float(Float(bounds.lower))) }
      if bounds.upper.isFinite { clip.set("max", .float(Float(bounds.upper))) }
    }
    rewriting.replace(index, with: clip)
  }
}

/// What a Clip or Relu lets through.
private struct Bounds {
  var lower = -Double.infinity
  var upper = Double.infinity

  private init(lower: Double, upper: Double) { (self.lower, self.upper) = (lower, upper) }

  init?(_ node: Node, in rewriting: Rewriting, opset: Int64) {
    if node.opType == "Relu" {
      lower = 0
      return
    }
    // Version 1 has attributes of its own.
    guard opset >= 6 else { return nil }
    if opset < 11 {
      lower = node.float("min").map { Double($0) } ?? lower
      upper = node.float("max").map { Double($0) } ?? upper
      return
    }
    for (position, id) in node.inputs.enumerated().dropFirst() where id != nil {
      guard let bound = rewriting.scalar(id) else { return nil }
      if position == 1 { lower = bound } else { upper = bound }
    }
  }

  func intersection(_ other: Bounds) -> Bounds? {
    let both = Bounds(lower: max(lower, other.lower), upper: min(upper, other.upper))
    let isInOrder = lower <= upper && other.lower <= other.upper && both.lower <= both.upper
    return isInOrder ? both : nil
  }
}
