// P5 to P7 once ranges are known: which tensors take one scale, and which Concat is better left as it is.

internal import IngotCore
internal import IngotGraph

/// P5: what one scale for several tensors costs.
enum ScaleSharing {
  /// The narrowest keeps six of its eight bits.
  static func costsLittle(from least: Float, to most: Float) -> Bool { least > 0 && most <= 4 * least }
}

extension Placement {
  /// The placement with the ranges that tensors share, by name. A branch that only the Concat reads has no say: in the scale of
  /// the result its codes are those that the result has anyway.
  ///
  /// A Concat whose tensors' ranges lie too far apart stays float. A form that has a Concat for branches of different scales
  /// shares none: there a Relu is part of its convolution only where its own codes start at zero.
  func sharingScales(
    _ graph: Graph, form: Int8Form, range: (String) -> ActivationRange?
  ) -> (placement: Placement, shared: [String: ActivationRange]) {
    guard !form.hasConcatOfScales else { return (self, [:]) }
    var sharing = Sharing(self)
    var refused: [Join] = []
    // Backwards: the result of one may be a branch of the next.
    for join in joins.reversed() where !sharing.add(join, graph, range) {
      refused.append(join)
      sharing.remove(join)
    }
    return (without(refused, graph), sharing.ranges(graph))
  }

  private func without(_ refused: [Join], _ graph: Graph) -> Placement {
    guard !refused.isEmpty else { return self }
    var result = self
    for join in refused {
      let node = graph.nodes[join.node]
      let decision = NodeDecision(
        node: node.name, op: node.opType, rule: "P5",
        reason: "the ranges of its branches lie too far apart for one scale: they stay float")
      for index in decisions.indices where decisions[index].node == node.name && decisions[index].rule == "P5" {
        result.decisions[index] = decision
      }
    }
    let edges = Set(refused.flatMap(\.branches))
    result.joins.removeAll { refused.contains($0) }
    result.activations = activations.compactMap { activation in
      var activation = activation
      activation.edges.removeAll(where: edges.contains)
      return activation.edges.isEmpty ? nil : activation
    }
    return result
  }
}

/// Tensors by the scale that they share.
private struct Sharing {
  /// The ranges that decide about one scale: of tensors that something else than a Concat reads quantized.
  private struct Group {
    var range: ActivationRange?
    var least: Float = .infinity
    var most: Float = 0

    mutating func add(_ other: Group) {
      range = range.map { own in other.range.map(own.union) ?? own } ?? other.range
      (least, most) = (Swift.min(least, other.least), Swift.max(most, other.most))
    }
  }

  /// By tensor: the inputs that read it quantized.
  private var edges: [ValueID: Set<Edge>]
  private let branches: Set<Edge>
  private var parents: [ValueID: ValueID] = [:]
  private var groups: [ValueID: Group] = [:]

  init(_ placement: Placement) {
    edges = Dictionary(placement.activations.map { ($0.tensor, Set($0.edges)) }, uniquingKeysWith: { $0.union($1) })
    branches = Set(placement.joins.flatMap(\.branches))
  }

  /// - Returns: whether its tensors can have one scale; nothing has changed where they cannot.
  mutating func add(_ join: Placement.Join, _ graph: Graph, _ range: (String) -> ActivationRange?) -> Bool {
    guard join.results.allSatisfy({ !(edges[$0] ?? []).isEmpty }) else { return false }
    let members = join.branches.compactMap { graph.nodes[$0.node].inputs[$0.input] } + join.results
    var (sum, roots): (Group, Set<ValueID>) = (Group(), [])
    for id in members where roots.insert(root(id)).inserted { sum.add(groups[root(id)] ?? Group()) }
    for id in members
    where groups[root(id)] == nil && edges[id, default: []].contains(where: { !branches.contains($0) }) {
      // What has no range is refused by name later.
      guard let own = range(graph[id].name), own.amax.isFinite else { continue }
      sum.add(Group(range: own, least: own.amax, most: own.amax))
    }
    guard sum.range == nil || sum.most == 0 || ScaleSharing.costsLittle(from: sum.least, to: sum.most) else {
      return false
    }
    guard let first = members.first.map(root) else { return false }
    for id in members where root(id) != first { parents[root(id)] = first }
    for old in roots { groups[old] = nil }
    groups[first] = sum
    return true
  }

  /// Its branches are no longer quantized for it.
  mutating func remove(_ join: Placement.Join) {
    for (id, own) in edges { edges[id] = own.subtracting(join.branches) }
  }

  func ranges(_ graph: Graph) -> [String: ActivationRange] {
    var result: [String: ActivationRange] = [:]
    for id in Set(parents.keys).union(groups.keys) {
      if let range = groups[root(id)]?.range { result[graph[id].name] = range }
    }
    return result
  }

  private func root(_ id: ValueID) -> ValueID {
    var id = id
    while let parent = parents[id] { id = parent }
    return id
  }
}

extension ActivationRange {
  func union(_ other: ActivationRange) -> ActivationRange {
    ActivationRange(min: Swift.min(min, other.min), max: Swift.max(max, other.max), amax: Swift.max(amax, other.amax))
  }
}
