// Everything that was measured for a verdict, and the judging of gates by it.

/// What verification measured.
package struct Measurements: Sendable, Hashable {
  /// One for each output of the model.
  package var outputs: [Comparison]
  package var referenceAccuracy: Accuracy?
  package var candidateAccuracy: Accuracy?
  /// 0...1.
  package var agreement: Double?
  package var times: Times

  package init(
    outputs: [Comparison], referenceAccuracy: Accuracy? = nil, candidateAccuracy: Accuracy? = nil,
    agreement: Double? = nil, times: Times = Times()
  ) {
    (self.outputs, self.referenceAccuracy, self.candidateAccuracy) = (outputs, referenceAccuracy, candidateAccuracy)
    (self.agreement, self.times) = (agreement, times)
  }

  /// The gate that always holds a candidate: no NaN or Inf where the reference has none.
  var finiteness: GateResult {
    let count = outputs.reduce(0) { $0 + $1.newNonFiniteCount }
    return GateResult(name: "new NaN or Inf", relation: .atMost, bound: 0, actual: Double(count))
  }

  /// Every gate but those on times, and first the one that always holds.
  package func judgeAll(_ gates: [Gate]) throws(VerifyError) -> [GateResult] {
    var results = [finiteness]
    for gate in gates where !gate.isTimed { results.append(try judge(gate)) }
    return results
  }

  /// Whether some gate fails whatever the samples give that are still to come.
  /// - Precondition: the figures are the best that they can lead to: `AccuracyAccumulator.best`, `ComparisonAccumulator.best`.
  package func failsForCertain(_ gates: [Gate]) throws(VerifyError) -> Bool {
    if !finiteness.passed { return true }
    for gate in gates where gate.isDecidedEarly {
      let result = try judge(gate)
      // Not a number: nothing finite was compared so far.
      if !result.passed, !result.actual.isNaN { return true }
    }
    return false
  }

  func judge(_ gate: Gate) throws(VerifyError) -> GateResult {
    guard !gate.bound.isNaN else { throw VerifyError(.badBound(gate: gate.name, bound: gate.bound)) }
    return GateResult(
      name: name(of: gate), relation: gate.relation, bound: gate.bound, actual: try value(for: gate),
      interval: interval(of: gate))
  }

  /// With the batch that was run, where the figure means nothing without it.
  private func name(of gate: Gate) -> String {
    if case .throughput = gate, let batch = times.throughput?.batch {
      return "throughput at batch \(batch) (samples/s)"
    }
    return gate.name
  }

  private func interval(of gate: Gate) -> GateResult.Interval? {
    guard case .slowdown = gate, let comparison = times.regression?.comparison else { return nil }
    return .init(low: Self.percentLonger(comparison.low), high: Self.percentLonger(comparison.high))
  }

  private static func percentLonger(_ ratio: Double) -> Double { (ratio - 1) * 100 }

  private func value(for gate: Gate) throws(VerifyError) -> Double {
    switch gate {
    case .output(let output, let metric, _):
      guard let comparison = outputs.first(where: { $0.output == output }) else {
        throw VerifyError(.unknownOutputs([output], known: outputs.map(\.output)))
      }
      // No element that is finite on both sides: nothing holds.
      return metric.value(in: comparison) ?? .nan
    case .accuracy(let score, _): return try require(candidateAccuracy.flatMap(score.value), gate, Self.needsLabels)
    case .accuracyDrop(let score, _):
      let before = try require(referenceAccuracy.flatMap(score.value), gate, Self.needsLabels)
      let after = try require(candidateAccuracy.flatMap(score.value), gate, Self.needsLabels)
      // 100 % less 99.7 % is 0.3 %, which the difference of two doubles is not.
      return ((before - after) * 1e12).rounded() / 1e12
    case .agreement: return try require(agreement, gate, "no output of scores was compared")
    case .latency(let percentile, _): return try require(times.latency.map(percentile.value), gate, Self.needsRuns)
    case .throughput: return try require(times.throughput?.samplesPerSecond, gate, Self.needsRuns)
    case .slowdown: return Self.percentLonger(try require(times.regression?.comparison.ratio, gate, Self.needsRuns))
    }
  }

  private static let needsRuns = "no run was timed"
  private static let needsLabels = "no labels were scored, or too few classes for this score"

  private func require(_ value: Double?, _ gate: Gate, _ what: String) throws(VerifyError) -> Double {
    guard let value else { throw VerifyError(.notMeasured(gate: gate.name, what: what)) }
    return value
  }
}

/// Checks before anything runs that gates speak of outputs that exist.
///
/// - Throws: `.unknownOutputs` with all names that are none.
package func checkOutputs(of gates: [Gate], known: [String]) throws(VerifyError) {
  var unknown: [String] = []
  for case .output(let name, _, _) in gates where !known.contains(name) && !unknown.contains(name) {
    unknown.append(name)
  }
  guard unknown.isEmpty else { throw VerifyError(.unknownOutputs(unknown, known: known)) }
}
