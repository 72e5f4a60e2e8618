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
  package var runCount: Int
  package var minimum: Double
  package var mean: Double
  package var p50: Double
  package var p90: Double
  package var p95: Double
  package var p99: Double
  package var maximum: Double

  /// - Parameter times: of runs after warm-up, in any order. Nil for none.
  package init?(_ times: [Duration]) {
    let sorted = times.map { $0 / .milliseconds(1) }.sorted()
    guard let first = sorted.first, let last = sorted.last else { return nil }
    let at = { (percent: Double) in percentile(percent, ofSorted: sorted) ?? last }
    (runCount, minimum, maximum) = (sorted.count, first, last)
    mean = sorted.reduce(0, +) / Double(sorted.count)
    (p50, p90, p95, p99) = (at(50), at(90), at(95), at(99))
  }
}
