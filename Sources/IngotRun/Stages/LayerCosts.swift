// What int8 costs layer by layer, for people: the most expensive first.

internal import IngotCalibration
internal import IngotPrecision

/// - Parameter noise: decibels of what each layer writes, by tensor.
func ranked(_ layers: [QuantizedLayer], _ table: RangeTable, _ noise: [String: Double]) -> [LayerCost] {
  let ranges = Dictionary(table.tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  return layers.map { layer in
    let range = ranges[layer.input]
    return LayerCost(
      node: layer.node, op: layer.op, input: layer.input, range: range.map { [-$0.amax, $0.amax] } ?? [],
      clipped: range?.quality?.clipped, weightSQNR: layer.weightSQNR, outputSQNR: noise[layer.output], rank: 0)
  }.ranked
}

extension [LayerCost] {
  /// The layer that loses the most first.
  var ranked: [LayerCost] {
    var costs = sorted { ($0.outputSQNR ?? 200, $0.node) < ($1.outputSQNR ?? 200, $1.node) }
    for index in costs.indices { costs[index].rank = index + 1 }
    return costs
  }
}
