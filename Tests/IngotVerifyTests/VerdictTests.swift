// Gates, verdicts and the file that a verdict is.

import IngotCore
import Testing

@testable import IngotVerify

private let digest = Digest(of: "subject")
private let setDigest = Digest(of: "set")

private func subject(_ level: Verdict.Level = .engine, samples: Int = 2, synthetic: Bool = false) -> Verdict.Subject {
  .init(
    level: level, digest: digest, setDigest: setDigest, isSynthetic: synthetic, sampleCount: samples,
    backend: "onnxruntime 1.31.1", device: "CPU")
}

private func measurements(_ reference: [Float] = [3, 4, 0], _ candidate: [Float] = [3, 3, 0]) throws -> Measurements {
  var accumulator = ComparisonAccumulator(output: "logits")
  try accumulator.add(reference: Tensor(reference), candidate: Tensor(candidate))
  var times = Times()
  times.latency = LatencyStatistics([.milliseconds(4)])
  times.throughput = Throughput(
    TimedRuns(times: [.milliseconds(4), .milliseconds(4)], elapsed: .milliseconds(10)), batch: 8)
  return Measurements(
    outputs: [accumulator.comparison],
    referenceAccuracy: Accuracy(output: "logits", sampleCount: 2, top1: 1, top5: nil),
    candidateAccuracy: Accuracy(output: "logits", sampleCount: 2, top1: 0.5, top5: nil), agreement: 0.5, times: times)
}

@Suite struct VerdictTests {
  @Test(
    arguments: [
      (.output("logits", .cosine, bound: 0.9), true), (.output("logits", .cosine, bound: 0.9999), false),
      (.output("logits", .maxAbsolute, bound: 1), true), (.output("logits", .maxAbsolute, bound: 0.99), false),
      (.output("logits", .maxRelative, bound: 0.25), true), (.output("logits", .meanAbsolute, bound: 0.3), false),
      (.output("logits", .sqnr, bound: 13.9), true), (.output("logits", .sqnr, bound: 14), false),
      (.accuracy(.top1, atLeast: 0.5), true), (.accuracy(.top1, atLeast: 0.6), false),
      (.accuracyDrop(.top1, atMost: 0.5), true), (.accuracyDrop(.top1, atMost: 0.01), false),
      (.agreement(atLeast: 0.5), true),
      (.agreement(atLeast: 0.51), false), (.latency(.p99, atMostMilliseconds: 4), true),
      (.latency(.p50, atMostMilliseconds: 3.9), false),
    ] as [(Gate, Bool)])
  func aGateHoldsTheMeasurementToItsBound(gate: Gate, passes: Bool) throws {
    let verdict = try Verdict(of: subject(), measurements: measurements(), gates: [gate])
    #expect(verdict.gates.map(\.name) == ["new NaN or Inf", gate.name])
    #expect(verdict.gates.last?.passed == passes)
    #expect(verdict.passed == passes)
    #expect(verdict.meaning == "1 gate and no NaN or Inf that the reference lacks")
  }

  /// Two batches of eight samples in ten milliseconds.
  @Test(arguments: [(1600.0, true), (1600.1, false)])
  func aThroughputIsOfSamplesAndNamesTheBatch(bound: Double, passes: Bool) throws {
    let verdict = try Verdict(of: subject(), measurements: measurements(), gates: [.throughput(atLeast: bound)])
    #expect(verdict.gates.last?.name == "throughput at batch 8 (samples/s)")
    #expect(verdict.gates.last?.actual == 1600 && verdict.passed == passes && verdict.throughput?.runCount == 2)
  }

  /// Rounds of 10 ms each beside rounds of 11 ms and of 12 ms, in turn: 15 % longer, give or take.
  @Test func aSlowdownFailsOnlyWhereItIsShown() throws {
    let pairs = (0..<40).map { (Duration.milliseconds(10), Duration.milliseconds($0.isMultiple(of: 2) ? 11 : 12)) }
    var found = try measurements()
    found.times.regression = Regression(
      channel: "prod", engine: "sha256:00", batch: 8,
      comparison: try #require(PairedComparison(pairs.map(\.0), pairs.map(\.1))))
    for (bound, passes) in [(0.0, false), (13.0, false), (14.9, true), (15.1, true), (30, true)] {
      let verdict = try Verdict(
        of: subject(), measurements: found, gates: [.slowdown(channel: "prod", atMostPercent: bound)])
      let gate = try #require(verdict.gates.last)
      let interval = try #require(gate.interval)
      #expect(gate.passed == passes, "at most \(bound) %, found \(interval.low) to \(interval.high)")
      #expect(interval.low > 13 && interval.low < gate.actual && gate.actual < interval.high && interval.high < 17)
      #expect(abs(gate.actual - 15) < 1e-9 && gate.name == "slowdown against prod (%)")
      #expect(Verdict(json: verdict.json()) == verdict)
    }
  }

  @Test func whatNobodyCouldCompareIsNoPassInSilence() throws {
    var found = try measurements()
    let gate = Gate.slowdown(channel: "prod", atMostPercent: 5)
    #expect(throws: VerifyError.self) { try Verdict(of: subject(), measurements: found, gates: [gate]) }
    found.times.obstacles[gate.name] = "the channel serves no bundle yet"
    let verdict = try Verdict(of: subject(), measurements: found, gates: [gate])
    #expect(verdict.passed && verdict.gates.map(\.name) == ["new NaN or Inf"])
    #expect(verdict.unjudged == ["slowdown against prod (%): the channel serves no bundle yet"])
    #expect(verdict.meaning.hasSuffix("; 1 not judged"))
  }

  /// 1 - 0.997 is more than 0.003 in doubles.
  @Test func aDropOfExactlyTheBoundHolds() throws {
    var found = try measurements()
    found.candidateAccuracy?.top1 = 0.997
    #expect(try found.judgeAll([.accuracyDrop(.top1, atMost: 0.003)]).allSatisfy(\.passed))
    #expect(try !found.judgeAll([.accuracyDrop(.top1, atMost: 0.0029)]).allSatisfy(\.passed))
  }

  @Test(
    arguments: [
      (.accuracyDrop(.top1, atMost: 0.4), true), (.accuracyDrop(.top1, atMost: 0.5), false),
      (.output("logits", .maxAbsolute, bound: 0.9), true), (.output("logits", .maxRelative, bound: 1), false),
      (.output("logits", .cosine, bound: 1), true), (.output("logits", .sqnr, bound: 100), true),
      // Later samples may be nearer.
      (.output("logits", .meanAbsolute, bound: 0), false), (.agreement(atLeast: 1), false),
    ] as [(Gate, Bool)])
  func aRunEndsWhereAGateFailsWhateverComes(gate: Gate, ends: Bool) throws {
    #expect(try measurements().failsForCertain([gate]) == ends)
  }

  @Test func whatIsNotComparedYetEndsNoRun() throws {
    let found = try measurements([.nan], [.nan])
    #expect(try !found.failsForCertain([.output("logits", .maxAbsolute, bound: 1)]))
    #expect(try measurements([1], [.nan]).failsForCertain([]))
  }

  @Test func withoutGatesOnlyNewNaNAndInfFail() throws {
    let good = try Verdict(of: subject(), measurements: measurements([1, .nan], [9, .nan]), gates: [])
    #expect(good.passed)
    #expect(good.meaning == "no gate was judged: it only says that no output has a NaN or Inf that the reference lacks")
    let bad = try Verdict(of: subject(), measurements: measurements([1, 2], [1, .infinity]), gates: [])
    #expect(!bad.passed)
    #expect(bad.gates.first?.actual == 1)
  }

  @Test func aFigureThatDoesNotExistPassesNoGate() throws {
    let verdict = try Verdict(
      of: subject(), measurements: measurements([.nan], [.nan]),
      gates: [.output("logits", .maxAbsolute, bound: .infinity)])
    #expect(!verdict.passed)
    #expect(verdict.gates.last?.actual.isNaN == true)
  }

  @Test func onTheGraphLevelTimesAreNotJudged() throws {
    let gates: [Gate] = [
      .latency(.p99, atMostMilliseconds: 1), .throughput(atLeast: 1e9), .slowdown(channel: "prod", atMostPercent: 0),
    ]
    let verdict = try Verdict(of: subject(.graph), measurements: measurements(), gates: gates)
    #expect(verdict.passed)
    let reason = "the engine did not run here, only its graph did"
    #expect(verdict.unjudged == gates.map { "\($0.name): \(reason)" })
    #expect(verdict.meaning.hasSuffix("; 3 not judged"))
  }

  @Test func gatesOnOutputsThatDoNotExistNameThoseThatDo() {
    let gates: [Gate] = [
      .output("logit", .cosine, bound: 0.9), .output("logits", .cosine, bound: 0.9), .output("boxes", .sqnr, bound: 1),
    ]
    let error = #expect(throws: VerifyError.self) { try checkOutputs(of: gates, known: ["logits", "mask"]) }
    #expect(
      error?.description == """
        no output is called 'logit', 'boxes'
          hint: the outputs are 'logits', 'mask'
        """)
    #expect(error?.kind == .input)
  }

  @Test(
    arguments: [
      (
        .accuracy(.top5, atLeast: 0.9),
        "gate 'top5' cannot be judged: no labels were scored, or too few classes for this score"
      ),
      (
        .output("logits", .cosine, bound: .nan),
        "gate 'logits cosine' has the bound nan, which no measurement can be held to"
      ),
    ] as [(Gate, String)])
  func aGateThatCannotBeJudgedIsAnError(gate: Gate, message: String) {
    let error = #expect(throws: VerifyError.self) {
      try Verdict(of: subject(), measurements: measurements(), gates: [gate])
    }
    #expect(error?.description == message)
  }

  @Test func noSamplesIsNoVerdict() {
    let error = #expect(throws: VerifyError.self) {
      try Verdict(of: subject(samples: 0), measurements: Measurements(outputs: []), gates: [])
    }
    #expect(
      error?.description == "not one sample was verified\n  hint: look at the set and at 'samples' in the manifest")
  }

  @Test func aVerdictIsTheSameBytesAndReadsBackWithInfinities() throws {
    let verdict = try Verdict(
      of: subject(synthetic: true), measurements: measurements([1, 2], [1, 2]),
      gates: [.output("logits", .sqnr, bound: 20)])
    let json = verdict.json()
    #expect(json == verdict.json())
    #expect(Verdict(json: json) == verdict)
    let text = String(decoding: json, as: UTF8.self)
    #expect(text.contains(#""sqnrDecibels" : "inf""#))
    #expect(text.contains(#""synthetic" : true"#))
    #expect(text.contains(#""subject" : "\#(digest)""#))
    #expect(text.contains(#""verdict" : 1"#))
    #expect(Verdict(json: Array(text.replacing(#""verdict" : 1"#, with: #""verdict" : 2"#).utf8)) == nil)
    #expect(Verdict(json: Array("{".utf8)) == nil)
  }
}
