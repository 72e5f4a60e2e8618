// What a manifest's `verify` demands, and how a measurement stood up to it.

/// One demand.
package enum Gate: Hashable, Sendable {
  package enum Metric: String, Hashable, Sendable, CaseIterable {
    case cosine, sqnr
    case maxAbsolute = "max-abs"
    case maxRelative = "max-relative"
    case meanAbsolute = "mean-abs"

    /// Whether more is better.
    var isLowerBound: Bool {
      switch self {
      case .cosine, .sqnr: true
      case .maxAbsolute, .maxRelative, .meanAbsolute: false
      }
    }

    func value(in comparison: Comparison) -> Double? {
      switch self {
      case .cosine: comparison.cosine
      case .sqnr: comparison.sqnrDecibels
      case .maxAbsolute: comparison.maxAbsoluteError
      case .maxRelative: comparison.maxRelativeError
      case .meanAbsolute: comparison.meanAbsoluteError
      }
    }
  }

  package enum Score: String, Hashable, Sendable, CaseIterable {
    case top1, top5

    func value(in accuracy: Accuracy) -> Double? {
      switch self {
      case .top1: accuracy.top1
      case .top5: accuracy.top5
      }
    }
  }

  package enum Percentile: String, Hashable, Sendable, CaseIterable {
    case p50, p90, p95, p99

    func value(in latency: LatencyStatistics) -> Double {
      switch self {
      case .p50: latency.p50
      case .p90: latency.p90
      case .p95: latency.p95
      case .p99: latency.p99
      }
    }
  }

  /// A figure of one output: at least the bound for cosine and sqnr (dB), at most the bound for errors.
  case output(String, Metric, bound: Double)
  /// The candidate's score, 0...1.
  case accuracy(Score, atLeast: Double)
  /// The reference's score less the candidate's, in points: 0.01 allows 99.0 % after 100.0 %.
  case accuracyDrop(Score, atMost: Double)
  /// The share of samples for which reference and candidate choose the same class.
  case agreement(atLeast: Double)
  case latency(Percentile, atMostMilliseconds: Double)
  case throughput(atLeast: Double)
  /// How much longer a run takes than one of the engine that a channel serves, in percent of that one.
  case slowdown(channel: String, atMostPercent: Double)

  package var name: String {
    switch self {
    case .output(let output, let metric, _): "\(output) \(metric.rawValue)"
    case .accuracy(let score, _): score.rawValue
    case .accuracyDrop(let score, _): "\(score.rawValue) drop"
    case .agreement: "agreement"
    case .latency(let percentile, _): "latency \(percentile.rawValue) (ms)"
    case .throughput: "throughput (samples/s)"
    case .slowdown(let channel, _): "slowdown against \(channel) (%)"
    }
  }

  package var bound: Double {
    switch self {
    case .output(_, _, let bound), .accuracy(_, let bound), .accuracyDrop(_, let bound), .agreement(let bound),
      .latency(_, let bound), .throughput(let bound), .slowdown(_, let bound):
      bound
    }
  }

  /// Whether it is about how long the engine takes: judged only where the engine itself ran.
  package var isTimed: Bool {
    switch self {
    case .latency, .throughput, .slowdown: true
    case .output, .accuracy, .accuracyDrop, .agreement: false
    }
  }

  /// Whether more samples can only bring it nearer to failing, or its best case is known.
  package var isDecidedEarly: Bool {
    switch self {
    case .accuracy, .accuracyDrop, .output(_, .maxAbsolute, _), .output(_, .maxRelative, _), .output(_, .cosine, _),
      .output(_, .sqnr, _):
      true
    case .output(_, .meanAbsolute, _), .agreement, .latency, .throughput, .slowdown: false
    }
  }

  var relation: GateResult.Relation {
    switch self {
    case .output(_, let metric, _): metric.isLowerBound ? .atLeast : .atMost
    case .accuracy, .agreement, .throughput: .atLeast
    case .accuracyDrop, .latency, .slowdown: .atMost
    }
  }
}

extension [Gate] {
  /// Of gates that judge the same the one that is harder to pass, in the place of the first.
  package var tightest: [Gate] {
    var result: [Gate] = []
    for gate in self {
      guard let index = result.firstIndex(where: { $0.name == gate.name && $0.relation == gate.relation }) else {
        result.append(gate)
        continue
      }
      let isTighter = gate.relation == .atLeast ? gate.bound > result[index].bound : gate.bound < result[index].bound
      if isTighter { result[index] = gate }
    }
    return result
  }
}

/// How a gate was judged.
package struct GateResult: Codable, Sendable, Hashable {
  package enum Relation: String, Codable, Sendable {
    case atLeast = "at-least"
    case atMost = "at-most"
  }

  package var name: String
  package var relation: Relation
  package var bound: Double
  package var actual: Double
  /// What the figure is in with 95 % confidence; nil for figures that are no estimates.
  package var interval: Interval?
  package var passed: Bool

  package struct Interval: Codable, Sendable, Hashable {
    package var low: Double
    package var high: Double
  }

  /// NaN passes no gate. An estimate fails one only where all of its interval does.
  init(name: String, relation: Relation, bound: Double, actual: Double, interval: Interval? = nil) {
    (self.name, self.relation, self.bound, self.actual) = (name, relation, bound, actual)
    self.interval = interval
    passed = relation == .atLeast ? interval?.high ?? actual >= bound : interval?.low ?? actual <= bound
  }
}
