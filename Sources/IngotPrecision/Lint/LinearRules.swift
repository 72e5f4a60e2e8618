// Q3, Q4, P1 and 4.3: what convolutions and matrix products read.

internal import IngotCore
internal import IngotGraph

extension QDQLinter {
  /// Q3.
  mutating func checkChannels(of step: Quantizer, in quantized: QuantizedGraph) {
    guard case .channels(let axis) = quantized.layout(of: step), !isConstantRoot(step, in: quantized),
      !isSecondOfPair(step, in: quantized)
    else { return }
    report(
      target == .tensorrt ? .error : .warning, .channelsOfWeights, node: quantized.label(step.index),
      value: quantized.name(step.data), "has a scale per channel (axis \(axis)) on a tensor that is no constant",
      hint: "one scale for the tensor: the largest of them; channels that differ much are for cross-layer equalization")
  }

  private func isConstantRoot(_ step: Quantizer, in quantized: QuantizedGraph) -> Bool {
    quantized.isConstant(step.data)
  }

  func areBothQuantized(_ index: Int, in quantized: QuantizedGraph) -> Bool {
    let inputs = quantized.graph.nodes[index].inputs.prefix(2).compactMap { $0 }
    return inputs.count == 2 && inputs.allSatisfy { quantized.dequantizer(behind: $0) != nil }
  }

  /// One Conv, ConvTranspose, Gemm or MatMul.
  mutating func checkLinear(_ index: Int, in quantized: QuantizedGraph) {
    let node = quantized.graph.nodes[index]
    guard node.inputs.count >= 2, let data = node.inputs[0], let weight = node.inputs[1] else { return }
    checkBias(of: index, in: quantized)
    let operands = [data, weight].map { quantized.dequantizer(behind: $0) }
    if let step = operands[1] { checkAxis(of: step, at: index, in: quantized) }
    checkHalves(index, operands.map { $0?.step }, in: quantized)
    checkAttention(index, isQuantized: operands.allSatisfy { $0 != nil }, in: quantized)
    checkResult(of: index, in: quantized)
  }

  /// P1. Weights of 4 bits are read by float kernels, and are meant to be.
  private mutating func checkHalves(_ index: Int, _ operands: [Quantizer?], in quantized: QuantizedGraph) {
    guard let quantizedOne = operands.compactMap({ $0 }).first, operands.contains(where: { $0 == nil }) else { return }
    let isWeightOnly = operands[0] == nil
    let type = quantized.type(of: quantizedOne)
    // What a kernel writes is quantized for the kernel's sake, whoever reads it.
    if target == .onnxruntime, !isWeightOnly, isKernelResult(quantizedOne, in: quantized) { return }
    if isWeightOnly, type?.bitCount ?? 8 < 8 || quantized.layout(of: quantizedOne) == .blocks { return }
    let other = quantized.graph.nodes[index].inputs[isWeightOnly ? 0 : 1]
    report(
      .warning, .bothOperands, node: quantized.label(index), value: other.map(quantized.name),
      isWeightOnly
        ? "its weight is \(type?.description ?? "quantized") and its data is float: it runs in float"
        : "its data is quantized and its second operand is float: it runs in float",
      hint: "quantize both operands or neither")
  }

  /// Q4. Scales behind a Transpose are on the axis that it moves to the channels' place.
  private mutating func checkAxis(
    of weight: (step: Quantizer, through: [Int]), at index: Int, in quantized: QuantizedGraph
  ) {
    guard case .channels(let axis) = quantized.layout(of: weight.step), quantized.isConstant(weight.step.data),
      let wanted = wantedAxis(of: weight, at: index, in: quantized), axis != wanted
    else { return }
    report(
      target == .tensorrt ? .error : .warning, .channelAxis, node: quantized.label(index),
      value: quantized.name(weight.step.data),
      "the scales of its weight are on axis \(axis); its output channels are on axis \(wanted)",
      hint: target == .tensorrt
        ? "`--fix` quantizes the weight again, on axis \(wanted)" : "integer kernels want it there")
  }

  /// Shared with the mend; nil where it cannot be told.
  func wantedAxis(of weight: (step: Quantizer, through: [Int]), at index: Int, in quantized: QuantizedGraph) -> Int? {
    guard let rank = quantized.shape(weight.step.data)?.count, weight.through.count <= 1 else { return nil }
    guard let axis = outputChannelAxis(of: quantized.graph.nodes[index], rank: rank) else { return nil }
    guard let between = weight.through.first.map({ quantized.graph.nodes[$0] }) else { return axis }
    guard between.opType == "Transpose" else { return nil }
    let order = between.ints("perm")?.map { Int(clamping: $0) } ?? Array((0..<rank).reversed())
    return order.count == rank && (0..<rank).contains(order[axis]) ? order[axis] : nil
  }

  /// 4.3: both products of attention in int8 pay off up to 512 positions.
  private mutating func checkAttention(_ index: Int, isQuantized: Bool, in quantized: QuantizedGraph) {
    let node = quantized.graph.nodes[index]
    guard target == .tensorrt, isQuantized, node.opType == "MatMul", let right = node.inputs[1],
      let behind = quantized.dequantizer(behind: right), !quantized.isConstant(behind.step.data),
      let output = node.outputs.first ?? nil,
      let positions = quantized.shape(output)?.suffix(2).compactMap(\.size).max(),
      positions > 512
    else { return }
    report(
      .warning, .attention, node: quantized.label(index),
      "a product of activations over \(positions) positions in int8",
      hint: "leave it float: over 512 positions int8 attention is slower than the float kernel")
  }

  /// The inverse of P2: ONNX Runtime has integer kernels only for results that are quantized.
  private mutating func checkResult(of index: Int, in quantized: QuantizedGraph) {
    guard target == .onnxruntime, areBothQuantized(index, in: quantized),
      quantized.graph.nodes[index].opType == "Conv", let output = quantized.graph.nodes[index].outputs.first ?? nil
    else { return }
    var (result, depth) = (output, 0)
    while depth < 2, let edge = quantized.uses.readers(of: result).first,
      ["Relu", "Clip"].contains(quantized.graph.nodes[edge.node].opType), edge.input == 0,
      let next = quantized.graph.nodes[edge.node].outputs.first ?? nil
    {
      (result, depth) = (next, depth + 1)
    }
    result = behindMoves(result, in: quantized)
    let readers = quantized.uses.readers(of: result)
    let isQuantized = readers.allSatisfy { edge in
      guard let step = quantized.quantizer(at: edge.node), step.isQuantize else { return false }
      // Only a Q whose codes start at zero does what the Relu in front of it did.
      return depth == 0 || hasLowestZeroPoint(step, in: quantized)
    }
    if isQuantized, !readers.isEmpty, !quantized.uses.isPinned(result) { return }
    report(
      .warning, .resultStaysFloat, node: quantized.label(index), value: quantized.name(result),
      "its result is read in float: ONNX Runtime runs it in float",
      hint: "quantize the result of every convolution; behind a Relu to uint8 with zero point 0")
  }

  /// The tensor that a Q reads which ONNX Runtime moves up to this one.
  private func behindMoves(_ id: ValueID, in quantized: QuantizedGraph) -> ValueID {
    var id = id
    for _ in 0..<8 {
      let readers = quantized.uses.readers(of: id)
      guard readers.count == 1, readers[0].input == 0, !quantized.uses.isPinned(id),
        quantized.graph.nodes[readers[0].node].letsQuantizationUp,
        let next = quantized.graph.nodes[readers[0].node].outputs.first ?? nil
      else { break }
      id = next
    }
    return id
  }

  /// Whether a convolution writes it, or a product behind whose Relu or Clip ONNX Runtime's kernel waits for a Q.
  private func isKernelResult(_ step: Quantizer, in quantized: QuantizedGraph) -> Bool {
    func source(_ index: Int) -> Int? {
      (quantized.graph.nodes[index].inputs.first ?? nil).flatMap(quantized.uses.producer)
    }
    guard let first = quantized.quantizer(writing: step.data), var producer = quantized.uses.producer(of: first.data)
    else { return false }
    guard ["Relu", "Clip"].contains(quantized.graph.nodes[producer].opType), let behind = source(producer) else {
      return quantized.graph.nodes[producer].opType == "Conv"
    }
    producer = behind
    if quantized.graph.nodes[producer].opType == "Add", let product = source(producer) { producer = product }
    return quantized.isLinear(producer) && areBothQuantized(producer, in: quantized)
  }

  private func hasLowestZeroPoint(_ step: Quantizer, in quantized: QuantizedGraph) -> Bool {
    switch quantized.type(of: step) {
    case .uint8: quantized.hasZeroZeroPoint(step) == true
    case .int8: quantized.constant(step.zeroPoint)?.bytes.array.allSatisfy { $0 == 0x80 } ?? false
    default: false
    }
  }
}

/// Q4: the axis of a weight's output channels.
func outputChannelAxis(of node: Node, rank: Int) -> Int? {
  switch node.opType {
  case "Conv": rank >= 3 ? 0 : nil
  case "ConvTranspose": rank >= 3 ? 1 : nil
  case "Gemm": rank == 2 ? (node.int("transB") ?? 0) != 0 ? 0 : 1 : nil
  case "MatMul": rank >= 2 ? rank - 1 : nil
  default: nil
  }
}
