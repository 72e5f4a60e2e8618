// From what was seen of a tensor to its threshold. Entropy has a file of its own.

extension ActivationStatistics {
  /// The tensor's entry in a range table.
  /// - Precondition: at least one value was taken in, and a histogram where the method needs one.
  func range(named name: String, method: CalibrationMethod, average: AverageRange = AverageRange()) -> TensorRange {
    precondition(valueCount > 0 && (histogram != nil || !method.needsHistogram), "nothing was collected of '\(name)'")
    var range = TensorRange(
      name: name, min: min, max: max, amax: Swift.max(largestMagnitude, TensorRange.smallestAmax),
      valueCount: valueCount,
      zeroCount: zeroCount)
    guard let histogram else { return range }
    range.histogram = histogram.summary
    guard largestMagnitude > 0 else { return range }
    let sums = HistogramSums(histogram)
    var divergence: Double?
    let threshold: Double
    switch method {
    case .minmax, .imported: threshold = sums.largest
    case .movingAverage: threshold = Double(Swift.min(average.amax, largestMagnitude))
    case .entropy:
      let choice = EntropySearch.search(histogram)
      (threshold, divergence) = (choice.amax, choice.divergence)
    case .percentile(let fraction): threshold = sums.percentile(fraction, zeroCount: zeroCount)
    case .mse: threshold = sums.leastSquaredErrorThreshold()
    }
    // Thresholds are bin edges, hence exact in float32, or magnitudes.
    range.amax = Swift.max(Float(threshold), TensorRange.smallestAmax)
    range.quality = sums.quality(threshold: Double(range.amax), zeroCount: zeroCount, divergence: divergence)
    return range
  }
}

extension HistogramSums {
  /// The smallest bin edge below which lies at least this fraction of all values, zeros included.
  func percentile(_ fraction: Double, zeroCount: Int) -> Double {
    let allowed = (1 - fraction) * (total + Double(zeroCount))
    var (low, high) = (1, binCount)
    while low < high {
      let middle = (low + high) / 2
      if count(beyondBins: middle) <= allowed { high = middle } else { low = middle + 1 }
    }
    return threshold(ofBins: low)
  }

  /// Of all bin edges and the largest magnitude, the one with the least squared error; of equals, the largest.
  func leastSquaredErrorThreshold() -> Double {
    var best = (threshold: largest, error: squaredError(threshold: largest))
    for bins in stride(from: binCount - 1, through: 1, by: -1) {
      let candidate = threshold(ofBins: bins)
      let error = squaredError(threshold: candidate)
      if error < best.error { best = (candidate, error) }
    }
    return best.threshold
  }

  func quality(threshold: Double, zeroCount: Int, divergence: Double?) -> QuantizationQuality {
    let beyond = threshold >= largest ? 0 : count(beyondBins: Int((threshold / width).rounded()))
    return QuantizationQuality(
      clipped: beyond / (total + Double(zeroCount)),
      sqnr: decibels(signal: energy, noise: squaredError(threshold: threshold)), divergence: divergence)
  }
}
