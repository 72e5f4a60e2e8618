// Names: of nodes, of graphs, of values that hide those of the graphs around them.

internal import IngotCore

extension ModelChecker {
  mutating func checkNames(of scope: Scope) {
    let graph = scope.graph
    if graph.name.isEmpty && functionAtWork == nil {
      report(.noName, "the graph has no name", hint: "onnx.checker asks for one; `ingot sanitize` gives it one")
    }
    var firstNodes: [String: Int] = [:]
    for (index, node) in graph.nodes.enumerated() where !node.name.isEmpty {
      checkForm(of: node.name, "node")
      guard let first = firstNodes[node.name] else {
        firstNodes[node.name] = index
        continue
      }
      report(
        .warning, .duplicateName, node: node.label(at: index),
        "nodes \(first) and \(index) have the same name", hint: "`ingot sanitize` gives each a name of its own")
    }
    for value in graph.values { checkForm(of: value.name, "value") }
    if !enclosing.isEmpty { checkHiding(by: scope) }
  }

  /// A name with control characters is one that was read from the wrong bytes.
  private mutating func checkForm(of name: String, _ noun: String) {
    var isPlain = true
    for byte in name.utf8 where byte < 0x20 || byte >= 0x7f { isPlain = false }
    if isPlain || !name.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f || $0 == "\u{fffd}" }) {
      return
    }
    report(
      .warning, .malformedName, "\(noun) '\(name.shown)' has characters in its name that no tool can show",
      hint: "export the model with plain names")
  }

  /// In a subgraph a name may not be that of a value of the graphs around it.
  private mutating func checkHiding(by scope: Scope) {
    let graph = scope.graph
    for (index, node) in graph.nodes.enumerated() {
      for case let id? in node.outputs where enclosing.contains(where: { $0.defines(graph[id].name) }) {
        // A node's own output, or that of a later one, may well have the name: nothing can confuse the two.
        let isMade = enclosing.contains { $0.hasMade(graph[id].name) }
        report(
          isMade ? .error : .note, .hiddenName, node: node.label(at: index), value: graph[id].name,
          "produces '\(graph[id].name.shown)', which is a value of a graph around it too",
          hint: "give one of them another name")
      }
    }
    let ports = graph.inputs + graph.values.indices.map { ValueID($0) }.filter { graph[$0].initializer != nil }
    var seen: Set<ValueID> = []
    for id in ports where seen.insert(id).inserted && enclosing.contains(where: { $0.defines(graph[id].name) }) {
      report(
        .warning, .hiddenName, value: graph[id].name,
        "'\(graph[id].name.shown)' hides a value of that name of a graph around it",
        hint: "give one of them another name")
    }
  }
}
