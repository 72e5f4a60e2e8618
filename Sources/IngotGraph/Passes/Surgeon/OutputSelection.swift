// Which tensors are the model's outputs.

internal import IngotCore

/// Changes to the outputs; a name may be a pattern with `*` and `?`.
package struct OutputSelection: Hashable, Sendable {
  /// Exactly these, in this order; nil leaves the model's.
  package var only: [String]?
  package var added: [String]
  package var removed: [String]

  package init(only: [String]? = nil, added: [String] = [], removed: [String] = []) {
    (self.only, self.added, self.removed) = (only, added, removed)
  }

  package var isEmpty: Bool { only == nil && added.isEmpty && removed.isEmpty }
}

func selectOutputs(_ model: inout Model, _ selection: OutputSelection, _ problems: inout [GraphError]) -> PassReport {
  var report = PassReport("outputs")
  guard !selection.isEmpty else { return report }
  let names = TensorNames(model.graph)
  let before = model.graph.outputs
  var outputs = before
  if let only = selection.only { outputs = names.made(only, option: "outputs", &problems) }
  let isRemoved = Set(removals(selection.removed, from: outputs, of: model.graph, &problems))
  outputs.removeAll { isRemoved.contains($0) }
  var isOutput = Set(outputs)
  for id in names.made(selection.added, option: "outputs", &problems) where isOutput.insert(id).inserted {
    outputs.append(id)
  }
  if outputs.isEmpty, problems.isEmpty { problems.append(GraphError(.noOutputs)) }
  guard problems.isEmpty else { return report }
  model.graph.outputs = outputs
  let wasOutput = Set(before)
  for id in before where !isOutput.contains(id) { report.remove(model.graph[id].name) }
  for id in outputs where !wasOutput.contains(id) { report.change(model.graph[id].name) }
  return report
}

private func removals(
  _ patterns: [String], from outputs: [ValueID], of graph: Graph, _ problems: inout [GraphError]
) -> [ValueID] {
  var removed: [ValueID] = []
  for pattern in patterns {
    let glob = Glob(pattern)
    let found = outputs.filter { graph[$0].name == pattern || glob.matches(graph[$0].name) }
    if found.isEmpty {
      problems.append(GraphError(.noSuchOutput(pattern, outputs: outputs.map { graph[$0].name })))
    }
    removed += found
  }
  return removed
}
