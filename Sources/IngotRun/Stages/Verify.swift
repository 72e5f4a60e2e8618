// verify: the candidate answers the evaluation set and is compared with the original. In: the engine, the strongly
// typed model, the reference outputs, the set. Out: `verdict.json`.
//
// Two levels, never mixed: `engine` runs the engine itself on this machine; `graph` runs the strongly typed model in
// the reference runtime, with its 16-bit floats rounded after each node, for engines that need a device that is not
// here. A gate that fails is a result, not an error.

internal import IngotBackends
internal import IngotCalibration
internal import IngotCore
internal import IngotGraph
internal import IngotPlan
internal import IngotPrecision
internal import IngotVerify

extension Stages {
  func verify(_ job: StageJob, _ settings: VerifySettings) throws -> StageResult {
    let candidate = try openCandidate(job, settings)
    let set = try job.samples()
    try set.require(fits: candidate.session.inputs)
    let reference = try ReferenceReader(path: job.input("reference"))
    let gates = settings.gates
    try checkOutputs(of: gates, known: reference.description.outputs.map(\.name))

    var measurement = try Measurement(settings, set: set, reference: reference)
    let count = reference.description.sampleCount
    let batch = try profiledBatch(settings.profiles, of: readModel(job.input("model")).inputTensors)
    for samples in set.wholeBatches(for: candidate.session.inputs, size: batch.size, least: batch.least, limit: count) {
      try Interrupt.check()
      job.onProgress("sample \(samples.upperBound) of \(count)", Double(samples.upperBound) / Double(count))
      let inputs = try set.inputs(candidate.session.inputs, samples: samples)
      try measurement.run(candidate.session, inputs, samples: samples, isTimed: candidate.level == .engine)
    }
    let subject = Verdict.Subject(
      level: candidate.level, digest: job.inputDigest("engine"), setDigest: job.inputDigest("data"), isSynthetic: job.hasSyntheticSamples,
      sampleCount: measurement.sampleCount, backend: candidate.backend, device: try Processor.current().name)
    let verdict = try Verdict(of: subject, measurements: measurement.measurements, gates: gates)
    try FileSystem.writeAtomically([Bytes(verdict.json())], to: job.file("verdict.json"), isDurable: false)
    return StageResult(
      files: [("verdict.json", job.file("verdict.json"))], facts: verdict.facts(metric: settings.accuracy?.metric))
  }

  private func openCandidate(_ job: StageJob, _ settings: VerifySettings) throws -> Candidate {
    if !settings.backend.isTensorRT {
      let backend = try runtimes.backend(for: job.step.tools[0])
      let options = Dictionary(settings.options.map { ($0.name, $0.value) }) { first, _ in first }
      let session = try backend.openEngine(at: job.input("engine"), options: options)
      return Candidate(
        session: session, level: .engine, backend: "\(settings.backend) \(backend.identity.version)")
    }
    let reference = try runtimes.reference()
    let words = "onnxruntime \(reference.identity.version)"
    guard let rounded = roundingFloat16(try readModel(job.input("model"))) else {
      return Candidate(session: try reference.openModel(at: job.input("model")), level: .graph, backend: words)
    }
    let path = job.file("rounded.onnx")
    try rounded.model.write(to: path, isDurable: false)
    return Candidate(
      session: try reference.openModel(at: path), level: .graph, backend: "\(words), \(rounded.summary)")
  }
}

/// What is run in the original's place.
private struct Candidate {
  var session: any InferenceSession
  var level: Verdict.Level
  var backend: String
}

/// Everything that one pass over the set measures.
private struct Measurement {
  private let reference: ReferenceReader
  private var comparisons: [ComparisonAccumulator]
  private var labels: [Int64]?
  private var scored: String?
  private var referenceAccuracy: AccuracyAccumulator?
  private var candidateAccuracy: AccuracyAccumulator?
  private var agreement: AgreementAccumulator?
  private var times: [Duration] = []
  private(set) var sampleCount = 0

  init(_ settings: VerifySettings, set: CalibrationSet, reference: ReferenceReader) throws {
    self.reference = reference
    let outputs = reference.description.outputs
    comparisons = outputs.map { ComparisonAccumulator(output: $0.name) }
    guard let accuracy = settings.accuracy else { return }
    guard let scored = accuracy.output ?? (outputs.count == 1 ? outputs[0].name : nil) else {
      throw InputError(
        in: "verify.accuracy", "the model has \(outputs.count) outputs: \(outputs.map(\.name).joined(separator: ", "))",
        hint: "say which holds the scores: verify.accuracy.output")
    }
    labels = try set.labels(accuracy.labels)
    self.scored = scored
    referenceAccuracy = AccuracyAccumulator(output: scored)
    candidateAccuracy = AccuracyAccumulator(output: scored)
    agreement = AgreementAccumulator(output: scored)
  }

  mutating func run(
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
      let part = Array(labels[samples])
      try referenceAccuracy?.add(scores: expected, labels: part)
      try candidateAccuracy?.add(scores: actual, labels: part)
      try agreement?.add(reference: expected, candidate: actual)
    }
    sampleCount += samples.count
  }

  var measurements: Measurements {
    Measurements(
      outputs: comparisons.map(\.comparison), referenceAccuracy: referenceAccuracy?.accuracy,
      candidateAccuracy: candidateAccuracy?.accuracy, agreement: agreement?.rate, latency: LatencyStatistics(times))
  }
}
