// A Conv, ConvTranspose, Gemm or MatMul with constant weights, which can take over a scale and an offset per channel.

internal import IngotCore

struct LinearNode {
  struct Folded {
    /// Nil where the weights stay as they are.
    var weights: Tensor?
    var bias: Tensor
  }

  let node: Node
  let weights: Tensor
  let bias: Tensor?

  /// - Parameter bias: the constant that a node after a MatMul adds; others have their own.
  init?(_ node: Node, in graph: Graph, bias added: Tensor? = nil) {
    guard node.domain.isEmpty, ["Conv", "ConvTranspose", "Gemm", "MatMul"].contains(node.opType),
      node.inputs.count == 2 || node.inputs.count == 3, node.outputs.count == 1,
      let weights = graph.constant(node.inputs[1])
    else { return nil }
    let biasID = node.inputs.count == 3 ? node.inputs[2] : nil
    bias = added ?? graph.constant(biasID)
    guard biasID == nil || bias != nil else { return nil }
    (self.node, self.weights) = (node, weights)
  }

  /// The channels' axis in the result, counted from the last one, which is 0; the result's rank, where the weights tell.
  var channelAxis: (axis: Int, rank: Int?) {
    switch node.opType {
    case "Conv", "ConvTranspose": (weights.shape.count - 2, weights.shape.count)
    case "Gemm": (0, 2)
    default: (0, nil)
    }
  }

  var channels: Int? {
    switch node.opType {
    case "Conv": weights.shape.first
    case "ConvTranspose":
      weights.shape.count < 3 ? nil : Self.product(weights.shape[1], Int(clamping: node.int("group") ?? 1))
    case "Gemm": weights.shape.count == 2 ? weights.shape[node.int("transB") ?? 0 != 0 ? 0 : 1] : nil
    default: weights.shape.count >= 2 ? weights.shape.last : nil
    }
  }

  private static func product(_ a: Int, _ b: Int) -> Int? {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? nil : product
  }

  /// Weights and bias of one node that does this one's work and the affine's after it.
  func followed(by affine: ChannelAffine) -> Folded? {
    guard let channels, let affine = affine.spread(over: channels), let layout = outputLayout(channels: channels),
      let biases = biases(channels: channels)
    else { return nil }
    let folded = biases.indices.map { biases[$0] * affine.scale[$0] + affine.offset[$0] }
    guard folded.allSatisfy(\.isFinite), let bias = Tensor(.floats(folded), type: weights.type, shape: [channels])
    else {
      return nil
    }
    if affine.scaleIsOne { return Folded(weights: nil, bias: bias) }
    guard let scaled = layout.scaled(weights, by: affine.scale) else { return nil }
    return Folded(weights: scaled, bias: bias)
  }

  /// Weights and bias of one node that does the affine's work and then this one's.
  func preceded(by affine: ChannelAffine) -> Folded? {
    guard let channels, let inputs = inputChannels, let affine = affine.spread(over: inputs.count),
      var biases = biases(channels: channels), weights.elementCount == channels * inputs.perOutput * inputs.inner
    else { return nil }
    let layout = ChannelLayout(
      blocks: channels, blocksPerGroup: inputs.outputsPerGroup, channels: inputs.perOutput, inner: inputs.inner)
    guard let scaled = layout.scaled(weights, by: affine.scale) else { return nil }
    for output in affine.offsetIsZero ? 0..<0 : biases.indices {
      guard case .floats(let values)? = weightValues(ofOutput: output, count: inputs.perOutput * inputs.inner) else {
        return nil
      }
      let first = output / inputs.outputsPerGroup * inputs.perOutput
      for (index, value) in values.enumerated() {
        biases[output] += value * affine.offset[first + index / inputs.inner]
      }
    }
    guard biases.allSatisfy(\.isFinite), let bias = Tensor(.floats(biases), type: weights.type, shape: [channels])
    else {
      return nil
    }
    return Folded(weights: scaled, bias: bias)
  }

  /// Of one output channel, which are neighbors: no more than these are in memory.
  private func weightValues(ofOutput output: Int, count: Int) -> Numbers? {
    guard let byteCount = weights.type.byteCount(of: count), !weights.type.isPacked else { return nil }
    return Numbers(weights.bytes[output * byteCount..<(output + 1) * byteCount], type: weights.type, count: count)
  }

  /// Of a Conv's weights, which are [outputs, inputs of a group, kernel…].
  private var inputChannels: (count: Int, perOutput: Int, outputsPerGroup: Int, inner: Int)? {
    let (shape, group) = (weights.shape, Int(clamping: node.int("group") ?? 1))
    guard node.opType == "Conv", shape.count >= 3, weights.elementCount > 0, group >= 1, shape[0] % group == 0,
      let count = Self.product(shape[1], group)
    else { return nil }
    return (count, shape[1], shape[0] / group, weights.elementCount / shape[0] / shape[1])
  }

  /// The bias of each channel, with the Gemm's factor; zeros where there is none.
  private func biases(channels: Int) -> [Double]? {
    guard let bias else { return [Double](repeating: 0, count: channels) }
    let isMatrix = node.opType == "Gemm" || node.opType == "MatMul"
    guard case .floats(let old)? = Numbers(bias), bias.type == weights.type,
      old.count == channels && bias.shape.last == channels || old.count == 1 && isMatrix
    else { return nil }
    let beta = node.opType == "Gemm" ? Double(node.float("beta") ?? 1) : 1
    return (0..<channels).map { beta * old[old.count == 1 ? 0 : $0] }
  }

  /// Where each output channel's weights are; nil where there are not `count` channels.
  private func outputLayout(channels count: Int) -> ChannelLayout? {
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
    case "Gemm" where node.int("transB") ?? 0 != 0:
      return ChannelLayout(blocks: 1, channels: count, inner: shape[1])
    default:
      return ChannelLayout(blocks: weights.elementCount / count, channels: count, inner: 1)
    }
  }
}
