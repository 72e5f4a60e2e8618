// Rounding a layer's weights moves the mean of what it writes; the mean of what it reads says by how much (Nagel et al. 2019,
// section 4.2). Taking that out of the bias costs nothing when the model runs.

internal import IngotCore
package import IngotGraph

/// What a node's bias is corrected by: the rounding depends on what the weights are rounded for, the means do not.
package struct BiasCorrection: Codable, Sendable, Hashable {
  /// The node, by its first output.
  package var output: String
  /// Its bias, or what an Add behind it adds; nil where there is none yet.
  package var bias: String?
  /// The output channels' axis in its weights (Q4).
  package var axis: Int
  /// Of each channel of what it reads.
  package var means: [Float]

  /// - Parameter boundsNeighbours: as the weights will be quantized.
  func apply(to graph: inout Graph, boundsNeighbours: Bool) throws(PrecisionError) {
    guard let id = graph.find(output), let index = graph.nodes.firstIndex(where: { $0.outputs.first == id }) else {
      throw PrecisionError(.recipe("nothing writes '\(output)'"))
    }
    let node = graph.nodes[index]
    guard node.inputs.count >= 2, let weight = graph.constant(node.inputs[1]), weight.type == .float32,
      let linear = LinearShape(node, weight: weight.shape), linear.inputCount == means.count,
      weight.shape.indices.contains(axis), linear.outputCount == weight.shape[axis]
    else { throw PrecisionError(.recipe("'\(output)' is not made from \(means.count) channels")) }
    let neighbours = boundsNeighbours ? NeighbourSums(axis: axis, weight.shape, readBy: node) : nil
    let values = try shift(weight, linear, bounding: neighbours, node: node.name).map { Float(-$0) }
    guard let bias else {
      let added = graph.addInitializer(freshName: "\(output)_bias", Tensor(values))
      guard node.inputs.count == 2 || node.inputs.count == 3 && node.inputs[2] == nil else {
        throw PrecisionError(.recipe("'\(output)' has a bias already"))
      }
      graph.nodes[index].inputs = node.inputs.prefix(2) + [added]
      return
    }
    guard let place = graph.find(bias), let tensor = graph.constant(place), let old = tensor.floats,
      old.count == values.count
    else { throw PrecisionError(.recipe("the bias '\(bias)' does not have \(values.count) channels")) }
    graph[place].initializer = Initializer(Tensor(zip(old, values).map { $0 + $1 }, shape: tensor.shape))
  }

  /// By how much rounding moves the mean of each output channel.
  private func shift(
    _ weight: Tensor, _ linear: LinearShape, bounding neighbours: NeighbourSums?, node: String
  ) throws(PrecisionError) -> [Double] {
    let quantized: ScaledWeight
    switch ScaledFormat.int8.quantize(
      weight, by: .channels(axis: axis), bounding: neighbours, scaleType: .float32)
    {
    case .success(let value): quantized = value
    case .failure(let bad): throw PrecisionError(.nonFiniteWeight(tensor: output, node: node, element: bad.index))
    }
    let (exact, codes) = (weight.elements(as: Float.self), quantized.values.elements(as: Int8.self))
    let scales = quantized.scales.elements(as: Float.self)
    var shift = [Double](repeating: 0, count: linear.outputCount)
    linear.forEachWeight { index, output, input in
      let error = Double(codes[index]) * Double(scales[output]) - Double(exact[index])
      shift[output] += error * Double(means[input])
    }
    return shift
  }
}

/// - Parameters:
///   - graph: as it is quantized, scalings applied.
///   - means: of each channel of the tensors that the layers read, by name.
/// - Returns: one for each quantized layer whose bias can be changed, in graph order.
package func biasCorrections(
  _ graph: Graph, _ placement: Placement, means: [String: [Double]]
) -> [BiasCorrection] {
  let uses = Uses(graph)
  var corrections: [BiasCorrection] = []
  for weight in placement.weights {
    guard let tensor = graph.constant(weight.tensor), let edge = weight.edges.first, weight.edges.count == 1,
      let data = graph.nodes[edge.node].inputs[0], let mean = means[graph[data].name],
      let linear = LinearShape(graph.nodes[edge.node], weight: tensor.shape), linear.inputCount == mean.count,
      let output = graph.nodes[edge.node].outputs.first ?? nil,
      let bias = biasPlace(of: graph.nodes[edge.node], output, channels: linear.outputCount, graph, uses)
    else { continue }
    corrections.append(
      BiasCorrection(output: graph[output].name, bias: bias.name, axis: weight.axis, means: mean.map(Float.init)))
  }
  return corrections
}

/// - Returns: nil where a correction has no place; a nil name where one can be made.
private func biasPlace(
  of node: Node, _ output: ValueID, channels: Int, _ graph: Graph, _ uses: Uses
) -> (name: String?, Void)? {
  func own(_ id: ValueID?) -> String? {
    guard let id, uses.isConstant(id, in: graph), !uses.isPinned(id), uses.readers(of: id).count == 1,
      let tensor = graph.constant(id), tensor.type == .float32, tensor.elementCount == channels,
      tensor.shape.last == channels
    else { return nil }
    return graph[id].name
  }
  if node.opType != "MatMul" {
    guard node.inputs.count > 2, let bias = node.inputs[2] else { return (nil, ()) }
    if let beta = node.float("beta"), beta != 1 { return nil }
    return own(bias).map { ($0, ()) }
  }
  let readers = uses.readers(of: output)
  guard readers.count == 1, !uses.isPinned(output), graph.nodes[readers[0].node].opType == "Add" else { return nil }
  let sum = graph.nodes[readers[0].node]
  return own(sum.inputs[1 - readers[0].input]).map { ($0, ()) }
}
