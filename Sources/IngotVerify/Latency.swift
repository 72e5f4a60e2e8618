// Statistics of repeated measurements.

/// The nearest-rank percentile: the smallest value that at least `percent` of all values do not exceed. It is always
/// one of the values, so a p99 of fewer than 100 values is their maximum.
///
/// - Parameters:
///   - percent: over 0 and at most 100.
///   - sorted: ascending, without NaN.
/// - Returns: nil for no values.
package func percentile(_ percent: Double, ofSorted sorted: [Double]) -> Double? {
  precondition(percent > 0 && percent <= 100, "a percentile is over 0 and at most 100")
  guard !sorted.isEmpty else { return nil }
  let rank = (percent / 100 * Double(sorted.count)).rounded(.up)
  return sorted[min(sorted.count, max(1, Int(rank))) - 1]
}

/// Times of single runs, in milliseconds; percentiles by nearest rank.
package struct LatencyStatistics: Codable, Sendable, Hashable {
  /// Samples that each run takes: times of batches of several sizes are not mixed. Nil where nobody said.
  package var batch: Int?
  package var runCount: Int
  package var minimum: Double
  package var mean: Double
  package var p50: Double
  package var p90: Double
  package var p95: Double
  package var p99: Double
  package var maximum: Double

  /// - Parameter times: of runs after warm-up, in any order. Nil for none.
  package init?(_ times: [Duration], batch: Int? = nil) {
    let sorted = times.map { $0 / .milliseconds(1) }.sorted()
    guard let first = sorted.first, let last = sorted.last else { return nil }
    let at = { (percent: Double) in percentile(percent, ofSorted: sorted) ?? last }
    self.batch = batch
    (runCount, minimum, maximum) = (sorted.count, first, last)
    mean = sorted.reduce(0, +) / Double(sorted.count)
    (p50, p90, p95, p99) = (at(50), at(90), at(95), at(99))
  }
}

/// Whether runs took the same time from the first to the last.
package struct Stability: Codable, Sendable, Hashable {
  /// The median of the last third of the runs over that of the first third, less one.
  package var drift: Double
  /// The coefficient of variation: the standard deviation over the mean.
  package var variation: Double

  /// What a figure may be called stable with: a clock that falls shows as drift, a busy machine as variation.
  package static let (mostDrift, mostVariation) = (0.05, 0.2)

  package var isStable: Bool { abs(drift) <= Self.mostDrift && variation <= Self.mostVariation }

  /// - Parameter times: in the order of the runs. Nil for fewer than nine, whose thirds say nothing.
  package init?(_ times: [Duration]) {
    guard times.count >= 9 else { return nil }
    let values = times.map { $0 / .milliseconds(1) }
    let third = values.count / 3
    let medians = [values.prefix(third), values.suffix(third)].compactMap { percentile(50, ofSorted: $0.sorted()) }
    let mean = values.reduce(0, +) / Double(values.count)
    guard medians.count == 2, medians[0] > 0, mean > 0 else { return nil }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    drift = medians[1] / medians[0] - 1
    variation = (squares / Double(values.count - 1)).squareRoot() / mean
  }
}
