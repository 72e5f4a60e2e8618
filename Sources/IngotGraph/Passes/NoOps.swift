// Takes away nodes that hand a value on as it is: Identity, Dropout in inference, arithmetic with 0 and 1, and casts, reshapes,
// slices, pads and the like where types and shapes prove that they change nothing.
//
// "As it is" means equal as numbers: x + 0 makes 0 of -0, and counts as doing nothing.

internal import IngotCore

extension Pass {
  static let noOps = Pass("no-ops") { removeNoOps(&$0, $1) }
}

private func removeNoOps(_ graph: inout Graph, _ context: PassContext) -> PassReport {
  var report = PassReport("no-ops")
  var forwarding = Forwarding(for: graph)
  for index in graph.nodes.indices {
    let node = graph.nodes[index]
    guard let output = node.outputs.first.flatMap(\.self), NoOps.isCandidate(node),
      node.outputs.dropFirst().compactMap(\.self).allSatisfy({ forwarding.uses.count($0) == 0 })
    else { continue }
    let rules = NoOps(node, graph: graph, context: context, maker: forwarding.maker(of: node.inputs[0], in: graph))
    guard let source = rules.sameValue else { continue }
    let label = node.label(in: graph)
    if forwarding.forward(index, output: output, to: source, in: &graph) {
      report.remove(label)
    } else if node.opType != "Identity", node.outputs.count == 1 {
      // A name that must stay: at least what the node read besides may go.
      graph.nodes[index] = Node("Identity", name: node.name, inputs: [forwarding[source]], outputs: node.outputs)
      report.change(label)
    }
  }
  if !report.isEmpty { forwarding.finish(&graph) }
  return report
}
