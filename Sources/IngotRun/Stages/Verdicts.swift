// Between what a manifest demands, what IngotVerify judges, and what bundles and tables say of it.

internal import IngotBackends
internal import IngotCore
internal import IngotPlan
internal import IngotRelease
internal import IngotVerify

extension VerifySettings {
  /// - Parameter names: of the model's outputs; a bound for all of them is one gate each.
  func gates(outputs names: [String]) -> [Gate] {
    var gates: [Gate] = []
    for output in outputs {
      let bounds: [(Gate.Metric, Double?)] = [
        (.cosine, output.cosine), (.maxAbsolute, output.maxAbs), (.maxRelative, output.maxRelative),
        (.sqnr, output.sqnr),
      ]
      for (metric, bound) in bounds { if let bound { gates.append(.output(output.output, metric, bound: bound)) } }
    }
    if let accuracy, let score = Gate.Score(rawValue: accuracy.metric) {
      if let drop = accuracy.maxDrop { gates.append(.accuracyDrop(score, atMost: drop)) }
      if let least = accuracy.min { gates.append(.accuracy(score, atLeast: least)) }
    }
    for drop in drops {
      if let score = Gate.Score(rawValue: drop.metric) {
        gates.append(.accuracyDrop(score, atMost: drop.bound))
      } else {
        gates += names.map { .output($0, .cosine, bound: 1 - drop.bound) }
      }
    }
    for bound in latency {
      guard let percentile = Gate.Percentile(rawValue: bound.name), let seconds = Double(bound.value) else { continue }
      gates.append(.latency(percentile, atMostMilliseconds: seconds * 1000))
    }
    if let throughput { gates.append(.throughput(atLeast: throughput.min)) }
    if let regression { gates.append(.slowdown(channel: regression.channel, atMostPercent: regression.max * 100)) }
    return gates.tightest
  }
}

/// How many samples to run at once: what the first profile calls common, in the range that it gives every input.
func profiledBatch(_ profiles: [ProfileSettings], of inputs: [IOTensor]) throws(InputError) -> (size: Int, least: Int) {
  let resolved = try resolveProfiles(profiles, inputs: inputs, in: "the model's inputs", needsProfiles: false)
  guard let extents = resolved.first?.inputs.values, let size = extents.compactMap(\.opt.first).min(),
    let least = extents.compactMap(\.min.first).max()
  else { return (8, 1) }
  return (max(size, least, 1), max(least, 1))
}

extension Verdict {
  /// - Parameter path: of a `verdict.json` that the verify stage wrote.
  init(path: String) throws {
    guard let verdict = Verdict(json: try FileSystem.read(path)) else {
      throw InputError(in: path, "this is no verdict", hint: "remove it from the store: `ingot cache verify`")
    }
    self = verdict
  }

  /// For the step's record.
  func facts(metric: String?) -> [NamedOption] {
    var facts = [fact("level", level.rawValue), fact("passed", passed), fact("samples", samples)]
    if synthetic { facts.append(fact("synthetic", synthetic)) }
    let worst = outputs.compactMap(\.sqnrDecibels).min()
    if let worst { facts.append(fact("sqnr", worst)) }
    if let cosine = outputs.compactMap(\.cosine).min() { facts.append(fact("cosine", cosine)) }
    if let metric, let pair = accuracy {
      let score: (Accuracy?) -> Double? = { metric == "top5" ? $0?.top5 : $0?.top1 }
      facts.append(fact("metric", metric))
      if let value = score(pair.candidate) { facts.append(fact("accuracy", value)) }
      if let value = score(pair.reference) { facts.append(fact("reference-accuracy", value)) }
    }
    for gate in gates {
      facts.append(
        gate.passed
          ? fact("held gate \(gate.name)", "\(gate.name) is \(gate.measuredText), \(gate.boundText)")
          : fact("failed gate \(gate.name)", gate.failureText))
    }
    return facts + unjudged.map { fact("unjudged gate", $0) }
  }
}

extension GateResult {
  /// What a person reads of a gate that did not hold.
  var failureText: String { "\(name) is \(measuredText), must be \(boundText)" }
  var measuredText: String {
    fixed(actual, digits: 6)
      + (interval.map { " (\(fixed($0.low, digits: 6)) to \(fixed($0.high, digits: 6)))" } ?? "")
  }
  var boundText: String { "\(relation == .atLeast ? "at least" : "at most") \(fixed(bound, digits: 6))" }
}

extension StageJob {
  /// The verdict as the bundle tells it.
  func summary(of verdict: Verdict) throws -> VerdictSummary {
    VerdictSummary(
      level: verdict.level == .engine ? .engine : .graph, passed: verdict.passed,
      gates: verdict.gates.map {
        .init(name: $0.name, measured: $0.measuredText, bound: $0.boundText, passed: $0.passed)
      }, engine: inputDigest("engine"), verdict: inputDigest("verdict"), device: verdict.device,
      isSynthetic: verdict.synthetic, unjudged: verdict.unjudged)
  }
}
