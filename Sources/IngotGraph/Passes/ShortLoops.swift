// A Loop that runs never is what it starts from, and one that runs once is its body.

internal import IngotCore

extension Pass {
  static let shortLoops = Pass("short-loops") { graph, context in
    var report = PassReport("short-loops")
    let loops = graph.nodes.map { ShortLoop($0, in: graph, context) }
    guard loops.contains(where: { $0 != nil }) else { return report }
    var splicing = Splicing(of: &graph)
    var nodes: [Node] = []
    for (node, loop) in zip(splicing.graph.nodes, loops) {
      if let loop {
        report.remove(node.label(in: splicing.graph))
        nodes += loop.nodes(&splicing)
      } else {
        nodes.append(node)
      }
    }
    splicing.finish(&graph, nodes: nodes)
    return report
  }
}

private struct ShortLoop {
  let node: Node
  let body: Graph
  let opset: Int64
  let runsOnce: Bool

  /// Values that one iteration hands to the next.
  private var carriedCount: Int { node.inputs.count - 2 }

  init?(_ node: Node, in graph: Graph, _ context: PassContext) {
    guard node.domain.isEmpty, node.opType == "Loop", node.inputs.count >= 2,
      case .graph(let body)? = node.attribute("body"),
      body.inputs.count == node.inputs.count, body.outputs.count >= node.inputs.count - 1,
      node.outputs.count <= body.outputs.count - 1
    else { return nil }
    func constant(_ id: ValueID?) -> Tensor? { id.flatMap { context.facts(of: $0, in: graph).constant } }
    let (limit, start) = (constant(node.inputs[0])?.singleInteger, constant(node.inputs[1]))
    let isStarted = node.inputs[1] == nil || start?.isFilled(with: 1) ?? false
    (self.node, self.body, opset) = (node, body, context.opset)
    if limit.map({ $0 <= 0 }) ?? false || start?.isFilled(with: 0) ?? false {
      runsOnce = false
      // What never ran has collected nothing, and only its rank would be known.
      guard node.outputs.dropFirst(node.inputs.count - 2).allSatisfy({ $0 == nil }) else { return nil }
    } else if limit == 1, isStarted {
      runsOnce = true
    } else {
      return nil
    }
  }

  func nodes(_ splicing: inout Splicing) -> [Node] {
    let carried = Array(node.inputs.dropFirst(2))
    guard runsOnce else {
      return zip(carried, node.outputs).compactMap { source, output in
        output.map { Node("Identity", name: "", inputs: [source], outputs: [$0]) }
      }
    }
    let iteration = splicing.addConstant(Tensor([Int64(0)], shape: []), named: "\(node.name)_iteration")
    let condition = splicing.addConstant(
      Tensor(type: .bool, shape: [], bytes: Bytes([1])), named: "\(node.name)_condition")
    var outputs: [ValueID?] = [nil]
    var collected: [Node] = []
    for (position, output) in node.outputs.enumerated() {
      guard position >= carriedCount, let output else { outputs.append(output); continue }
      // One slice of a scan output, with the axis of iterations before it.
      let slice = splicing.addValue(named: "\(splicing.graph[output].name)_slice")
      outputs.append(slice)
      var unsqueeze = Node("Unsqueeze", name: "", inputs: [slice], outputs: [output])
      if opset < 13 {
        unsqueeze.set("axes", .ints([0]))
      } else {
        unsqueeze.inputs.append(splicing.addConstant(Tensor([Int64(0)]), named: "\(splicing.graph[output].name)_axes"))
      }
      collected.append(unsqueeze)
    }
    return splicing.nodes(of: body, inputs: [iteration, condition] + carried, outputs: outputs) + collected
  }
}
