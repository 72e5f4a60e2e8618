// Lowers one graph after the other, bodies before the graph that they are in.
//
// A body reads values of the graphs around it by name. They stay what they are: the body casts what it wants narrow, and
// takes a copy of a constant. So what the graph around it decides does not matter to the body, nor the other way round,
// and a constant that only bodies read is in none of them twice.

internal import IngotCore
internal import IngotGraph

struct FloatLowering {
  let rules: FloatRules
  private(set) var kept: [NodeDecision] = []
  private(set) var clipped: [ClippedTensor] = []
  private(set) var castsAdded = 0
  private(set) var castsRemoved = 0
  private var names: FreshNames

  init(rules: FloatRules, names: FreshNames) { (self.rules, self.names) = (rules, names) }

  /// - Returns: how many nodes compute in the type now.
  mutating func lower(_ graph: inout Graph) throws(PrecisionError) -> Int {
    inlineFloatConstants(&graph)
    let inside = lowerBodies(of: &graph, around: [:])
    if inside > 0 { dropUnread(&graph) }
    let uses = Uses(graph)
    let ports = try rules.options.resolvePorts(of: graph, uses: uses)
    return inside + lower(&graph, uses: uses, ports: ports)
  }

  private mutating func lower(_ graph: inout Graph, uses: Uses, ports: Set<ValueID>) -> Int {
    let assignment = TypeAssignment(
      graph, uses: uses, rules: rules, kept: rules.options.keep.matches(in: graph), ports: ports)
    for (node, precision) in zip(graph.nodes, assignment.nodes) {
      guard case .full(let rule, let reason) = precision else { continue }
      kept.append(NodeDecision(node: node.name, op: node.opType, rule: rule, reason: reason))
    }
    var rewriter = TypeRewriter(graph, uses: uses, assignment: assignment, names: names)
    rewriter.rewrite()
    (graph, names) = (rewriter.graph, rewriter.names)
    castsAdded += rewriter.castCount
    clipped += rewriter.clipped
    castsRemoved += removeIdleCasts(&graph, type: rules.type)
    return assignment.nodes.count { $0 == .narrow }
  }

  /// - Parameter around: the values that the graphs around this one define.
  private mutating func lowerBodies(of graph: inout Graph, around: [String: Value]) -> Int {
    guard graph.nodes.contains(where: \.hasSubgraphs) else { return 0 }
    var visible = around
    for value in graph.values where value.type == .float32 { visible[value.name] = value }
    var count = 0
    for index in graph.nodes.indices where graph.nodes[index].hasSubgraphs {
      graph.nodes[index].forEachSubgraph { count += lower(body: &$0, around: visible) }
    }
    return count
  }

  private mutating func lower(body: inout Graph, around: [String: Value]) -> Int {
    inlineFloatConstants(&body)
    var count = lowerBodies(of: &body, around: around)
    let captured = body.capturedNames().compactMap { name in
      body.find(name).flatMap { id in around[name].map { (id: id, before: body[id], value: $0) } }
    }
    for (id, _, value) in captured { body[id] = value }
    count += lower(&body, uses: Uses(body, outer: Set(captured.map(\.id))), ports: [])
    for (id, before, _) in captured { body[id] = before }
    return count
  }

  /// Constants that only bodies read, each of which has its own now.
  private func dropUnread(_ graph: inout Graph) {
    let uses = Uses(graph)
    for index in graph.values.indices {
      let id = ValueID(index)
      guard graph[id].initializer != nil, graph[id].type == .float32, uses.readers(of: id).isEmpty else { continue }
      if !uses.isPinned(id), !uses.isGraphInput(id) { graph[id].initializer = nil }
    }
  }
}

extension FloatOptions {
  /// Inputs and outputs of float32 that the patterns name.
  fileprivate func resolvePorts(of graph: Graph, uses: Uses) throws(PrecisionError) -> Set<ValueID> {
    var found: Set<ValueID> = []
    let all = (graph.inputs + graph.outputs).filter { graph[$0].type == .float32 }
    var unmatched: [PrecisionError.UnmatchedPattern] = []
    for text in ports {
      let glob = Glob(text)
      let named = all.filter { glob.matches(graph[$0].name) }
      if named.isEmpty {
        let near = nearestNames(to: text, among: all.map { graph[$0].name })
        unmatched.append(.init(what: "input or output", pattern: text, near: near))
      }
      found.formUnion(named)
    }
    guard unmatched.isEmpty else { throw PrecisionError(.unmatchedPatterns(unmatched)) }
    for id in found.sorted() {
      if uses.isShared(id) { throw PrecisionError(.unusablePort(graph[id].name, "a body reads it")) }
      if graph[id].initializer != nil { throw PrecisionError(.unusablePort(graph[id].name, "it is a constant")) }
    }
    return found
  }
}
