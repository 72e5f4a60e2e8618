// Folds a BatchNormalization into the Conv, ConvTranspose or Gemm before it: y = (x - mean) * gamma / sqrt(variance + epsilon) +
// beta is a scale and an offset per channel, and both fit into weights and bias. Calculated in float64, rounded once.

internal import IngotCore

/// Folds every BatchNormalization in inference mode whose input is read by nothing else.
/// - Parameter opset: the version of the standard operator set.
package func foldBatchNormalization(_ graph: inout Graph, opset: Int64) -> PassReport {
  var report = PassReport("batch-normalization")
  foldBatchNormalization(&graph, opset: opset, &report)
  return report
}

private func foldBatchNormalization(_ graph: inout Graph, opset: Int64, _ report: inout PassReport) {
  let uses = Uses(graph)
  var producers = graph.producers
  var isRemoved = [Bool](repeating: false, count: graph.nodes.count)
  for index in graph.nodes.indices {
    if graph.nodes[index].hasSubgraphs {
      graph.nodes[index].forEachSubgraph { foldBatchNormalization(&$0, opset: opset, &report) }
    }
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
    guard node.domain.isEmpty, node.inputs.count == 5, node.int("training_mode") ?? 0 == 0, node.int("spatial") ?? 1 == 1,
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
      node.inputs.count == 2 || node.inputs.count == 3, node.outputs.count == 1, let weights = graph.constant(node.inputs[1])
    else { return nil }
    let biasID = node.inputs.count == 3 ? node.inputs[2] : nil
    bias = graph.constant(biasID)
    guard biasID == nil || bias != nil else { return nil }
    (self.node, self.weights) = (node, weights)
  }

  func followed(by affine: ChannelAffine) -> Folded? {
    guard case .floats(let values)? = Numbers(weights), let channels = channels(count: affine.scale.count) else { return nil }
    var old = [Double](repeating: 0, count: affine.scale.count)
    if let bias {
      guard case .floats(let values)? = Numbers(bias), bias.type == weights.type,
        values.count == old.count && bias.shape.last == old.count || values.count == 1 && node.opType == "Gemm"
      else { return nil }
      let beta = node.opType == "Gemm" ? Double(node.float("beta") ?? 1) : 1
      old = old.indices.map { beta * values[values.count == 1 ? 0 : $0] }
    }
    let newWeights = zip(values, channels).map { $0 * affine.scale[$1] }
    let newBias = old.indices.map { old[$0] * affine.scale[$0] + affine.offset[$0] }
    guard let weights = Tensor(.floats(newWeights), type: weights.type, shape: weights.shape),
      let bias = Tensor(.floats(newBias), type: weights.type, shape: [newBias.count]),
      (newWeights + newBias).allSatisfy(\.isFinite)
    else { return nil }
    return Folded(weights: weights, bias: bias)
  }

  /// The output channel that each weight belongs to; nil where there are not `count` of them.
  private func channels(count: Int) -> [Int]? {
    let shape = weights.shape
    switch node.opType {
    case "Conv":
      guard shape.count >= 3, shape[0] == count, count > 0 else { return nil }
      let perChannel = weights.elementCount / count
      return (0..<weights.elementCount).map { $0 / perChannel }
    case "ConvTranspose":
      // [inputs, outputs / group, kernel…]: a group's inputs make a group's outputs.
      let group = Int(clamping: node.int("group") ?? 1)
      guard shape.count >= 3, group >= 1, shape[0] > 0, shape[1] > 0, shape[0] % group == 0, count % group == 0,
        shape[1] == count / group
      else { return nil }
      let kernel = Layout.count(Array(shape[2...])) ?? 0
      return (0..<weights.elementCount).map { index in
        let input = index / (kernel * shape[1])
        return input / (shape[0] / group) * shape[1] + index / kernel % shape[1]
      }
    default:
      let isTransposed = node.int("transB") ?? 0 != 0
      guard shape.count == 2, shape[isTransposed ? 0 : 1] == count, count > 0 else { return nil }
      let inner = shape[isTransposed ? 1 : 0]
      return (0..<weights.elementCount).map { isTransposed ? $0 / inner : $0 % count }
    }
  }
}
