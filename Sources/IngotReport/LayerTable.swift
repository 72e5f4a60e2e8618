// What a precision costs at each layer: what lowering decided, what calibration measured of the tensors that layers read, and
// what running both models showed of their outputs, joined by name.

package import IngotCalibration
internal import IngotCore
package import IngotPrecision

/// The layers of one engine, the most expensive first; those that the precision left alone behind them.
package struct LayerTable: Sendable, Hashable, Encodable {
  /// What layers are ranked by.
  package enum Order: String, Sendable, Encodable {
    /// The outputs' signal to noise against the float model.
    case outputs
    /// The weight's and the input's, whichever is less: outputs were not measured.
    case parts = "weights-and-inputs"
    case none
  }

  package struct Row: Sendable, Hashable, Encodable {
    /// 1 is the worst; nil for a layer that the precision left alone.
    package var rank: Int?
    package var node: String
    package var op: String
    /// What it computes in, and what its weight is stored in; nil where only a recipe is known.
    package var type: String?
    package var weightType: String?
    /// Of the model's multiply-adds, 0...1.
    package var share: Double?
    package var input: String
    /// The range that the input's codes span, or that was measured of it.
    package var range: [Float]?
    /// The fraction of the input's values beyond it.
    package var clipped: Double?
    /// Signal to noise against float32, in decibels.
    package var inputSQNR: Double?
    package var weightSQNR: Double?
    package var outputSQNR: Double?
    package var rule: String?
    package var reason: String?

    fileprivate var parts: Double? { [inputSQNR, weightSQNR].compactMap(\.self).min() }
  }

  package private(set) var order: Order
  package private(set) var rows: [Row]

  /// - Parameters:
  ///   - lowering: nil where only a recipe is at hand.
  ///   - ranges: of the tensors that layers read.
  ///   - recipe: with what was measured of the outputs.
  package init(lowering: LoweringReport?, ranges: RangeTable?, recipe: QuantizationRecipe?) {
    let costs = Dictionary((recipe?.costs ?? []).map { ($0.node, $0) }, uniquingKeysWith: { first, _ in first })
    let found = Dictionary((ranges?.tensors ?? []).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var rows: [Row]
    if let lowering {
      let total = Double(lowering.layers.map(\.multiplyAdds).reduce(0, +))
      rows = lowering.layers.map { layer in
        let share = total > 0 ? Double(layer.multiplyAdds) / total : nil
        return Row(layer, of: lowering, share: share, range: found[layer.input], cost: costs[layer.node])
      }
    } else {
      rows = (recipe?.costs ?? []).map { Row($0) }
    }
    order =
      rows.contains { $0.outputSQNR != nil } ? .outputs : rows.contains { $0.weightSQNR != nil } ? .parts : .none
    let byOutputs = order == .outputs
    // Layers that the precision left alone have no weight that lost something.
    let isRanked: (Row) -> Bool = { $0.weightSQNR != nil }
    var ranked = rows.filter(isRanked)
    ranked.sort { a, b in
      let (x, y) = (byOutputs ? a.outputSQNR : a.parts, byOutputs ? b.outputSQNR : b.parts)
      return (x ?? .infinity, a.node) < (y ?? .infinity, b.node)
    }
    for index in ranked.indices { ranked[index].rank = index + 1 }
    let others = rows.filter { !isRanked($0) }.sorted { ($1.share ?? 0, $0.node) < ($0.share ?? 0, $1.node) }
    self.rows = ranked + others
  }

  package var rankedCount: Int { rows.count { $0.rank != nil } }

  /// What the order says, in words.
  package var orderText: String {
    switch order {
    case .outputs: "by signal to noise of their outputs against float32"
    case .parts: "by signal to noise of weights and inputs; outputs were not measured"
    case .none: "in float, or not measured"
    }
  }
}

extension LayerTable.Row {
  fileprivate init(
    _ layer: ComputeLayer, of lowering: LoweringReport, share: Double?, range: TensorRange?, cost: LayerCost?
  ) {
    // Weights alone leave the input as it is; what int8 does to a range is not what float8 does.
    let readsCodes = layer.type == lowering.precision && layer.weightSQNR != nil
    self.init(
      node: layer.node, op: layer.op, type: layer.type, weightType: layer.weightType, share: share, input: layer.input,
      range: range.map { readsCodes ? [-$0.amax, $0.amax] : [$0.min, $0.max] },
      clipped: readsCodes ? range?.quality?.clipped : nil,
      inputSQNR: readsCodes && layer.type == "int8" ? range?.quality?.sqnr : nil, weightSQNR: layer.weightSQNR,
      outputSQNR: layer.weightSQNR == nil ? nil : cost?.outputSQNR, rule: layer.rule, reason: layer.reason)
  }

  fileprivate init(_ cost: LayerCost) {
    self.init(
      node: cost.node, op: cost.op, input: cost.input, range: cost.range.isEmpty ? nil : cost.range,
      clipped: cost.clipped, weightSQNR: cost.weightSQNR, outputSQNR: cost.outputSQNR)
  }
}

extension TextTable {
  /// The worst layers, one a row.
  package init(worst count: Int, of table: LayerTable) {
    self.init(
      header: ["#", "layer", "op", "output dB", "weight dB", "clipped", "range", "compute"],
      rows: table.rows.prefix { $0.rank != nil }.prefix(count).map { row in
        [
          "\(row.rank ?? 0)", ending(of: shown(row.node), 48), shown(row.op), decibels(row.outputSQNR),
          decibels(row.weightSQNR), row.clipped.map { "\(fixed($0 * 100, digits: 3))%" } ?? "-", rangeText(row.range),
          row.share.map { "\(fixed($0 * 100, digits: 1))%" } ?? "-",
        ]
      }, numeric: [0, 3, 4, 5, 6, 7])
  }
}

func decibels(_ value: Double?) -> String {
  guard let value else { return "-" }
  // What loses nothing is at the end of the scale.
  return value >= 200 ? "exact" : fixed(value, digits: 1)
}

/// `±3.21`, or `-1.5 … 3.21`.
func rangeText(_ range: [Float]?) -> String {
  guard let range, range.count == 2 else { return "-" }
  return range[0] == -range[1] ? "±\(short(range[1]))" : "\(short(range[0])) … \(short(range[1]))"
}

/// Three or four digits: `3.21`, `0.0457`, `1234`, `1.2e-7`.
func short(_ value: Float) -> String {
  let magnitude = Double(value.magnitude)
  guard magnitude > 0, magnitude.isFinite else { return value == 0 ? "0" : "\(value)" }
  if magnitude >= 1e6 || magnitude < 1e-3 {
    var (mantissa, exponent) = (Double(value), 0)
    while mantissa.magnitude >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    while mantissa.magnitude < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    return "\(fixed(mantissa, digits: 1))e\(exponent)"
  }
  return fixed(Double(value), digits: magnitude < 0.1 ? 4 : magnitude < 10 ? 2 : magnitude < 100 ? 1 : 0)
}

/// The end of a long name tells more than its beginning.
private func ending(of name: String, _ limit: Int) -> String {
  name.count > limit ? "…\(name.suffix(limit - 1))" : name
}
