// Types and shapes of all values of a graph, from its inputs on. What cannot be told stays as it was declared, or unknown.

internal import IngotCore

/// Writes types and shapes into the model's values.
/// - Throws: `.node` for an operation that cannot be done on its inputs, `.contradiction` for a declared type or shape that the
///   nodes before it rule out, `.cycle`.
package func inferShapes(_ model: inout Model) throws(GraphError) {
  try model.graph.inferShapes(opsets: model.opsets)
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

  let opset: Int64
  var declarations = Declarations.mustAgree
  /// Nodes on constants with more bytes than this are not evaluated.
  var evaluatedByteLimit = 64 << 10
  /// Called with every graph, inner ones first, once its facts are known. It may change the graph, but not renumber values.
  var whenInferred: ((inout Graph, [ValueFacts]) -> Void)?
  /// Where it is set, it is called with each problem of a node, and inference goes on with what is known without the node.
  var whenContradicted: ((Contradiction) -> Void)?
  /// The nodes and attributes that the graph at work is inside of.
  private var location: [GraphStep] = []
  /// Names of values whose declaration was overwritten.
  private(set) var stale: [String] = []
  private var placeholderCount = 0
  private var inputPlaceholders: Set<Dimension> = []
  private var provenSizes = ProvenSizes()
  private var depth = 0

  private static let depthLimit = 64
  private static let elementLimit = 1 << 46

  init(opsets: [String: Int64], declarations: Declarations = .mustAgree) {
    opset = opsets[""] ?? 1
    self.declarations = declarations
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
    let order = try graph.topologicalOrder()
    var facts = startingFacts(graph, outer: outer, given: given)
    for (index, value) in graph.values.enumerated() {
      guard let initializer = value.initializer else { continue }
      graph[ValueID(index)].type = initializer.type
      graph[ValueID(index)].shape = initializer.shape.map { .fixed($0) }
    }
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
      } else if !isDefined[index], let known = outer[value.name] {
        facts[index] = known
      } else if !isDefined[index] {
        facts[index] = ValueFacts(type: value.type, shape: value.shape?.imported)
      }
    }
    for (position, id) in graph.inputs.enumerated() where graph[id].initializer == nil {
      var known = ValueFacts(type: graph[id].type, shape: graph[id].shape?.imported)
      if position < given.count {
        known.type = known.type ?? given[position].type
        known.shape = known.shape ?? given[position].shape
      }
      facts[id.index] = known
    }
    for index in facts.indices { nameUnknowns(&facts[index]) }
    if depth == 1 {
      inputPlaceholders = Set(graph.inputs.flatMap { facts[$0.index].shape ?? [] }.filter(\.isPlaceholder))
    }
    return facts
  }

  private mutating func infer(
    node index: Int, of graph: inout Graph, _ facts: inout [ValueFacts], outer: [String: ValueFacts],
    interface: Set<ValueID>
  ) throws(GraphError) {
    let inputs = graph.nodes[index].inputs.map { $0.map { facts[$0.index] } }
    var node = NodeFacts(graph.nodes[index], opset: opset, inputs: inputs)
    node.sizesByInput = provenSizes.sizes(of: inputs)
    if graph.nodes[index].hasSubgraphs {
      let scope = scope(of: graph.nodes[index], in: graph, facts, outer: outer)
      let given = ControlFlowRules.bodyInputs(of: node)
      node.bodies = try inferBodies(of: &graph.nodes[index], at: index, scope: scope, given: given)
    }
    let rule = ShapeRules.rule(for: node.node)
    let isUnknown = rule == nil && !node.node.isEvaluable
    if let results = evaluate(node) {
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
      SymbolicElements.add(to: &node)
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
      graph[output].type = described.type
      graph[output].shape = described.shape?.exported
      // What may be stale is good enough to be shown and not to prove anything, unless there is nothing else.
      facts[output.index] = declarations == .mustAgree || isUnknown ? described : inferred
      nameUnknowns(&facts[output.index])
    }
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

  private mutating func inferBodies(
    of node: inout Node, at nodeIndex: Int, scope: [String: ValueFacts], given: [ValueFacts]
  ) throws(GraphError) -> [String: [ValueFacts]] {
    var bodies: [String: [ValueFacts]] = [:]
    for index in node.attributes.indices {
      guard case .graph(var graph) = node.attributes[index].value else { continue }
      // A body may not run, or not to its end: what its sizes prove holds within it only.
      let mark = provenSizes.mark
      location.append(GraphStep(node, at: nodeIndex, attribute: node.attributes[index].name))
      defer { location.removeLast() }
      let facts = try infer(&graph, outer: scope, given: given)
      provenSizes.forget(since: mark)
      bodies[node.attributes[index].name] = graph.outputs.map { facts[$0.index] }
      node.attributes[index].value = .graph(graph)
    }
    return bodies
  }

  private func evaluate(_ node: NodeFacts) -> [Tensor]? {
    guard node.node.isEvaluable, !node.inputs.isEmpty else { return nil }
    var (tensors, byteCount): ([Tensor?], Int) = ([], 0)
    for input in node.inputs {
      guard let input else { tensors.append(nil); continue }
      guard let constant = input.constant else { return nil }
      byteCount += constant.bytes.count
      guard byteCount <= evaluatedByteLimit else { return nil }
      tensors.append(constant)
    }
    return node.node.evaluated(tensors, opset: opset, byteLimit: evaluatedByteLimit)
  }

  /// A tensor over any memory is a mistake of the graph, and no later product of its sizes may overflow.
  private func checkMemory(_ outputs: [ValueFacts]) throws(ShapeProblem) {
    for facts in outputs {
      let sizes = facts.shape?.compactMap(\.size) ?? []
      guard let count = Layout.count(sizes), count <= Self.elementLimit else { throw .outputSize }
    }
  }

  /// What is inferred, with what is declared where nothing is.
  /// - Parameter isInterface: whether the value is an output of the model.
  private mutating func merged(
    _ inferred: ValueFacts, with declared: Value, isInterface: Bool
  ) throws(GraphError) -> ValueFacts {
    var result = inferred
    let declaredShape = declared.shape?.imported
    let type = inferred.type ?? declared.type
    let isTypeRight = declared.type == nil || declared.type == type
    var shape = inferred.shape ?? declaredShape
    var isShapeRight = true
    if let a = inferred.shape, let b = declaredShape {
      shape = agreed(a, b)
      isShapeRight = shape != nil
    }
    if isTypeRight, isShapeRight {
      (result.type, result.shape) = (type, shape)
      return result
    }
    if case .mayBeStale = declarations, !isInterface {
      stale.append(declared.name)
      return result
    }
    throw GraphError(
      .contradiction(
        value: declared.name, declared: Self.text(declared.type, declared.shape),
        inferred: Self.text(inferred.type, inferred.shape?.exported)))
  }

  /// Nil where the shapes rule each other out. A size that is known to be a free one of the model's inputs stays free, even where
  /// it is declared to be a number: that number is from a time when the input had it too.
  private func agreed(_ inferred: [Dimension], _ declared: [Dimension]) -> [Dimension]? {
    guard let unified = inferred.unified(with: declared) else { return nil }
    return zip(inferred, unified).map { inferred, unified in
      guard case .symbolic = inferred else { return unified }
      return !inferred.isPlaceholder || inputPlaceholders.contains(inferred) ? inferred : unified
    }
  }

  private static func text(_ type: ElementType?, _ shape: [Dimension]?) -> String {
    "\(type?.description ?? "?")\(shape?.shapeText ?? "")"
  }

  private mutating func nameUnknowns(_ facts: inout ValueFacts) {
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
