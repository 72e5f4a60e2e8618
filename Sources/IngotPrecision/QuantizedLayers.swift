// The layers that a placement quantizes, and what rounding does to their weights.

internal import IngotCore
package import IngotGraph

/// A convolution or a matrix product that computes in int8.
package struct QuantizedLayer: Sendable {
  package var node: String
  package var op: String
  /// The tensor that it reads and the one that it writes.
  package var input: String
  package var output: String
  /// Of its stored weights, in decibels.
  package var weightSQNR: Double
}

extension Placement {
  /// In graph order.
  /// - Parameter graph: as it was placed.
  package func layers(in graph: Graph) -> [QuantizedLayer] {
    var layers: [(index: Int, layer: QuantizedLayer)] = []
    for weight in weights {
      let ratio = weightSQNR(weight, in: graph)
      for edge in weight.edges {
        let node = graph.nodes[edge.node]
        guard let input = node.inputs.first ?? nil, let output = node.outputs.first ?? nil else { continue }
        let layer = QuantizedLayer(
          node: node.name, op: node.opType, input: graph[input].name, output: graph[output].name, weightSQNR: ratio)
        layers.append((edge.node, layer))
      }
    }
    return layers.sorted { $0.index < $1.index }.map(\.layer)
  }

  private func weightSQNR(_ weight: Weight, in graph: Graph) -> Double {
    let grouping = ScaleGroups.channels(axis: weight.axis)
    guard let tensor = graph.constant(weight.tensor),
      case .success(let quantized) = ScaledFormat.int8.quantize(tensor, by: grouping, scaleType: .float32)
    else { return 0 }
    return quantized.sqnr(against: tensor, by: grouping) ?? 0
  }
}
