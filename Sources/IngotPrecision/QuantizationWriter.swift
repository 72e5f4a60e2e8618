// Writes Q/DQ nodes, scales and weights in a scaled format into a graph. Names: what is made for tensor T is called T_scale,
// T_zero_point, T_quantized and T_dequantized.

internal import IngotCore
internal import IngotGraph

struct QuantizationWriter {
  private(set) var quantized: [QuantizedTensor] = []

  private var graph: Graph
  private let uses: Uses
  private let scaleType: ElementType
  private let format: ScaledFormat
  private var names: NodeNames
  /// Nodes to put behind the producer of a tensor; for inputs of the graph, before the first node.
  private var nodesAfter: [Int: [Node]] = [:]
  private var nodesAtStart: [Node] = []
  /// DequantizeLinear nodes of weights, each in front of the first node that reads it.
  private var nodesBefore: [Int: [Node]] = [:]

  /// - Parameter scaleType: what the scales are exact in; they are written as float32, and float lowering narrows them.
  init(_ graph: Graph, scaleType: ElementType, format: ScaledFormat = .int8) {
    (self.graph, self.scaleType, self.format) = (graph, scaleType, format)
    uses = Uses(graph)
    names = NodeNames(graph)
  }

  mutating func quantize(_ activation: Placement.Activation, _ codes: ActivationCodes) {
    let (name, shape) = (activation.name, graph[activation.tensor].shape)
    let scaleID = graph.addInitializer(freshName: "\(name)_scale", Tensor([codes.scale], shape: []))
    let zero = graph.addInitializer(
      freshName: "\(name)_zero_point", Tensor(type: codes.type, shape: [], bytes: Bytes([UInt8(codes.zeroPoint)])))
    let integers = graph.addValue(freshName: "\(name)_quantized", type: codes.type, shape: shape)
    let floats = graph.addValue(freshName: "\(name)_dequantized", type: .float32, shape: shape)
    let nodes = [
      makeNode("QuantizeLinear", [activation.tensor, scaleID, zero], integers),
      makeNode("DequantizeLinear", [integers, scaleID, zero], floats),
    ]
    if let producer = uses.producer(of: activation.tensor) {
      nodesAfter[producer, default: []] += nodes
    } else {
      nodesAtStart += nodes
    }
    redirect(activation.edges, to: floats)
    quantized.append(
      QuantizedTensor(
        tensor: name, role: .activation, rule: activation.rule, axis: nil, scales: [codes.scale], zeroChannels: 0,
        readers: readerNames(activation.edges)))
  }

  /// - Parameter blockSize: as many neighbours along the weight's axis share a scale; nil gives each index of the axis one.
  mutating func quantize(_ weight: Placement.Weight, blockSize: Int? = nil) throws(PrecisionError) {
    guard let tensor = graph.constant(weight.tensor), let first = weight.edges.min() else { return }
    let grouping = blockSize.map { ScaleGroups.blocks(axis: weight.axis, size: $0) } ?? .channels(axis: weight.axis)
    let result: ScaledWeight
    switch format.quantize(tensor, by: grouping, clips: blockSize != nil, scaleType: scaleType) {
    case .success(let value): result = value
    case .failure(let bad):
      throw PrecisionError(
        .nonFiniteWeight(tensor: weight.name, node: graph.nodes[first.node].name, element: bad.index))
    }
    let integers = graph.addInitializer(freshName: "\(weight.name)_quantized", result.values)
    let scales = graph.addInitializer(freshName: "\(weight.name)_scale", result.scales)
    let zeroCount = format.type.byteCount(of: result.scales.elementCount) ?? 0
    let zeros = Tensor(
      type: format.type, shape: result.scales.shape, bytes: Bytes([UInt8](repeating: 0, count: zeroCount)))
    let zero = graph.addInitializer(freshName: "\(weight.name)_zero_point", zeros)
    let floats = floatVersion(of: weight, shape: tensor.shape)
    var node = makeNode("DequantizeLinear", [integers, scales, zero], floats)
    node.set("axis", .int(Int64(weight.axis)))
    if let blockSize { node.set("block_size", .int(Int64(blockSize))) }
    nodesBefore[first.node, default: []].append(node)
    redirect(weight.edges, to: floats)
    quantized.append(
      QuantizedTensor(
        tensor: weight.name, role: .weight, rule: "P1", axis: weight.axis, blockSize: blockSize,
        scales: blockSize == nil ? result.scales.elements(as: Float.self) : [], zeroChannels: result.zeroGroups,
        readers: readerNames(weight.edges)))
  }

  /// The graph with the new nodes in place.
  mutating func finish() -> Graph {
    var nodes = nodesAtStart
    for (index, node) in graph.nodes.enumerated() {
      nodes += nodesBefore[index] ?? []
      nodes.append(node)
      nodes += nodesAfter[index] ?? []
    }
    graph.nodes = nodes
    return graph
  }

  /// The value that readers of a dequantized weight read: the weight's own, its numbers gone, where nothing else needs
  /// them.
  private mutating func floatVersion(of weight: Placement.Weight, shape: [Int]) -> ValueID {
    let isReadElsewhere = uses.readers(of: weight.tensor).count > weight.edges.count || uses.isPinned(weight.tensor)
    guard isReadElsewhere else {
      graph[weight.tensor].initializer = nil
      return weight.tensor
    }
    return graph.addValue(
      freshName: "\(weight.name)_dequantized", type: .float32, shape: shape.map { .fixed($0) })
  }

  private mutating func redirect(_ edges: [Edge], to value: ValueID) {
    for edge in edges { graph.nodes[edge.node].inputs[edge.input] = value }
  }

  private func readerNames(_ edges: [Edge]) -> [String] { edges.map { graph.shownName(of: graph.nodes[$0.node]) } }

  private mutating func makeNode(_ op: String, _ inputs: [ValueID], _ output: ValueID) -> Node {
    Node(op, name: names.unused(from: "\(graph[output].name)/\(op)"), inputs: inputs, outputs: [output])
  }
}
