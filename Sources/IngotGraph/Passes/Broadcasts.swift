// An Expand before an elementwise operation does nothing where the operation broadcasts to the same shape without it.

internal import IngotCore

extension Pass {
  static let broadcasts = Pass("broadcasts", on: Elementwise.binary) { rewriting, index, context in
    // Before version 8 not every operation broadcasts.
    guard context.opset >= 8, let result = rewriting.shape(rewriting.node(index).outputs.first.flatMap(\.self)),
      !result.contains(.unknown)
    else { return }
    for position in rewriting.node(index).inputs.indices {
      var node = rewriting.node(index)
      guard let id = node.inputs[position], rewriting.isReadOnce(id), let expand = rewriting.maker(of: id, "Expand"),
        let source = rewriting.node(expand).inputs[0]
      else { continue }
      node.inputs[position] = source
      if broadcastShape(of: node.inputs, rewriting) == result { rewriting.replace(index, with: node) }
    }
  }
}

/// Nil where it cannot be told.
private func broadcastShape(of inputs: [ValueID?], _ rewriting: Rewriting) -> [Dimension]? {
  var result: [Dimension] = []
  for id in inputs {
    guard let shape = rewriting.shape(id), let next = try? [Dimension].broadcast(result, shape) else { return nil }
    result = next
  }
  return result
}
