// What an engine of ONNX Runtime computes in: read from the engine itself, the optimized graph. Fusions name nodes anew, so
// multiply-adds are counted here, from the shapes that the engine's graph has.

internal import IngotCore
internal import IngotGraph

/// The graph that an engine file holds.
private struct EngineGraph {
  struct Node {
    var name: String, domain: String, op: String
    var inputs: [String], outputs: [String]
  }

  struct Value {
    var type: ElementType?
    /// Nil for a size that is not fixed; the whole where not even the rank is known.
    var shape: [Int?]?
    var isConstant = false
  }

  var nodes: [Node] = []
  var values: [String: Value] = [:]

  /// - Parameter root: an `InferenceSession` of ONNX Runtime's `ort.fbs`.
  init?(_ root: FlatTable) {
    guard let graph = root.table(1)?.table(7) else { return nil }
    for tensor in graph.tables(0) {
      guard let name = tensor.text(0) else { continue }
      values[name] = Value(
        type: tensor.number(3, as: Int32.self).flatMap(ElementType.init(rawValue:)),
        shape: tensor.numbers(2).map { Int($0) }, isConstant: true)
    }
    for value in graph.tables(1) {
      // Its type is a union: 1 says a tensor.
      guard let name = value.text(0), values[name] == nil, let info = value.table(2),
        info.number(1, as: UInt8.self) == 1, let tensor = info.table(2)
      else { continue }
      values[name] = Value(
        type: tensor.number(0, as: Int32.self).flatMap(ElementType.init(rawValue:)),
        shape: tensor.table(1)?.tables(0).map { dimension in
          // 1 says that it is a number.
          guard let value = dimension.table(0), value.number(0, as: Int8.self) == 1 else { return nil }
          return value.number(1, as: Int64.self).map { Int($0) }
        })
    }
    nodes = graph.tables(2).map { node in
      Node(
        name: node.text(0) ?? "", domain: node.text(2) ?? "", op: node.text(5) ?? "", inputs: node.texts(8),
        outputs: node.texts(9))
    }
  }

  init(_ graph: Graph) {
    for value in graph.values {
      values[value.name] = Value(
        type: value.type, shape: value.shape?.map(\.size), isConstant: value.initializer != nil)
    }
    nodes = graph.nodes.map { node in
      Node(
        name: node.name, domain: node.domain, op: node.opType,
        inputs: node.inputs.map { $0.map { graph[$0].name } ?? "" },
        outputs: node.outputs.map { $0.map { graph[$0].name } ?? "" })
    }
  }
}

/// - Parameter path: of an engine that ONNX Runtime wrote, in either of its formats.
/// - Returns: nil where it cannot be read.
func onnxRuntimeKernels(ofEngineAt path: String, isORTFormat: Bool) -> [EngineKernel]? {
  let graph: EngineGraph?
  if isORTFormat {
    graph = (try? MappedFile(path: path)).flatMap { FlatTable(rootOf: Bytes($0)) }.flatMap(EngineGraph.init)
  } else {
    graph = (try? Model.read(path: path)).map { EngineGraph($0.graph) }
  }
  guard let graph, !graph.nodes.isEmpty else { return nil }
  return graph.nodes.compactMap { graph.kernel(of: $0) }
}

extension EngineGraph {
  /// Where an operator has its weight, and the type that it computes in where its data does not say.
  private static let operators: [String: (weight: Int, type: ElementType?)] = [
    "Conv": (1, nil), "FusedConv": (1, nil), "NhwcFusedConv": (1, nil), "ConvTranspose": (1, nil), "Gemm": (1, nil),
    "FusedGemm": (1, nil), "MatMul": (1, nil), "FusedMatMul": (1, nil), "TransposeMatMul": (1, nil),
    "QLinearConv": (3, .int8), "NhwcQLinearConv": (3, .int8), "QLinearMatMul": (3, .int8), "QGemm": (3, .int8),
    "ConvInteger": (1, .int8), "MatMulInteger": (1, .int8), "MatMulIntegerToFloat": (1, .int8),
    "DynamicQuantizeMatMul": (1, .int8), "MatMulNBits": (1, .int4), "Attention": (1, nil), "QAttention": (1, .int8),
    "LSTM": (1, nil), "GRU": (1, nil), "RNN": (1, nil), "DynamicQuantizeLSTM": (1, .int8), "Einsum": (1, nil),
  ]

  /// Nil for a node that is none of them.
  fileprivate func kernel(of node: Node) -> EngineKernel? {
    guard let (slot, type) = Self.operators[node.op] else { return nil }
    let output = node.outputs.first.flatMap { values[$0] } ?? Value()
    let (data, weight) = (value(0, of: node), value(slot, of: node))
    guard let found = type ?? output.type ?? data.type ?? weight.type else { return nil }
    return EngineKernel(
      node: Self.name(in: node.name), kernel: node.domain.isEmpty ? node.op : "\(node.domain).\(node.op)", type: found,
      multiplyAdds: multiplyAdds(of: node, output, data, weight))
  }

  private func value(_ slot: Int, of node: Node) -> Value {
    node.inputs.indices.contains(slot) ? values[node.inputs[slot]] ?? Value() : Value()
  }

  /// The model's name in one that a fusion made of it: `fused /fc1/Gemm`, `/conv/Conv_token_6`, `/act/Relu_output_0_nchwc`.
  private static func name(in name: String) -> String {
    var name = name[...]
    for prefix in ["fused ", "InsertedPrecisionFreeCast_"] where name.hasPrefix(prefix) {
      name = name.dropFirst(prefix.count)
    }
    if let token = name.firstRange(of: "_token_"), name[token.upperBound...].allSatisfy(\.isNumber) {
      name = name[..<token.lowerBound]
    }
    return String(name.hasSuffix("_nchwc") ? name.dropLast(6) : name)
  }

  /// Outputs times what is added up for each, a size that is not fixed counting once; nil where the graph has no shapes.
  private func multiplyAdds(of node: Node, _ output: Value, _ data: Value, _ weight: Value) -> Int? {
    guard let shape = output.shape?.map({ max($0 ?? 1, 1) }) else { return nil }
    let sizes = weight.shape?.map { $0 ?? 1 } ?? []
    let depth: Int
    if node.op.contains("Conv"), sizes.count > 2 {
      depth = product(node.op == "ConvTranspose" ? [sizes[0]] + sizes[2...] : Array(sizes.dropFirst()))
    } else if let known = data.shape?.last ?? nil {
      depth = known
    } else {
      depth = product(sizes) / (shape.last ?? 1)
    }
    return product(shape + [max(depth, 1)])
  }

  /// Far beyond any model it stays where it is, and a few of them add up.
  private func product(_ sizes: [Int]) -> Int {
    sizes.reduce(1) { result, size in
      let (next, overflow) = result.multipliedReportingOverflow(by: size)
      return overflow || next > 1 << 52 ? 1 << 52 : next
    }
  }
}
