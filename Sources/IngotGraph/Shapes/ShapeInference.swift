// Types and shapes of all values of a graph, from its inputs on. What cannot be told stays as it was declared, or unknown.

internal import IngotCore

/// Writes types and shapes into the model's values.
/// - Throws: `.node` for an operation that cannot be done on its inputs, `.contradiction` for a declared type or shape that the
///   nodes before it rule out, `.cycle`.
package func inferShapes(_ model: inout Model) throws(GraphError) {
  var inference = ShapeInference(opsets: model.opsets, functions: model.functions)
  _ = try inference.infer(&model.graph)
}

extension Graph {
  /// - Parameter opsets: versions of the operator sets, by domain.
  package mutating func inferShapes(opsets: [String: Int64]) throws(GraphError) {
    var inference = ShapeInference(opsets: opsets)
    _ = try inference.infer(&self)
  }
}

/// One run over a graph and its subgraphs.
struct ShapeInference {
  /// Whether a declaration that inference rules out is an error, or old news that is overwritten.
  enum Declarations { case mustAgree, mayBeStale }

  /// The version of the standard operator set; a function has its own.
  var opset: Int64
  var declarations = Declarations.mustAgree
  /// Called with every graph, inner ones first, once its facts are known. It may change the graph, but not renumber values.
  var whenInferred: ((inout Graph, [ValueFacts]) -> Void)?
  /// Where it is set, it is called with each problem of a node, and inference goes on with what is known without the node.
  var whenContradicted: ((Contradiction) -> Void)?
  /// Names of values whose declaration was overwritten.
  var stale: [String] = []
  /// The nodes and attributes that the graph at work is inside of.
  var location: [GraphStep] = []
  let functions: [Function.Key: Function]
  var placeholderCount = 0
  /// Placeholders with a lower number are sizes of the model's inputs.
  var inputPlaceholderCount = 0
  var provenSizes = ProvenSizes()
  var depth = 0
  /// Nodes of functions' bodies that calls may still be inferred through.
  var callBudget = 1 << 16
  /// Functions whose bodies are being inferred, the outermost first.
  var callsUnderWay: [Function.Key] = []
  /// Nodes of loops' bodies that trials may still be run on; grows with the model.
  var trialBudget = 1 << 12
  /// Elements of lists with names in them that nodes may still calculate with.
  private var elementBudget = 1 << 17
  /// Names of the model's sizes that read like calculations: no calculation is written like one of them.
  private var quotedNames: Set<String> = []

  private static let depthLimit = 64
  /// Bytes of integers that are evaluated: sizes come from them. What else is constant is folding's, once.
  private static let integerByteLimit = 64 << 10
  /// The same where there are floats too, which may be scales of a Resize.
  private static let floatByteLimit = 8 << 10
  private static let elementLimit = 1 << 46

  init(opsets: [String: Int64], declarations: Declarations = .mustAgree, functions: [Function] = []) {
    opset = opsets[""] ?? 1
    self.declarations = declarations
    self.functions = Dictionary(functions.map { ($0.key, $0) }) { first, _ in first }
  }

  /// - Parameter outer: what is known about the outer graph's values, by name.
  /// - Parameter given: what is known about the graph's inputs besides what they declare.
  /// - Returns: one per value of the graph.
  mutating func infer(
    _ graph: inout Graph, outer: [String: ValueFacts] = [:], given: [ValueFacts] = []
  ) throws(GraphError) -> [ValueFacts] {
    guard depth < Self.depthLimit else { throw GraphError(.nestedTooDeep(limit: Self.depthLimit)) }
    depth += 1
    defer { depth -= 1 }
    if depth == 1 { trialBudget += 4 * graph.nestedNodeCount }
    let order = try graph.topologicalOrder()
    var facts = startingFacts(graph, outer: outer, given: given)
    for (index, value) in graph.values.enumerated() {
      guard let initializer = value.initializer else { continue }
      graph[ValueID(index)].type = initializer.type
      graph[ValueID(index)].shape = initializer.shape.map { .fixed($0) }
    }
    if !given.isEmpty { describeInputs(of: &graph, facts) }
    let outputs = depth == 1 ? Set(graph.outputs) : []
    for index in order { try infer(node: index, of: &graph, &facts, outer: outer, interface: outputs) }
    whenInferred?(&graph, facts)
    return facts
  }

  private mutating func startingFacts(_ graph: Graph, outer: [String: ValueFacts], given: [ValueFacts]) -> [ValueFacts]
  {
    let isDefined = graph.definedValues()
    var facts = graph.values.map { _ in ValueFacts() }
    for (index, value) in graph.values.enumerated() {
      if let initializer = value.initializer {
        facts[index] =
          initializer.tensor.map { ValueFacts($0) }
          ?? ValueFacts(type: initializer.type, shape: initializer.shape.map { .fixed($0) })
      } else if !isDefined[index] {
        facts[index] = outer[value.name] ?? ValueFacts(value.valueType)
      }
    }
    for (position, id) in graph.inputs.enumerated() where graph[id].initializer == nil {
      let declared = ValueFacts(graph[id].valueType)
      facts[id.index] = position < given.count ? given[position].completed(by: declared) : declared
    }
    for index in facts.indices { nameUnknowns(&facts[index]) }
    if depth == 1 { rememberNames(of: graph) }
    return facts
  }

  /// Writes what is given into a body's inputs, beside what they declare: a runtime may go by a declaration (a Loop's number of
  /// the iteration is a list of one where the body says so), so it stays even where it is ruled out.
  private func describeInputs(of graph: inout Graph, _ facts: [ValueFacts]) {
    for id in graph.inputs where graph[id].initializer == nil {
      guard let type = facts[id.index].valueType?.mapShapes({ exported($0) }) else { continue }
      guard let declared = graph[id].valueType else { graph[id].valueType = type; continue }
      guard let unified = declared.unified(with: type) else { continue }
      graph[id].valueType = unified
    }
  }

  private mutating func rememberNames(of graph: Graph) {
    inputPlaceholderCount = placeholderCount
    for id in graph.inputs {
      for case .symbolic(let name) in graph[id].shape ?? [] where !SizeName.isPlain(name) { quotedNames.insert(name) }
    }
  }

  private mutating func infer(
    node index: Int, of graph: inout Graph, _ facts: inout [ValueFacts], outer: [String: ValueFacts],
    interface: Set<ValueID>
  ) throws(GraphError) {
    var inputs = graph.nodes[index].inputs.map { $0.map { facts[$0.index] } }
    if elementBudget <= 0 { inputs = inputs.map { $0?.withoutNames } }
    var node = NodeFacts(graph.nodes[index], opset: opset, inputs: inputs)
    node.sizesByInput = provenSizes.sizes(of: inputs)
    if graph.nodes[index].hasSubgraphs {
      let scope = scope(of: graph.nodes[index], in: graph, facts, outer: outer)
      try inferBodies(&node, of: &graph.nodes[index], at: index, scope: scope)
    }
    let function = functions.isEmpty ? nil : functions[node.node.functionKey]
    let rule = function == nil ? ShapeRules.rule(for: node.node) : nil
    let isUnknown = function == nil && rule == nil && !node.node.isEvaluable
    if let function {
      do throws(GraphError) { node.outputs = try outputs(of: function, called: node) } catch {
        try report(error.reason, node: index, value: nil)
      }
    } else if let results = evaluate(node) {
      for (position, tensor) in results.enumerated() where position < node.outputs.count {
        node.outputs[position] = ValueFacts(tensor)
      }
    } else if let rule {
      do throws(ShapeProblem) {
        try rule(&node)
        try checkMemory(node.outputs)
      } catch {
        let reason = GraphError.Reason.node(node.node.label(in: graph), opType: node.node.opType, error)
        try report(reason, node: index, value: nil)
        node.outputs = node.outputs.map { _ in ValueFacts() }
      }
      addElements(to: &node)
    }
    for (position, output) in graph.nodes[index].outputs.enumerated() {
      guard let output else { continue }
      let inferred = node.outputs[position]
      let described: ValueFacts
      do throws(GraphError) {
        described = try merged(inferred, with: graph[output], isInterface: interface.contains(output))
      } catch {
        try report(error.reason, node: index, value: output)
        described = inferred
      }
      graph[output].valueType = described.valueType?.mapShapes { exported($0) }
      // What may be stale is good enough to be shown and not to prove anything, unless there is nothing else.
      facts[output.index] = declarations == .mustAgree || isUnknown ? described : inferred
      nameUnknowns(&facts[output.index])
    }
  }

  /// A model may calculate with sizes as much as models do, and not without end.
  private mutating func addElements(to node: inout NodeFacts) {
    guard elementBudget > 0 else { return }
    for case .elements(let elements)? in node.inputs.map({ $0?.content }) { elementBudget -= elements.count }
    SymbolicElements.add(to: &node)
  }

  private func report(_ reason: GraphError.Reason, node: Int, value: ValueID?) throws(GraphError) {
    guard let whenContradicted else { throw GraphError(reason) }
    whenContradicted(Contradiction(location: location, node: node, value: value, reason: reason))
  }

  private func scope(
    of node: Node, in graph: Graph, _ facts: [ValueFacts], outer: [String: ValueFacts]
  ) -> [String: ValueFacts] {
    var scope: [String: ValueFacts] = [:]
    for name in node.capturedNames() { scope[name] = graph.find(name).map { facts[$0.index] } ?? outer[name] }
    return scope
  }

  private func evaluate(_ node: NodeFacts) -> [Tensor]? {
    guard node.node.isEvaluable, !node.inputs.isEmpty else { return nil }
    var (tensors, byteCount, limit): ([Tensor?], Int, Int) = ([], 0, Self.integerByteLimit)
    for input in node.inputs {
      guard let input else { tensors.append(nil); continue }
      guard let constant = input.constant else { return nil }
      byteCount += constant.bytes.count
      switch constant.type {
      case .int64, .int32, .bool: break
      default: limit = Self.floatByteLimit
      }
      guard byteCount <= limit else { return nil }
      tensors.append(constant)
    }
    return node.node.evaluated(tensors, opset: opset, byteLimit: limit)
  }

  /// A tensor over any memory is a mistake of the graph, and no later product of its sizes may overflow.
  private func checkMemory(_ outputs: [ValueFacts]) throws(ShapeProblem) {
    for facts in outputs where !Self.fitsMemory(facts.shape ?? []) { throw .outputSize }
  }

  static func fitsMemory(_ shape: [Dimension]) -> Bool {
    guard let count = Layout.count(shape.compactMap(\.size)) else { return false }
    return count <= elementLimit
  }

  /// - Returns: a shape as the graph shows it.
  private func exported(_ shape: [Dimension]) -> [Dimension] {
    shape.map { size in
      if !quotedNames.isEmpty, case .symbolic(let text) = size, quotedNames.contains(text) { return .unknown }
      return size.exported
    }
  }

  mutating func nameUnknowns(_ facts: inout ValueFacts) {
    guard let shape = facts.shape else { return }
    provenSizes.insert(shape)
    guard shape.contains(.unknown) else { return }
    var named: [Dimension] = []
    for size in shape {
      if size == .unknown {
        named.append(.placeholder(placeholderCount))
        placeholderCount += 1
      } else {
        named.append(size)
      }
    }
    facts.shape = named
  }
}
