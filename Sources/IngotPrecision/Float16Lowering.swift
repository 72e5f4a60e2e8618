// Float16 and bfloat16 by casts in the graph, after the rules of fp16-lowering.md. Inputs and outputs keep their types.

package import IngotCore
package import IngotGraph

/// Gives every node that can have it a 16-bit float type: casts where types meet, one per tensor and direction, and
/// constants in the type of their reader. Bodies of If, Loop and Scan keep float32.
///
/// - Parameters:
///   - model: sanitized: topological order, types inferred.
///   - type: float16 or bfloat16.
/// - Throws: `.unmatchedPatterns`; `.nothingLowered` when no node can have the type. The model is then as it was.
package func lowerToFloat16(
  _ model: inout Model, type: ElementType = .float16, keep: KeepList = KeepList()
) throws(PrecisionError) -> LoweringReport {
  var report = LoweringReport(precision: type, fallback: .float32, opset: model.opsets[""] ?? 0)
  var lowered = model
  let count = try lowerFloats(&lowered, to: type, keep: keep, report: &report)
  guard count > 0 else {
    throw PrecisionError(.nothingLowered(type: type, reasons: summary(of: report.kept)))
  }
  model = lowered
  countTypes(of: model.graph, into: &report)
  return report
}

/// - Returns: how many nodes compute in `type` now.
func lowerFloats(
  _ model: inout Model, to type: ElementType, keep: KeepList, report: inout LoweringReport
) throws(PrecisionError) -> Int {
  guard type == .float16 || type == .bfloat16 else {
    throw PrecisionError(.unsupportedType(type, use: "a 16-bit float precision"))
  }
  inlineFloatConstants(&model.graph)
  let kept = try keep.resolve(in: model.graph)
  let uses = Uses(model.graph)
  let assignment = TypeAssignment(
    model.graph, uses: uses, opset: model.opsets[""] ?? 0, type: type, kept: kept)
  for (node, precision) in zip(model.graph.nodes, assignment.nodes) {
    if case .full(let rule, let reason) = precision {
      report.kept.append(NodeDecision(node: node.name, op: node.opType, rule: rule, reason: reason))
    }
  }
  var rewriter = TypeRewriter(model.graph, uses: uses, assignment: assignment)
  rewriter.rewrite()
  model.graph = rewriter.graph
  removeIdleCasts(&model.graph, type: type, report: &report)
  report.castsAdded += rewriter.castCount
  report.clipped += rewriter.clipped.sorted { $0.tensor < $1.tensor }
  return assignment.nodes.count { $0 == .narrow }
}

/// How often each reason was given, the most frequent first.
func summary(of decisions: [NodeDecision]) -> [String] {
  var counts: [String: Int] = [:]
  for decision in decisions { counts["\(decision.rule): \(decision.op): \(decision.reason)", default: 0] += 1 }
  let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
  return sorted.prefix(8).map { "\($0.key) (\($0.value))" }
}

/// Turns Constant nodes that hold float32 numbers into initializers of the same name, so that rules on constants see
/// them.
private func inlineFloatConstants(_ graph: inout Graph) {
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
private func removeIdleCasts(_ graph: inout Graph, type: ElementType, report: inout LoweringReport) {
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
  report.castsRemoved += removed.count + before - graph.nodes.count
}
