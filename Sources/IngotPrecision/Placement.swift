// Where Q/DQ pairs go: the rules of qdq-placement.md, decided on the graph alone, before anything is measured. Nothing
// is changed here; Int8Lowering.swift writes what this says.

internal import IngotCore
package import IngotGraph

/// What a model's int8 form quantizes, and why each node is or is not part of it.
package struct Placement: Sendable {
  /// A tensor that some nodes read through one shared Q/DQ pair with one scale.
  package struct Activation: Sendable, Hashable {
    package var tensor: ValueID
    package var name: String
    /// The tensor whose range its codes span: mostly itself.
    package var range: String
    /// The inputs that read it quantized, in graph order.
    package var edges: [Edge]
    /// The rule that asked first.
    package var rule: String
  }

  /// A constant that is stored in int8 with a scale per channel.
  package struct Weight: Sendable, Hashable {
    package var tensor: ValueID
    package var name: String
    /// The output channels' axis (Q4).
    package var axis: Int
    package var edges: [Edge]
  }

  /// A constant that is added to a product, stored in int32 at the product's scale.
  package struct Bias: Sendable, Hashable {
    package var tensor: ValueID
    package var name: String
    /// The input that reads it: of the product itself or of the Add behind it.
    package var edge: Edge
    /// The node whose two operands are quantized.
    package var product: Int
  }

  package internal(set) var activations: [Activation] = []
  package internal(set) var weights: [Weight] = []
  package internal(set) var biases: [Bias] = []
  /// In graph order.
  var joins: [Join] = []
  /// One for each node with a float tensor, in graph order.
  package internal(set) var decisions: [NodeDecision] = []

  /// Names of the tensors that are quantized, in graph order.
  package var activationTensors: [String] { activations.map(\.name) }
  /// Tensors that are not quantized and may be where more nodes stay float: where a neighbour does, others take its place.
  package internal(set) var standIns: [String] = []
  /// Names of the tensors whose ranges calibration must collect, so that any node may still be kept.
  package var tensorsToMeasure: [String] { activationTensors + standIns }
}

/// - Parameters:
///   - graph: sanitized: topological order, types and, where they can be known, shapes inferred.
///   - products: of the processor that runs the result; what is measured for exact ones is enough for the others.
/// - Throws: `.unmatchedPatterns`, `.alreadyQuantized`.
package func place(
  _ graph: Graph, form: Int8Form = .tensorrt, products: ByteProducts = .exact, keep: KeepList = KeepList()
) throws(PrecisionError) -> Placement {
  try requireFloats(in: graph)
  var placer = Placer(graph, form: form, products, kept: try keep.resolve(in: graph))
  placer.run()
  return placer.placement
}

/// With the tensors of every form of int8, so that one range table serves all targets: ONNX Runtime's quantizes the most, and
/// leaves few alone that the others quantize.
package func placeForAllForms(_ graph: Graph) throws(PrecisionError) -> Placement {
  var all = try place(graph, form: .onnxruntime)
  let others = try place(graph, form: .tensorrt)
  let (tensors, weights) = (Set(all.activations.map(\.tensor)), Set(all.weights.map(\.tensor)))
  all.activations += others.activations.filter { !tensors.contains($0.tensor) }
  let quantized = Set(all.activationTensors)
  all.standIns = Set(all.standIns).union(others.standIns).subtracting(quantized).sorted()
  all.weights += others.weights.filter { !weights.contains($0.tensor) }
  return all
}

/// - Throws: `.alreadyQuantized`.
func requireFloats(in graph: Graph) throws(PrecisionError) {
  guard let node = graph.nodes.first(where: { quantizedOperators.contains($0.opType) }) else { return }
  throw PrecisionError(.alreadyQuantized(node: node.name, op: node.opType))
}

private let quantizedOperators: Set<String> = [
  "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "QLinearConv", "QLinearMatMul", "ConvInteger",
  "MatMulInteger",
]

/// The state of one placement: rules are asked in an order in which each knows what it depends on.
struct Placer {
  let graph: Graph
  let form: Int8Form
  let products: ByteProducts
  let uses: Uses
  let kept: [Int: String]
  let shapeNodes: Set<Int>
  /// Linear nodes with both operands quantized, by index.
  var linear: Set<Int> = []
  private var edges: [ValueID: [Edge]] = [:]
  private var rules: [ValueID: String] = [:]
  private var weights: [Placement.Weight] = []
  var biases: [Placement.Bias] = []
  var joins: [Placement.Join] = []
  private var decisions: [Int: NodeDecision] = [:]
  var standIns: Set<ValueID> = []

  init(_ graph: Graph, form: Int8Form, _ products: ByteProducts, kept: [Int: String]) {
    (self.graph, self.form, self.products, self.kept) = (graph, form, products, kept)
    uses = Uses(graph)
    shapeNodes = findShapeNodes(graph, uses: uses)
  }

  mutating func run() {
    for index in graph.nodes.indices where isCandidate(index) && isLinear(index) { placeLinear(index) }
    for index in graph.nodes.indices where isCandidate(index) && graph.nodes[index].opType == "Add" {
      placeResidual(index)
    }
    // Backwards: a pool's reader may be another pool.
    for index in graph.nodes.indices.reversed() where isCandidate(index) { placeBetween(index) }
    if form == .onnxruntime {
      for index in graph.nodes.indices where linear.contains(index) {
        placeBias(index)
        placeResult(index)
      }
      for index in graph.nodes.indices where isCandidate(index) { completeConcat(index) }
    }
    for index in graph.nodes.indices where isCandidate(index) && decisions[index] == nil { explainFloat(index) }
  }

  /// Decides what is no candidate; the rest is asked the rules.
  private mutating func isCandidate(_ index: Int) -> Bool {
    let node = graph.nodes[index]
    guard node.domain.isEmpty, !shapeNodes.contains(index), hasFloatOutput(node) else { return false }
    guard let pattern = kept[index] else { return true }
    decide(index, "2a", "kept by '\(pattern)'")
    return false
  }

  private func hasFloatOutput(_ node: Node) -> Bool {
    node.opType != "Constant" && node.outputs.contains { id in id.map { graph[$0].type == .float32 } ?? false }
  }

  mutating func decide(_ index: Int, _ rule: String, _ reason: String) {
    let node = graph.nodes[index]
    decisions[index] = NodeDecision(node: node.name, op: node.opType, rule: rule, reason: reason)
  }

  mutating func quantize(_ tensor: ValueID, at edge: Edge, rule: String) {
    edges[tensor, default: []].append(edge)
    if rules[tensor] == nil { rules[tensor] = rule }
  }

  mutating func quantizeWeight(_ tensor: ValueID, at edge: Edge, axis: Int) {
    if let known = weights.firstIndex(where: { $0.tensor == tensor && $0.axis == axis }) {
      weights[known].edges.append(edge)
    } else {
      weights.append(.init(tensor: tensor, name: graph[tensor].name, axis: axis, edges: [edge]))
    }
  }

  func isQuantized(_ edge: Edge) -> Bool {
    guard let id = graph.nodes[edge.node].inputs[edge.input] else { return false }
    return edges[id]?.contains(edge) ?? false
  }

  var placement: Placement {
    var placement = Placement()
    placement.weights = weights
    placement.biases = biases
    placement.joins = joins.sorted { $0.node < $1.node }
    placement.standIns = standIns.filter { edges[$0] == nil }.map { graph[$0].name }.sorted()
    placement.decisions = decisions.sorted { $0.key < $1.key }.map(\.value)
    let order = edges.keys.sorted { (uses.producer(of: $0) ?? -1, $0) < (uses.producer(of: $1) ?? -1, $1) }
    placement.activations = order.map { id in
      .init(
        tensor: id, name: graph[id].name, range: graph[rangeSource(of: id)].name, edges: (edges[id] ?? []).sorted(),
        rule: rules[id] ?? "")
    }
    return placement
  }
}
