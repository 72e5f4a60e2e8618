// Writes shapes that a graph calculates at run time as constants, where inference proves that a constant with 0 ("as in the
// input") and -1 ("the rest") says the same: the `view(x.size(0), -1)` of torch exports. The nodes that calculated it die.

internal import IngotCore

extension Pass {
  static let staticShapes = Pass("static-shapes") { makeShapesStatic(&$0, $1) }
}

private func makeShapesStatic(_ graph: inout Graph, _ context: PassContext) -> PassReport {
  let (facts, opset) = (context.facts, context.opset)
  var report = PassReport("static-shapes")
  guard opset >= 5 else { return report }
  for index in graph.nodes.indices {
    let node = graph.nodes[index]
    guard node.domain.isEmpty, node.inputs.count == 2, node.outputs.count == 1, let data = node.inputs[0],
      let target = node.inputs[1], let output = node.outputs[0], graph[target].initializer == nil,
      max(data.index, target.index, output.index) < facts.count, facts[target.index].constant == nil,
      let input = facts[data.index].shape, let result = facts[output.index].shape
    else { continue }
    let sizes: [Int64]?
    switch node.opType {
    case "Reshape" where node.int("allowzero") ?? 0 == 0: sizes = StaticShape.reshape(input, to: result)
    case "Expand": sizes = StaticShape.expand(input, to: result)
    default: sizes = nil
    }
    guard let sizes else { continue }
    let constant = graph.addInitializer(freshName: "\(graph[output].name)_shape", Tensor(sizes))
    graph.nodes[index].inputs[1] = constant
    report.change(node.label(in: graph))
  }
  return report
}

enum StaticShape {
  static func reshape(_ input: [Dimension], to result: [Dimension]) -> [Int64]? {
    var sizes: [Int64] = []
    for (axis, size) in result.enumerated() {
      switch size {
      case .fixed(let size):
        guard size > 0 else { return nil }
        sizes.append(Int64(size))
      case .symbolic, .unknown:
        let isKept = size != .unknown && axis < input.count && input[axis] == size
        guard isKept || !sizes.contains(-1) else { return nil }
        sizes.append(isKept ? 0 : -1)
      }
    }
    return sizes
  }

  /// 1 keeps an axis as it is.
  static func expand(_ input: [Dimension], to result: [Dimension]) -> [Int64]? {
    guard input.count <= result.count else { return nil }
    let aligned = [Dimension?](repeating: nil, count: result.count - input.count) + input
    var sizes: [Int64] = []
    for (before, after) in zip(aligned, result) {
      if let size = after.size {
        sizes.append(Int64(size))
      } else if before == after, after != .unknown {
        sizes.append(1)
      } else {
        return nil
      }
    }
    return sizes
  }
}
