// How much noise each layer of a lowered model adds to what comes in: what ranks layers for a search. Both models run once on a
// few samples with the tensors around the layers shown.

internal import IngotBackends
internal import IngotCalibration
internal import IngotCore
internal import IngotGraph
internal import IngotPrecision
internal import IngotVerify

struct LayerNoise {
  /// Of the set, spread over it.
  static let sampleLimit = 8

  /// A layer's tensors, by name.
  private struct Layer {
    var name: String
    var inputs: [String]
    var output: String
  }

  private let layers: [Layer]
  private let float: any InferenceSession
  private let lowered: any InferenceSession

  /// - Parameters:
  ///   - float: the model that was lowered, scaled as the lowered one is.
  ///   - nodes: names of the layers.
  init(float: Model, lowered: Model, nodes: Set<String>, reference: any ReferenceBackend, scratch: String) throws {
    let rounded = roundingFloat16(lowered)?.model ?? lowered
    let shared = float.graph.floatTensors.intersection(rounded.graph.producedTensors)
    var layers: [Layer] = []
    for node in float.graph.nodes where nodes.contains(float.graph.shownName(of: node)) {
      guard let output = node.outputs.first ?? nil, shared.contains(float.graph[output].name) else { continue }
      let inputs = node.inputs.compactMap { $0.map { float.graph[$0].name } }.filter(shared.contains)
      layers.append(
        Layer(name: float.graph.shownName(of: node), inputs: inputs, output: float.graph[output].name))
    }
    self.layers = layers
    let tensors = Set(layers.flatMap { $0.inputs + [$0.output] }).sorted()
    self.float = try float.openSession(exposing: tensors, with: reference, in: scratch)
    self.lowered = try rounded.openSession(exposing: tensors, with: reference, in: scratch)
  }

  /// - Returns: by layer, noise to signal at its output less the most of its inputs.
  func measured(on evaluation: Evaluation) throws -> [String: Double] {
    var sums: [String: (signal: Double, noise: Double)] = [:]
    for samples in evaluation.samples(Self.sampleLimit, for: float.inputs) {
      try Interrupt.check()
      let wanted = try float.run(try evaluation.inputs(float.inputs, samples: samples))
      let found = try lowered.run(try evaluation.inputs(lowered.inputs, samples: samples))
      for name in Set(layers.flatMap { $0.inputs + [$0.output] }) {
        guard let exact = wanted[name]?.doubles, let actual = found[name]?.doubles, exact.count == actual.count else {
          continue
        }
        var (signal, noise) = (0.0, 0.0)
        for (x, y) in zip(exact, actual) {
          signal += x * x
          noise += (x - y) * (x - y)
        }
        sums[name, default: (0, 0)].signal += signal
        sums[name, default: (0, 0)].noise += noise
      }
    }
    let ratios = sums.mapValues { sums in
      sums.noise == 0 ? 0 : sums.noise.isFinite && sums.signal > 0 ? sums.noise / sums.signal : Double.greatestFiniteMagnitude
    }
    var added: [String: Double] = [:]
    for layer in layers {
      let before = layer.inputs.compactMap { ratios[$0] }.max() ?? 0
      added[layer.name] = (ratios[layer.output] ?? 0) - before
    }
    return added
  }
}

extension Graph {
  /// Names of float32 values that are no constants.
  fileprivate var floatTensors: Set<String> {
    Set(values.filter { $0.type == .float32 && $0.initializer == nil }.map(\.name))
  }

  /// Names that a session can show: results of nodes.
  fileprivate var producedTensors: Set<String> {
    Set(nodes.flatMap { $0.outputs.compactMap { $0.map { self[$0].name } } })
  }
}
