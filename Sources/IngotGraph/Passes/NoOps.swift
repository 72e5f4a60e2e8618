// Takes away nodes that hand their input on as it is: Identity, Dropout in inference, and casts, reshapes, slices, pads and
// the like where types and shapes prove that they change nothing.

internal import IngotCore

extension Pass {
  static let noOps = Pass("no-ops") { removeNoOps(&$0, $1) }
}

private func removeNoOps(_ graph: inout Graph, _ context: PassContext) -> PassReport {
  let (facts, opset) = (context.facts, context.opset)
  var report = PassReport("no-ops")
  let uses = Uses(graph)
  var replacement = Graph.Replacement(for: graph)
  var producers = graph.producers
  let isDefined = graph.definedValues()
  let givenValues = Set(graph.inputs).union(
    graph.values.indices.map { ValueID($0) }.filter { graph[$0].initializer != nil })
  var isRemoved = [Bool](repeating: false, count: graph.nodes.count)
  for (index, node) in graph.nodes.enumerated() {
    guard let output = node.outputs.first.flatMap(\.self), let source = node.inputs.first.flatMap(\.self),
      NoOp(node, graph: graph, facts: facts, opset: opset).isProved,
      node.outputs.dropFirst().compactMap(\.self).allSatisfy({ uses.count($0) == 0 })
    else { continue }
    let input = replacement[source]
    if !uses.isGraphOutput[output.index] {
      // The body of a subgraph may not hand out an outer value under another name, but its nodes may read it.
      guard replacement.replace(output, with: input, in: graph) else { continue }
    } else {
      // The output's name stays: what makes the input makes the output instead.
      guard isDefined[input.index], !givenValues.contains(input), !uses.isGraphOutput[input.index],
        let producer = producers[input.index], !replacement.isCaptured(input),
        replacement.replace(input, with: output, in: graph)
      else { continue }
      graph.nodes[producer].outputs = graph.nodes[producer].outputs.map { $0 == input ? output : $0 }
      (producers[output.index], producers[input.index]) = (producer, nil)
    }
    isRemoved[index] = true
    report.remove(node.label(in: graph))
  }
  guard !report.isEmpty else { return report }
  graph.apply(replacement)
  graph.nodes = zip(graph.nodes, isRemoved).filter { !$1 }.map(\.0)
  return report
}

/// A node that may do nothing.
private struct NoOp {
  let node: Node
  let opset: Int64
  let inputs: [ValueFacts?]
  let output: ValueFacts?

  init(_ node: Node, graph: Graph, facts: [ValueFacts], opset: Int64) {
    func known(_ id: ValueID?) -> ValueFacts? {
      id.flatMap { id in
        if let tensor = graph.constant(id) { return ValueFacts(tensor) }
        return facts.indices.contains(id.index) ? facts[id.index] : nil
      }
    }
    (self.node, self.opset) = (node, opset)
    inputs = node.inputs.map(known)
    output = known(node.outputs.first.flatMap(\.self))
  }

  var isProved: Bool {
    guard node.domain.isEmpty else { return false }
    switch node.opType {
    case "Identity": return true
    case "Dropout": return isInference
    case "Cast", "CastLike": return inputs.first??.type != nil && inputs.first??.type == output?.type
    case "Transpose": return keepsOrder
    case "Reshape", "Flatten", "Squeeze", "Unsqueeze": return keepsShape
    case "Slice": return keepsShape && steps?.allSatisfy { $0 == 1 } ?? false
    case "Expand": return keepsShape
    case "Pad": return pads?.allSatisfy { $0 == 0 } ?? false
    case "Tile": return opset >= 6 && integers(1)?.allSatisfy { $0 == 1 } ?? false
    case "Concat", "Sum", "Max", "Min", "Mean": return node.inputs.count == 1
    case "Split": return node.outputs.count == 1
    default: return false
    }
  }

  private func integers(_ index: Int) -> [Int64]? {
    inputs.indices.contains(index) ? inputs[index]?.constant?.integers : nil
  }
  private func isGiven(_ index: Int) -> Bool { node.inputs.indices.contains(index) && node.inputs[index] != nil }

  private var isInference: Bool {
    if opset < 7 { return node.int("is_test") ?? 0 != 0 }
    guard opset >= 12, isGiven(2) else { return true }
    guard let mode = inputs[2]?.constant, mode.type == .bool, mode.elementCount == 1 else { return false }
    return mode.bytes.array == [0]
  }

  private var steps: [Int64]? { isGiven(4) ? integers(4) : node.ints("steps") ?? [] }
  private var pads: [Int64]? { isGiven(1) ? integers(1) : node.ints("pads") ?? node.ints("paddings") }

  /// Both shapes are known and equal; private names of unknown sizes stand for equal sizes.
  private var keepsShape: Bool {
    guard let before = inputs.first??.shape, let after = output?.shape else { return false }
    return before == after && !before.contains(.unknown)
  }

  private var keepsOrder: Bool {
    if let order = node.ints("perm") { return order == order.indices.map { Int64($0) } }
    return inputs.first??.shape.map { $0.count <= 1 } ?? false
  }
}
