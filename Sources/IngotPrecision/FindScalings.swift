// From a model, its placement and what calibration saw of its channels to the scalings that promise less noise. Whether they
// keep the promise is measured by whoever asks.

internal import IngotCore
package import IngotGraph

/// The tensors whose channels decide about scalings and corrections, with the axis of the channels.
package func channelAxes(_ graph: Graph, _ placement: Placement) -> [String: Int] {
  var axes: [String: Int] = [:]
  for activation in placement.activations {
    guard let rank = graph[activation.tensor].shape?.count, rank >= 2 else { continue }
    let isProduct = activation.edges.contains { graph.nodes[$0.node].opType == "MatMul" }
    axes[activation.name] = isProduct ? rank - 1 : 1
  }
  return axes
}

/// - Parameter observed: by tensor, along `channelAxes`.
/// - Returns: in graph order; each changes other constants than the others or other channels of them.
package func findScalings(
  _ graph: Graph, _ placement: Placement, observed: [String: ObservedChannels]
) -> [ChannelScaling] {
  let finder = ScalingFinder(graph, placement, observed: observed)
  return finder.scalings
}

private struct ScalingFinder {
  let graph: Graph
  let placement: Placement
  let observed: [String: ObservedChannels]
  let uses: Uses
  let groups: ChannelGroups

  /// Decibels that a scaling must promise: one that costs nothing, and one that costs a product with a vector.
  private static let leastGain = 0.5
  private static let leastGainOfInsertion = 2.0

  init(_ graph: Graph, _ placement: Placement, observed: [String: ObservedChannels]) {
    (self.graph, self.placement, self.observed) = (graph, placement, observed)
    uses = Uses(graph)
    groups = ChannelGroups(graph)
  }

  var scalings: [ChannelScaling] {
    let reached = Set(groups.groups.flatMap(\.tensors))
    let free = groups.groups.compactMap(scaling(of:))
    let inserted = placement.activations.filter { !reached.contains($0.tensor) }.compactMap(insertedScaling(of:))
    return free + inserted
  }

  private func scaling(of group: ChannelGroup) -> ChannelScaling? {
    let members = Set(group.tensors)
    var tensors: [BalancedTensor] = []
    for activation in placement.activations where members.contains(activation.tensor) {
      guard let repeats = groups.axes[activation.tensor]?.repeats,
        let tensor = balanced(activation, repeats: repeats, count: group.channelCount, edges: activation.edges)
      else { return nil }
      tensors.append(tensor)
    }
    guard !tensors.isEmpty, let found = balance(tensors, count: group.channelCount), found.gain >= Self.leastGain else {
      return nil
    }
    let isNormalized = group.tensors.contains { id in
      uses.producer(of: id).map { graph.nodes[$0].opType == "LayerNormalization" } ?? false
    }
    return ChannelScaling(
      kind: isNormalized ? .smooth : .equalize, factors: found.factors, divided: group.writers,
      multiplied: group.readers, insertion: nil, gain: found.gain)
  }

  private func insertedScaling(of activation: Placement.Activation) -> ChannelScaling? {
    let edges = activation.edges.filter { edge in
      guard let weight = weight(of: edge) else { return false }
      return edge.input == 0 && uses.readers(of: weight.id).count == 1
    }
    guard let first = edges.first, let rank = graph[activation.tensor].shape?.count, rank >= 2,
      let linear = weight(of: first)?.linear
    else { return nil }
    let isProduct = graph.nodes[first.node].opType == "MatMul"
    let axis = isProduct ? rank - 1 : 1
    var places: [ChannelPlace] = []
    for edge in edges {
      guard let weight = weight(of: edge), (graph.nodes[edge.node].opType == "MatMul") == isProduct,
        let place = weight.linear.inputs(graph[weight.id].name), place.channels == linear.inputCount
      else { return nil }
      places.append(place)
    }
    guard let tensor = balanced(activation, repeats: 1, count: linear.inputCount, edges: edges),
      let found = balance([tensor], count: linear.inputCount), found.gain >= Self.leastGainOfInsertion
    else { return nil }
    return ChannelScaling(
      kind: .smooth, factors: found.factors, divided: [], multiplied: places,
      insertion: .init(tensor: activation.name, axis: axis, trailing: rank - 1 - axis, repeats: 1), gain: found.gain)
  }

  private func weight(of edge: Edge) -> (id: ValueID, linear: LinearShape)? {
    let node = graph.nodes[edge.node]
    guard edge.input == 0, node.inputs.count >= 2, let id = node.inputs[1], uses.isConstant(id, in: graph),
      let shape = graph.constant(id)?.shape, let linear = LinearShape(node, weight: shape)
    else { return nil }
    return (id, linear)
  }

  /// Nil where its channels were not seen or are not as many.
  private func balanced(
    _ activation: Placement.Activation, repeats: Int, count: Int, edges: [Edge]
  ) -> BalancedTensor? {
    guard let channels = observed[activation.name]?.merged(by: repeats), channels.amax.count == count else {
      return nil
    }
    var tensor = BalancedTensor(channels: channels, readers: [], sumCount: 0)
    for edge in edges {
      guard let weight = weight(of: edge) else {
        tensor.sumCount += 1
        continue
      }
      guard weight.linear.inputCount == count * repeats, let values = graph.constant(weight.id)?.floats else {
        return nil
      }
      tensor.readers.append(BalancedWeights(weight.linear, values, repeats: repeats, channels))
    }
    return tensor
  }
}
