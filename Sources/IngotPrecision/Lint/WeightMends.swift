// Q4 and Q9: weights are quantized again on the axis of their output channels, biases are float.

internal import IngotCore
internal import IngotGraph

extension QDQMender {
  /// Q9.
  mutating func makeBiasesFloat() {
    let quantized = QuantizedGraph(graph)
    for step in quantized.quantizers where !step.isQuantize && quantized.type(of: step) == .int32 {
      guard let codes = quantized.constant(step.data), quantized.hasZeroZeroPoint(step) == true,
        let numbers = dequantized(codes, by: step, in: quantized), !quantized.uses.isPinned(step.output)
      else { continue }
      let type = quantized.graph[step.scale].type ?? .float32
      let stored = type == .float32 ? numbers : NarrowFloat.convert(numbers, to: type)
      let bias = graph.addInitializer(freshName: "\(graph[step.output].name)_float", stored)
      for edge in quantized.uses.readers(of: step.output) { setInput(edge.input, of: edge.node, to: bias) }
      note(.bias, step.index, "the int32 bias '\(graph[step.data].name.shown)' is float now; the numbers are the same")
    }
  }

  /// The numbers that int8 or int32 codes stand for; zero points are zero.
  private func dequantized(_ codes: Tensor, by step: Quantizer, in quantized: QuantizedGraph) -> Tensor? {
    guard let scales = quantized.scales(of: step), !scales.isEmpty else { return nil }
    let values: [Float]
    switch codes.type {
    case .int8: values = codes.elements(as: Int8.self).map { Float($0) }
    case .int32: values = codes.elements(as: Int32.self).map { Float($0) }
    default: return nil
    }
    switch quantized.layout(of: step) {
    case .blocks: return nil
    case .tensor: return Tensor(values.map { $0 * scales[0] }, shape: codes.shape)
    case .channels(let axis):
      // A bias has one axis, whatever the node says.
      let axis = codes.shape.count == 1 ? 0 : axis
      guard codes.shape.indices.contains(axis), codes.shape[axis] == scales.count else { return nil }
      let inner = max(codes.shape[(axis + 1)...].reduce(1, *), 1)
      return Tensor(
        values.indices.map { values[$0] * scales[$0 / inner % scales.count] }, shape: codes.shape)
    }
  }

  /// Q4.
  mutating func moveChannelAxes() {
    let quantized = QuantizedGraph(graph)
    let linter = QDQLinter(opset: 13, target: .tensorrt)
    for (index, node) in quantized.graph.nodes.enumerated() where quantized.isLinear(index) && node.inputs.count > 1 {
      guard let weight = node.inputs[1], let step = quantized.quantizer(writing: weight), !step.isQuantize,
        case .channels(let axis) = quantized.layout(of: step), quantized.type(of: step) == .int8,
        quantized.hasZeroZeroPoint(step) == true, quantized.uses.readers(of: weight).count == 1,
        let wanted = linter.wantedAxis(of: (step, []), at: index, in: quantized), wanted != axis
      else { continue }
      requantize(step, on: wanted, in: quantized)
    }
  }

  private mutating func requantize(_ step: Quantizer, on axis: Int, in quantized: QuantizedGraph) {
    let numbers: Tensor?
    if let codes = quantized.constant(step.data) {
      numbers = dequantized(codes, by: step, in: quantized)
    } else if let first = quantized.quantizer(writing: step.data), first.isQuantize,
      let tensor = quantized.constant(first.data)
    {
      numbers = QuantizedGraph.floats(tensor).map { Tensor($0, shape: tensor.shape) }
    } else {
      numbers = nil
    }
    let type = quantized.graph[step.scale].type ?? .float32
    guard let numbers, numbers.shape.indices.contains(axis), numbers.elementCount > 0,
      case .success(let weight) = ScaledFormat.int8.quantize(
        numbers, by: .channels(axis: axis), scaleType: type)
    else { return }
    let name = graph[step.data].name
    let wide = weight.scales
    let channels = wide.elementCount
    setInput(0, of: step.index, to: graph.addInitializer(freshName: "\(name)_requantized", weight.values))
    setInput(
      1, of: step.index,
      to: graph.addInitializer(
        freshName: "\(name)_scale", type == .float32 ? wide : NarrowFloat.convert(wide, to: type)))
    setInput(
      2, of: step.index,
      to: graph.addInitializer(
        freshName: "\(name)_zero_point",
        Tensor(type: .int8, shape: [channels], bytes: Bytes([UInt8](repeating: 0, count: channels)))))
    graph.nodes[step.index].set("axis", .int(Int64(axis)))
    note(
      .channelAxis, step.index,
      "the weight is quantized again, with scales on axis \(axis); it moves by up to half a step")
  }
}
