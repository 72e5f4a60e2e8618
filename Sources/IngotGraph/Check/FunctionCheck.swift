// Functions that a model brings along, and the nodes that call them.

internal import IngotCore

extension ModelChecker {
  mutating func checkFunctions() {
    if functions.isEmpty { return }
    var seen: Set<Function.Key> = []
    for function in model.functions {
      location = ""
      if !seen.insert(function.key).inserted {
        report(
          .duplicateName, "two functions are named \(function.key.words)", hint: "leave one of them out when exporting")
        continue
      }
      if let known = functions[function.key] { check(known) }
    }
    location = ""
    checkRecursion()
  }

  private mutating func check(_ known: KnownFunction) {
    let function = known.function
    location = "function \(function.key.words)"
    functionAtWork = known
    schemas = OperatorSchemas(opsets: function.opsets)
    defer { functionAtWork = nil }
    var names: Set<String> = []
    for name in function.attributes + function.defaults.map(\.name) where !names.insert(name).inserted {
      report(.duplicateName, "attribute '\(name.shown)' is listed twice", hint: "list it once when exporting")
    }
    var verifier = GraphVerifier(requiresOrder: true, location: location, problems: problems)
    verifier.verify(function.body, isMain: false)
    problems = verifier.problems
    var seen = Set(function.opsets.keys)
    for (domain, label) in function.body.firstUses() where seen.insert(domain).inserted {
      report(
        .missingOpset, node: label, "the function imports no operator set of \(Self.words(domain: domain))",
        hint: "add an opset_import for it when exporting")
    }
    check(function.body)
  }

  /// A function that needs itself has no end.
  private mutating func checkRecursion() {
    let calls = model.functions.map { function in
      Array(Set(function.body.calledKeys()).compactMap { functions[$0]?.index }).sorted()
    }
    for cycle in findCycles(calls) {
      let names = cycle.map { model.functions[$0].key.words }
      report(
        .recursiveFunction, "functions call themselves: \((names + names.prefix(1)).joined(separator: " → "))",
        hint: "a loop is a Loop or Scan node")
    }
  }

  mutating func checkCall(_ node: Node, of known: KnownFunction, in scope: Scope) {
    let (function, label) = (known.function, node.label(at: scope.node))
    let sides = [
      (node.inputs.count, function.body.inputs.count, ProblemCode.inputCount, "input", "takes"),
      (node.outputs.count, function.body.outputs.count, .outputCount, "output", "gives"),
    ]
    for (found, most, code, noun, verb) in sides where found > most {
      report(
        code, node: label,
        "function \(function.key.words) \(verb) \(Self.words(most...most, noun)), and this has \(found)",
        hint: "export the model again")
    }
    for attribute in node.attributes {
      if case .reference(let target, _) = attribute.value { checkReference(attribute.name, to: target, label) }
      if known.attributeNames.contains(attribute.name) || attribute.name.hasPrefix("__") { continue }
      let names = problems.isFull(.warning) ? [] : known.attributeNames.sorted()
      let near = suggestion(for: attribute.name, among: names).map { "did you mean '\($0)'?" }
      report(
        .warning, .unknownAttribute, node: label,
        "function \(function.key.words) has no attribute '\(attribute.name.shown)'",
        hint: near ?? (names.isEmpty ? "it has no attributes" : "its attributes are \(names.joined(separator: ", "))"))
    }
    let given = Set(node.attributes.map(\.name))
    for name in function.attributes where !given.contains(name) {
      report(
        .warning, .missingAttribute, node: label,
        "function \(function.key.words) has an attribute '\(name.shown)' without a value, and this gives none",
        hint: "export the model again")
    }
  }

  /// A domain of the model's own has functions; a name that none of them has may be a mistake, or an operator that the runtime
  /// must know.
  mutating func reportMissingFunction(_ node: Node, _ label: String) {
    guard let names = functionNames[node.domain] else { return }
    let near = suggestion(for: node.opType, among: problems.isFull(.warning) ? [] : names).map { "did you mean \($0)?" }
    report(
      .warning, .missingFunction, node: label,
      "the model has functions of domain '\(node.domain.shown)', and none is \(node.opType.shown)",
      hint: near ?? "the runtime must know the operator")
  }
}

extension Function.Key {
  /// `my.domain::Norm`, with the overload after another `::`.
  var words: String { [domain, name, overload].filter { !$0.isEmpty }.map(\.shown).joined(separator: "::") }
}

extension Graph {
  /// What functions the nodes here and in subgraphs call, if there are such functions.
  fileprivate func calledKeys() -> [Function.Key] {
    nodes.flatMap { node in [node.functionKey] + node.subgraphs.flatMap { $0.graph.calledKeys() } }
  }
}
