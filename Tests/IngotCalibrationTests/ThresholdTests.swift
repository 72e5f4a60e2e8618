// Thresholds against numbers that another program computed: numpy 2.4.6 and scipy 1.17.1 running a transcription of
// pytorch-quantization's `_compute_amax_entropy` (calib/histogram.py, stride 1, first 256 bins as start) and, for
// squared errors, every bin's middle quantized one by one with np.rint and np.clip.

import Testing

@testable import IngotCalibration

/// A histogram by a formula on whole numbers, and what numpy found for it. Bins are 2^-8 wide; the largest value is
/// in the middle of the last one.
struct ReferenceHistogram: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var counts: [UInt64]
  /// By number of bins; scipy.stats.entropy.
  var divergences: [Int: Double]
  /// Bins below the threshold: with the guard, without it, and of the other methods.
  var entropyBins: Int
  var unguardedBins: Int
  var mseBins: Int
  /// Of the fraction 0.999.
  var percentileBins: Int
  /// Of the entropy threshold.
  var sqnr: Double
  var clipped: Double
  /// Squared error of the full range.
  var fullError: Double

  var histogram: Histogram { Histogram(counts: counts, widthExponent: -8, largest: largest) }
  var largest: Float { (Float(counts.count) - 0.5) / 256 }
  func threshold(_ bins: Int) -> Double { bins == counts.count ? Double(largest) : Double(bins) / 256 }

  static let all: [ReferenceHistogram] = [
    ReferenceHistogram(
      testDescription: "heavy tail", counts: (0..<4096).map { 10_000_000 / UInt64(100 + $0 * $0 / 50) },
      divergences: [256: 0.7189998454784304, 1000: 0.19100383390183157, 4096: 0.004256440176055609], entropyBins: 4096,
      unguardedBins: 4096, mseBins: 3972, percentileBins: 3751, sqnr: 33.15941630017271, clipped: 0,
      fullError: 14622.301715852958),
    ReferenceHistogram(
      testDescription: "triangle", counts: (0..<3000).map { UInt64(3000 - $0) * 10 },
      divergences: [256: 4.236973459818296, 1000: 2.4855551615529867, 3000: 3.508796478255662e-05], entropyBins: 2994,
      unguardedBins: 2994, mseBins: 2926, percentileBins: 2906, sqnr: 45.10522843499388, clipped: 4.665111629456847e-06,
      fullError: 31929.07991071682),
    ReferenceHistogram(
      testDescription: "uniform", counts: [UInt64](repeating: 1000, count: 2500),
      divergences: [256: 4.650513232181637, 1000: 3.474966921838576, 2500: 0], entropyBins: 2500, unguardedBins: 2500,
      mseBins: 2490, percentileBins: 2498, sqnr: 48.09928035997113, clipped: 0, fullError: 1231.092788494781),
    ReferenceHistogram(
      testDescription: "a few far away", counts: far(40),
      divergences: [256: 3.2686999005625887, 1000: 0.4986140442401721, 3901: 0.00018116049260319763], entropyBins: 1497,
      unguardedBins: 1497, mseBins: 1472, percentileBins: 1454, sqnr: 42.350679347945174,
      clipped: 7.1063609036448525e-06,
      fullError: 27004.953696996934),
    // Divergence alone would clip these 400 as well, at ten times the error that it saves.
    ReferenceHistogram(
      testDescription: "more far away", counts: far(400),
      divergences: [256: 3.2687318955582305, 1000: 0.4986924386006333, 3901: 0.00018115759601529597], entropyBins: 3901,
      unguardedBins: 1499, mseBins: 3048, percentileBins: 1454, sqnr: 36.79181893982429, clipped: 0,
      fullError: 27004.953696996934),
    ReferenceHistogram(
      testDescription: "spike near zero", counts: [50_000_000] + (1..<2500).map { UInt64(2500 - $0) * 10 },
      divergences: [256: 4.025597827545614, 1000: 1.9403655041511845, 2500: 3.490297417396298e-05], entropyBins: 2495,
      unguardedBins: 2495, mseBins: 2438, percentileBins: 2374, sqnr: 45.05188665798299,
      clipped: 1.8464379135251577e-06,
      fullError: 15588.545024568386),
  ]

  private static func far(_ count: UInt64) -> [UInt64] {
    (0..<1500).map { UInt64(1500 - $0) * 20 } + [UInt64](repeating: 0, count: 2400) + [count]
  }
}

@Suite struct ThresholdTests {
  private func isClose(_ a: Double, _ b: Double, within tolerance: Double = 1e-9) -> Bool {
    abs(a - b) <= tolerance * max(abs(a), abs(b)) + 1e-12
  }

  @Test(arguments: ReferenceHistogram.all)
  func divergencesAreThoseOfTheReference(reference: ReferenceHistogram) throws {
    for (bins, expected) in reference.divergences {
      let found = try #require(EntropySearch.divergence(of: reference.histogram, bins: bins))
      #expect(isClose(found, expected), "\(bins): \(found), not \(expected)")
    }
  }

  @Test(arguments: ReferenceHistogram.all)
  func entropyChoosesWhatTheReferenceChooses(reference: ReferenceHistogram) {
    let choice = EntropySearch.search(reference.histogram)
    #expect(choice.amax == reference.threshold(reference.entropyBins))
    let sums = HistogramSums(reference.histogram)
    let quality = sums.quality(threshold: choice.amax, zeroCount: 0, divergence: nil)
    #expect(isClose(quality.sqnr, reference.sqnr, within: 1e-7))
    #expect(isClose(quality.clipped, reference.clipped))
    // The guard: never noisier than the full range, and it is what kept the range where divergence alone would not
    // have.
    #expect(sums.squaredError(threshold: choice.amax) <= reference.fullError * (1 + 1e-9))
    if reference.unguardedBins != reference.entropyBins {
      #expect(sums.squaredError(threshold: reference.threshold(reference.unguardedBins)) > reference.fullError)
    }
  }

  @Test(arguments: ReferenceHistogram.all)
  func theOtherMethodsChooseWhatTheReferenceChooses(reference: ReferenceHistogram) {
    let sums = HistogramSums(reference.histogram)
    #expect(isClose(sums.squaredError(threshold: Double(reference.largest)), reference.fullError, within: 1e-7))
    #expect(sums.leastSquaredErrorThreshold() == reference.threshold(reference.mseBins))
    #expect(sums.percentile(0.999, zeroCount: 0) == reference.threshold(reference.percentileBins))
    #expect(sums.percentile(1, zeroCount: 0) == Double(reference.largest))
  }

  @Test func aThresholdInAGapIsNoCandidate() {
    #expect(EntropySearch.divergence(of: ReferenceHistogram.all[3].histogram, bins: 2000) == nil)
  }

  @Test func fewValuesKeepTheirRange() throws {
    // 4000 values of a bell and one far away: too few to judge a tail by, so the range stays.
    var random = Numbers(seed: 7)
    let values = (0..<4000).map { _ in random.bell() } + [30]
    for method in [CalibrationMethod.entropy, .minmax] {
      let range = try collected([values]).range(named: "x", method: method)
      #expect(range.amax == 30)
    }
    // A hundred times as many are enough.
    let many = (0..<400_000).map { _ in random.bell() } + [30]
    #expect(try collected([many]).range(named: "x", method: .entropy).amax < 12)
  }

  @Test func fewDistinctValuesKeepTheirRange() throws {
    let values = (0..<100_000).map { Float([0, 0.25, 0.5, 1, 6][$0 % 5]) }
    for method in [CalibrationMethod.entropy, .mse, .percentile(0.999), .minmax] {
      #expect(try collected([values]).range(named: "x", method: method).amax == 6)
    }
  }

  @Test func zerosDecideNothing() throws {
    var random = Numbers(seed: 3)
    let values = (0..<200_000).map { _ in random.bell() }
    let relu = values.map { max($0, 0) }
    let positive = relu.filter { $0 > 0 }
    for method in [CalibrationMethod.entropy, .mse] {
      let sparse = try collected([relu + [Float](repeating: 0, count: 1_000_000)]).range(named: "x", method: method)
      let dense = try collected([positive]).range(named: "x", method: method)
      #expect(sparse.amax == dense.amax)
      #expect(sparse.min == 0 && sparse.zeroCount == 1_200_000 - positive.count)
    }
  }

  @Test(arguments: [CalibrationMethod.minmax, .entropy, .mse, .percentile(0.99)])
  func aTensorOfZerosHasTheSmallestThreshold(method: CalibrationMethod) throws {
    let range = try collected([[0, -0, 0]]).range(named: "x", method: method)
    #expect(range.amax == TensorRange.smallestAmax && range.isZero && range.zeroCount == 3)
    #expect(range.quality == nil)
  }

  @Test(arguments: [CalibrationMethod.minmax, .entropy, .mse, .percentile(0.9999)])
  func extremeMagnitudesHaveThresholds(method: CalibrationMethod) throws {
    for value in [Float.greatestFiniteMagnitude, .leastNonzeroMagnitude, 1e-38, 1e-20, 1] {
      let range = try collected([[value, -value / 2, value]]).range(named: "x", method: method)
      // Squared errors are those of the bins' middles, so their least may be a bin beside the value.
      let tolerance = method == .mse ? value / 1024 : 0
      #expect(abs(range.amax - max(value, TensorRange.smallestAmax)) <= tolerance, "\(value)")
    }
  }

  private func collected(_ batches: [[Float]]) throws -> ActivationStatistics {
    var statistics = ActivationStatistics(collectsHistogram: true)
    for batch in batches { try #require(statistics.add(batch.span) == nil) }
    return statistics
  }
}
