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
  return Measurements(
    outputs: [accumulator.comparison],
    referenceAccuracy: Accuracy(output: "logits", sampleCount: 2, top1: 1, top5: nil),
    candidateAccuracy: Accuracy(output: "logits", sampleCount: 2, top1: 0.5, top5: nil), agreement: 0.5,
    latency: LatencyStatistics([.milliseconds(4)]))
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
      // Later samples may be nearer.
      (.output("logits", .cosine, bound: 1), false), (.output("logits", .sqnr, bound: 100), false),
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

  @Test func onTheGraphLevelLatencyIsNotJudged() throws {
    let verdict = try Verdict(
      of: subject(.graph), measurements: measurements(), gates: [.latency(.p99, atMostMilliseconds: 1)])
    #expect(verdict.passed)
    #expect(verdict.unjudged == ["latency p99 (ms)"])
    #expect(verdict.meaning.hasSuffix("; 1 not judged"))
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
