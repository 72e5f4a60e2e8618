// How near lowered models come to the float model's outputs, on samples of the calibration set: on few of them where two models
// differ clearly, on more where they do not. The float model runs once a sample.

internal import Glibc
internal import IngotBackends
internal import IngotCalibration
internal import IngotCore
internal import IngotGraph
internal import Synchronization

/// A lowered model under judgement. A large one takes no memory while nothing is run.
final class JudgedModel {
  /// Opens it, in each form that it is built in.
  fileprivate let openers: [() throws -> any ConcurrentInferenceSession]
  /// Those that stay open, in the openers' order.
  fileprivate var sessions: [any ConcurrentInferenceSession] = []
  /// In decibels, sample by sample, in the judge's order.
  fileprivate(set) var scores: [Double] = []

  init(_ openers: [() throws -> any ConcurrentInferenceSession]) { self.openers = openers }

  /// The mean over the samples that it took to judge the model.
  var sqnr: Double { scores.reduce(0, +) / Double(max(scores.count, 1)) }
}

/// Judges models by one set; every result is the same for any number of threads.
final class OutputJudge {
  /// So many samples are looked at first, twice as many each time that they leave a doubt, and no more than the limit.
  private static let firstCount = 4
  private static let sampleLimit = 32
  /// Standard errors that a difference is away from nothing where it is beyond doubt, and decibels that a wrong choice may
  /// cost: where no more is at stake, more samples are not worth their time.
  private static let clearness = 3.0
  private static let stake = 0.5
  /// Samples that the float model runs at once, so that it need not be opened for each round.
  private static let exactCount = 8
  /// Models with fewer bytes of weights stay open: opening one takes longer than running it.
  private static let smallByteCount = 4 << 20
  /// What a session may show of a sample for two samples to be measured side by side, layer by layer.
  private static let shownByteCount = 16 << 20

  private let openExact: () throws -> any ConcurrentInferenceSession
  private let set: CalibrationSet
  private let inputs: [String]
  private let keepsSessions: Bool
  private let threadCount: Int
  /// Where samples start, and how many the model takes at once.
  private let starts: [Int]
  private let unit: Int

  private var feeds: [[String: Tensor]] = []
  private var expected: [[String: Tensor]] = []

  /// - Parameter model: the float one, whose inputs and size the others have too.
  /// - Parameter openExact: opens it.
  init(
    set: CalibrationSet, model: Model, threadCount: Int,
    openExact: @escaping () throws -> any ConcurrentInferenceSession
  ) {
    let inputs = model.inputTensors
    (self.set, self.threadCount, self.openExact) = (set, threadCount, openExact)
    self.inputs = inputs.map(\.name)
    keepsSessions =
      model.allInitializers.reduce(0) { $0 + ($1.initializer.tensor?.bytes.count ?? 0) } < Self.smallByteCount
    unit = set.fixedBatchSize(of: inputs) ?? 1
    starts = Self.order(of: max(min(Self.sampleLimit, set.sampleCount) / unit, 1), amongst: set.sampleCount / unit)
      .map { [unit] in $0 * unit }
  }

  /// From the middles of equal parts, so that few are among every second, fourth or eighth sample of the set. Whatever part of
  /// the order has been taken is spread over the set; each part goes from front to back, as compressed
  /// arrays are read.
  static func order(of count: Int, amongst total: Int) -> [Int] {
    var step = 1
    while count / step > firstCount { step *= 2 }
    var order = Array(stride(from: 0, to: count, by: step))
    while step > 1 {
      step /= 2
      order += stride(from: step, to: count, by: 2 * step)
    }
    return order.map { (2 * $0 + 1) * total / (2 * count) }
  }

  // MARK: outputs

  func judge(_ model: JudgedModel) throws { try judge(model, upTo: min(Self.firstCount, starts.count)) }

  /// - Parameter least: decibels that a better model must gain.
  func isBetter(_ model: JudgedModel, than other: JudgedModel, by least: Double) throws -> Bool {
    var count = min(Self.firstCount, starts.count)
    while true {
      try judge(model, upTo: count)
      try judge(other, upTo: count)
      let gains = (0..<count).map { model.scores[$0] - other.scores[$0] - least }
      let mean = gains.reduce(0, +) / Double(count)
      let squares = gains.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let error = (squares / Double(max(count - 1, 1)) / Double(count)).squareRoot()
      let doubt = Self.clearness * error
      if count == starts.count || doubt < max(abs(mean), Self.stake) { return mean > 0 }
      count = min(2 * count, starts.count)
    }
  }

  private func judge(_ model: JudgedModel, upTo count: Int) throws {
    let missing = model.scores.count..<max(count, model.scores.count)
    guard !missing.isEmpty else { return }
    try prepare(count)
    var sums = [Double](repeating: 0, count: missing.count)
    let (feeds, expected) = (feeds, expected)
    for (number, open) in model.openers.enumerated() {
      let isOpen = model.sessions.indices.contains(number)
      let session = try isOpen ? model.sessions[number] : open()
      if keepsSessions, !isOpen { model.sessions.append(session) }
      let found = try map(missing) { (index) throws(BackendError) in
        Self.sqnr(of: try session.run(feeds[index]), expected[index], feeds[index])
      }
      for (index, value) in found.enumerated() { sums[index] += value }
    }
    model.scores += sums.map { $0 / Double(model.openers.count) }
  }

  private func prepare(_ count: Int) throws {
    guard count > feeds.count else { return }
    let session = try openExact()
    let missing = feeds.count..<min(max(count, Self.exactCount), starts.count)
    for start in starts[missing] {
      var feed: [String: Tensor] = [:]
      for input in inputs { feed[input] = try set.tensor(input, samples: start..<start + unit) }
      feeds.append(feed)
    }
    let feeds = feeds
    expected += try map(missing) { (index) throws(BackendError) in try session.run(feeds[index]) }
  }

  /// The mean over outputs, in decibels; an output that is not finite counts as no signal at all.
  private static func sqnr(
    of actual: [String: Tensor], _ expected: [String: Tensor], _ feed: [String: Tensor]
  ) -> Double {
    let padding = Padding(feed)
    var ratios: [Double] = []
    for (name, tensor) in expected.sorted(by: { $0.key < $1.key }) {
      guard let wanted = tensor.floats, let found = actual[name]?.floats, wanted.count == found.count else { continue }
      ratios.append(Noise(wanted, found, padding.kept(of: tensor.shape)).decibels)
    }
    return ratios.isEmpty ? 0 : ratios.reduce(0, +) / Double(ratios.count)
  }

  // MARK: layers

  /// By tensor, over a few samples together.
  func layers(
    _ names: [String], exact: any ConcurrentInferenceSession, lowered: any ConcurrentInferenceSession
  ) throws -> [String: Double] {
    let count = min(Self.firstCount, starts.count)
    try prepare(count)
    let feeds = feeds
    let wanted = Set(names)
    @Sendable func compared(_ index: Int) throws(BackendError) -> LayerNoises {
      var found = LayerNoises()
      var outputs: [String: (shape: [Int], values: [Float])] = [:]
      try exact.run(feeds[index]) { output, shape, bytes in
        found.byteCount += bytes.byteCount
        guard wanted.contains(output.name), output.type == .float32 else { return }
        outputs[output.name] = (shape, bytes.elements(as: Float.self))
      }
      let padding = Padding(feeds[index])
      try lowered.run(feeds[index]) { output, shape, bytes in
        guard let exact = outputs.removeValue(forKey: output.name), exact.shape == shape, output.type == .float32 else {
          return
        }
        found.noises[output.name] = Noise(exact.values, bytes.elements(as: Float.self), padding.kept(of: shape))
      }
      return found
    }
    var found = try map(0..<1, compared)
    // Both models and what both show are in memory.
    found += try map(1..<count, threadLimit: found[0].byteCount > Self.shownByteCount ? 1 : threadCount, compared)
    var sums: [String: Noise] = [:]
    for (name, noise) in found.flatMap(\.noises) { sums[name, default: Noise()].add(noise) }
    return sums.mapValues(\.decibels)
  }

  /// Of one sample.
  private struct LayerNoises: Sendable {
    var noises: [String: Noise] = [:]
    /// What the exact model showed.
    var byteCount = 0
  }

  // MARK: threads

  /// Samples side by side; the results are in the samples' order.
  private func map<R: Sendable>(
    _ range: Range<Int>, threadLimit: Int = .max, _ body: @Sendable (Int) throws(BackendError) -> R
  ) throws -> [R] {
    try Interrupt.check()
    let work = Mutex(SharedWork<R>(next: range.lowerBound))
    withThreads(min(threadCount, threadLimit, range.count)) { _ in
      while let index = work.withLock({ $0.take(below: range.upperBound) }) {
        let result: Result<R, BackendError>
        do throws(BackendError) { result = .success(try body(index)) } catch { result = .failure(error) }
        work.withLock { $0.results[index] = result }
      }
    }
    let results = work.withLock { $0.results }
    return try range.map { index in
      guard let result = results[index] else { preconditionFailure("a sample was not run") }
      return try result.get()
    }
  }
}

private struct SharedWork<R: Sendable>: Sendable {
  var next: Int
  var results: [Int: Result<R, BackendError>] = [:]

  mutating func take(below end: Int) -> Int? {
    guard next < end else { return nil }
    defer { next += 1 }
    return next
  }
}

/// What one tensor is away from another.
private struct Noise: Sendable {
  var signal = 0.0
  var noise = 0.0

  init() {}

  /// - Parameter kept: nil where everything is.
  init(_ wanted: [Float], _ found: [Float], _ kept: Padding.Kept?) {
    for run in kept?.runs ?? [wanted.indices] {
      for index in run {
        let (x, y) = (Double(wanted[index]), Double(found[index]))
        signal += x * x
        noise += (x - y) * (x - y)
      }
    }
  }

  mutating func add(_ other: Noise) { (signal, noise) = (signal + other.signal, noise + other.noise) }

  /// Between -100 and 200.
  var decibels: Double {
    guard noise.isFinite else { return -100 }
    guard noise > 0 else { return 200 }
    guard signal > 0 else { return -100 }
    return min(max(10 * log10(signal / noise), -100), 200)
  }
}
