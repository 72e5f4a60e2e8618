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
  /// What it runs on, in words; nil for this machine's processor.
  var device: String?
}

/// The set, what the original model answers to it, and what must hold.
struct Evaluation {
  let gates: [Gate]
  private let settings: VerifySettings
  private let set: CalibrationSet
  private let reference: ReferenceReader
  private let batch: (size: Int, least: Int)
  /// Of the last run: a search runs the same samples again and again.
  private var scoring: Scoring?
  private var squares: [String: Double]?

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
  mutating func measure(
    _ candidate: Candidate, stopsEarly: Bool = false, onProgress: @Sendable (String, Double?) -> Void
  ) throws -> Measurement {
    let (session, count) = (candidate.session, reference.description.sampleCount)
    try set.require(fitsRounded: session.inputs)
    let batches = set.wholeBatches(for: session.inputs, size: batch.size, least: batch.least, limit: count)
    if let accuracy = settings.accuracy, scoring?.batches != batches {
      scoring = try Scoring(accuracy, set: set, reference: reference, batches: batches)
    }
    var measurement = Measurement(reference, scoring, total: batches.reduce(0) { $0 + $1.count })
    for samples in batches {
      try Interrupt.check()
      onProgress("sample \(samples.upperBound) of \(count)", Double(samples.upperBound) / Double(count))
      let inputs = try set.inputs(session.inputs, samples: samples)
      try measurement.run(session, inputs, samples: samples)
      if stopsEarly,
        try measurement.atBest(squares: try referenceSquares(batches, session.inputs)).failsForCertain(gates)
      {
        break
      }
    }
    return measurement
  }

  /// What is fed while an engine is timed.
  /// - Parameter size: samples; nil takes a whole batch as it is verified.
  func batch(
    of size: Int? = nil, for inputs: [IOTensor]
  ) throws(InputError) -> (tensors: [String: Tensor], size: Int) {
    if let size { return (try set.repeatedSamples(for: inputs, batch: size), size) }
    guard let samples = set.wholeBatches(for: inputs, size: batch.size, least: batch.least).first else {
      throw InputError(in: set.directory, "has too few samples for one batch of the model", hint: "add samples")
    }
    return (try set.inputs(inputs, samples: samples), samples.count)
  }

  /// Of each output, over all samples that are run, without padding.
  private mutating func referenceSquares(_ batches: [Range<Int>], _ inputs: [IOTensor]) throws -> [String: Double] {
    if let squares { return squares }
    let masks = inputs.filter { Padding.isMask(named: $0.name) }
    var sums: [String: Double] = [:]
    for samples in batches {
      try Interrupt.check()
      let padding = Padding(try set.inputs(masks, samples: samples))
      for output in reference.description.outputs {
        guard let tensor = reference.tensor(output.name, samples: samples), let values = tensor.doubles else {
          continue
        }
        for run in padding.kept(of: tensor.shape)?.runs ?? [values.indices] {
          for value in values[run] where value.isFinite { sums[output.name, default: 0] += value * value }
        }
      }
    }
    squares = sums
    return sums
  }
}

/// The right answers to the samples that are run, and how good the original model is at them.
private struct Scoring {
  /// The output that holds the scores.
  let output: String
  let labels: [Int64]
  let batches: [Range<Int>]
  let reference: Accuracy?

  init(
    _ settings: VerifySettings.AccuracyGate, set: CalibrationSet, reference: ReferenceReader, batches: [Range<Int>]
  ) throws {
    let names = reference.description.outputs.map(\.name)
    guard let output = settings.output ?? (names.count == 1 ? names[0] : nil) else {
      throw InputError(
        in: "verify.accuracy", "the model has \(names.count) outputs: \(names.joined(separator: ", "))",
        hint: "say which holds the scores: verify.accuracy.output")
    }
    let labels = try set.labels(settings.labels)
    var known = AccuracyAccumulator(output: output)
    for samples in batches {
      guard let scores = reference.tensor(output, samples: samples) else { continue }
      try known.add(scores: scores, labels: Array(labels[samples]))
    }
    (self.output, self.labels, self.batches, self.reference) = (output, labels, batches, known.accuracy)
  }
}

/// Everything that one pass over the set measures.
struct Measurement {
  private let reference: ReferenceReader
  private let scoring: Scoring?
  private var comparisons: [ComparisonAccumulator]
  private var candidateAccuracy: AccuracyAccumulator?
  private var agreement: AgreementAccumulator?
  /// Of the candidate, where gates ask.
  var times = Times()
  private let total: Int
  private(set) var sampleCount = 0

  /// - Parameter total: the samples that will be run, unless the run stops early.
  fileprivate init(_ reference: ReferenceReader, _ scoring: Scoring?, total: Int) {
    (self.reference, self.scoring, self.total) = (reference, scoring, total)
    comparisons = reference.description.outputs.map { ComparisonAccumulator(output: $0.name) }
    candidateAccuracy = scoring.map { AccuracyAccumulator(output: $0.output) }
    agreement = scoring.map { AgreementAccumulator(output: $0.output) }
  }

  fileprivate mutating func run(
    _ session: any InferenceSession, _ inputs: [String: Tensor], samples: Range<Int>
  ) throws {
    let answers = try session.run(inputs)
    let padding = Padding(inputs)
    for (index, output) in reference.description.outputs.enumerated() {
      guard let expected = reference.tensor(output.name, samples: samples), let actual = answers[output.name] else {
        throw InputError(
          in: "output '\(output.name)'", "the engine does not have it", hint: "report this as a bug of Ingot")
      }
      let kept = padding.kept(of: expected.shape)?.runs
      try comparisons[index].add(reference: expected, candidate: actual, kept: kept)
      guard let scoring, output.name == scoring.output else { continue }
      try candidateAccuracy?.add(scores: actual, labels: Array(scoring.labels[samples]))
      try agreement?.add(reference: expected, candidate: actual)
    }
    sampleCount += samples.count
  }

  var isComplete: Bool { sampleCount == total }

  var measurements: Measurements {
    Measurements(
      outputs: comparisons.map(\.comparison), referenceAccuracy: scoring?.reference,
      candidateAccuracy: candidateAccuracy?.accuracy, agreement: agreement?.rate, times: times)
  }

  /// What would be measured if all that is still to come were right.
  /// - Parameter squares: the sum of squares of each output of the original model.
  fileprivate func atBest(squares: [String: Double]) -> Measurements {
    var result = measurements
    result.candidateAccuracy = candidateAccuracy?.best(of: total)
    for (index, output) in reference.description.outputs.enumerated() {
      if let sum = squares[output.name] { result.outputs[index] = comparisons[index].best(ofReferenceSquares: sum) }
    }
    return result
  }
}
