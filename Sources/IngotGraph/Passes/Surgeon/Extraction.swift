// Cuts a part out of a graph: what lies between some tensors and others.

internal import IngotCore

/// The part of a graph to keep.
package struct Extraction: Hashable, Sendable {
  /// Tensors that become the inputs, in this order; none leaves the model's inputs, as far as they are needed.
  package var from: [String]
  /// Tensors that become the outputs, in this order; none leaves the model's outputs.
  package var to: [String]

  package init(from: [String] = [], to: [String] = []) { (self.from, self.to) = (from, to) }

  package var isEmpty: Bool { from.isEmpty && to.isEmpty }
}

/// - Parameter options: with types and shapes for new inputs that nobody declared or inferred.
func extract(_ model: inout Model, _ options: SanitizeOptions, _ problems: inout [GraphError]) -> PassReport {
  var report = PassReport("extract")
  let extraction = options.extraction
  guard !extraction.isEmpty else { return report }
  let before = model.graph.nodes.count
  let names = TensorNames(model.graph)
  let outputs = names.made(extraction.to, option: "to", &problems)
  let inputs = names.known(extraction.from, &problems)
  guard problems.isEmpty else { return report }
  // Types of new inputs come from the whole model; what is wrong with the rest of it must not keep a part from being cut out.
  if inputs.contains(where: { model.graph[$0].type == nil || model.graph[$0].shape == nil }) {
    var whole = model
    if (try? inferShapes(&whole)) != nil { model = whole }
  }
  let oldInputs = model.graph.inputs.map { model.graph[$0].name }
  if !outputs.isEmpty { model.graph.outputs = outputs }
  if !inputs.isEmpty { model.graph.cut(at: inputs) }
  _ = removeDeadCode(&model.graph)
  let uses = Uses(model.graph)
  let isRead = Set(model.graph.inputs.filter { uses.count($0) > 0 })
  if extraction.from.isEmpty {
    model.graph.inputs.removeAll { !isRead.contains($0) }
  } else {
    let unread = model.graph.inputs.filter { !isRead.contains($0) }.map { model.graph[$0].name }
    problems += unread.map { GraphError(.unreadInput($0)) }
    let missing = model.graph.undefinedNames(among: oldInputs)
    if !missing.isEmpty { problems.append(GraphError(.uncutInputs(missing))) }
    declareInputs(&model.graph, options, &problems)
  }
  model.graph.compact()
  for id in model.graph.inputs + model.graph.outputs { report.change(model.graph[id].name) }
  report.removed = before - model.graph.nodes.count
  return report
}

private func declareInputs(_ graph: inout Graph, _ options: SanitizeOptions, _ problems: inout [GraphError]) {
  for id in graph.inputs {
    let name = graph[id].name
    graph[id].type = graph[id].type ?? options.inputTypes[name]
    graph[id].shape = graph[id].shape ?? options.inputShapes[name]
    if graph[id].type == nil || graph[id].shape == nil {
      problems.append(GraphError(.undeclaredInput(name, type: graph[id].type, shape: graph[id].shape)))
    }
  }
}

extension Graph {
  /// Makes these values the inputs: what made them makes something else that nothing reads.
  fileprivate mutating func cut(at ids: [ValueID]) {
    let isCut = Set(ids)
    for index in nodes.indices {
      for position in nodes[index].outputs.indices {
        guard let output = nodes[index].outputs[position], isCut.contains(output) else { continue }
        nodes[index].outputs[position] = addValue(freshName: "\(self[output].name)_before_cut")
      }
    }
    for id in ids { self[id].initializer = nil }
    inputs = ids
  }

  /// Of these names, those that something in the graph reads and nothing makes.
  fileprivate func undefinedNames(among names: [String]) -> [String] {
    let isDefined = definedValues()
    let uses = Uses(self)
    return names.filter { name in find(name).map { !isDefined[$0.index] && uses.count($0) > 0 } ?? false }
  }
}
