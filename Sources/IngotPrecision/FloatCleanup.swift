// Before and after lowering to narrow floats: constants where rules look for them, and no cast that does nothing.

internal import IngotCore
internal import IngotGraph

/// Turns Constant nodes that hold float32 numbers into initializers of the same name, so that rules on constants see
/// them.
func inlineFloatConstants(_ graph: inout Graph) {
  var nodes: [Node] = []
  for node in graph.nodes {
    if node.opType == "Constant", node.domain.isEmpty, let output = node.outputs.first ?? nil,
      let constant = floatConstant(of: node), !graph.outputs.contains(output)
    {
      graph[output].initializer = constant
      graph[output].type = .float32
      graph[output].shape = constant.shape.map { .fixed($0) }
    } else {
      nodes.append(node)
    }
  }
  graph.nodes = nodes
}

private func floatConstant(of node: Node) -> Initializer? {
  switch node.attributes.first?.value {
  case .tensor(let value) where value.type == .float32: value
  case .float(let value): Initializer(Tensor([value], shape: []))
  case .floats(let values): Initializer(Tensor(values))
  default: nil
  }
}

/// Removes casts to the type that a tensor has already, then casts that nobody reads.
/// - Returns: how many.
func removeIdleCasts(_ graph: inout Graph, type: ElementType) -> Int {
  let uses = Uses(graph)
  var substitute: [ValueID: ValueID] = [:]
  var removed: Set<Int> = []
  for (index, node) in graph.nodes.enumerated() {
    for slot in node.inputs.indices {
      if let id = node.inputs[slot], let other = substitute[id] { graph.nodes[index].inputs[slot] = other }
    }
    guard node.opType == "Cast", let output = node.outputs.first ?? nil, !uses.isPinned(output) else { continue }
    guard let input = graph.nodes[index].inputs.first ?? nil, graph[input].type == type else { continue }
    guard node.int("to") == Int64(type.rawValue) else { continue }
    substitute[output] = input
    removed.insert(index)
  }
  graph.nodes = graph.nodes.enumerated().filter { !removed.contains($0.offset) }.map(\.element)
  let unread = Uses(graph)
  let before = graph.nodes.count
  graph.nodes = graph.nodes.filter { node in
    guard node.opType == "Cast", let output = node.outputs.first ?? nil else { return true }
    return unread.isPinned(output) || !unread.readers(of: output).isEmpty
  }
  return removed.count + before - graph.nodes.count
}
