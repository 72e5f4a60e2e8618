// What a graph has and does not use, and what a main graph must say of its inputs and outputs.

internal import IngotCore

extension ModelChecker {
  mutating func checkUse(of scope: Scope) {
    let graph = scope.graph
    let uses = Uses(graph)
    let isMain = enclosing.isEmpty && functionAtWork == nil
    var (initializers, inputs): ([String], [String]) = ([], [])
    for (index, value) in graph.values.enumerated() where uses.count(ValueID(index)) == 0 {
      if value.initializer != nil { initializers.append(value.name) }
    }
    for id in graph.inputs where uses.count(id) == 0 && graph[id].initializer == nil { inputs.append(graph[id].name) }
    reportUnused(.note, initializers, "initializer", "`ingot sanitize` removes what is not used")
    // A subgraph's inputs are prescribed by its node, and a function's by its callers.
    if isMain { reportUnused(.warning, inputs, "input", "callers must give them all the same") }
    reportDeadNodes(of: graph, uses)
    if isMain { checkPorts(of: graph) }
  }

  private mutating func reportUnused(
    _ severity: Diagnostic.Severity, _ names: [String], _ noun: String, _ hint: String
  ) {
    guard let first = names.first else { return }
    let shown = names.prefix(5).map { "'\($0.shown)'" }.joined(separator: ", ")
    let rest = names.count > 5 ? " and \(names.count - 5) more" : ""
    let (nouns, verb) = names.count == 1 ? (noun, "is") : ("\(noun)s", "are")
    report(severity, .unused, value: first, "\(nouns) \(shown)\(rest) \(verb) used by nothing", hint: hint)
  }

  /// Nodes none of whose outputs lead to an output of the graph.
  private mutating func reportDeadNodes(of graph: Graph, _ uses: Uses) {
    var needs = [Int](repeating: 0, count: graph.nodes.count)
    for (index, node) in graph.nodes.enumerated() {
      for case let id? in node.outputs { needs[index] += uses.count(id) }
    }
    let producers = graph.producers
    var dead: [Int] = []
    var waiting = needs.indices.filter { needs[$0] == 0 }
    while let index = waiting.popLast() {
      dead.append(index)
      let node = graph.nodes[index]
      let captured = node.hasSubgraphs ? node.capturedNames().compactMap(graph.find) : []
      for id in node.inputs.compactMap(\.self) + captured {
        guard let producer = producers[id.index] else { continue }
        needs[producer] -= 1
        if needs[producer] == 0 { waiting.append(producer) }
      }
    }
    guard let first = dead.min() else { return }
    let others = dead.count == 1 ? "" : " and \(dead.count - 1) other node\(dead.count == 2 ? "" : "s")"
    report(
      .note, .unused, node: graph.nodes[first].label(at: first), "no output of the graph needs it\(others)",
      hint: "`ingot sanitize` removes what is not used")
  }

  /// A model's interface has types, and shapes for tensors.
  private mutating func checkPorts(of graph: Graph) {
    for (ids, noun) in [(graph.inputs, "input"), (graph.outputs, "output")] {
      for id in ids where graph[id].initializer == nil && graph[id].storedInfo == nil {
        let name = graph[id].name
        switch model.graph[id].valueType {
        case nil: report(.noType, value: name, "\(noun) '\(name.shown)' has no type", hint: "declare it when exporting")
        case .tensor(nil, _):
          report(.noType, value: name, "\(noun) '\(name.shown)' has no element type", hint: "declare it when exporting")
        case .tensor(_, nil):
          report(
            .noType, value: name, "\(noun) '\(name.shown)' has no shape",
            hint: "declare it when exporting; sizes that are not known can be names")
        case .tensor, .sparseTensor, .sequence, .optional, .map, .opaque: break
        }
      }
    }
  }
}
