// How near a lowered model's outputs are to the float model's, on samples of the calibration set. The float model runs once.

internal import Glibc
internal import IngotBackends
internal import IngotCalibration
internal import IngotCore
internal import IngotGraph

struct OutputJudge {
  /// Samples that are enough to tell forms of one model apart, spread over the set.
  private static let sampleLimit = 32
  /// For measurements of every layer.
  private static let layerSampleLimit = 4

  private let feeds: [[String: Tensor]]
  private let expected: [[String: Tensor]]

  init(
    model: Model, set: CalibrationSet, openSession: (Model, _ exposing: [String]) throws -> any InferenceSession
  ) throws {
    let session = try openSession(model, [])
    let unit = set.fixedBatchSize(of: session.inputs) ?? 1
    let count = min(Self.sampleLimit / unit, set.sampleCount / unit)
    var feeds: [[String: Tensor]] = []
    for number in 0..<max(count, 1) {
      let start = number * (set.sampleCount / unit) / max(count, 1) * unit
      var feed: [String: Tensor] = [:]
      for input in session.inputs { feed[input.name] = try set.tensor(input.name, samples: start..<start + unit) }
      feeds.append(feed)
    }
    self.feeds = feeds
    expected = try feeds.map { feed in try session.run(feed) }
  }

  /// The mean over samples and outputs, in decibels; an output that is not finite counts as no signal at all.
  func sqnr(of session: any InferenceSession) throws -> Double {
    var sum = 0.0
    var count = 0
    for (feed, exact) in zip(feeds, expected) {
      let actual = try session.run(feed)
      for (name, tensor) in exact.sorted(by: { $0.key < $1.key }) {
        guard let wanted = tensor.floats, let found = actual[name]?.floats, wanted.count == found.count else {
          continue
        }
        sum += ratio(signalAndNoise(wanted, found, weights(of: tensor.shape, feed)))
        count += 1
      }
    }
    return count == 0 ? 0 : sum / Double(count)
  }

  /// By tensor, over a few samples together.
  func layers(
    _ names: [String], exact: any InferenceSession, lowered: any InferenceSession
  ) throws -> [String: Double] {
    var sums: [String: (signal: Double, noise: Double)] = [:]
    for feed in feeds.prefix(Self.layerSampleLimit) {
      let (wanted, found) = (try exact.run(feed), try lowered.run(feed))
      for name in names {
        guard let tensor = wanted[name], let exact = tensor.floats, let found = found[name]?.floats,
          exact.count == found.count
        else { continue }
        let (signal, noise) = signalAndNoise(exact, found, weights(of: tensor.shape, feed))
        sums[name, default: (0, 0)].signal += signal
        sums[name, default: (0, 0)].noise += noise
      }
    }
    return sums.mapValues(ratio)
  }

  /// Whether each position counts: what a mask among the inputs leaves out is padding, whose numbers nobody reads and which
  /// no form of a model keeps. Nil where there is no mask of the tensor's leading axes.
  private func weights(of shape: [Int], _ feed: [String: Tensor]) -> [Bool]? {
    for (name, tensor) in feed.sorted(by: { $0.key < $1.key }) where name.lowercased().contains("mask") {
      guard tensor.shape.count < shape.count, tensor.shape == Array(shape.prefix(tensor.shape.count)),
        let values = tensor.int64s, values.contains(0), values.contains(1), values.allSatisfy({ $0 == 0 || $0 == 1 })
      else { continue }
      return values.map { $0 == 1 }
    }
    return nil
  }

  private func signalAndNoise(
    _ wanted: [Float], _ found: [Float], _ counts: [Bool]?
  ) -> (signal: Double, noise: Double) {
    var (signal, noise) = (0.0, 0.0)
    let run = counts.map { wanted.count / max($0.count, 1) } ?? wanted.count
    for start in stride(from: 0, to: wanted.count, by: max(run, 1)) where counts?[start / run] ?? true {
      for index in start..<min(start + run, wanted.count) {
        let (x, y) = (Double(wanted[index]), Double(found[index]))
        signal += x * x
        noise += (x - y) * (x - y)
      }
    }
    return (signal, noise)
  }

  /// In decibels, between -100 and 200.
  private func ratio(_ sums: (signal: Double, noise: Double)) -> Double {
    guard sums.noise.isFinite else { return -100 }
    guard sums.noise > 0 else { return 200 }
    guard sums.signal > 0 else { return -100 }
    return min(max(10 * log10(sums.signal / sums.noise), -100), 200)
  }
}
