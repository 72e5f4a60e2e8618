// What is collected of values does not depend on how they arrive.

import Testing

@testable import IngotCalibration

/// A stream of numbers that is the same on every machine (SplitMix64).
struct Numbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }

  /// In 0..<1.
  mutating func uniform() -> Float { Float(next() >> 40) / Float(1 << 24) }

  /// Nearly normal, with variance 1: the sum of twelve.
  mutating func bell() -> Float { (0..<12).reduce(Float(-6)) { sum, _ in sum + uniform() } }
}

@Suite struct StatisticsTests {
  @Test func theOrderAndTheBatchesOfValuesChangeNothing() throws {
    var random = Numbers(seed: 1)
    // Magnitudes over many octaves, so that widths double at different times.
    let values = (0..<20_000).map { index in random.bell() * (index % 3 == 0 ? 0 : Float(1 << (index % 17))) }
    var whole = ActivationStatistics(collectsHistogram: true)
    try #require(whole.add(values.span) == nil)
    for batchSize in [1, 7, 1000] {
      for order in [values, values.reversed(), values.sorted()] {
        var parts = ActivationStatistics(collectsHistogram: true)
        for start in stride(from: 0, to: order.count, by: batchSize) {
          try #require(parts.add(order.span.extracting(start..<min(start + batchSize, order.count))) == nil)
        }
        #expect(parts == whole)
      }
    }
  }

  @Test func binsHoldWhatTheyShould() throws {
    var random = Numbers(seed: 5)
    let values = (0..<5000).map { _ in random.bell() * 100 } + [0, -0, 512, -512]
    var statistics = ActivationStatistics(collectsHistogram: true)
    try #require(statistics.add(values.span) == nil)
    let histogram = try #require(statistics.histogram)
    // 512 · 2 / 4096: the smallest power of two that holds 512 below its end.
    #expect(histogram.width == 0.25 && histogram.usedBinCount == 2049)
    var expected = [UInt64](repeating: 0, count: 4096)
    for value in values where value != 0 { expected[Int((value.magnitude / 0.25).rounded(.down))] += 1 }
    #expect(histogram.counts == expected)
    #expect(statistics.zeroCount == 2 && statistics.valueCount == 5004)
    #expect(statistics.min == -512 && statistics.max == 512)
  }

  @Test(arguments: [[Float.nan], [.infinity], [-.infinity], [-.nan], [1, 2, .nan, 3], [0, -.infinity, .nan]])
  func valuesThatAreNotFiniteAreFound(values: [Float]) {
    for collectsHistogram in [false, true] {
      var statistics = ActivationStatistics(collectsHistogram: collectsHistogram)
      #expect(statistics.add(values.span) == values.firstIndex { !$0.isFinite })
      #expect(statistics.valueCount == 0)
    }
  }

  @Test func negativeZeroIsZero() throws {
    var statistics = ActivationStatistics(collectsHistogram: false)
    try #require(statistics.add([-0, -0].span) == nil)
    #expect(statistics.max.sign == .plus && statistics.max == 0 && statistics.zeroCount == 2)
  }

  @Test func coarseningKeepsCountsAndUnits() throws {
    let histogram = Histogram(counts: [1, 2, 3, 4, 5], widthExponent: -1, largest: 2.25)
    let coarse = histogram.coarsened()
    #expect(coarse.counts == [3, 7, 5] && coarse.width == 1 && coarse.usedBinCount == 3)
  }
}
