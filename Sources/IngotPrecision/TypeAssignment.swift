// Which nodes leave float32: every node is classified by the first rule of fp16-lowering.md that hits. Nothing is
// changed here.

internal import IngotCore
internal import IngotGraph

/// What a node computes in after lowering.
enum NodePrecision: Hashable {
  /// It has no float32 in or out, or takes any type as it comes (Shape, Size).
  case untouched
  case narrow
  case full(rule: String, reason: String)

  var isFull: Bool { if case .full = self { true } else { false } }
}

struct TypeAssignment {
  let type: ElementType
  /// By node index.
  private(set) var nodes: [NodePrecision]
  /// Inputs and outputs of the graph that take the type.
  let ports: Set<ValueID>

  private let graph: Graph
  private let uses: Uses
  private let rules: FloatRules
  /// Of the constants that were looked at: reading a weight is most of the work.
  private var censuses: [ValueID: NarrowingCensus] = [:]

  /// - Parameters:
  ///   - graph: in topological order, types inferred.
  ///   - kept: node index to the pattern that keeps it.
  init(_ graph: Graph, uses: Uses, rules: FloatRules, kept: [Int: String], ports: Set<ValueID> = []) {
    (type, self.graph, self.uses, self.rules, self.ports) = (rules.type, graph, uses, rules, ports)
    nodes = [NodePrecision](repeating: .untouched, count: graph.nodes.count)
    let shapeNodes = findShapeNodes(graph, uses: uses)
    let unfused = findUnfusedNormalizations(graph, uses: uses)
    let softmaxes = findSoftmaxes(graph, uses: uses)
    for (index, node) in graph.nodes.enumerated() where touchesFloat32(node) {
      if let pattern = kept[index] {
        nodes[index] = .full(rule: "2a", reason: "kept by '\(pattern)'")
      } else if shapeNodes.contains(index) {
        nodes[index] = .full(rule: "6", reason: "computes a shape")
      } else if unfused.contains(index) {
        nodes[index] = .full(rule: "8", reason: "part of a normalization written in pieces")
      } else if softmaxes.contains(index) {
        nodes[index] = .full(rule: "8", reason: "a sum of exponentials, or the mask before it")
      } else {
        nodes[index] = classify(node)
      }
    }
    followProducers(kept: kept)
    followReaders()
  }

  /// Of a float32 constant.
  func census(of id: ValueID) -> NarrowingCensus? { censuses[id] }

  func isFloat32(_ id: ValueID) -> Bool { graph[id].type == .float32 }

  /// The type that a value has after lowering, for one that is float32 now.
  func typeAfter(_ id: ValueID) -> ElementType {
    if ports.contains(id) { return type }
    guard graph[id].type == .float32, let producer = uses.producer(of: id), nodes[producer] == .narrow else {
      return graph[id].type ?? .float32
    }
    return isFullOutput(id, of: graph.nodes[producer]) ? .float32 : type
  }

  /// The type that a node wants at an input that is float32 now.
  func wantedType(_ edge: Edge) -> ElementType {
    let op = graph.nodes[edge.node].opType
    return nodes[edge.node] == .narrow && !OpSupport.fullInputs(of: op).contains(edge.input) ? type : .float32
  }

  /// Mean and deviation that a normalization hands out, which its `stash_type` types.
  private func isFullOutput(_ id: ValueID, of node: Node) -> Bool {
    OpSupport.normalizations.contains(node.opType) && node.outputs.first != id
  }

  private func touchesFloat32(_ node: Node) -> Bool {
    if node.domain.isEmpty, node.opType == "Shape" || node.opType == "Size" { return false }
    return (node.inputs + node.outputs).contains { id in id.map { graph[$0].type == .float32 } ?? false }
  }

  private mutating func classify(_ node: Node) -> NodePrecision {
    if !node.bodies.isEmpty { return .full(rule: "5", reason: "what enters and leaves its bodies keeps its type") }
    if !node.domain.isEmpty { return .full(rule: "2f", reason: "operators of \(node.domain) are unknown to Ingot") }
    for case let id? in node.inputs + node.outputs where graph[id].type == nil {
      return .full(rule: "2f", reason: "the type of '\(graph[id].name)' is unknown")
    }
    if let reason = OpSupport.alwaysFull[node.opType] { return .full(rule: "3", reason: reason) }
    if OpSupport.normalizations.contains(node.opType) {
      return .full(rule: "8", reason: "statistics of a normalization need float32")
    }
    guard let first = OpSupport.firstOpset(of: node.opType, in: type) else {
      return .full(rule: "2f", reason: "\(node.opType) has no \(type)")
    }
    guard first <= rules.opset else {
      return .full(
        rule: "2f", reason: "\(node.opType) takes \(type) from operator set \(first) on, the model has \(rules.opset)")
    }
    if node.opType == "Cast", let refusal = refusalOfCast(node) { return refusal }
    return overflow(of: node) ?? measuredOverflow(of: node) ?? longSum(of: node) ?? .narrow
  }

  private func refusalOfCast(_ node: Node) -> NodePrecision? {
    guard node.int("to") == Int64(ElementType.float32.rawValue), let id = node.inputs.first ?? nil else { return nil }
    switch graph[id].type {
    case .bool, .int8, .uint8, .float32: return nil
    case .float16, .bfloat16: return .full(rule: "6", reason: "widens a \(type) tensor for readers in float32")
    default: return .full(rule: "6", reason: "its numbers may be over \(type)'s range")
    }
  }

  /// Rule 2b, and scales of quantization that the narrow type would lose.
  private mutating func overflow(of node: Node) -> NodePrecision? {
    let isQuantization = node.opType == "QuantizeLinear" || node.opType == "DequantizeLinear"
    for (slot, id) in node.inputs.enumerated() where !OpSupport.fullInputs(of: node.opType).contains(slot) {
      guard let id, uses.isConstant(id, in: graph), let tensor = graph.constant(id), tensor.type == .float32 else {
        continue
      }
      let census = censuses[id] ?? NarrowingCensus(tensor, as: type)
      censuses[id] = census
      // A bound outside the range bounds as well at the range's end: no number beyond it reaches the node (rule 5).
      if census.overRange > 0, !OpSupport.isBound(input: slot, of: node.opType) {
        return .full(rule: "2b", reason: "'\(graph[id].name)' has values over \(NarrowFloat.rangeText(of: type))")
      }
      if isQuantization, census.tiny > 0 {
        return .full(rule: "2b", reason: "'\(graph[id].name)' has scales that are 0 in float16")
      }
    }
    guard case .tensor(let filling)? = node.attribute("value"), let tensor = filling.tensor, tensor.type == .float32,
      NarrowingCensus(tensor, as: type).overRange > 0
    else { return nil }
    return .full(rule: "2b", reason: "it makes values over \(NarrowFloat.rangeText(of: type))")
  }

  /// Rule 2c.
  private func measuredOverflow(of node: Node) -> NodePrecision? {
    guard type == .float16, let amax = rules.amax else { return nil }
    for case let id? in node.inputs + node.outputs where graph[id].type == .float32 {
      guard let largest = amax(graph[id].name), !(largest <= rules.options.activationLimit) else { continue }
      return .full(
        rule: "2c", reason: "'\(graph[id].name)' was measured up to \(largest), over \(rules.options.activationLimit)")
    }
    return nil
  }

  /// Rule 2d.
  private func longSum(of node: Node) -> NodePrecision? {
    guard let limit = rules.options.depthLimit, let depth = reductionDepth(of: node, graph), depth > limit else {
      return nil
    }
    return .full(rule: "2d", reason: "it adds up \(depth) numbers, over \(limit)")
  }

  /// Nodes that only move elements, casts to other types and quantization take what their producer gives: no cast is
  /// spent on them.
  private mutating func followProducers(kept: [Int: String]) {
    for (index, node) in graph.nodes.enumerated() where nodes[index] == .narrow && kept[index] == nil {
      guard followsProducer(node), let id = node.inputs.first ?? nil else { continue }
      if graph[id].type == .float32, !uses.isConstant(id, in: graph), typeAfter(id) == .float32 {
        nodes[index] = .full(rule: "6", reason: "moves or converts a float32 tensor")
      }
    }
  }

  private func followsProducer(_ node: Node) -> Bool {
    node.opType == "QuantizeLinear" || node.opType == "Cast" || OpSupport.copies.contains(node.opType)
  }

  /// A DequantizeLinear whose readers all want float32 gives it.
  private mutating func followReaders() {
    for (index, node) in graph.nodes.enumerated() where nodes[index] == .narrow && node.opType == "DequantizeLinear" {
      let readers = node.outputs.flatMap { $0.map(uses.readers) ?? [] }
      if readers.allSatisfy({ wantedType($0) == .float32 }) {
        nodes[index] = .full(rule: "6", reason: "all its readers compute in float32")
      }
    }
  }
}
