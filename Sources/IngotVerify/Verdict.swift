// The outcome of a verification, as a file: JSON with sorted keys and a newline at the end, so that equal verdicts are
// equal bytes. Version 1:
//
//   verdict      1
//   level        "graph": the lowered model ran in the reference runtime, its 16-bit floats rounded after each node; "engine": the engine itself ran on the device
//   subject      digest of what was verified, "sha256:…"
//   set          digest of the samples, "sha256:…"
//   synthetic    whether the samples are random numbers instead of data
//   samples      how many samples were run
//   backend      the runtime that ran the candidate and its version
//   device       the device that it ran on, in words
//   outputs      a Comparison for each output, in the model's order
//   accuracy     { reference, candidate }: { output, sampleCount, top1, top5 } (shares of 1); absent without labels
//   agreement    share of samples with the reference's choice; absent where no scores were compared
//   latency      times in milliseconds of whole batches of `batch` samples, inputs and outputs in place, percentiles by nearest rank;
//                absent where no gate asks for it
//   throughput   { batch, runCount, samplesPerSecond }: whole batches one after the other; absent as above
//   regression   { channel, engine, batch, comparison }: the engine beside the one of that digest, which the channel served, in turn;
//                `comparison` is { rounds, ratio, low, high }, this engine's time over that one's and its interval of 95 %; absent as above
//   gates        each { name, relation, bound, actual, interval, passed }; the first one, "new NaN or Inf", is judged always. An
//                `interval` { low, high } is there where `actual` is an estimate: it fails only where all of the interval does
//   unjudged     gates that could not be judged, each with the reason: those on times, where no device of the target ran the engine
//   passed       whether all judged gates passed
//   meaning      what `passed` says, in words
//
// Numbers that JSON does not have are the strings "inf", "-inf" and "nan". A field without a value is absent.

internal import FoundationEssentials
package import IngotCore

package struct Verdict: Codable, Sendable, Hashable {
  package enum Level: String, Codable, Sendable { case graph, engine }

  package struct AccuracyPair: Codable, Sendable, Hashable {
    package var reference: Accuracy?
    package var candidate: Accuracy?
  }

  /// What was verified, with what and where.
  package struct Subject: Sendable, Hashable {
    package var level: Level
    package var digest: Digest
    package var setDigest: Digest
    package var isSynthetic: Bool
    package var sampleCount: Int
    package var backend: String
    package var device: String

    package init(
      level: Level, digest: Digest, setDigest: Digest, isSynthetic: Bool, sampleCount: Int, backend: String,
      device: String
    ) {
      (self.level, self.digest, self.setDigest) = (level, digest, setDigest)
      (self.isSynthetic, self.sampleCount) = (isSynthetic, sampleCount)
      (self.backend, self.device) = (backend, device)
    }
  }

  package private(set) var verdict = 1
  package private(set) var level: Level
  package private(set) var subject: String
  package private(set) var set: String
  package private(set) var synthetic: Bool
  package private(set) var samples: Int
  package private(set) var backend: String
  package private(set) var device: String
  package private(set) var outputs: [Comparison]
  package private(set) var accuracy: AccuracyPair?
  package private(set) var agreement: Double?
  package private(set) var latency: LatencyStatistics?
  package private(set) var throughput: Throughput?
  package private(set) var regression: Regression?
  package private(set) var gates: [GateResult]
  package private(set) var unjudged: [String]
  package private(set) var passed: Bool
  package private(set) var meaning: String

  /// Judges the gates. Those on times are left unjudged on the graph level, where the target's device ran nothing.
  ///
  /// - Throws: `.unknownOutputs`; `.notMeasured` for a gate that lacks its measurement; `.badBound`; `.noSamples`.
  package init(of subject: Subject, measurements: Measurements, gates: [Gate]) throws(VerifyError) {
    guard subject.sampleCount > 0 else { throw VerifyError(.noSamples) }
    try checkOutputs(of: gates, known: measurements.outputs.map(\.output))
    var results = [measurements.finiteness]
    var unjudged: [String] = []
    for gate in gates {
      if subject.level == .graph, gate.isTimed {
        unjudged.append("\(gate.name): the engine did not run here, only its graph did")
      } else if let obstacle = measurements.times.obstacles[gate.name] {
        unjudged.append("\(gate.name): \(obstacle)")
      } else {
        results.append(try measurements.judge(gate))
      }
    }
    (level, self.subject, set) = (subject.level, subject.digest.description, subject.setDigest.description)
    (synthetic, samples) = (subject.isSynthetic, subject.sampleCount)
    (backend, device) = (subject.backend, subject.device)
    outputs = measurements.outputs
    agreement = measurements.agreement
    let times = measurements.times
    (latency, throughput, regression) = (times.latency, times.throughput, times.regression)
    let isScored = measurements.referenceAccuracy != nil || measurements.candidateAccuracy != nil
    accuracy =
      isScored
      ? AccuracyPair(reference: measurements.referenceAccuracy, candidate: measurements.candidateAccuracy) : nil
    (self.gates, self.unjudged) = (results, unjudged)
    passed = results.allSatisfy(\.passed)
    meaning = Self.meaning(judged: results.count - 1, unjudged: unjudged.count)
  }

  private static func meaning(judged: Int, unjudged: Int) -> String {
    let rest = unjudged == 0 ? "" : "; \(unjudged) not judged"
    guard judged > 0 else {
      return "no gate was judged: it only says that no output has a NaN or Inf that the reference lacks" + rest
    }
    return "\(judged) \(judged == 1 ? "gate" : "gates") and no NaN or Inf that the reference lacks" + rest
  }

  /// The file's bytes.
  package func json() -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let data = try? encoder.encode(self) else { fatalError("BUG: a verdict cannot be encoded") }
    return Array(data) + [UInt8(ascii: "\n")]
  }

  /// - Parameter json: a verdict's file; a damaged one or one of another version gives nil.
  package init?(json: [UInt8]) {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let verdict = try? decoder.decode(Verdict.self, from: Data(json)), verdict.verdict == 1 else { return nil }
    self = verdict
  }
}
