// Who makes and who reads each value of a graph: computed once, valid until nodes are added or removed.

internal import IngotCore
internal import IngotGraph

/// One input of one node.
package struct Edge: Hashable, Sendable, Comparable {
  /// Index in `Graph.nodes`.
  package var node: Int
  /// Index in `Node.inputs`.
  package var input: Int
  package init(node: Int, input: Int) { (self.node, self.input) = (node, input) }
  package static func < (a: Edge, b: Edge) -> Bool { (a.node, a.input) < (b.node, b.input) }
}

struct Uses {
  private let producers: [Int?]
  private let readers: [[Edge]]
  private let outputs: Set<ValueID>
  private let inputs: Set<ValueID>
  private let captured: Set<ValueID>

  /// - Parameter outer: values of the graphs around this one.
  init(_ graph: Graph, outer: Set<ValueID> = []) {
    var producers = [Int?](repeating: nil, count: graph.values.count)
    var readers = [[Edge]](repeating: [], count: graph.values.count)
    var captured = outer
    for (index, node) in graph.nodes.enumerated() {
      for case (let slot, let id?) in node.inputs.enumerated() {
        readers[id.index].append(Edge(node: index, input: slot))
      }
      for case let id? in node.outputs { producers[id.index] = index }
      for body in node.bodies { captured.formUnion(body.freeNames().compactMap(graph.find)) }
    }
    (self.producers, self.readers, self.captured) = (producers, readers, captured)
    (outputs, inputs) = (Set(graph.outputs), Set(graph.inputs))
  }

  /// The node that writes the value; nil for inputs and initializers.
  func producer(of id: ValueID) -> Int? { producers[id.index] }

  /// Every input that reads the value, in node order; reads by bodies of If, Loop and Scan are not among them.
  func readers(of id: ValueID) -> [Edge] { readers[id.index] }

  func isGraphInput(_ id: ValueID) -> Bool { inputs.contains(id) }
  func isGraphOutput(_ id: ValueID) -> Bool { outputs.contains(id) }

  /// Whether a body reads the value by its name, or it belongs to a graph around this one.
  func isShared(_ id: ValueID) -> Bool { captured.contains(id) }

  /// Whether something outside the graph's own nodes reads the value by its name, so that name and type must stay.
  func isPinned(_ id: ValueID) -> Bool { outputs.contains(id) || captured.contains(id) }

  /// Whether the value is a constant that no caller can replace.
  func isConstant(_ id: ValueID, in graph: Graph) -> Bool { graph[id].initializer != nil && !inputs.contains(id) }
}

extension Uses {
  /// The node that writes a value which is then moved or pooled, and the nodes in between, from the last to the first.
  /// - Returns: nil for inputs and initializers, and where more stand in between than any model has.
  func producer(behindMoves id: ValueID, in graph: Graph) -> (node: Int, through: [Int])? {
    var (next, through): (ValueID, [Int]) = (id, [])
    while through.count < 8 {
      guard let producer = producer(of: next) else { return nil }
      let node = graph.nodes[producer]
      guard node.commutesWithQuantization else { return (producer, through) }
      guard let source = node.inputs.first ?? nil else { return nil }
      through.append(producer)
      next = source
    }
    return nil
  }
}

extension Node {
  /// The bodies of If, Loop and Scan.
  var bodies: [Graph] {
    attributes.flatMap { attribute -> [Graph] in
      switch attribute.value {
      case .graph(let graph): [graph]
      case .graphs(let graphs): graphs
      case .float, .int, .string, .tensor, .floats, .ints, .strings, .tensors, .sparseTensor, .sparseTensors, .type,
        .types,
        .reference, .opaque:
        []
      }
    }
  }
}

extension Graph {
  /// Names that a body reads from the graph around it, sorted.
  fileprivate func freeNames() -> [String] {
    var local = Set(inputs.map { self[$0].name })
    for value in values where value.initializer != nil { local.insert(value.name) }
    for node in nodes { for case let id? in node.outputs { local.insert(self[id].name) } }
    var read = Set(outputs.map { self[$0].name })
    for node in nodes {
      for case let id? in node.inputs { read.insert(self[id].name) }
      for body in node.bodies { read.formUnion(body.freeNames()) }
    }
    return read.subtracting(local).sorted()
  }
}

/// The product of sizes; nil where one is not known and where it is over any count.
func product(_ shape: some Sequence<Dimension>) -> Int? {
  var product = 1
  for dimension in shape {
    guard let size = dimension.size else { return nil }
    let (next, overflow) = product.multipliedReportingOverflow(by: size)
    guard !overflow else { return nil }
    product = next
  }
  return product
}
