// A graph while a pass rewrites it node by node. It knows who makes and who reads each value after every change, and takes
// away nodes whose results nothing reads any more, so that a chain is shortened in one run.

internal import IngotCore

extension Pass {
  /// A pass that looks at every node of some standard operations, in order, and may change it and the nodes before it.
  init(
    _ name: String, on opTypes: Set<String>,
    rewrite: @escaping @Sendable (inout Rewriting, _ index: Int, PassContext) -> Void
  ) {
    self.init(name) { graph, context in
      guard graph.nodes.contains(where: { $0.domain.isEmpty && opTypes.contains($0.opType) }) else {
        return PassReport(name)
      }
      var rewriting = Rewriting(of: &graph, facts: context, pass: name)
      for index in rewriting.graph.nodes.indices where rewriting.isThere(index) {
        let node = rewriting.graph.nodes[index]
        if node.domain.isEmpty, opTypes.contains(node.opType) { rewrite(&rewriting, index, context) }
      }
      return rewriting.finish(&graph)
    }
  }
}

struct Rewriting {
  private(set) var graph: Graph
  private(set) var report: PassReport
  private let context: PassContext
  /// By value: the node that makes it, while it is there.
  private var makers: [Int?]
  /// By value: nodes' inputs, captures and the graph's outputs.
  private var readCounts: [Int]
  private var isGone: [Bool]
  /// New nodes stand at the end until `finish` puts each before the node that it was made for.
  private var insertions: [(before: Int, index: Int)] = []
  private let originalCount: Int

  /// Takes the graph, so that changes copy nothing; `finish` gives it back.
  init(of graph: inout Graph, facts: PassContext, pass: String) {
    self.graph = Graph(name: "")
    swap(&self.graph, &graph)
    (context, report) = (facts, PassReport(pass))
    makers = self.graph.producers
    originalCount = self.graph.nodes.count
    isGone = [Bool](repeating: false, count: self.graph.nodes.count)
    readCounts = [Int](repeating: 0, count: self.graph.values.count)
    for id in self.graph.outputs { readCounts[id.index] += 1 }
    for node in self.graph.nodes {
      for case let id? in node.inputs { readCounts[id.index] += 1 }
      for name in node.hasSubgraphs ? node.capturedNames() : [] {
        if let id = self.graph.find(name) { readCounts[id.index] += 1 }
      }
    }
  }

  /// Gives the graph back without the nodes that are gone.
  mutating func finish(_ graph: inout Graph) -> PassReport {
    if isGone.contains(true) || !insertions.isEmpty {
      var next = 0
      let sorted = insertions.sorted { ($0.before, $0.index) < ($1.before, $1.index) }
      var nodes: [Node] = []
      nodes.reserveCapacity(self.graph.nodes.count)
      for index in 0..<originalCount {
        while next < sorted.count, sorted[next].before == index {
          if !isGone[sorted[next].index] { nodes.append(self.graph.nodes[sorted[next].index]) }
          next += 1
        }
        if !isGone[index] { nodes.append(self.graph.nodes[index]) }
      }
      self.graph.nodes = nodes
    }
    swap(&self.graph, &graph)
    return report
  }
}

// What patterns ask.
extension Rewriting {
  func isThere(_ index: Int) -> Bool { !isGone[index] }

  func node(_ index: Int) -> Node { graph.nodes[index] }

  /// The index of the node that makes the value, if it is one of these operations of the standard domain.
  func maker(of id: ValueID?, _ opTypes: String...) -> Int? {
    guard let id, let index = makers[id.index] else { return nil }
    let node = graph.nodes[index]
    return node.domain.isEmpty && opTypes.contains(node.opType) ? index : nil
  }

  /// The index of the node that makes the value, whatever it is.
  func anyMaker(of id: ValueID?) -> Int? { id.flatMap { makers[$0.index] } }

  /// Whether one node's input is all that reads the value.
  func isReadOnce(_ id: ValueID?) -> Bool { id.map { readCounts[$0.index] == 1 } ?? false }

  func isRead(_ id: ValueID?) -> Bool { id.map { readCounts[$0.index] > 0 } ?? false }

  func facts(_ id: ValueID?) -> ValueFacts { id.map { context.facts(of: $0, in: graph) } ?? ValueFacts() }

  func type(_ id: ValueID?) -> ElementType? { facts(id).type }

  func shape(_ id: ValueID?) -> [Dimension]? { facts(id).shape }

  func rank(_ id: ValueID?) -> Int? { facts(id).shape?.count }

  /// An initializer of this graph or of one around it, or what inference calculated.
  func constant(_ id: ValueID?) -> Tensor? { facts(id).constant }

  /// The number in a floating-point constant of one element.
  func scalar(_ id: ValueID?) -> Double? {
    guard let tensor = constant(id), tensor.elementCount == 1, case .floats(let values)? = Numbers(tensor) else {
      return nil
    }
    return values.first
  }

  /// A list that is an attribute in old versions of an operation and an input in new ones.
  func integers(_ index: Int, input: Int, attribute: String) -> [Int64]? {
    let node = graph.nodes[index]
    guard node.inputs.indices.contains(input), let id = node.inputs[input] else { return node.ints(attribute) }
    return constant(id)?.integers
  }
}

// What patterns do.
extension Rewriting {
  /// Puts another node in a node's place; it must make the same values. Nodes that made only what it does not read go.
  mutating func replace(_ index: Int, with node: Node) {
    let old = graph.nodes[index]
    report.change(old.label(in: graph))
    retain(node)
    graph.nodes[index] = node
    for case let id? in old.outputs { makers[id.index] = nil }
    for case let id? in node.outputs { makers[id.index] = index }
    release(old.inputs)
  }

  /// Makes a node do its reader's work too and takes the reader away.
  /// - Parameter node: what the first does from now on; it makes the reader's outputs.
  mutating func merge(_ reader: Int, into first: Int, as node: Node) {
    let (before, removed) = (graph.nodes[first], graph.nodes[reader])
    report.remove(removed.label(in: graph))
    isGone[reader] = true
    retain(node)
    for case let id? in before.outputs + removed.outputs { makers[id.index] = nil }
    graph.nodes[first] = node
    for case let id? in node.outputs { makers[id.index] = first }
    // The value between the two has no maker any more, so nothing follows from its count.
    release(removed.inputs)
    release(before.inputs)
  }

  /// Adds a node that comes before another one.
  @discardableResult mutating func insert(_ node: Node, before index: Int) -> Int {
    let position = index < originalCount ? index : insertions[index - originalCount].before
    insertions.append((position, graph.nodes.count))
    isGone.append(false)
    graph.nodes.append(node)
    retain(node)
    for case let id? in node.outputs { makers[id.index] = graph.nodes.count - 1 }
    return graph.nodes.count - 1
  }

  /// A new value of the same type as another; nothing else is known about it.
  mutating func addValue(named name: String, like id: ValueID) -> ValueID {
    let value = graph.addValue(freshName: name, type: type(id))
    extend()
    return value
  }

  mutating func addConstant(named name: String, _ tensor: Tensor) -> ValueID {
    let value = graph.addInitializer(freshName: name, tensor)
    extend()
    return value
  }

  private mutating func extend() {
    while makers.count < graph.values.count {
      makers.append(nil)
      readCounts.append(0)
    }
  }

  private mutating func retain(_ node: Node) {
    for case let id? in node.inputs { readCounts[id.index] += 1 }
  }

  private mutating func release(_ inputs: [ValueID?]) {
    var stack = inputs.compactMap(\.self)
    while let id = stack.popLast() {
      readCounts[id.index] -= 1
      guard readCounts[id.index] == 0, let maker = makers[id.index] else { continue }
      let node = graph.nodes[maker]
      // A body's captures are counted too; dead code removal takes such a node away with them.
      guard !node.hasSubgraphs, !node.outputs.contains(where: { isRead($0) }) else { continue }
      isGone[maker] = true
      for case let id? in node.outputs { makers[id.index] = nil }
      report.remove(node.label(in: graph))
      stack += node.inputs.compactMap(\.self)
    }
  }
}
