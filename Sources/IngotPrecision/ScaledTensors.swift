// Which tensors scalings change: what is known of a tensor's channels is known of the scaled ones too, without a run.

package import IngotGraph

/// A tensor of a scaled model, and what it was before.
package struct ScaledTensor: Sendable, Hashable {
  /// In the model that was scaled; mostly of the same name.
  package var source: String
  package var axis: Int
  /// What is divided, index by index of the axis.
  package var divisors: [Float]
}

/// - Parameter graph: before the scalings.
/// - Returns: by name in the scaled graph; all other tensors stay as they are. Nil where the scalings are for another graph.
package func scaledTensors(_ graph: Graph, by scalings: [ChannelScaling]) -> [String: ScaledTensor]? {
  let groups = ChannelGroups(graph)
  let byWriters = Dictionary(groups.groups.map { ($0.writers, $0) }, uniquingKeysWith: { first, _ in first })
  var found: [String: ScaledTensor] = [:]
  for scaling in scalings {
    if let insertion = scaling.insertion {
      found["\(insertion.tensor)_smoothed"] = ScaledTensor(
        source: insertion.tensor, axis: insertion.axis, divisors: scaling.factors.repeated(insertion.repeats))
      continue
    }
    guard let group = byWriters[scaling.divided] else { return nil }
    for id in group.tensors {
      guard let axis = groups.axes[id] else { return nil }
      found[graph[id].name] = ScaledTensor(
        source: graph[id].name, axis: axis.axis, divisors: scaling.factors.repeated(axis.repeats))
    }
  }
  return found
}

extension [Float] {
  /// Each so many times in a row.
  fileprivate func repeated(_ count: Int) -> [Float] { flatMap { [Float](repeating: $0, count: count) } }
}
