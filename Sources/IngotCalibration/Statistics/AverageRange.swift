// The range that samples have on average: B. Jacob et al., "Quantization and Training of Neural Networks for Efficient
// Integer-Arithmetic-Only Inference" (CVPR 2018), 3.1, with the constant of PyTorch's MovingAverageMinMaxObserver. There
// the first batch stands for everything that was before it, and weighs a third of a hundred samples'; here the average
// starts from nothing and is divided by the weight that it has seen, as D. Kingma and J. Ba's Adam (2015), 3, does.

/// The smallest and largest value of one sample.
struct SampleExtremes: Hashable, Sendable {
  var min: Float, max: Float

  /// - Parameter shape: all values are one sample where its first axis is not the samples'.
  static func bySample(_ values: Span<Float>, shape: [Int], sampleCount: Int) -> [SampleExtremes] {
    guard values.count > 0 else { return [] }
    let isPerSample = sampleCount > 0 && (shape.first ?? 0) % sampleCount == 0
    let parts = isPerSample ? sampleCount : 1
    let size = values.count / parts
    return (0..<parts).map { part in
      var statistics = ActivationStatistics(collectsHistogram: false)
      _ = statistics.add(values.extracting(part * size..<(part + 1) * size))
      return SampleExtremes(min: statistics.min, max: statistics.max)
    }
  }
}

/// A moving average of samples' extremes, in the order of the samples.
struct AverageRange: Hashable, Sendable {
  /// What a sample weighs.
  static let weight = 0.01

  private var low = 0.0
  private var high = 0.0
  /// Of all samples so far, in 0..<1.
  private var seen = 0.0

  mutating func add(_ sample: SampleExtremes) {
    low += Self.weight * (Double(sample.min) - low)
    high += Self.weight * (Double(sample.max) - high)
    seen += Self.weight * (1 - seen)
  }

  /// The largest magnitude of the range; zero where there was no sample.
  var amax: Float { seen > 0 ? Float(max(low.magnitude, high.magnitude) / seen) : 0 }
}
