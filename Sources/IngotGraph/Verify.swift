// Whether a graph makes sense: the rules that every graph keeps between passes, and that a model from outside must keep
// before anything works on it. All problems are found, not the first one; a problem names the node or value, says what
// is wrong with it, and what to do.

package import IngotCore

extension Graph {
  /// Every rule that this graph and the graphs inside it break.
  /// - Parameter requiresOrder: whether a node must come after those whose outputs it reads; files from outside need
  /// not keep to it.
  /// - Parameter subject: the file, for the problems' text.
  package func verify(requiresOrder: Bool = false, subject: String? = nil) -> [Diagnostic] {
    var verifier = GraphVerifier(requiresOrder: requiresOrder)
    verifier.verify(self, isMain: true)
    return verifier.problems.diagnostics(in: subject)
  }
}

/// A graph that others are inside of.
struct EnclosingGraph {
  var graph: Graph
  var isDefined: [Bool]

  func defines(_ name: String) -> Bool { graph.find(name).map { isDefined[$0.index] } ?? false }
}

struct GraphVerifier {
  private(set) var problems: ModelProblems
  let requiresOrder: Bool
  private var enclosing: [EnclosingGraph] = []
  /// Where the graph is, as `ModelProblem.graph` says it.
  private var location: String

  /// - Parameter problems: those that are known already.
  init(requiresOrder: Bool, location: String = "", problems: ModelProblems = ModelProblems()) {
    (self.requiresOrder, self.location, self.problems) = (requiresOrder, location, problems)
  }

  mutating func report(
    _ code: ProblemCode, node: String? = nil, value: String? = nil, _ problem: String, hint: String
  ) {
    problems.add(
      ModelProblem(
        severity: .error, code: code, graph: location, node: node, value: value, problem: problem, hint: hint))
  }

  mutating func verify(_ graph: Graph, isMain: Bool) {
    guard verifyNumbers(of: graph) else { return }
    let isDefined = graph.definedValues()
    verifyPorts(of: graph, isMain: isMain, isDefined: isDefined)
    for value in graph.values { verifyShapes(of: value) }
    let producers = verifyProducers(of: graph)
    verifyInputs(of: graph, isDefined: isDefined)
    for (index, node) in graph.nodes.enumerated() where node.opType.isEmpty {
      report(.noOperator, node: node.label(at: index), "has no operator", hint: "export the model again")
    }
    verifyOrder(of: graph, producers: producers)
    let outer = location
    enclosing.append(EnclosingGraph(graph: graph, isDefined: isDefined))
    for (index, node) in graph.nodes.enumerated() {
      for (attribute, body) in node.subgraphs {
        let step = GraphStep(node, at: index, attribute: attribute).words
        location = outer.isEmpty ? step : "\(outer): \(step)"
        verify(body, isMain: false)
      }
    }
    enclosing.removeLast()
    location = outer
  }

  func isDefinedOutside(_ name: String) -> Bool { enclosing.contains { $0.defines(name) } }

  /// A number of no value would be a pass's mistake; nothing else can be checked then.
  private mutating func verifyNumbers(of graph: Graph) -> Bool {
    let limit = graph.values.count
    let ports = graph.inputs + graph.outputs
    if let id = ports.first(where: { !(0..<limit).contains($0.index) }) {
      report(
        .valueNumber, "an input or output has the number \(id.index), and there are \(limit) values",
        hint: "this is a mistake in Ingot")
      return false
    }
    for (index, node) in graph.nodes.enumerated() {
      for case let id? in node.inputs + node.outputs where !(0..<limit).contains(id.index) {
        report(
          .valueNumber, node: node.label(at: index), "uses value number \(id.index), and there are \(limit)",
          hint: "this is a mistake in Ingot")
        return false
      }
    }
    return true
  }

  private mutating func verifyPorts(of graph: Graph, isMain: Bool, isDefined: [Bool]) {
    if isMain && graph.outputs.isEmpty {
      report(.noOutputs, "the graph has no outputs", hint: "name at least one output when exporting")
    }
    for (ids, kind) in [(graph.inputs, "input"), (graph.outputs, "output")] {
      var seen: Set<ValueID> = []
      for id in ids where !seen.insert(id).inserted {
        let name = graph[id].name
        report(
          .duplicateName, value: name, "\(kind) '\(name.shown)' is listed twice", hint: "list it once when exporting")
      }
      for id in ids where graph[id].name.isEmpty {
        report(.noName, "an \(kind) of the graph has no name", hint: "name it when exporting")
      }
    }
    for id in graph.outputs where !isDefined[id.index] && !isDefinedOutside(graph[id].name) {
      report(
        .missingOutput, value: graph[id].name, "output '\(graph[id].name.shown)' is produced by no node",
        hint: "the node may have been lost or renamed; export the model again")
    }
    if graph.find("").map({ graph[$0].initializer != nil }) ?? false {
      report(.noName, "an initializer has no name", hint: "export the model again")
    }
  }

  private mutating func verifyInputs(of graph: Graph, isDefined: [Bool]) {
    var reported: Set<ValueID> = []
    for (index, node) in graph.nodes.enumerated() {
      for case let id? in node.inputs where !isDefined[id.index] && !reported.contains(id) {
        let name = graph[id].name
        if isDefinedOutside(name) { continue }
        reported.insert(id)
        report(
          .missingValue, node: node.label(at: index), value: name,
          "reads '\(name.shown)', which no node produces and which is no input or initializer",
          hint: "an initializer or a node may have been lost; export the model again")
      }
    }
  }

  private mutating func verifyShapes(of value: Value) {
    if let shape = value.shape {
      if shape.contains(where: { ($0.size ?? 0) < 0 }) {
        report(
          .badShape, value: value.name, "value '\(value.name.shown)': the shape \(shape.shapeText) has a negative size",
          hint: "name the sizes that are not known when exporting (dynamic axes)")
      } else if !isReasonable(shape.map { $0.size ?? 1 }, value.type) {
        report(
          .badShape, value: value.name, "value '\(value.name.shown)': the shape \(shape.shapeText) is over any memory",
          hint: "the file is damaged; export it again")
      }
    }
    guard let initializer = value.initializer else { return }
    guard isReasonable(initializer.shape, initializer.type) else {
      return report(
        .badInitializer, value: value.name,
        "initializer '\(value.name.shown)': the shape \(initializer.shape) is negative or over any memory",
        hint: "the file is damaged; export it again")
    }
    verifySize(of: initializer, named: value.name)
    if let type = value.type, type != initializer.type {
      report(
        .badInitializer, value: value.name,
        "initializer '\(value.name.shown)' is \(initializer.type), and is declared as \(type)",
        hint: "export the model again")
    }
  }

  private mutating func verifySize(of initializer: Initializer, named name: String) {
    if case .sparse(let elements) = initializer.storage {
      do throws(SparseElements.Problem) {
        _ = try elements.places(shape: initializer.shape)
      } catch {
        report(
          .badInitializer, value: name, "initializer '\(name.shown)': \(error)", hint: "export the model again")
      }
      return
    }
    // Reading for a check leaves the bytes out where it has said that they are missing.
    if case .external(_, _, let bytes) = initializer.storage, bytes.isEmpty { return }
    let (found, expected, unit) =
      switch initializer.storage {
      case .strings(let values): (values.count, initializer.elementCount, "strings")
      case .sparse: (0, 0, "")
      case .raw(let bytes), .external(_, _, let bytes):
        (bytes.count, initializer.type.byteCount(of: initializer.elementCount) ?? -1, "bytes")
      }
    if found != expected {
      report(
        .badInitializer, value: name,
        "initializer '\(name.shown)': \(initializer.type)\(initializer.shape) takes \(expected) \(unit), "
          + "and there are \(found)",
        hint: "the file is damaged; export it again")
    }
  }

  private func isReasonable(_ shape: [Int], _ type: ElementType?) -> Bool {
    guard let count = Initializer.checkedElementCount(shape) else { return false }
    // Where no type is declared, inference may find the widest.
    return type == .string || (type ?? .complex128).byteCount(of: count) != nil
  }
}
