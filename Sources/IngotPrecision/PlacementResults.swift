// O2, O3 and O4: what ONNX Runtime's kernels want around them. They take a node over only with everything that it reads, and a
// convolution only with what it writes, in int8; else the node computes in float, from weights that it makes float again and again.
// V2: what OpenVINO's kernels are too slow for.

internal import IngotCore
internal import IngotGraph

extension Placer {
  /// Why a node would compute in float whatever stands around it, or had better do so; nil where int8 is worth it.
  func obstacleToKernel(_ index: Int, weight: [Int]) -> (rule: String, reason: String)? {
    let node = graph.nodes[index]
    switch (form, node.opType) {
    case (.onnxruntime, "ConvTranspose"): return ("O4", "ONNX Runtime has no int8 kernel for it")
    case (.onnxruntime, "Conv") where result(of: index).map(uses.isPinned) ?? true:
      return ("O2", "its result is an output, which stays float")
    case (_, "MatMul") where form.writesConvolutions(products), (_, "Gemm") where form.writesConvolutions(products):
      guard ProductConvolution(node, weight: weight, in: graph) == nil else { return nil }
      return ("V2", "no convolution can say it, and without VNNI OpenVINO's products are slower in int8 than in float")
    default: return nil
    }
  }

  /// O2: whatever reads a convolution's result reads it quantized, with the Relu or Clip that the quantization makes part of
  /// the kernel before it. So does what reads a product's result, but only behind a Relu or Clip that has one reader: where a
  /// Q may come, the kernel waits for it.
  mutating func placeResult(_ index: Int) {
    guard let id = result(of: index), !uses.isPinned(id) else { return }
    standIns.insert(id)
    guard !isQuantizedBehindMoves(id) else { return }
    if graph.nodes[index].opType != "Conv" {
      guard let activation = uses.producer(of: id), activations.contains(graph.nodes[activation].opType),
        uses.readers(of: id).count == 1
      else { return }
    }
    // What is kept computes in float, on floats.
    for edge in uses.readers(of: id)
    where !isQuantized(edge) && !shapeNodes.contains(edge.node) && kept[edge.node] == nil {
      quantize(id, at: edge, rule: "O2")
    }
  }

  /// O3: the bias of a product is int32, at the scale of what it is added to. A MatMul counts where ONNX Runtime makes a Gemm
  /// of it and the Add behind it.
  mutating func placeBias(_ index: Int) {
    let node = graph.nodes[index]
    guard let data = node.inputs.first ?? nil, let output = node.outputs.first ?? nil else { return }
    let edge: Edge
    switch node.opType {
    case "Gemm":
      guard node.inputs.count > 2, node.float("beta") ?? 1 == 1 else { return }
      edge = Edge(node: index, input: 2)
    case "MatMul":
      let readers = uses.readers(of: output)
      guard let shape = graph[data].shape, shape.count == 2 || product(shape) != nil, readers.count == 1,
        !uses.isPinned(output), graph.nodes[readers[0].node].opType == "Add"
      else { return }
      edge = Edge(node: readers[0].node, input: 1 - readers[0].input)
    default: return
    }
    guard let bias = graph.nodes[edge.node].inputs[edge.input], uses.isConstant(bias, in: graph),
      let tensor = graph.constant(bias), tensor.type == .float32, tensor.shape.count == 1
    else { return }
    biases.append(.init(tensor: bias, name: graph[bias].name, edge: edge, product: index))
  }

  /// The tensor whose range a quantized tensor's codes span: where only moves stand between it and another quantized one,
  /// that one, so that the moves are of codes.
  func rangeSource(of tensor: ValueID) -> ValueID {
    var id = tensor
    while let mover = uses.producer(of: id), graph.nodes[mover].commutesWithQuantization,
      isQuantized(Edge(node: mover, input: 0)), let data = graph.nodes[mover].inputs[0]
    {
      id = data
    }
    return id
  }

  /// What a linear node writes, after the bias and the Relu or Clip that belong to it.
  private func result(of index: Int) -> ValueID? {
    let sum = biases.first { $0.product == index }?.edge.node ?? index
    guard let output = graph.nodes[sum].outputs.first ?? nil else { return nil }
    let readers = uses.readers(of: output)
    guard readers.count == 1, !uses.isPinned(output), activations.contains(graph.nodes[readers[0].node].opType),
      let activated = graph.nodes[readers[0].node].outputs.first ?? nil
    else { return output }
    return activated
  }

  /// Whether all that reads a tensor, through operators that ONNX Runtime moves a Q up over, reads it quantized.
  private func isQuantizedBehindMoves(_ tensor: ValueID) -> Bool {
    var id = tensor
    while true {
      let readers = uses.readers(of: id)
      guard !readers.isEmpty, !uses.isPinned(id) else { return false }
      if readers.allSatisfy(isQuantized) { return true }
      let reader = graph.nodes[readers[0].node]
      guard readers.count == 1, readers[0].input == 0, reader.letsQuantizationUp, reader.outputs.count == 1,
        let output = reader.outputs[0]
      else { return false }
      id = output
    }
  }
}

private let activations: Set<String> = ["Relu", "Clip"]

extension Node {
  /// Whether ONNX Runtime moves a Q behind it up in front of it.
  var letsQuantizationUp: Bool {
    domain.isEmpty && ["MaxPool", "Reshape", "Transpose", "Squeeze", "Unsqueeze"].contains(opType)
  }
}
