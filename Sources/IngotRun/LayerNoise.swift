// How much noise each layer of a lowered model makes by itself: what ranks layers for a search. The float model and the lowered
// layers run once on a few samples, each layer on what the float model gives it.

internal import IngotBackends
internal import IngotCalibration
internal import IngotCore
internal import IngotGraph
internal import IngotPrecision
internal import IngotVerify

struct LayerNoise {
  /// Of the set, spread over it.
  private static let sampleLimit = 8

  private let session: any InferenceSession
  private let results: [(node: String, float: String, lowered: String)]

  /// - Parameters:
  ///   - float: the model that was lowered, scaled as the lowered one is.
  ///   - nodes: names of the layers.
  init(float: Model, lowered: Model, nodes: Set<String>, reference: any ReferenceBackend, scratch: String) throws {
    let beside = try LoweredBeside(float, roundingFloat16(lowered)?.model ?? lowered, nodes: nodes)
    results = beside.results
    session = try beside.model.openSession(
      exposing: results.flatMap { [$0.float, $0.lowered] }, with: reference, in: scratch)
  }

  /// - Returns: noise to signal of its result, by layer; a layer that cannot be measured is not in it.
  func measured(on evaluation: Evaluation) throws -> [String: Double] {
    var sums: [String: (signal: Double, noise: Double)] = [:]
    for samples in evaluation.samples(Self.sampleLimit, for: session.inputs) {
      try Interrupt.check()
      let found = try session.run(try evaluation.inputs(session.inputs, samples: samples))
      for (node, float, lowered) in results {
        guard let exact = found[float]?.doubles, let actual = found[lowered]?.doubles, exact.count == actual.count
        else {
          continue
        }
        var (signal, noise) = sums[node] ?? (0, 0)
        for (x, y) in zip(exact, actual) {
          signal += x * x
          noise += (x - y) * (x - y)
        }
        sums[node] = (signal, noise)
      }
    }
    return sums.mapValues { sums in
      if sums.noise == 0 { return 0 }
      return sums.noise.isFinite && sums.signal > 0 ? sums.noise / sums.signal : .greatestFiniteMagnitude
    }
  }
}
