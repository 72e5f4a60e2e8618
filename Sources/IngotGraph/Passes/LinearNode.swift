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
    guard folded.allSatisfy(\.isFinite), let bias = Tensor(.floats(folded), type: weights.type, shape: [channels]) else {
      return nil
    }
    if affine.scaleIsOne { return Folded(weights: nil, bias: bias) }
    guard let scaled = layout.scaled(weights, by: affine.scale) else { return nil }
    return Folded(weights: scaled, bias: bias)
  }

  /// Weights and bias of one node that does the affine's work and then this one's.
  func preceded(by affine: ChannelAffine) -> Folded? {
    guard let channels, let inputs = inputChannels, let affine = affine.spread(over: inputs.count),
      var biases = biases(channels: channels), case .floats(let values)? = Numbers(weights),
      values.count == channels * inputs.perOutput * inputs.inner
    else { return nil }
    var scaled = values
    for (index, value) in values.enumerated() {
      let place = index / inputs.inner
      let (output, position) = (place / inputs.perOutput, place % inputs.perOutput)
      let channel = output / inputs.outputsPerGroup * inputs.perOutput + position
      scaled[index] = value * affine.scale[channel]
      biases[output] += value * affine.offset[channel]
    }
    guard scaled.allSatisfy(\.isFinite), biases.allSatisfy(\.isFinite),
      let weights = Tensor(.floats(scaled), type: weights.type, shape: weights.shape),
      let bias = Tensor(.floats(biases), type: weights.type, shape: [channels])
    else { return nil }
    return Folded(weights: weights, bias: bias)
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

/// Weights as [blocks, channels, inner], where the blocks of a group have channels of their own.
struct ChannelLayout {
  var blocks: Int
  var blocksPerGroup = Int.max
  var channels: Int
  var inner: Int

  /// - Returns: nil for types that are not calculated with, and for results that are not finite.
  func scaled(_ weights: Tensor, by factors: [Double]) -> Tensor? {
    guard case .floats(var values)? = Numbers(weights), values.count == blocks * channels * inner else { return nil }
    var index = 0
    for block in 0..<blocks {
      let first = block / blocksPerGroup * channels
      for channel in first..<first + channels {
        for _ in 0..<inner {
          values[index] *= factors[channel]
          index += 1
        }
      }
    }
    return values.allSatisfy(\.isFinite) ? Tensor(.floats(values), type: weights.type, shape: weights.shape) : nil
  }
}
