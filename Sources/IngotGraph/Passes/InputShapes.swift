// Puts the shapes that a manifest asks for into the model's inputs: names for free sizes, numbers for names.

internal import IngotCore

/// Initializers that are listed as inputs (all were, before IR version 4) become plain constants.
func removeInputDefaults(_ model: inout Model) -> PassReport {
  var report = PassReport("input-defaults")
  let graph = model.graph
  for id in graph.inputs where graph[id].initializer != nil { report.change(graph[id].name) }
  if report.changed > 0 {
    model.graph.inputs.removeAll { graph[$0].initializer != nil }
    model.irVersion = max(model.irVersion, 4)
  }
  return report
}

/// - Throws: `.noSuchInput`, `.inputShape`, `.noSuchDimension`, `.dimensionSize`.
func setInputShapes(_ model: inout Model, _ options: SanitizeOptions) throws(GraphError) -> PassReport {
  var report = PassReport("input-shapes")
  var sizes: [String: Dimension] = [:]
  for (name, asked) in options.inputShapes.sorted(by: { $0.key < $1.key }) {
    guard let id = model.graph.inputs.first(where: { model.graph[$0].name == name }) else {
      throw GraphError(.noSuchInput(name, inputs: model.graph.inputs.map { model.graph[$0].name }))
    }
    let old = model.graph[id].shape
    let new = try reshaped(name, from: old, to: asked, renaming: &sizes)
    if new != old { report.change(name) }
    model.graph[id].shape = new
  }
  for (name, size) in options.dimensions.sorted(by: { $0.key < $1.key }) {
    guard size >= 1 else { throw GraphError(.dimensionSize(name, size)) }
    let known = Set(model.graph.inputs.flatMap { model.graph[$0].shape ?? [] })
    guard known.contains(.symbolic(name)) || sizes.values.contains(.symbolic(name)) else {
      let names = known.compactMap { if case .symbolic(let name) = $0 { name } else { nil } }
      throw GraphError(.noSuchDimension(name, dimensions: names.sorted()))
    }
    for (old, new) in sizes where new == .symbolic(name) { sizes[old] = .fixed(size) }
    sizes[name] = .fixed(size)
    report.change(name)
  }
  model.graph.substitute(sizes)
  return report
}

private func reshaped(
  _ name: String, from old: [Dimension]?, to asked: [Dimension], renaming sizes: inout [String: Dimension]
) throws(GraphError) -> [Dimension] {
  guard let old else { return asked }
  guard old.count == asked.count else { throw GraphError(.inputShape(name, model: old, asked: asked)) }
  var result: [Dimension] = []
  for (before, after) in zip(old, asked) {
    switch (before, after) {
    case (_, .unknown): result.append(before)
    case (.unknown, _): result.append(after)
    case (.fixed, _):
      guard before == after else { throw GraphError(.inputShape(name, model: old, asked: asked)) }
      result.append(before)
    case (.symbolic(let symbol), _):
      if let earlier = sizes[symbol], earlier != after { throw GraphError(.inputShape(name, model: old, asked: asked)) }
      if before != after { sizes[symbol] = after }
      result.append(after)
    }
  }
  return result
}

extension Graph {
  /// Replaces symbolic sizes everywhere, in subgraphs too. One pass: a name that becomes another is not replaced again.
  mutating func substitute(_ sizes: [String: Dimension]) {
    guard !sizes.isEmpty else { return }
    for index in values.indices {
      let id = ValueID(index)
      self[id].valueType = self[id].valueType?.mapShapes { shape in
        shape.map { size in
          if case .symbolic(let name) = size, let new = sizes[name] { new } else { size }
        }
      }
    }
    for index in nodes.indices where nodes[index].hasSubgraphs { nodes[index].forEachSubgraph { $0.substitute(sizes) } }
  }
}
