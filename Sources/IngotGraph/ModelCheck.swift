// Whether a model is one that a runtime could run: the short check before Ingot works on it, and the full one of `ingot check`.

package import IngotCore

extension Model {
  /// What nothing can work with: a graph that is none, operators without operator sets. Empty for a good model; `checkFully` says
  /// all that can be said of one. Operators that ONNX does not define are no problem here: runtimes have plugins.
  /// - Parameter path: the file's name, for the problems' text.
  package func check(path: String? = nil) -> [Diagnostic] {
    var problems = ModelProblems()
    checkOpsets(&problems)
    var verifier = GraphVerifier(requiresOrder: false, problems: problems)
    verifier.verify(graph, isMain: true)
    return verifier.problems.diagnostics(in: path)
  }

  /// Reads a model that all checks hold for.
  /// - Throws: what `read(path:)` throws, or `.invalid` with all problems.
  package static func readChecked(path: String) throws(ModelError) -> Model {
    let model = try read(path: path)
    let errors = model.check(path: path).filter { $0.severity != .warning }
    if !errors.isEmpty { throw ModelError(path, .invalid(errors)) }
    return model
  }

  /// All that is wrong with a model file; one that cannot be read has one problem.
  package static func checkFile(path: String) -> ModelProblems {
    var problems = ModelProblems()
    do throws(ModelError) {
      let (model, errors) = try readForCheck(path: path)
      for error in errors { problems.add(error) }
      return model.checkFully(after: problems)
    } catch {
      problems.add(error)
      return problems
    }
  }

  /// All that is wrong with the model, and what may be: external data, structure, operators and their attributes, types and shapes, functions,
  /// versions, names, what is not used.
  /// - Parameter problems: those that are known from reading it.
  package func checkFully(after problems: ModelProblems = ModelProblems()) -> ModelProblems {
    var problems = problems
    checkOpsets(&problems)
    var verifier = GraphVerifier(requiresOrder: true, problems: problems)
    verifier.verify(graph, isMain: true)
    problems = verifier.problems
    if problems.has(.valueNumber) { return problems }
    let isOrdered = !problems.has(.cycle) && !problems.has(.duplicateProducer) && !problems.has(.badShape)
    let (inferred, contradictions) = isOrdered ? withInferredTypes(after: problems) : (graph, [])
    var checker = ModelChecker(self, problems: problems)
    checker.checkVersions()
    checker.check(inferred)
    problems = checker.problems
    for found in contradictions {
      let place = ModelChecker.Place(graph: found.location.words, node: found.node)
      if !checker.brokenNodes.contains(place) { problems.add(found.problem(in: graph)) }
    }
    checker.problems = problems
    checker.checkFunctions()
    return checker.problems
  }

  /// The graph with what inference knows about it, and what inference rules out.
  private func withInferredTypes(after problems: ModelProblems) -> (graph: Graph, contradictions: [Contradiction]) {
    var (result, found) = (graph, [Contradiction]())
    if problems.has(.badInitializer) || problems.has(.externalData) { result.dropBrokenInitializers() }
    var inference = ShapeInference(opsets: opsets, functions: functions)
    inference.whenContradicted = { found.append($0) }
    // What is thrown all the same, cycles and deep nesting, is a problem that others report.
    do throws(GraphError) { _ = try inference.infer(&result) } catch { return (graph, []) }
    return (result, found)
  }

  /// One problem for each domain without an operator set. Before IR version 3 there were no operator sets.
  private func checkOpsets(_ problems: inout ModelProblems) {
    func report(_ code: ProblemCode, node: String? = nil, _ problem: String, hint: String) {
      problems.add(
        ModelProblem(severity: .error, code: code, graph: "", node: node, value: nil, problem: problem, hint: hint))
    }
    if irVersion < 1 {
      report(
        .noIRVersion, "the model says no IR version", hint: "export the model again with a current exporter")
    }
    for (domain, version) in opsets.sorted(by: { $0.key < $1.key }) where version < 1 {
      report(
        .badOpset, "operator set \(version) of \(ModelChecker.words(domain: domain)) does not exist",
        hint: "export the model again")
    }
    if irVersion < 3 && opsets.isEmpty { return }
    var seen = Set(opsets.keys)
    for (domain, label) in graph.firstUses() where seen.insert(domain).inserted {
      report(
        .missingOpset, node: label, "the model imports no operator set of \(ModelChecker.words(domain: domain))",
        hint: "add an opset_import for it when exporting")
    }
  }
}

extension ModelProblems {
  mutating func add(_ error: ModelError) {
    let code: ProblemCode =
      switch error.reason {
      case .tensor(.external, _, _): .externalData
      case .repeated(.initializer, _): .duplicateName
      default: .unreadable
      }
    for diagnostic in error.diagnostics {
      add(
        ModelProblem(
          severity: .error, code: code, graph: "", node: nil, value: nil, problem: diagnostic.problem,
          hint: diagnostic.hint ?? ""))
    }
  }
}

extension Contradiction {
  /// - Parameter graph: the main one.
  fileprivate func problem(in graph: Graph) -> ModelProblem {
    var place = graph
    for step in location {
      let bodies = place.nodes.indices.contains(step.nodeIndex) ? place.nodes[step.nodeIndex].subgraphs : []
      guard let body = bodies.first(where: { $0.attribute == step.attribute }) else { break }
      place = body.graph
    }
    let label = place.nodes.indices.contains(node) ? place.nodes[node].label(at: node) : nil
    var result = ModelProblem(
      severity: .error, code: .shape, graph: location.words, node: label, value: nil, problem: "",
      hint: "no runtime can run this; check how the model was exported")
    switch reason {
    case .node(_, _, let problem): result.problem = "\(problem)"
    case .contradiction(let value, let declared, let inferred):
      (result.code, result.value) = (.declaration, value)
      result.problem = "makes '\(value.shown)' \(inferred), which is declared as \(declared)"
      result.hint = "the model was edited after its shapes were written; export it again, or remove the declaration"
    default: result.problem = "\(GraphError(reason))"
    }
    return result
  }
}

extension Graph {
  /// Domains of the nodes here and in subgraphs, each with the first node that uses it, in order.
  func firstUses() -> [(domain: String, label: String)] {
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

extension Graph {
  /// Leaves out constants whose bytes are not there, so that nothing reads them; their types and shapes stay.
  fileprivate mutating func dropBrokenInitializers() {
    for id in values.indices.map(ValueID.init) {
      guard let initializer = self[id].initializer else { continue }
      switch initializer.storage {
      case .raw(let bytes), .external(_, _, let bytes):
        let count = Initializer.checkedElementCount(initializer.shape)
        if count.flatMap(initializer.type.byteCount) == bytes.count { continue }
      case .strings(let values): if values.count == Initializer.checkedElementCount(initializer.shape) { continue }
      case .sparse: break
      }
      self[id].initializer = nil
      self[id].valueType = .tensor(initializer.type, initializer.shape.map { .fixed($0) })
    }
    for index in nodes.indices where nodes[index].hasSubgraphs {
      nodes[index].forEachSubgraph { $0.dropBrokenInitializers() }
    }
  }
}
