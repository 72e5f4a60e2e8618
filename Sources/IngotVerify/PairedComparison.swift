// How much longer one engine takes than another, with the interval that the ratio is in: a bootstrap over paired rounds.
//
// Both ran in every round, so whatever slowed a round slowed both; rounds are drawn again, with repeats, and the ratio of the
// means of their medians is taken each time (B. Efron, "Bootstrap methods: another look at the jackknife", 1979; for ratios of
// running times T. Kalibera and R. Jones, "Quantifying performance changes with effect size confidence intervals", 2012).
// The interval is between the percentiles 2.5 and 97.5 of 2,000 draws, which are the same in every run of the program.

package struct PairedComparison: Codable, Sendable, Hashable {
  package enum Finding: String, Codable, Sendable { case faster, slower, same }

  package var rounds: Int
  /// The second one's time over the first one's; below 1 the second one is faster.
  package var ratio: Double
  /// The interval that the ratio is in with 95 % confidence.
  package var low: Double
  package var high: Double

  /// Of the second one; `same` where the interval holds 1: no difference was shown.
  package var finding: Finding { high < 1 ? .faster : low > 1 ? .slower : .same }

  /// - Parameters: one time a round each, of the same rounds. Nil for fewer than three rounds, or times of nothing.
  package init?(_ first: [Duration], _ second: [Duration]) {
    precondition(first.count == second.count, "each round has a time of both")
    let pairs = zip(first, second).map { (first: $0 / .milliseconds(1), second: $1 / .milliseconds(1)) }
    guard pairs.count >= 3, pairs.allSatisfy({ $0.first > 0 && $0.second > 0 }) else { return nil }
    func ratio(_ drawn: [Int]) -> Double {
      drawn.reduce(0) { $0 + pairs[$1].second } / drawn.reduce(0) { $0 + pairs[$1].first }
    }
    var random = LinearRandom()
    let draws = (0..<Self.drawCount).map { _ in ratio(pairs.indices.map { _ in random.next(below: pairs.count) }) }
      .sorted()
    rounds = pairs.count
    self.ratio = ratio(Array(pairs.indices))
    (low, high) = (percentile(2.5, ofSorted: draws) ?? .nan, percentile(97.5, ofSorted: draws) ?? .nan)
  }

  private static let drawCount = 2000
}

/// Knuth's generator of 64 bits (MMIX), of which the high ones are used.
private struct LinearRandom {
  private var state: UInt64 = 1

  mutating func next(below bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(bound))
  }
}
