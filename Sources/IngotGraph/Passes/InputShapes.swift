// Puts the shapes that a manifest asks for into the model's inputs: names for free sizes, numbers for names.

internal import IngotCore

/// Initializers that are listed as inputs (all were, before IR version 4) become plain constants.
func removeInputDefaults(_ model: inout Model) -> PassReport {
  var report = PassReport("input-defaults")
  let graph = model.graph
  for id in graph.inputs where graph[id].initializer != nil { report.change(graph[id].name) }
  if report.changed > 0 {
    model.graph.inputs.removeAll { graph[$0].initializer != nil }
    model.raiseIRVersion(to: 4)
  }
  return report
}

func setInputShapes(_ model: inout Model, _ options: SanitizeOptions, _ problems: inout [GraphError]) -> PassReport {
  var report = PassReport("input-shapes")
  var sizes: [String: Dimension] = [:]
  for name in Set(options.inputShapes.keys).union(options.inputTypes.keys).sorted() {
    guard let id = model.graph.inputs.first(where: { model.graph[$0].name == name }) else {
      problems.append(GraphError(.noSuchInput(name, inputs: model.graph.inputs.map { model.graph[$0].name })))
      continue
    }
    let old = (type: model.graph[id].type, shape: model.graph[id].shape)
    if let type = options.inputTypes[name] {
      if let known = old.type, known != type {
        problems.append(GraphError(.inputType(name, model: known, asked: type)))
      } else {
        model.graph[id].type = type
      }
    }
    if let asked = options.inputShapes[name] {
      do throws(GraphError) {
        model.graph[id].shape = try reshaped(name, from: old.shape, to: asked, renaming: &sizes)
      } catch { problems.append(error) }
    }
    if old.shape != model.graph[id].shape || old.type != model.graph[id].type { report.change(name) }
  }
  for (name, size) in options.dimensions.sorted(by: { $0.key < $1.key }) {
    do throws(GraphError) { try setDimension(name, to: size, in: model.graph, &sizes) } catch {
      problems.append(error)
      continue
    }
    report.change(name)
  }
  if problems.isEmpty {
    model.graph.substitute(sizes)
    model.graph.collectOverMemory(&problems)
  }
  return report
}

private func setDimension(
  _ name: String, to size: Dimension, in graph: Graph, _ sizes: inout [String: Dimension]
) throws(GraphError) {
  if let size = size.size, size < 1 { throw GraphError(.dimensionSize(name, size)) }
  let known = Set(graph.inputs.flatMap { graph[$0].shape ?? [] })
  guard known.contains(.symbolic(name)) || sizes.values.contains(.symbolic(name)) else {
    let names = known.compactMap { if case .symbolic(let name) = $0 { name } else { nil } }
    throw GraphError(.noSuchDimension(name, dimensions: names.sorted()))
  }
  for (old, new) in sizes where new == .symbolic(name) { sizes[old] = size }
  sizes[name] = size
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
  fileprivate func collectOverMemory(_ problems: inout [GraphError]) {
    for value in values {
      guard let shape = value.shape, !ShapeInference.fitsMemory(shape) else { continue }
      problems.append(GraphError(.overMemory(value.name, shape: shape)))
    }
    for node in nodes { for (_, body) in node.subgraphs { body.collectOverMemory(&problems) } }
  }

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
