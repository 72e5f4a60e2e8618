// The layers that decide what a model costs, each with the type that it computes in and why, and the demand that enough of
// them have the type that was asked for.

internal import IngotCore

/// A convolution, a matrix product or a recurrent layer of a lowered graph.
package struct ComputeLayer: Codable, Sendable, Hashable {
  package var node: String
  package var op: String
  /// What it computes in.
  package var type: String
  /// What its weight is stored in; nil where it has none.
  package var weightType: String?
  /// For one step of each dimension whose size is not known; 0 where not even the rank is.
  package var multiplyAdds: Int
  /// The tensor that it reads, by the name that ranges have it under.
  package var input: String
  /// Why it computes in this type.
  package var rule: String?
  package var reason: String?
  /// Signal to noise of its stored weight against the float one, in decibels; nil where nothing was rounded to a scaled
  /// format.
  package var weightSQNR: Double?

  package init(
    node: String, op: String, type: String, weightType: String? = nil, multiplyAdds: Int, input: String,
    rule: String? = nil, reason: String? = nil, weightSQNR: Double? = nil
  ) {
    (self.node, self.op, self.type, self.weightType, self.multiplyAdds) = (node, op, type, weightType, multiplyAdds)
    (self.input, self.rule, self.reason, self.weightSQNR) = (input, rule, reason, weightSQNR)
  }

  /// Whether it computes in the type, or has its weight in it: all that a precision of weights alone can ask.
  package func has(_ type: String) -> Bool { self.type == type || weightType == type }
}

extension LoweringReport {
  /// Of the multiply-adds, the share whose layers have the type that was asked for, 0...1; nil without such layers. Where
  /// no size is known, layers count alike.
  package var requestedShare: Double? {
    let isSized = layers.contains { $0.multiplyAdds > 0 }
    func weight(_ layer: ComputeLayer) -> Double { isSized ? Double(layer.multiplyAdds) : 1 }
    let total = layers.map(weight).reduce(0, +)
    guard total > 0 else { return nil }
    return layers.filter { $0.has(precision) }.map(weight).reduce(0, +) / total
  }

  /// Holds the lowered graph to the precision that was asked for. A graph with none of it fails always.
  ///
  /// - Parameter least: the share that must have it, 0...1; nil where the manifest does not say.
  /// - Throws: `.shareMissed`, naming the layers that lack it, the largest first.
  package mutating func require(share least: Double?) throws(PrecisionError) {
    requiredShare = least
    guard let share = requestedShare else { return }
    let others = layers.filter { !$0.has(precision) }
    guard others.count == layers.count || share < (least ?? 0) else { return }
    throw PrecisionError(
      .shareMissed(
        precision: precision, share: share, least: least,
        layers: others.sorted { ($1.multiplyAdds, $0.node) < ($0.multiplyAdds, $1.node) }))
  }
}
