// The ways to choose a threshold from what was seen of a tensor. `Statistics/ThresholdSearch.swift` says what each
// computes.

/// How a tensor's threshold is chosen.
package enum CalibrationMethod: Hashable, Sendable, CustomStringConvertible {
  /// The largest magnitude seen.
  case minmax
  /// The largest magnitude of the range that samples have on average, the later ones counting more.
  case movingAverage
  /// The threshold whose quantized distribution is nearest to the one seen, by Kullback-Leibler divergence.
  case entropy
  /// The smallest threshold that keeps this fraction of all values, in 0.5...1.
  case percentile(Double)
  /// The threshold with the least squared error.
  case mse
  /// Another tool chose it; nothing was measured here.
  case imported

  /// The fraction that `percentile` keeps where the manifest does not say.
  package static let defaultPercentile = 0.9999

  /// The word that manifests and range tables use.
  package var name: String {
    switch self {
    case .minmax: "minmax"
    case .movingAverage: "moving-average"
    case .entropy: "entropy"
    case .percentile: "percentile"
    case .mse: "mse"
    case .imported: "imported"
    }
  }

  /// - Parameter name: a word that measures, as `name` gives it; nil for any other word and for a fraction outside 0.5...1.
  package init?(name: some StringProtocol, percentile: Double? = nil) {
    switch name {
    case "minmax": self = .minmax
    case "moving-average": self = .movingAverage
    case "entropy": self = .entropy
    case "mse": self = .mse
    case "percentile":
      let fraction = percentile ?? Self.defaultPercentile
      guard (0.5...1).contains(fraction) else { return nil }
      self = .percentile(fraction)
    default: return nil
    }
  }

  /// Whether it looks at more than the smallest and largest value.
  package var needsHistogram: Bool { self != .minmax && self != .imported }

  package var description: String {
    if case .percentile(let fraction) = self { "percentile \(fraction)" } else { name }
  }
}
