// How long the layers of an engine take, as its runtime's own profiler tells.

/// How long a layer took in a run, or in the mean of several.
package struct LayerTime: Hashable, Sendable {
  /// As the engine names it.
  package var layer: String
  /// The runtime's word for what it does: `Conv`, `FullyConnected`; empty where it tells none.
  package var kind: String
  package var time: Duration

  package init(layer: String, kind: String = "", time: Duration) {
    (self.layer, self.kind, self.time) = (layer, kind, time)
  }
}

extension Sequence<LayerTime> {
  /// The mean of so many runs, layer by layer, in the order in which layers ran first. Layers of one name count as one.
  func mean(ofRuns count: Int) -> [LayerTime] {
    var places: [String: Int] = [:]
    var sums: [LayerTime] = []
    for layer in self {
      if let place = places[layer.layer] {
        sums[place].time += layer.time
      } else {
        places[layer.layer] = sums.count
        sums.append(layer)
      }
    }
    return sums.map { LayerTime(layer: $0.layer, kind: $0.kind, time: $0.time / Swift.max(count, 1)) }
  }
}
