// Everything that can be wrong with a model beyond its structure, in one walk over its graphs. What is asked of each node is in
// OperatorCheck, AttributeCheck and TypeCheck; what is asked of a graph is in NameCheck and UseCheck.

internal import IngotCore

/// The walk, and what it has found.
struct ModelChecker {
  var problems: ModelProblems
  let model: Model
  /// Of the operator sets in force: the model's, or those of the function that is walked.
  var schemas: OperatorSchemas
  /// The function that is walked.
  var functionAtWork: KnownFunction?
  let functions: [Function.Key: KnownFunction]
  /// Names of the functions of each domain.
  let functionNames: [String: [String]]
  /// The graphs around the one at work, the main one first.
  var enclosing: [Scope] = []
  /// The graph at work, as `ModelProblem.graph` says it.
  var location = ""
  /// Nodes that break a rule of their operator: what inference makes of them is no news.
  private(set) var brokenNodes: Set<Place> = []

  /// A node's place: its graph's `location`, and its index.
  struct Place: Hashable {
    var graph: String
    var node: Int
  }

  /// A function of the model.
  struct KnownFunction {
    let function: Function
    let index: Int
    let attributeNames: Set<String>

    init(_ function: Function, at index: Int) {
      (self.function, self.index) = (function, index)
      attributeNames = Set(function.attributes + function.defaults.map(\.name))
    }
  }

  /// A graph, and how far the walk has come in it.
  struct Scope {
    let graph: Graph
    let isDefined: [Bool]
    let producers: [Int?]
    /// The node at work.
    var node = 0

    init(_ graph: Graph) {
      (self.graph, isDefined, producers) = (graph, graph.definedValues(), graph.producers)
    }

    func defines(_ name: String) -> Bool { graph.find(name).map { isDefined[$0.index] } ?? false }

    /// Whether the value is there when the node at work starts, if nodes run in the order of the file.
    func hasMade(_ name: String) -> Bool {
      guard let id = graph.find(name), isDefined[id.index] else { return false }
      return producers[id.index].map { $0 < node } ?? true
    }
  }

  init(_ model: Model, problems: ModelProblems) {
    (self.model, self.problems) = (model, problems)
    schemas = OperatorSchemas(opsets: model.opsets)
    let known = model.functions.enumerated().map { ($0.element.key, KnownFunction($0.element, at: $0.offset)) }
    functions = Dictionary(known) { first, _ in first }
    functionNames = Dictionary(grouping: model.functions.map(\.key), by: \.domain).mapValues { $0.map(\.name) }
  }

  mutating func report(
    _ code: ProblemCode, node: String? = nil, value: String? = nil, _ problem: String, hint: String
  ) {
    report(.error, code, node: node, value: value, problem, hint: hint)
  }

  mutating func report(
    _ severity: Diagnostic.Severity, _ code: ProblemCode, node: String? = nil, value: String? = nil,
    _ problem: String, hint: String
  ) {
    problems.add(
      ModelProblem(
        severity: severity, code: code, graph: location, node: node, value: value, problem: problem, hint: hint))
  }

  /// - Parameter graph: with what inference knows about its values.
  mutating func check(_ graph: Graph) {
    var scope = Scope(graph)
    checkNames(of: scope)
    checkUse(of: scope)
    for (index, node) in graph.nodes.enumerated() {
      scope.node = index
      let before = problems.count(.error)
      check(node, in: scope)
      if problems.count(.error) > before { brokenNodes.insert(Place(graph: location, node: index)) }
      guard node.hasSubgraphs else { continue }
      let outer = location
      enclosing.append(scope)
      for (attribute, body) in node.subgraphs {
        let step = GraphStep(node, at: index, attribute: attribute).words
        location = outer.isEmpty ? step : "\(outer): \(step)"
        check(body)
      }
      enclosing.removeLast()
      location = outer
    }
  }
}
