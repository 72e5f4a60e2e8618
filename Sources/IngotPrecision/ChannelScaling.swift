// One vector of factors and the constants that it changes. Dividing what is written and multiplying what reads it leaves the
// function as it was, up to rounding.

internal import IngotCore
internal import IngotGraph

/// Channels divided by factors, and the weights that read them multiplied by the same.
package struct ChannelScaling: Codable, Sendable, Hashable {
  /// A product with the factors' inverses, where nothing that writes the tensor can be scaled.
  package struct Insertion: Codable, Sendable, Hashable {
    package var tensor: String
    package var axis: Int
    /// How many axes come after it.
    package var trailing: Int
    package var repeats: Int
  }

  /// The key of the manifest that it belongs to.
  package enum Kind: String, Codable, Sendable { case equalize, smooth }

  package var kind: Kind
  /// What a channel is divided by: positive and finite.
  package var factors: [Float]
  /// Constants of what writes the channels.
  package var divided: [ChannelPlace]
  /// Weights of the linear nodes that read them.
  package var multiplied: [ChannelPlace]
  /// Nil where the scaling costs nothing.
  package var insertion: Insertion?
  /// How many decibels less noise it promises.
  package var gain: Double

  func apply(to graph: inout Graph) throws(PrecisionError) {
    guard factors.allSatisfy({ $0 > 0 && $0.isFinite }) else { throw misfit("a factor is not positive") }
    let exact = factors.map(Double.init)
    for place in multiplied { try scale(place, by: exact, in: &graph) }
    for place in divided { try scale(place, by: exact.map { 1 / $0 }, in: &graph) }
    if let insertion { try insert(insertion, in: &graph) }
  }

  private func scale(_ place: ChannelPlace, by exact: [Double], in graph: inout Graph) throws(PrecisionError) {
    guard let id = graph.find(place.constant), let tensor = graph.constant(id) else {
      throw misfit("it has no constant '\(place.constant)'")
    }
    let layout = ChannelLayout(blocks: place.blocks, channels: place.channels, inner: place.inner)
    guard place.channels == factors.count, let scaled = layout.scaled(tensor, by: exact) else {
      throw misfit("'\(place.constant)' of shape \(tensor.shape) does not have \(factors.count) channels there")
    }
    graph[id].initializer = Initializer(scaled)
  }

  private func insert(_ insertion: Insertion, in graph: inout Graph) throws(PrecisionError) {
    guard let id = graph.find(insertion.tensor), insertion.repeats > 0, (0...16).contains(insertion.trailing) else {
      throw misfit("it has no tensor '\(insertion.tensor)'")
    }
    let weights = Set(multiplied.compactMap { graph.find($0.constant) })
    let inverses = factors.flatMap { [Float](repeating: Float(1 / Double($0)), count: insertion.repeats) }
    let ones = [Int](repeating: 1, count: insertion.trailing)
    let constant = graph.addInitializer(
      freshName: "\(insertion.tensor)_smoothing", Tensor(inverses, shape: [inverses.count] + ones))
    let output = graph.addValue(freshName: "\(insertion.tensor)_smoothed", type: .float32, shape: graph[id].shape)
    for (index, node) in graph.nodes.enumerated() where node.inputs.count >= 2 && node.inputs[0] == id {
      guard let weight = node.inputs[1], weights.contains(weight) else { continue }
      graph.nodes[index].inputs[0] = output
    }
    var names = NodeNames(graph)
    let product = Node(
      "Mul", name: names.unused(from: "\(graph[output].name)/Mul"), inputs: [id, constant], outputs: [output])
    let producer = graph.nodes.firstIndex { $0.outputs.contains(id) }
    graph.nodes.insert(product, at: producer.map { $0 + 1 } ?? 0)
  }

  private func misfit(_ why: String) -> PrecisionError { PrecisionError(.recipe(why)) }
}
