// The parts of a graph that calculate with constants alone and that the native evaluator has left: what a runtime may be asked to
// calculate, with an account of what that would add to the model and cost.

internal import IngotCore

/// Nodes that hang together, and what the rest of the graph reads of them.
struct ConstantRegion {
  /// Indices, in the graph's order.
  var nodes: [Int] = []
  var results: [ValueID] = []
  /// Bytes that constants take more once the results stand for the nodes.
  var growth = 0
  /// Bytes of all that the nodes make, the results among them.
  var byteCount = 0
  /// Multiplications, about.
  var work = 0
}

struct ConstantRegions {
  private let graph: Graph
  private let facts: [ValueFacts]
  private let functions: Set<Function.Key>
  private let uses: Uses
  private let isInput: [Bool]
  /// By value: the node of a region that makes it.
  private var makers: [Int?]
  /// By node: another node of its region, itself for one of each; nil outside of regions.
  private var leaders: [Int?]

  /// About what a node takes in a file.
  private static let nodeByteCount = 64

  init(_ graph: Graph, facts: [ValueFacts], functions: Set<Function.Key>) {
    (self.graph, self.facts, self.functions, uses) = (graph, facts, functions, Uses(graph))
    makers = [Int?](repeating: nil, count: graph.values.count)
    leaders = [Int?](repeating: nil, count: graph.nodes.count)
    var isInput = [Bool](repeating: false, count: graph.values.count)
    for id in graph.inputs { isInput[id.index] = true }
    self.isInput = isInput
  }

  /// - Returns: regions with something that others read and a node that the native evaluator does not know.
  mutating func all() -> [ConstantRegion] {
    for (index, node) in graph.nodes.enumerated() where isFoldable(node) { join(index) }
    var regions: [ConstantRegion] = []
    var numbers: [Int: Int] = [:]
    var isRuntimesWork: [Bool] = []
    for index in graph.nodes.indices {
      guard let leader = leader(of: index) else { continue }
      let number = numbers[leader] ?? regions.count
      if number == regions.count {
        numbers[leader] = number
        regions.append(ConstantRegion())
        isRuntimesWork.append(false)
      }
      regions[number].nodes.append(index)
      if !graph.nodes[index].isEvaluable { isRuntimesWork[number] = true }
    }
    for index in regions.indices { complete(&regions[index]) }
    return zip(regions, isRuntimesWork).filter { $1 && !$0.results.isEmpty }.map(\.0)
  }

  /// The constant behind a value that no region makes.
  static func constant(_ id: ValueID, in graph: Graph, _ facts: [ValueFacts]) -> Tensor? {
    guard let tensor = graph.constant(id) ?? facts[id.index].constant, tensor.type != .string else { return nil }
    return tensor
  }

  private func isFoldable(_ node: Node) -> Bool {
    guard node.isRuntimeFoldable, !functions.contains(node.functionKey), node.inputs.contains(where: { $0 != nil })
    else { return false }
    let areInputsKnown = node.inputs.allSatisfy { id in
      guard let id else { return true }
      if isInput[id.index] { return false }
      return makers[id.index] != nil || Self.constant(id, in: graph, facts) != nil
    }
    let made = node.outputs.compactMap(\.self)
    return areInputsKnown && !made.isEmpty && made.allSatisfy { byteCount(of: $0) != nil }
  }

  /// Of a tensor of numbers whose sizes inference has proven; nil for anything else.
  private func byteCount(of id: ValueID) -> Int? {
    guard let type = facts[id.index].type, type != .string, let count = elementCount(of: id) else { return nil }
    return type.byteCount(of: count)
  }

  private func elementCount(of id: ValueID) -> Int? {
    guard let shape = facts[id.index].shape else { return nil }
    let sizes = shape.compactMap(\.size)
    return sizes.count == shape.count ? Layout.count(sizes) : nil
  }
}

// Which nodes hang together.
extension ConstantRegions {
  private mutating func join(_ index: Int) {
    leaders[index] = index
    for case let id? in graph.nodes[index].outputs { makers[id.index] = index }
    for case let id? in graph.nodes[index].inputs where Self.constant(id, in: graph, facts) == nil {
      guard let maker = makers[id.index], let other = leader(of: maker), let own = leader(of: index) else { continue }
      leaders[max(own, other)] = min(own, other)
    }
  }

  /// Shortens the way on it.
  private mutating func leader(of index: Int) -> Int? {
    var index = index
    while let next = leaders[index], next != index {
      leaders[index] = leaders[next]
      index = next
    }
    return leaders[index]
  }
}

// What regions cost.
extension ConstantRegions {
  private mutating func complete(_ region: inout ConstantRegion) {
    let leader = leader(of: region.nodes[0])
    var seen: Set<ValueID> = []
    for index in region.nodes {
      let node = graph.nodes[index]
      region.growth -= Self.nodeByteCount
      region.work = Self.sum(region.work, work(of: node))
      for case let id? in node.outputs {
        let byteCount = byteCount(of: id) ?? 0
        region.byteCount = Self.sum(region.byteCount, byteCount)
        guard uses.isGraphOutput[id.index] || readers(of: id, areAllIn: leader) == false else { continue }
        region.results.append(id)
        region.growth = Self.sum(region.growth, byteCount)
      }
      for case let id? in node.inputs where seen.insert(id).inserted && !uses.isGraphOutput[id.index] {
        guard let tensor = graph[id].initializer?.tensor, readers(of: id, areAllIn: leader) else { continue }
        region.growth -= tensor.bytes.count
      }
    }
  }

  private mutating func readers(of id: ValueID, areAllIn leader: Int?) -> Bool {
    for reader in uses.readers[id.index] where self.leader(of: reader) != leader { return false }
    return true
  }

  /// Each element of the result takes at most as many multiplications as an operand has elements along the axes that go: all but
  /// its first or its last.
  private func work(of node: Node) -> Int {
    var (made, read, perElement) = (0, 0, 1)
    for case let id? in node.outputs { made = Self.sum(made, elementCount(of: id) ?? 0) }
    for (position, id) in node.inputs.enumerated() {
      guard let id, let shape = facts[id.index].shape, let count = elementCount(of: id) else { continue }
      read = Self.sum(read, count)
      let ends = [shape.first?.size, shape.last?.size].compactMap(\.self).filter { $0 > 0 }
      if position > 0, shape.count > 1, let least = ends.min() { perElement = max(perElement, count / least) }
    }
    let (product, overflow) = made.multipliedReportingOverflow(by: perElement)
    return overflow ? .max : Self.sum(product, read)
  }

  private static func sum(_ a: Int, _ b: Int) -> Int {
    let (sum, overflow) = a.addingReportingOverflow(b)
    return overflow ? .max : sum
  }
}

extension Node {
  /// Random numbers, state, devices and other machines; and quantization, which would take the precision out of the graph.
  private static let neverFolded: Set<String> = [
    "Constant", "RandomNormal", "RandomUniform", "RandomNormalLike", "RandomUniformLike", "Multinomial", "Bernoulli",
    "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "Sampling", "EPContext", "AllReduce", "AllGather",
    "AllToAll", "ShardedMoE",
  ]
  private static let neverFoldedParts = ["Dropout", "Random", "Distributed", "Quantize", "Optional", "Sequence"]

  /// Whether a runtime would calculate the same at any time, as far as the node's kind decides.
  fileprivate var isRuntimeFoldable: Bool {
    guard overload.isEmpty, !hasSubgraphs, isEvaluable || ShapeRules.rule(for: self) != nil,
      !Self.neverFolded.contains(opType), !Self.neverFoldedParts.contains(where: { opType.contains($0) }),
      int("training_mode") ?? 0 == 0
    else { return false }
    return attributes.allSatisfy {
      switch $0.value {
      case .reference, .opaque, .type, .types: false
      default: true
      }
    }
  }
}
