// The float graph that a quantized one stands for: without its Q/DQ, with float constants, so that Placement can say where it
// would have put pairs. Constants have shapes and no numbers of their own: placement asks for none.

internal import IngotCore
internal import IngotGraph

struct FloatForm {
  private(set) var graph: Graph
  /// Where each node of it was.
  private(set) var places: [Int] = []

  init(_ quantized: QuantizedGraph) {
    graph = quantized.graph
    var sources: [ValueID: ValueID] = [:]
    for step in quantized.quantizers {
      if !step.isQuantize, let shape = quantized.constant(step.data)?.shape {
        graph[step.output].initializer = Self.zeros(shape)
        graph[step.output].valueType = .tensor(.float32, shape.map { .fixed($0) })
      } else {
        sources[step.output] = step.data
      }
    }
    func source(_ id: ValueID) -> ValueID {
      var (next, budget) = (id, sources.count)
      while let before = sources[next], budget > 0 { (next, budget) = (before, budget - 1) }
      return next
    }
    var nodes: [Node] = []
    for (index, original) in graph.nodes.enumerated() where quantized.quantizer(at: index) == nil {
      var node = original
      node.inputs = node.inputs.map { $0.map(source) }
      // Placement's decisions name nodes; names in models may be empty, or not unique.
      node.name = "\(index)"
      nodes.append(node)
      places.append(index)
    }
    graph.nodes = nodes
    graph.outputs = graph.outputs.map(source)
    for index in graph.values.indices { makeFloat32(ValueID(index), quantized) }
  }

  /// Other float types, and integers that moved between a Q and its DQ, become float32.
  private mutating func makeFloat32(_ id: ValueID, _ quantized: QuantizedGraph) {
    guard let type = graph[id].type else { return }
    let isCode = [.int8, .uint8, .float8e4m3fn].contains(type) && graph[id].initializer == nil
    guard type == .float16 || type == .bfloat16 || isCode && quantized.dequantizesSomewhere(id) else { return }
    graph[id].type = .float32
    if let shape = graph[id].initializer?.shape { graph[id].initializer = Self.zeros(shape) }
  }

  private static func zeros(_ shape: [Int]) -> Initializer? {
    guard let count = Initializer.checkedElementCount(shape), let bytes = ElementType.float32.byteCount(of: count)
    else {
      return nil
    }
    let zeros = Bytes(count: bytes, from: [], computedBy: { [UInt8](repeating: 0, count: $0.count) })
    return Initializer(Tensor(type: .float32, shape: shape, bytes: zeros))
  }
}

extension QuantizedGraph {
  /// Whether a DequantizeLinear reads the value, perhaps moved about.
  func dequantizesSomewhere(_ id: ValueID) -> Bool {
    readers(of: id).edges.contains { edge in edge.input == 0 && quantizer(at: edge.node).map { !$0.isQuantize } ?? false
    }
  }
}
