// Candidates against the original model on the evaluation set: what the verify stage judges once and the search many times.

internal import IngotBackends
internal import IngotCalibration
internal import IngotCore
internal import IngotGraph
internal import IngotPlan
internal import IngotVerify

/// What is run in the original's place.
struct Candidate {
  var session: any InferenceSession
  var level: Verdict.Level
  var backend: String
}

/// The set, what the original model answers to it, and what must hold.
struct Evaluation {
  let gates: [Gate]
  private let settings: VerifySettings
  private let set: CalibrationSet
  private let reference: ReferenceReader
  private let batch: (size: Int, least: Int)

  /// - Parameter model: any form of the original; its inputs say which batches it takes.
  init(_ settings: VerifySettings, set: CalibrationSet, reference: String, model: Model) throws {
    self.settings = settings
    self.set = set
    self.reference = try ReferenceReader(path: reference)
    let outputs = self.reference.description.outputs.map(\.name)
    gates = settings.gates(outputs: outputs)
    try checkOutputs(of: gates, known: outputs)
    batch = try profiledBatch(settings.profiles, of: model.inputTensors)
  }

  /// So many pieces of the set that the model takes, as small as they can be, spread over it.
  func samples(_ count: Int, for inputs: [IOTensor]) -> [Range<Int>] {
    let all = set.wholeBatches(for: inputs, size: batch.least, least: batch.least)
    let taken = min(count, all.count)
    return (0..<taken).map { all[$0 * all.count / taken] }
  }

  func inputs(_ inputs: [IOTensor], samples: Range<Int>) throws(InputError) -> [String: Tensor] {
    try set.inputs(inputs, samples: samples)
  }

  /// - Parameter stopsEarly: whether the run may end as soon as a gate fails whatever comes.
  func measure(
    _ candidate: Candidate, stopsEarly: Bool = false, onProgress: @Sendable (String, Double?) -> Void
  ) throws -> Measurement {
    let (session, count) = (candidate.session, reference.description.sampleCount)
    try set.require(fitsRounded: session.inputs)
    let batches = set.wholeBatches(for: session.inputs, size: batch.size, least: batch.least, limit: count)
    var measurement = try Measurement(settings, set: set, reference: reference, batches: batches)
    for samples in batches {
      try Interrupt.check()
      onProgress("sample \(samples.upperBound) of \(count)", Double(samples.upperBound) / Double(count))
      let inputs = try set.inputs(session.inputs, samples: samples)
      try measurement.run(session, inputs, samples: samples, isTimed: candidate.level == .engine)
      if stopsEarly, try measurement.atBest.failsForCertain(gates) { break }
    }
    return measurement
  }
}

/// Everything that one pass over the set measures.
struct Measurement {
  private let reference: ReferenceReader
  private var comparisons: [ComparisonAccumulator]
  private var labels: [Int64]?
  private var scored: String?
  private var referenceAccuracy: Accuracy?
  private var candidateAccuracy: AccuracyAccumulator?
  private var agreement: AgreementAccumulator?
  private var times: [Duration] = []
  private let total: Int
  private(set) var sampleCount = 0

  /// - Parameter batches: the samples that will be run, all of them unless the run stops early.
  fileprivate init(
    _ settings: VerifySettings, set: CalibrationSet, reference: ReferenceReader, batches: [Range<Int>]
  ) throws {
    self.reference = reference
    total = batches.reduce(0) { $0 + $1.count }
    let outputs = reference.description.outputs
    comparisons = outputs.map { ComparisonAccumulator(output: $0.name) }
    guard let accuracy = settings.accuracy else { return }
    guard let scored = accuracy.output ?? (outputs.count == 1 ? outputs[0].name : nil) else {
      throw InputError(
        in: "verify.accuracy", "the model has \(outputs.count) outputs: \(outputs.map(\.name).joined(separator: ", "))",
        hint: "say which holds the scores: verify.accuracy.output")
    }
    let labels = try set.labels(accuracy.labels)
    var known = AccuracyAccumulator(output: scored)
    for samples in batches {
      guard let scores = reference.tensor(scored, samples: samples) else { continue }
      try known.add(scores: scores, labels: Array(labels[samples]))
    }
    (self.labels, self.scored, referenceAccuracy) = (labels, scored, known.accuracy)
    candidateAccuracy = AccuracyAccumulator(output: scored)
    agreement = AgreementAccumulator(output: scored)
  }

  fileprivate mutating func run(
    _ session: any InferenceSession, _ inputs: [String: Tensor], samples: Range<Int>, isTimed: Bool
  ) throws {
    let clock = ContinuousClock()
    let start = clock.now
    let answers = try session.run(inputs)
    // The first run sets things up.
    if isTimed && sampleCount > 0 { times.append(clock.now - start) }
    for (index, output) in reference.description.outputs.enumerated() {
      guard let expected = reference.tensor(output.name, samples: samples), let actual = answers[output.name] else {
        throw InputError(
          in: "output '\(output.name)'", "the engine does not have it", hint: "report this as a bug of Ingot")
      }
      try comparisons[index].add(reference: expected, candidate: actual)
      guard output.name == scored, let labels else { continue }
      try candidateAccuracy?.add(scores: actual, labels: Array(labels[samples]))
      try agreement?.add(reference: expected, candidate: actual)
    }
    sampleCount += samples.count
  }

  var isComplete: Bool { sampleCount == total }

  var measurements: Measurements {
    Measurements(
      outputs: comparisons.map(\.comparison), referenceAccuracy: referenceAccuracy,
      candidateAccuracy: candidateAccuracy?.accuracy, agreement: agreement?.rate, latency: LatencyStatistics(times))
  }

  /// What would be measured if all that is still to come were right.
  fileprivate var atBest: Measurements {
    var result = measurements
    result.candidateAccuracy = candidateAccuracy?.best(of: total)
    return result
  }
}
