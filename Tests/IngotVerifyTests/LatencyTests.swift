// Percentiles by nearest rank.

import IngotVerify
import Testing

@Suite struct LatencyTests {
  @Test(arguments: [(50, 3), (20, 1), (21, 2), (40, 2), (90, 5), (100, 5), (0.1, 1)] as [(Double, Double)])
  func aPercentileIsOneOfTheValues(percent: Double, value: Double) {
    #expect(percentile(percent, ofSorted: [1, 2, 3, 4, 5]) == value)
  }

  @Test func ofOneHundredValuesThe99thIsTheLastButOne() {
    #expect(percentile(99, ofSorted: (1...100).map(Double.init)) == 99)
    #expect(percentile(99, ofSorted: (1...99).map(Double.init)) == 99)
    #expect(percentile(99, ofSorted: []) == nil)
  }

  @Test func timesAreMilliseconds() throws {
    let statistics = try #require(LatencyStatistics([.milliseconds(3), .microseconds(500), .seconds(1)]))
    #expect(statistics.runCount == 3 && statistics.minimum == 0.5 && statistics.p50 == 3 && statistics.maximum == 1000)
    #expect(statistics.p99 == 1000 && abs(statistics.mean - 1003.5 / 3) < 1e-9)
    #expect(LatencyStatistics([]) == nil)
  }
}
