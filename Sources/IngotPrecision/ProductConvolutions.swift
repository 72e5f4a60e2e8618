// V2: products as convolutions. Without VNNI OpenVINO's int8 kernels for matrix products take longer than its float ones, and
// those for convolutions less: a quantized product is there written as the convolution with a kernel of one place that it is.

internal import IngotCore
internal import IngotGraph

/// How a product of data with a matrix is written as a convolution: `[rows, depth]` becomes `[rows, depth, 1, 1]`, and
/// `[batch, rows, depth]` becomes `[batch, depth, 1, rows]`.
struct ProductConvolution {
  /// Of the data: 2, 3 or 4.
  private let rank: Int
  /// Whether the matrix has the output channels first.
  private let isTransposed: Bool

  /// - Parameter weight: the matrix's shape.
  /// - Returns: nil for what is no product, and for what a convolution cannot say.
  init?(_ node: Node, weight: [Int], in graph: Graph) {
    guard weight.count == 2, let data = node.inputs.first ?? nil, let rank = graph[data].shape?.count else {
      return nil
    }
    let isGemm = node.opType == "Gemm"
    isTransposed = isGemm && node.int("transB") ?? 0 != 0
    self.rank = rank
    guard isGemm else {
      if node.opType != "MatMul" || !(2...4).contains(rank) { return nil }
      return
    }
    let isPlain = node.int("transA") ?? 0 == 0 && node.float("alpha") ?? 1 == 1 && node.float("beta") ?? 1 == 1
    guard rank == 2, isPlain else { return nil }
    if node.inputs.count > 2, let bias = node.inputs[2] {
      guard let shape = graph[bias].shape, shape == [.fixed(weight[isTransposed ? 0 : 1])] else { return nil }
    }
  }

  /// Axes of size one that the data needs to have four; where its rows are places, they move behind the channels too.
  var newAxes: [Int64] { rank == 2 ? [2, 3] : rank == 3 ? [1] : [] }
  var movesChannels: Bool { rank > 2 }

  /// The shape with those axes, and with the channels in their place.
  func widened(_ shape: [Dimension]) -> [Dimension] {
    var shape = shape
    for axis in newAxes { shape.insert(.fixed(1), at: Int(axis)) }
    return shape
  }

  func moved(_ shape: [Dimension]) -> [Dimension] {
    movesChannels ? Self.toChannels.map { shape[Int($0)] } : shape
  }

  static let toChannels: [Int64] = [0, 3, 1, 2]
  static let fromChannels: [Int64] = [0, 2, 3, 1]

  /// The matrix as the kernels of output channels.
  func kernels(_ matrix: Tensor) -> Tensor {
    let (rows, columns) = (matrix.shape[0], matrix.shape[1])
    if isTransposed { return Tensor(type: matrix.type, shape: [rows, columns, 1, 1], bytes: matrix.bytes) }
    let bytes =
      matrix.type.bitCount == 8
      ? transposed(matrix.elements(as: UInt8.self), rows: rows, columns: columns)
      : littleEndianBytes(of: transposed(matrix.elements(as: UInt32.self), rows: rows, columns: columns))
    return Tensor(type: matrix.type, shape: [columns, rows, 1, 1], bytes: Bytes(bytes))
  }

  private func transposed<T>(_ values: [T], rows: Int, columns: Int) -> [T] {
    var result: [T] = []
    result.reserveCapacity(values.count)
    for column in 0..<columns { for row in 0..<rows { result.append(values[row * columns + column]) } }
    return result
  }
}

/// Writes every product of which both operands come out of a DequantizeLinear as a convolution of the node's name, where it can
/// be one; what the product wrote keeps its name. Products that read the same tensor share what is moved for them.
func writeProductsAsConvolutions(_ graph: inout Graph) {
  var writer = ProductConvolutionWriter(graph)
  for node in graph.nodes { writer.write(node) }
  graph = writer.finish()
}

private struct ProductConvolutionWriter {
  private var graph: Graph
  private var names: NodeNames
  private var nodes: [Node] = []
  /// Where a DequantizeLinear stands in `nodes`, by what it writes.
  private var dequantizers: [ValueID: Int] = [:]
  /// By what their DequantizeLinear writes: matrices as they were before they became kernels.
  private var matrices: [ValueID: Tensor] = [:]
  /// By the data: what convolutions read in its place.
  private var moved: [ValueID: ValueID] = [:]
  private var axes: [[Int64]: ValueID] = [:]

  init(_ graph: Graph) { (self.graph, names) = (graph, NodeNames(graph)) }

  mutating func write(_ node: Node) {
    if node.opType == "DequantizeLinear", let output = node.outputs.first ?? nil { dequantizers[output] = nodes.count }
    guard ["MatMul", "Gemm"].contains(node.opType), let data = node.inputs[0], let weight = node.inputs[1],
      let output = node.outputs[0], let place = dequantizers[weight], dequantizers[data] != nil,
      let codes = nodes[place].inputs[0], let matrix = matrices[weight] ?? graph.constant(codes),
      let form = ProductConvolution(node, weight: matrix.shape, in: graph)
    else { return nodes.append(node) }
    if matrices.updateValue(matrix, forKey: weight) == nil {
      let kernels = form.kernels(matrix)
      graph[codes].initializer = Initializer(kernels)
      graph[codes].shape = kernels.shape.map { .fixed($0) }
      graph[weight].shape = graph[codes].shape
      nodes[place].set("axis", .int(0))
    }
    add(form, node, reading: data, writing: output, channels: graph[weight].shape?.first ?? .unknown)
  }

  private mutating func add(
    _ form: ProductConvolution, _ node: Node, reading data: ValueID, writing output: ValueID, channels: Dimension
  ) {
    let source = moved[data] ?? move(data, form)
    moved[data] = source
    let (name, type) = (graph[output].name, graph[output].type)
    var shape = graph[source].shape
    shape?[1] = channels
    var result = graph.addValue(freshName: "\(name)_channels", type: type, shape: shape)
    var convolution = node
    convolution.opType = "Conv"
    convolution.attributes = [Attribute(name: "kernel_shape", value: .ints([1, 1]))]
    (convolution.inputs[0], convolution.outputs) = (source, [result])
    nodes.append(convolution)
    if form.movesChannels {
      let order = ProductConvolution.fromChannels
      let back = shape.map { sizes in order.map { sizes[Int($0)] } }
      let places = form.newAxes.isEmpty ? output : graph.addValue(freshName: "\(name)_wide", type: type, shape: back)
      addTranspose(result, order, places)
      result = places
    }
    if !form.newAxes.isEmpty { add("Squeeze", [result, axes(form)], output) }
  }

  /// The data with its channels where convolutions have them.
  private mutating func move(_ data: ValueID, _ form: ProductConvolution) -> ValueID {
    let (name, type) = (graph[data].name, graph[data].type)
    var id = data
    if !form.newAxes.isEmpty {
      let wide = graph.addValue(freshName: "\(name)_wide", type: type, shape: graph[data].shape.map(form.widened))
      add("Unsqueeze", [id, axes(form)], wide)
      id = wide
    }
    guard form.movesChannels else { return id }
    let result = graph.addValue(freshName: "\(name)_channels", type: type, shape: graph[id].shape.map(form.moved))
    addTranspose(id, ProductConvolution.toChannels, result)
    return result
  }

  private mutating func axes(_ form: ProductConvolution) -> ValueID {
    if let known = axes[form.newAxes] { return known }
    let id = graph.addInitializer(freshName: "convolution_axes", Tensor(form.newAxes))
    axes[form.newAxes] = id
    return id
  }

  private mutating func addTranspose(_ input: ValueID, _ order: [Int64], _ output: ValueID) {
    add("Transpose", [input], output)
    nodes[nodes.count - 1].set("perm", .ints(order))
  }

  private mutating func add(_ op: String, _ inputs: [ValueID], _ output: ValueID) {
    nodes.append(
      Node(op, name: names.unused(from: "\(graph[output].name)/\(op)"), inputs: inputs, outputs: [output]))
  }

  func finish() -> Graph {
    var result = graph
    result.nodes = nodes
    return result
  }
}
