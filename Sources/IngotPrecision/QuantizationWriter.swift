// Writes Q/DQ nodes, scales and weights in a scaled format into a graph. Names: what is made for tensor T is called T_scale,
// T_zero_point, T_quantized and T_dequantized.

internal import IngotCore
internal import IngotGraph

struct QuantizationWriter {
  private(set) var quantized: [QuantizedTensor] = []
  /// By the input that reads through them: one, or one per channel.
  private var edgeScales: [Edge: [Float]] = [:]
  /// By the node that reads the values: what was taken from them (C1).
  private var centers: [Int: Float] = [:]

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
    let centered = center(activation, at: codes.center)
    let nodes =
      centered.nodes + [
        makeNode("QuantizeLinear", [centered.value, scaleID, zero], integers),
        makeNode("DequantizeLinear", [integers, scaleID, zero], floats),
      ]
    if let producer = uses.producer(of: activation.tensor) {
      nodesAfter[producer, default: []] += nodes
    } else {
      nodesAtStart += nodes
    }
    redirect(activation.edges, to: floats)
    for edge in activation.edges { edgeScales[edge] = [codes.scale] }
    quantized.append(
      QuantizedTensor(
        tensor: name, role: .activation, rule: codes.center == 0 ? activation.rule : "C1", axis: nil,
        scales: [codes.scale], center: codes.center == 0 ? nil : codes.center, zeroChannels: 0,
        readers: readerNames(activation.edges)))
  }

  /// C1: the values without what is taken from them.
  private mutating func center(
    _ activation: Placement.Activation, at center: Float
  ) -> (value: ValueID, nodes: [Node]) {
    if center == 0 { return (activation.tensor, []) }
    for edge in activation.edges { centers[edge.node] = center }
    let (name, shape) = (activation.name, graph[activation.tensor].shape)
    let taken = graph.addInitializer(freshName: "\(name)_center", Tensor([-center], shape: []))
    let centered = graph.addValue(freshName: "\(name)_centered", type: .float32, shape: shape)
    return (centered, [makeNode("Add", [activation.tensor, taken], centered)])
  }

  private mutating func giveBack(to weight: Placement.Weight, _ result: ScaledWeight, shape: [Int]) {
    for edge in weight.edges {
      guard let center = centers[edge.node], let linear = LinearShape(graph.nodes[edge.node], weight: shape) else {
        continue
      }
      giveBack(center, at: edge.node, linear.sums(result))
    }
  }

  /// C1: gives what a layer writes the constant that its data lacks, in its bias, or behind a MatMul, which has none.
  /// - Parameter sums: what each output channel makes of data that is one everywhere.
  private mutating func giveBack(_ center: Float, at index: Int, _ sums: [Double]) {
    let node = graph.nodes[index]
    let shares = sums.map { Float(Double(center) * $0) }
    guard let output = node.outputs.first ?? nil else { return }
    let name = graph[output].name
    if node.opType == "MatMul" {
      let lacking = graph.addValue(freshName: "\(name)_of_centered", type: .float32, shape: graph[output].shape)
      let share = graph.addInitializer(freshName: "\(name)_center_share", Tensor(shares))
      graph.nodes[index].outputs[0] = lacking
      nodesAfter[index, default: []].insert(makeNode("Add", [lacking, share], output), at: 0)
    } else if node.inputs.count > 2, let bias = node.inputs[2], let old = graph.constant(bias)?.floats {
      let sum = Tensor(zip(old, shares).map { $0 + $1 }, shape: [shares.count])
      if uses.readers(of: bias).count == 1 && !uses.isPinned(bias) {
        graph[bias].initializer = Initializer(sum)
      } else {
        graph.nodes[index].inputs[2] = graph.addInitializer(freshName: "\(name)_bias", sum)
      }
    } else {
      let bias = graph.addInitializer(freshName: "\(name)_bias", Tensor(shares))
      graph.nodes[index].inputs = node.inputs.prefix(2) + [bias]
    }
  }

  /// - Parameters:
  ///   - blockSize: as many neighbours along the weight's axis share a scale; nil gives each index of the axis one.
  ///   - rounded: what to write; nil rounds to what is nearest.
  ///   - boundsNeighbours: whether what kernels add up in 16 bits must not saturate (`ByteProducts.saturating`).
  mutating func quantize(
    _ weight: Placement.Weight, blockSize: Int? = nil, as rounded: ScaledWeight? = nil, boundsNeighbours: Bool = false
  ) throws(PrecisionError) {
    guard let tensor = graph.constant(weight.tensor), let first = weight.edges.min() else { return }
    let grouping = blockSize.map { ScaleGroups.blocks(axis: weight.axis, size: $0) } ?? .channels(axis: weight.axis)
    let result: ScaledWeight
    let neighbours =
      boundsNeighbours ? NeighbourSums(axis: weight.axis, tensor.shape, readBy: graph.nodes[first.node]) : nil
    if let rounded {
      result = try rounded.checked(weight.name, shape: tensor.shape, by: grouping, format, scaleType)
    } else {
      switch format.quantize(
        tensor, by: grouping, clips: blockSize != nil, bounding: neighbours, scaleType: scaleType)
      {
      case .success(let value): result = value
      case .failure(let bad):
        throw PrecisionError(
          .nonFiniteWeight(tensor: weight.name, node: graph.nodes[first.node].name, element: bad.index))
      }
    }
    giveBack(to: weight, result, shape: tensor.shape)
    let integers = graph.addInitializer(freshName: "\(weight.name)_quantized", result.values)
    let scales = graph.addInitializer(freshName: "\(weight.name)_scale", result.scales)
    let zeroCount = format.type.byteCount(of: result.scales.elementCount) ?? 0
    let zeros = Tensor(
      type: format.type, shape: result.scales.shape, bytes: Bytes([UInt8](repeating: 0, count: zeroCount)))
    let zero = graph.addInitializer(freshName: "\(weight.name)_zero_point", zeros)
    let floats = floatVersion(of: weight.tensor, readBy: weight.edges, shape: tensor.shape)
    var node = makeNode("DequantizeLinear", [integers, scales, zero], floats)
    node.set("axis", .int(Int64(weight.axis)))
    if let blockSize { node.set("block_size", .int(Int64(blockSize))) }
    nodesBefore[first.node, default: []].append(node)
    redirect(weight.edges, to: floats)
    let perChannel = blockSize == nil ? result.scales.elements(as: Float.self) : []
    for edge in weight.edges { edgeScales[edge] = perChannel }
    quantized.append(
      QuantizedTensor(
        tensor: weight.name, role: .weight, rule: "P1", axis: weight.axis, blockSize: blockSize, scales: perChannel,
        zeroChannels: result.zeroGroups, readers: readerNames(weight.edges)))
  }

  /// Stays float where int32 would have no room left for the products.
  mutating func quantize(_ bias: Placement.Bias) {
    guard let data = edgeScales[Edge(node: bias.product, input: 0)]?.first,
      let weights = edgeScales[Edge(node: bias.product, input: 1)], let tensor = graph.constant(bias.tensor),
      tensor.elementCount == weights.count
    else { return }
    let steps = weights.map { $0 * data }
    var codes: [Int32] = []
    for (value, step) in zip(tensor.elements(as: Float.self), steps) {
      let code = (value / step).rounded(.toNearestOrEven)
      guard code.magnitude < 0x1p30 else { return }
      codes.append(Int32(code))
    }
    let integers = graph.addInitializer(
      freshName: "\(bias.name)_quantized",
      Tensor(type: .int32, shape: tensor.shape, bytes: Bytes(littleEndianBytes(of: codes))))
    let scale = graph.addInitializer(freshName: "\(bias.name)_scale", Tensor(steps, shape: tensor.shape))
    let floats = floatVersion(of: bias.tensor, readBy: [bias.edge], shape: tensor.shape)
    var node = makeNode("DequantizeLinear", [integers, scale], floats)
    node.set("axis", .int(0))
    nodesBefore[bias.edge.node, default: []].append(node)
    redirect([bias.edge], to: floats)
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

  /// The value that readers of a dequantized constant read: the constant's own, its numbers gone, where nothing else needs
  /// them.
  private mutating func floatVersion(of constant: ValueID, readBy edges: [Edge], shape: [Int]) -> ValueID {
    let isReadElsewhere = uses.readers(of: constant).count > edges.count || uses.isPinned(constant)
    guard isReadElsewhere else {
      graph[constant].initializer = nil
      return constant
    }
    return graph.addValue(
      freshName: "\(graph[constant].name)_dequantized", type: .float32, shape: shape.map { .fixed($0) })
  }

  private mutating func redirect(_ edges: [Edge], to value: ValueID) {
    for edge in edges { graph.nodes[edge.node].inputs[edge.input] = value }
  }

  private func readerNames(_ edges: [Edge]) -> [String] { edges.map { graph.shownName(of: graph.nodes[$0.node]) } }

  private mutating func makeNode(_ op: String, _ inputs: [ValueID], _ output: ValueID) -> Node {
    Node(op, name: names.unused(from: "\(graph[output].name)/\(op)"), inputs: inputs, outputs: [output])
  }
}
