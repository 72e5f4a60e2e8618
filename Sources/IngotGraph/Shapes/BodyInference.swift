// The graphs inside If, Loop, Scan and SequenceMap. What goes around a loop is found by trial: the body is inferred on what goes
// in first, what comes out is joined with it, and so on until nothing changes. Only the last run, on what holds in every
// iteration, is written into the graph.

internal import IngotCore

extension ShapeInference {
  /// Trials of one loop: each makes a size or a rank unknown, and few loops change more than once.
  private static let trialLimit = 4

  /// Fills in the node's `bodies`.
  mutating func inferBodies(
    _ facts: inout NodeFacts, of node: inout Node, at nodeIndex: Int, scope: [String: ValueFacts]
  ) throws(GraphError) {
    for index in node.attributes.indices {
      let name = node.attributes[index].name
      guard case .graph(var graph) = node.attributes[index].value else { continue }
      // A body may not run, or not to its end: what its sizes prove holds within it only.
      let (mark, firstName) = (provenSizes.mark, placeholderCount)
      location.append(GraphStep(node, at: nodeIndex, attribute: name))
      defer { location.removeLast() }
      let run = bodyRun(of: graph, facts, scope: scope)
      let collector = whenContradicted
      // What is wrong with a branch that is never taken is wrong with no run.
      if isDead(name, of: facts) { whenContradicted = { _ in } }
      defer { whenContradicted = collector }
      let inner = try infer(&graph, outer: scope, given: run.given)
      provenSizes.forget(since: mark)
      node.attributes[index].value = .graph(graph)
      var outputs = graph.outputs.map { inner[$0.index] }
      for (position, state) in run.states.enumerated() where run.firstState + position < outputs.count {
        outputs[run.firstState + position] = state
      }
      if node.opType == "Loop", !run.runsThrough, !outputs.isEmpty { outputs[0].content = nil }
      facts.bodies[name] = outputs.map { $0.leaving(since: firstName) }
    }
    if node.opType == "Loop", facts.bodies["body"]?.first?.constant?.isTrue ?? false {
      facts.tripCount = facts.sizes(0)?.first ?? .unknown
    }
  }

  private func isDead(_ branch: String, of node: NodeFacts) -> Bool {
    guard node.node.opType == "If", node.node.domain.isEmpty, let condition = node.input(0)?.constant,
      condition.type == .bool, condition.elementCount == 1
    else { return false }
    return branch == (condition.isTrue ? "else_branch" : "then_branch")
  }

  /// What a body is inferred on.
  private struct BodyRun {
    var given: [ValueFacts] = []
    /// What holds of the values that go around, before the first iteration and after each.
    var states: [ValueFacts] = []
    /// Where these stand among the body's outputs.
    var firstState = 0
    /// Whether a Loop's condition is certainly always true.
    var runsThrough = false
  }

  private mutating func bodyRun(of graph: Graph, _ node: NodeFacts, scope: [String: ValueFacts]) -> BodyRun {
    guard node.node.domain.isEmpty else { return BodyRun() }
    switch node.node.opType {
    case "Loop": return loop(graph, node, scope: scope)
    case "Scan":
      let scan = ScanLayout(node)
      // A Scan's states keep their shape, so what an iteration says of them holds before it too.
      let initial = scan.states(node).enumerated().map { $1.completed(by: declaredSizes(of: graph, input: $0)) }
      let states = stable(graph, scope: scope, initial: initial, firstState: 0, keepsShapes: true) {
        $0 + scan.slices(node)
      }
      return BodyRun(given: states.named + scan.slices(node), states: states.raw)
    case "SequenceMap": return BodyRun(given: SequenceRules.mapped(node))
    default: return BodyRun()
    }
  }

  /// What a body declares of an input, without names, which may be its own.
  private func declaredSizes(of graph: Graph, input: Int) -> ValueFacts {
    guard graph.inputs.indices.contains(input) else { return ValueFacts() }
    return ValueFacts(graph[graph.inputs[input]].valueType?.mapShapes { $0.map { $0.size == nil ? .unknown : $0 } })
  }

  /// The number of a Loop's iteration: a scalar or, where the body says so, a list of one. A runtime makes what is declared.
  private func iterationNumber(of graph: Graph) -> ValueFacts {
    ValueFacts(type: .int64, shape: declaredSizes(of: graph, input: 0).shape?.count == 1 ? [.fixed(1)] : [])
  }

  /// A body's inputs are the number of the iteration, the condition and what is carried.
  private mutating func loop(_ graph: Graph, _ node: NodeFacts, scope: [String: ValueFacts]) -> BodyRun {
    let initial = node.inputs.dropFirst(2).map { $0 ?? ValueFacts() }
    let number = iterationNumber(of: graph)
    // If a true condition makes a true condition and the first one is true, all are.
    if node.input(1).map({ $0.constant?.isTrue ?? false }) ?? true {
      let condition = Tensor(.integers([1]), type: .bool, shape: []).map { ValueFacts($0) } ?? ValueFacts(type: .bool)
      let states = stable(graph, scope: scope, initial: initial, firstState: 1) { [number, condition] + $0 }
      let given = [number, condition] + states.named
      if let outputs = trial(graph, scope: scope, given: given), outputs.first?.constant?.isTrue ?? false {
        return BodyRun(given: given, states: states.raw, firstState: 1, runsThrough: true)
      }
    }
    let condition = ValueFacts(type: .bool, shape: node.shape(1) ?? [])
    let states = stable(graph, scope: scope, initial: initial, firstState: 1) { [number, condition] + $0 }
    return BodyRun(given: [number, condition] + states.named, states: states.raw, firstState: 1)
  }

  /// - Returns: facts that hold of the values that go around whenever the body starts; `named` has private names for sizes that
  ///   change, `raw` has `.unknown`.
  private mutating func stable(
    _ graph: Graph, scope: [String: ValueFacts], initial: [ValueFacts], firstState: Int, keepsShapes: Bool = false,
    inputs: ([ValueFacts]) -> [ValueFacts]
  ) -> (named: [ValueFacts], raw: [ValueFacts]) {
    // Short lists of integers may go around as they are; an empty sequence takes any element.
    var raw = initial.map { $0.elements != nil || $0.sequence?.isEmpty ?? false ? $0 : $0.withoutContent }
    for _ in 0..<(raw.isEmpty ? 0 : Self.trialLimit) {
      let before = named(raw)
      let firstName = placeholderCount
      guard let outputs = trial(graph, scope: scope, given: inputs(before)), outputs.count >= firstState + raw.count
      else {
        break
      }
      var isStable = true
      for index in raw.indices {
        let output = outputs[firstState + index]
        var joined = before[index].common(with: output)
        if keepsShapes, let shape = before[index].shape,
          let unified = output.shape.map({ shape.unified(with: $0) }) ?? shape
        {
          joined.shape = zip(unified, shape).map { $0.hasPlaceholder(since: firstName) ? $1 : $0 }
        }
        if !joined.says(asMuchAs: raw[index]) { isStable = false }
        raw[index] = joined.masked(by: raw[index])
      }
      if isStable { return (before, raw) }
    }
    if keepsShapes {
      raw = initial.map(\.withoutContent)
    } else {
      raw = raw.map { $0.container == nil ? ValueFacts(type: $0.type) : ValueFacts() }
    }
    return (named(raw), raw)
  }

  private mutating func named(_ facts: [ValueFacts]) -> [ValueFacts] {
    var named = facts
    for index in named.indices { nameUnknowns(&named[index]) }
    return named
  }

  /// Infers a copy, without telling anyone.
  /// - Returns: facts about the graph's outputs; nil where it contradicts itself and where this run has tried enough.
  mutating func trial(_ graph: Graph, scope: [String: ValueFacts], given: [ValueFacts]) -> [ValueFacts]? {
    guard trialBudget > 0 else { return nil }
    trialBudget -= graph.nodes.count + 1
    let (callback, collector, names, mark) = (whenInferred, whenContradicted, stale, provenSizes.mark)
    (whenInferred, whenContradicted) = (nil, nil)
    defer {
      (whenInferred, whenContradicted, stale) = (callback, collector, names)
      provenSizes.forget(since: mark)
    }
    var copy = graph
    guard let facts = try? infer(&copy, outer: scope, given: given) else { return nil }
    return copy.outputs.map { facts[$0.index] }
  }
}

extension ValueFacts {
  /// Whether the join with what an iteration makes of this has lost nothing. Sizes that were unknown before may be anything.
  fileprivate func says(asMuchAs before: ValueFacts) -> Bool {
    guard container == before.container, type == before.type, (content == nil) == (before.content == nil) else {
      return false
    }
    guard let old = before.shape else { return shape == nil }
    return shape.map { zip($0, old).allSatisfy { $0 == $1 || $1 == .unknown } } ?? false
  }

  /// Sizes that were unknown before stay so.
  fileprivate func masked(by before: ValueFacts) -> ValueFacts {
    var result = self
    if let old = before.shape, let shape { result.shape = zip(shape, old).map { $1 == .unknown ? .unknown : $0 } }
    return result
  }
}

extension Graph {
  /// Nodes of this graph and of all in it.
  var nestedNodeCount: Int {
    var count = nodes.count
    for node in nodes where node.hasSubgraphs {
      for (_, graph) in node.subgraphs { count += graph.nestedNodeCount }
    }
    return count
  }
}

extension Tensor {
  /// Whether this is one truth, and true.
  var isTrue: Bool { type == .bool && elementCount == 1 && bytes.array.first.map { $0 != 0 } ?? false }
}
