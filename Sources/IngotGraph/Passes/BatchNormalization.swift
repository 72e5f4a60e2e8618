// Folds a BatchNormalization into the Conv, ConvTranspose or Gemm before it: y = (x - mean) * gamma / sqrt(variance + epsilon) +
// beta is a scale and an offset per channel, and both fit into weights and bias. Calculated in float64, rounded once.

internal import IngotCore

extension Pass {
  /// Folds every BatchNormalization in inference mode whose input is read by nothing else.
  static let batchNormalization = Pass("batch-normalization") { foldBatchNormalization(&$0, opset: $1.opset) }
}

private func foldBatchNormalization(_ graph: inout Graph, opset: Int64) -> PassReport {
  var report = PassReport("batch-normalization")
  let uses = Uses(graph)
  var producers = graph.producers
  var isRemoved = [Bool](repeating: false, count: graph.nodes.count)
  for index in graph.nodes.indices {
    let node = graph.nodes[index]
    guard node.opType == "BatchNormalization", let output = node.outputs.first.flatMap(\.self),
      node.outputs.dropFirst().compactMap(\.self).allSatisfy({ uses.count($0) == 0 }),
      let source = node.inputs.first.flatMap(\.self), source.index < uses.readers.count, uses.count(source) == 1,
      let producer = producers[source.index], !isRemoved[producer],
      let affine = ChannelAffine(node, in: graph, opset: opset),
      let folded = LinearNode(graph.nodes[producer], in: graph)?.followed(by: affine)
    else { continue }
    graph.set(folded, of: producer, output: output)
    (producers[output.index], producers[source.index]) = (producer, nil)
    isRemoved[index] = true
    report.remove(node.label(in: graph))
  }
  if isRemoved.contains(true) { graph.nodes = zip(graph.nodes, isRemoved).filter { !$1 }.map(\.0) }
  return report
}

extension Graph {
  fileprivate mutating func set(_ folded: LinearNode.Folded, of index: Int, output: ValueID) {
    let base = self[output].name
    let weights = addInitializer(freshName: "\(base)_weight", folded.weights)
    let bias = addInitializer(freshName: "\(base)_bias", folded.bias)
    nodes[index].inputs = [nodes[index].inputs[0], weights, bias]
    nodes[index].outputs = [output]
    if nodes[index].opType == "Gemm" { nodes[index].set("beta", .float(1)) }
  }
}

/// y = x * scale + offset, per channel.
private struct ChannelAffine {
  var scale: [Double]
  var offset: [Double]

  /// - Returns: nil for a node in training mode, one whose parameters are not constant, and one with numbers that are not finite.
  init?(_ node: Node, in graph: Graph, opset: Int64) {
    guard node.domain.isEmpty, node.inputs.count == 5, node.int("training_mode") ?? 0 == 0,
      node.int("spatial") ?? 1 == 1,
      opset >= 7 || node.int("is_test") ?? 0 != 0
    else { return nil }
    var parameters: [[Double]] = []
    for input in node.inputs.dropFirst() {
      guard let tensor = graph.constant(input), tensor.shape.count == 1, case .floats(let values)? = Numbers(tensor),
        values.count == parameters.first?.count ?? values.count
      else { return nil }
      parameters.append(values)
    }
    let epsilon = Double(node.float("epsilon") ?? 1e-5)
    (scale, offset) = ([], [])
    for channel in parameters[0].indices {
      let deviation = (parameters[3][channel] + epsilon).squareRoot()
      let factor = parameters[0][channel] / deviation
      let shift = parameters[1][channel] - parameters[2][channel] * factor
      guard deviation > 0, factor.isFinite, shift.isFinite else { return nil }
      scale.append(factor)
      offset.append(shift)
    }
  }
}

/// A Conv, ConvTranspose or Gemm with constant weights.
private struct LinearNode {
  struct Folded {
    var weights: Tensor
    var bias: Tensor
  }

  let node: Node
  let weights: Tensor
  let bias: Tensor?

  init?(_ node: Node, in graph: Graph) {
    guard node.domain.isEmpty, ["Conv", "ConvTranspose", "Gemm"].contains(node.opType),
      node.inputs.count == 2 || node.inputs.count == 3, node.outputs.count == 1,
      let weights = graph.constant(node.inputs[1])
    else { return nil }
    let biasID = node.inputs.count == 3 ? node.inputs[2] : nil
    bias = graph.constant(biasID)
    guard biasID == nil || bias != nil else { return nil }
    (self.node, self.weights) = (node, weights)
  }

  func followed(by affine: ChannelAffine) -> Folded? {
    guard let layout = layout(channels: affine.scale.count), let scaled = layout.scaled(weights, by: affine.scale)
    else {
      return nil
    }
    var biases = [Double](repeating: 0, count: affine.scale.count)
    if let bias {
      guard case .floats(let old)? = Numbers(bias), bias.type == weights.type,
        old.count == biases.count && bias.shape.last == biases.count || old.count == 1 && node.opType == "Gemm"
      else { return nil }
      let beta = node.opType == "Gemm" ? Double(node.float("beta") ?? 1) : 1
      biases = biases.indices.map { beta * old[old.count == 1 ? 0 : $0] }
    }
    biases = biases.indices.map { biases[$0] * affine.scale[$0] + affine.offset[$0] }
    guard let bias = Tensor(.floats(biases), type: weights.type, shape: [biases.count]), biases.allSatisfy(\.isFinite)
    else { return nil }
    return Folded(weights: scaled, bias: bias)
  }

  /// Where each output channel's weights are; nil where there are not `count` channels.
  private func layout(channels count: Int) -> ChannelLayout? {
    let shape = weights.shape
    guard count > 0, weights.elementCount > 0 else { return nil }
    switch node.opType {
    case "Conv":
      guard shape.count >= 3, shape[0] == count else { return nil }
      return ChannelLayout(blocks: 1, channels: count, inner: weights.elementCount / count)
    case "ConvTranspose":
      // [inputs, outputs / group, kernel…]: a group's inputs make a group's outputs.
      let group = Int(clamping: node.int("group") ?? 1)
      guard shape.count >= 3, group >= 1, shape[0] % group == 0, count % group == 0, shape[1] == count / group else {
        return nil
      }
      return ChannelLayout(
        blocks: shape[0], blocksPerGroup: shape[0] / group, channels: shape[1],
        inner: weights.elementCount / shape[0] / shape[1])
    default:
      let isTransposed = node.int("transB") ?? 0 != 0
      guard shape.count == 2, shape[isTransposed ? 0 : 1] == count else { return nil }
      return isTransposed
        ? ChannelLayout(blocks: 1, channels: count, inner: shape[1])
        : ChannelLayout(blocks: shape[0], channels: count, inner: 1)
    }
  }
}
