// The entropy threshold: S. Migacz, "8-bit Inference with TensorRT", GTC 2017, as pytorch-quantization's
// HistogramCalibrator computes it, with a guard against clipping that costs more than it gains.
//
// For a candidate of the first i bins, P is the histogram of those bins with everything beyond added to the last of
// them. Q is what int8 can tell of it: the i bins fall into 128 levels, and each level's count, without what was
// clipped, is spread evenly over those of its bins that are not empty. The threshold is that with the least KL(P ||
// Q); of equals, the largest.
//
//  * Bin 0 is given bin 1's count: all candidates round it to zero, and a spike there (SiLU, sparse features) would
//    otherwise decide everything. Exact zeros are not in the histogram at all.
//  * If the last bin is empty and something lies beyond, Q is 0 where P is not: such a threshold is in a gap and
//    never better than the gap's lower edge, so it is not a candidate and no smoothing constant is needed.
//  * The search starts at two bins a level. With one, Q repeats P whatever the values are, and small thresholds look
//    free.
//  * Bins are merged by two until they hold 16 values each on average. In bins of a few values the divergence
//    measures chance. With fewer than 16 * 256 values there is nothing to search, and the range stays as it was seen.
//  * Divergence does not see how far a clipped value moves, the known failure of the method: on few distinct or
//    heavy-tailed values it clips what matters. So a candidate must not have a larger squared error than the full
//    range has. The full range always qualifies: entropy is never worse than minmax in signal to quantization noise
//    on the data that was seen.

internal import Glibc

struct EntropySearch {
  /// Levels of magnitude that the method distinguishes.
  static let levelCount = 128
  static let binsPerLevelAtStart = 2
  static let valuesPerBin: UInt64 = 16

  struct Choice: Hashable {
    var amax: Double
    var divergence: Double
  }

  private let sums: HistogramSums
  /// Over the first bins: counts, bins that are not empty, and count · ln(count).
  private var counts: [Double] = [0]
  private var occupied: [Double] = [0]
  private var information: [Double] = [0]

  /// - Parameter histogram: with at least one value.
  private init(_ histogram: Histogram) {
    sums = HistogramSums(histogram)
    for bin in 0..<sums.binCount {
      let count = Double(histogram.counts[bin == 0 && sums.binCount > 1 ? 1 : bin])
      counts.append(counts[bin] + count)
      occupied.append(occupied[bin] + (count > 0 ? 1 : 0))
      information.append(information[bin] + (count > 0 ? count * log(count) : 0))
    }
  }

  /// - Parameter histogram: with at least one value.
  static func search(_ histogram: Histogram) -> Choice {
    var merged = histogram
    while merged.usedBinCount > 1, merged.total < UInt64(merged.usedBinCount) * valuesPerBin {
      merged = merged.coarsened()
    }
    return EntropySearch(merged).best()
  }

  private func best() -> Choice {
    let all = sums.binCount
    var best = Choice(amax: sums.largest, divergence: divergence(ofBins: all) ?? 0)
    let limit = sums.squaredError(threshold: sums.largest)
    // From the full range down, so that only a smaller divergence, not an equal one, makes the threshold smaller.
    for count in stride(from: all - 1, through: Self.levelCount * Self.binsPerLevelAtStart, by: -1) {
      guard let divergence = divergence(ofBins: count), divergence < best.divergence else { continue }
      let threshold = sums.threshold(ofBins: count)
      if sums.squaredError(threshold: threshold) <= limit { best = Choice(amax: threshold, divergence: divergence) }
    }
    return best
  }

  /// KL(P || Q) in nats; nil where P has weight that Q has not.
  ///
  /// Both are normalized. Over the bins of a level that are not empty Q is level count / occupied bins, so
  /// Σ p ln(p / q) needs only the level's sums; the last bin, which holds what was clipped, is put right afterwards.
  func divergence(ofBins binCount: Int) -> Double? {
    let lastCount = counts[binCount] - counts[binCount - 1]
    let clipped = counts[sums.binCount] - counts[binCount]
    let inside = counts[binCount]
    guard inside > 0, clipped == 0 || lastCount > 0 else { return nil }
    var sum = information[binCount]
    var start = 0
    var lastDensity = 1.0
    for level in 1...Self.levelCount {
      // Bin b is of level floor(b · 128 / binCount).
      let end = (level * binCount + Self.levelCount - 1) / Self.levelCount
      let count = counts[end] - counts[start]
      if count > 0 {
        lastDensity = count / (occupied[end] - occupied[start])
        sum -= count * log(lastDensity)
      }
      start = end
    }
    if clipped > 0 {
      let lumped = lastCount + clipped
      sum += lumped * log(lumped) - lastCount * log(lastCount) - clipped * log(lastDensity)
    }
    // Σ P/|P| · ln((P/|P|) / (Q/|Q|)), with |P| = everything and |Q| = what is inside.
    let everything = inside + clipped
    return Swift.max(sum / everything + log(inside / everything), 0)
  }
}

extension EntropySearch {
  /// For tests: the divergence of one candidate.
  static func divergence(of histogram: Histogram, bins: Int) -> Double? {
    EntropySearch(histogram).divergence(ofBins: bins)
  }
}
