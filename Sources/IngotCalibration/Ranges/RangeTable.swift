// What calibration found: for each tensor the values that it took and the threshold that was chosen. The values only;
// the text form is in RangeTableText.swift and RangeTableReader.swift.

package import IngotCore

/// The ranges of a model's tensors, as a calibration run measured them.
package struct RangeTable: Hashable, Sendable {
  package var method: CalibrationMethod
  /// What names the calibration data: the caller's digest of the set.
  package var setIdentity: String
  package var sampleCount: Int
  /// The model that the tensors belong to, where the caller says.
  package var modelDigest: Digest?
  /// In the order that was asked for; names are unique.
  package var tensors: [TensorRange]

  package init(
    method: CalibrationMethod, setIdentity: String, sampleCount: Int, modelDigest: Digest? = nil, tensors: [TensorRange]
  ) {
    (self.method, self.setIdentity, self.sampleCount, self.modelDigest, self.tensors) =
      (method, setIdentity, sampleCount, modelDigest, tensors)
  }

  /// The thresholds by tensor name.
  package var amaxByName: [String: Float] {
    Dictionary(tensors.map { ($0.name, $0.amax) }, uniquingKeysWith: { first, _ in first })
  }

  /// Notes for each tensor what other methods chose, so that a picture can show why one was taken.
  /// - Parameter tables: of the same tensors in the same order.
  package mutating func compare(with tables: [RangeTable]) {
    for table in tables where table.tensors.map(\.name) == tensors.map(\.name) {
      for index in tensors.indices {
        tensors[index].thresholds[table.method.description] = table.tensors[index].amax
      }
    }
  }
}

/// What one tensor's values were.
package struct TensorRange: Hashable, Sendable {
  package var name: String
  /// Smallest and largest value seen.
  package var min: Float
  package var max: Float
  /// The threshold: quantization maps -amax...amax to its codes and clips the rest. Positive and finite.
  package var amax: Float
  package var valueCount: Int
  /// How many of them were exactly zero.
  package var zeroCount: Int
  /// Nil where the method needs none.
  package var histogram: HistogramSummary?
  /// What int8 with this threshold does to the values seen; nil without a histogram.
  package var quality: QuantizationQuality?
  /// What each method that was compared would have chosen in `amax`' place, by its description; empty where none were.
  package var thresholds: [String: Float] = [:]

  package init(
    name: String, min: Float, max: Float, amax: Float, valueCount: Int, zeroCount: Int,
    histogram: HistogramSummary? = nil,
    quality: QuantizationQuality? = nil
  ) {
    (self.name, self.min, self.max, self.amax, self.valueCount, self.zeroCount, self.histogram, self.quality) =
      (name, min, max, amax, valueCount, zeroCount, histogram, quality)
  }

  /// Whether every value was zero: such a tensor has `smallestAmax` for a threshold, because a scale must be positive.
  package var isZero: Bool { min == 0 && max == 0 }

  /// 127 times the smallest normal float32: a threshold below it would give a subnormal scale.
  package static let smallestAmax: Float = 127 * .leastNormalMagnitude
}

/// A histogram of magnitudes in short: enough to draw it and to tell two apart.
package struct HistogramSummary: Hashable, Sendable {
  /// Bins from zero to the largest magnitude; zeros themselves are not counted.
  package var binCount: Int
  /// Of a bin, in the tensor's units; a power of two.
  package var binWidth: Float
  /// Of the exact counts, as little-endian 64-bit integers.
  package var digest: Digest
  /// How many bins each entry of `counts` adds up.
  package var binsPerCount: Int
  package var counts: [Int]

  package init(binCount: Int, binWidth: Float, digest: Digest, binsPerCount: Int, counts: [Int]) {
    (self.binCount, self.binWidth, self.digest, self.binsPerCount, self.counts) =
      (binCount, binWidth, digest, binsPerCount, counts)
  }
}

/// What symmetric int8 with a threshold does to a distribution.
package struct QuantizationQuality: Hashable, Sendable {
  /// The fraction of values beyond the threshold.
  package var clipped: Double
  /// Signal to quantization noise, in decibels.
  package var sqnr: Double
  /// Kullback-Leibler divergence of the quantized distribution, in nats, where the method computes it.
  package var divergence: Double?

  package init(clipped: Double, sqnr: Double, divergence: Double? = nil) {
    (self.clipped, self.sqnr, self.divergence) = (clipped, sqnr, divergence)
  }
}
