// What a model must have around its graph: operator sets for the operators that it uses.

package import IngotCore

extension Model {
  /// Everything that is wrong with the model; empty for a good one.
  /// - Parameter path: the file's name, for the problems' text.
  package func check(path: String? = nil) -> [Diagnostic] {
    var diagnostics = opsetProblems(path)
    diagnostics += graph.verify(subject: path)
    return diagnostics
  }

  /// Reads a model that all checks hold for.
  /// - Throws: what `read(path:)` throws, or `.invalid` with all problems.
  package static func readChecked(path: String) throws(ModelError) -> Model {
    let model = try read(path: path)
    let errors = model.check(path: path).filter { $0.severity != .warning }
    if !errors.isEmpty { throw ModelError(path, .invalid(errors)) }
    return model
  }

  /// One problem for each domain without an operator set. Before IR version 3 there were no operator sets.
  private func opsetProblems(_ path: String?) -> [Diagnostic] {
    var diagnostics: [Diagnostic] = []
    if irVersion < 1 {
      let hint = "export the model again with a current exporter"
      diagnostics.append(Diagnostic(in: path, "the model says no IR version", hint: hint))
    }
    for (domain, version) in opsets.sorted(by: { $0.key < $1.key }) where version < 1 {
      let problem = "operator set \(version) of \(domainWords(domain)) does not exist"
      diagnostics.append(Diagnostic(in: path, problem, hint: "export the model again"))
    }
    if irVersion < 3 && opsets.isEmpty { return diagnostics }
    var seen = Set(opsets.keys)
    for (domain, label) in graph.firstUses() where seen.insert(domain).inserted {
      diagnostics.append(
        Diagnostic(
          in: path, "\(label): the model imports no operator set of \(domainWords(domain))",
          hint: "add an opset_import for it when exporting"))
    }
    return diagnostics
  }

  private func domainWords(_ domain: String) -> String {
    domain.isEmpty ? "the standard domain" : "domain '\(domain.shown)'"
  }
}

extension Graph {
  /// Domains of the nodes here and in subgraphs, each with the first node that uses it, in order.
  fileprivate func firstUses() -> [(domain: String, label: String)] {
    var seen: Set<String> = []
    var result: [(String, String)] = []
    for (index, node) in nodes.enumerated() {
      if seen.insert(node.domain).inserted { result.append((node.domain, node.label(at: index))) }
      for (_, body) in node.subgraphs {
        for (domain, label) in body.firstUses() where seen.insert(domain).inserted { result.append((domain, label)) }
      }
    }
    return result
  }
}
