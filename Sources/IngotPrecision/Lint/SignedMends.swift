// Q1 and Q7: uint8 becomes int8 where that says the same, or nearly, and ONNX Runtime's own operators become ONNX's.

internal import IngotCore
internal import IngotGraph

extension QDQMender {
  /// Q1. Zero point 128 is the same codes less 128. Zero point 0 uses only half of int8's codes: its step doubles. It also clamps
  /// what is negative, and tools leave a Relu out for that: where the tensor may be negative, there is one again.
  mutating func makeSigned() {
    let quantized = QuantizedGraph(graph)
    var clamped: [Int] = []
    var parameters: [[ValueID?]: (scale: ValueID, zeroPoint: ValueID)] = [:]
    for step in quantized.quantizers where step.isQuantize && quantized.type(of: step) == .uint8 {
      let readers = quantized.uses.readers(of: step.output)
      let partners = readers.compactMap { edge in edge.input == 0 ? quantized.quantizer(at: edge.node) : nil }
      guard partners.count == readers.count, !quantized.uses.isPinned(step.output),
        partners.allSatisfy({ !$0.isQuantize && quantized.haveEqualParameters(step, $0) }),
        let offset = offset(of: step, in: quantized), let scales = quantized.scales(of: step)
      else { continue }
      let key = [step.scale, step.zeroPoint]
      if parameters[key] == nil {
        parameters[key] = signedParameters(of: step, offset: offset, scales: scales, in: quantized)
      }
      guard let (scale, zeroPoint) = parameters[key] else { continue }
      for index in [step.index] + partners.map(\.index) {
        setInput(1, of: index, to: scale)
        setInput(2, of: index, to: zeroPoint)
        graph.nodes[index].attributes.removeAll { $0.name == "output_dtype" && index == step.index }
      }
      graph[step.output].type = .int8
      let mayBeNegative = offset == 0 && !isNeverNegative(step.data, in: quantized)
      if mayBeNegative { clamped.append(step.index) }
      note(
        .symmetric, step.index,
        offset == 128
          ? "uint8 with zero point 128 is int8 with zero point 0; the numbers are the same"
          : "uint8 with zero point 0 is int8 with a scale 255/127 as large; a step is twice as wide"
            + (mayBeNegative ? ", and a Relu clamps what uint8 did" : ""))
    }
    signConstants()
    insertRelus(before: clamped)
  }

  private mutating func insertRelus(before places: [Int]) {
    var names = NodeNames(graph)
    for index in places.reversed() {
      guard let data = graph.nodes[index].inputs[0] else { continue }
      let output = graph.addValue(
        freshName: "\(graph[data].name)_relu", type: graph[data].type, shape: graph[data].shape)
      let relu = Node(
        "Relu", name: names.unused(from: "\(graph[output].name)/Relu"), inputs: [data], outputs: [output])
      graph.nodes[index].inputs[0] = output
      graph.nodes.insert(relu, at: index)
    }
  }

  private func isNeverNegative(_ id: ValueID, in quantized: QuantizedGraph) -> Bool {
    var next: ValueID? = id
    for _ in 0..<16 {
      guard let id = next else { return false }
      if let tensor = quantized.constant(id) { return QuantizedGraph.floats(tensor)?.allSatisfy { $0 >= 0 } ?? false }
      guard let producer = quantized.uses.producer(of: id) else { return false }
      let node = quantized.graph.nodes[producer]
      if neverNegative.contains(node.opType) { return true }
      if let step = quantized.quantizer(at: producer), quantized.type(of: step) == .uint8,
        offset(of: step, in: quantized) == 0
      {
        return true
      }
      let keepsSign = node.commutesWithQuantization || keepsSign.contains(node.opType)
      // A Pad may bring numbers of its own.
      guard keepsSign, node.opType != "Pad" else { return false }
      next = node.inputs.first ?? nil
    }
    return false
  }

  /// 0 or 128, for all channels.
  private func offset(of step: Quantizer, in quantized: QuantizedGraph) -> UInt8? {
    guard let zero = step.zeroPoint else { return 0 }
    guard let bytes = quantized.constant(zero)?.bytes.array, let first = bytes.first, first == 0 || first == 128,
      bytes.allSatisfy({ $0 == first })
    else { return nil }
    return first
  }

  private mutating func signedParameters(
    of step: Quantizer, offset: UInt8, scales: [Float], in quantized: QuantizedGraph
  ) -> (ValueID, ValueID)? {
    guard let stored = quantized.constant(step.scale) else { return nil }
    let count = stored.elementCount
    let zeros = Tensor(type: .int8, shape: stored.shape, bytes: Bytes([UInt8](repeating: 0, count: count)))
    let zeroPoint = graph.addInitializer(freshName: "\(graph[step.data].name)_zero_point", zeros)
    if offset == 128 { return (step.scale, zeroPoint) }
    let wide = Tensor(scales.map { $0 * 255 / 127 }, shape: stored.shape)
    let scale = stored.type == .float32 ? wide : NarrowFloat.convert(wide, to: stored.type)
    return (graph.addInitializer(freshName: "\(graph[step.data].name)_scale", scale), zeroPoint)
  }

  /// Weights that are stored in uint8.
  private mutating func signConstants() {
    let quantized = QuantizedGraph(graph)
    for step in quantized.quantizers where !step.isQuantize && quantized.type(of: step) == .uint8 {
      guard let codes = quantized.constant(step.data), codes.type == .uint8,
        let offset = offset(of: step, in: quantized), let scale = quantized.constant(step.scale)
      else { continue }
      let bytes = codes.bytes.array
      // Codes of zero point 0 fit where the upper half is not used.
      guard offset == 128 || bytes.allSatisfy({ $0 < 128 }) else { continue }
      let signed = Tensor(type: .int8, shape: codes.shape, bytes: Bytes(bytes.map { $0 ^ offset }))
      let zeros = Tensor(
        type: .int8, shape: scale.shape, bytes: Bytes([UInt8](repeating: 0, count: scale.elementCount)))
      let name = graph[step.data].name
      let (data, zeroPoint) = (
        graph.addInitializer(freshName: "\(name)_int8", signed),
        graph.addInitializer(freshName: "\(name)_zero_point", zeros)
      )
      setInput(0, of: step.index, to: data)
      setInput(2, of: step.index, to: zeroPoint)
      note(.symmetric, step.index, "the weight '\(name.shown)' is int8 now; the numbers are the same")
    }
  }

  /// Q7.
  mutating func moveToStandardDomain(opset: Int64) {
    let quantized = QuantizedGraph(graph)
    let linter = QDQLinter(opset: opset, target: .tensorrt)
    for step in quantized.quantizers where graph.nodes[step.index].domain == "com.microsoft" {
      guard linter.neededOpset(of: step, in: quantized)?.opset ?? 13 <= opset else { continue }
      graph.nodes[step.index].domain = ""
      note(.opset, step.index, "is ONNX's own operator now; the numbers are the same")
    }
  }
}

private let neverNegative: Set<String> = [
  "Relu", "Sigmoid", "HardSigmoid", "Softmax", "Softplus", "Abs", "Sqrt", "Exp",
]

/// Of what they are given, besides the operators that only move elements.
private let keepsSign: Set<String> = [
  "QuantizeLinear", "DequantizeLinear", "AveragePool", "GlobalAveragePool", "GlobalMaxPool",
]
