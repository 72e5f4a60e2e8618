// Counts of magnitudes in equal bins that widen as larger values arrive.
//
// One pass instead of two (ranges first, then bins of a fixed width): a bin's width is always a power of two, and
// when a value does not fit, neighbours are added up and the width doubles. Because floor(x / 2w) = floor(floor(x /
// w) / 2), the counts are those that the final width would have given from the start: they depend on the values
// alone, not on their order or on how they were cut into batches. That saves half of the model runs, which are nearly
// all of a calibration's time. The price is that the largest magnitude falls anywhere into the upper half of the
// bins, so the resolution is between 2048 and 4096 bins, where TensorRT and pytorch-quantization have 2048.

internal import IngotCore

/// How often magnitudes were seen, by bins that start at zero. Zeros are not counted: every scale keeps them.
package struct Histogram: Hashable, Sendable {
  package static let binCount = 4096
  private static let halfBinCount = binCount / 2

  /// `binCount` of them, or fewer after `coarsened`.
  package private(set) var counts: [UInt64]
  /// The width of a bin is 2 to this power.
  package private(set) var widthExponent: Int
  package private(set) var largest: Float

  package init() {
    counts = []
    (widthExponent, largest) = (0, 0)
  }

  /// - Parameter counts: at most `binCount` of them.
  init(counts: [UInt64], widthExponent: Int, largest: Float) {
    (self.counts, self.widthExponent, self.largest) = (counts, widthExponent, largest)
  }

  package var width: Float { Float(sign: .plus, exponent: widthExponent, significand: 1) }
  package var total: UInt64 { counts.reduce(0, +) }
  /// Bins up to the one that the largest magnitude is in.
  package var usedBinCount: Int { counts.isEmpty ? 0 : min(counts.count, Int(largest / width) + 1) }

  /// - Parameter largest: at least every magnitude among the values, finite.
  /// - Parameter zeroCount: how many of the values are zero.
  mutating func add(_ values: Span<Float>, largest newLargest: Float, zeroCount: Int) {
    guard newLargest > 0 else { return }
    widen(toHold: newLargest)
    let inverse = Float(sign: .plus, exponent: -widthExponent, significand: 1)
    // A block's counts fit 32 bits, which keeps both halves of the scratch in the first-level cache.
    var start = 0
    while start < values.count {
      let end = min(start + (1 << 30), values.count)
      count(values.extracting(start..<end), times: inverse)
      start = end
    }
    counts[0] -= UInt64(zeroCount)
  }

  /// Adds the counts of another histogram, of this form or of none yet.
  mutating func add(_ other: Histogram) {
    guard !other.counts.isEmpty else { return }
    widen(toHold: other.largest)
    var other = other
    other.widen(toHold: largest)
    for bin in 0..<Self.binCount { counts[bin] += other.counts[bin] }
  }

  /// The smallest width that holds the value: it depends on the largest value alone.
  private mutating func widen(toHold value: Float) {
    guard value > largest || counts.isEmpty else { return }
    largest = max(largest, value)
    // binCount * 2^e > value: e = exponent(value) + 1 - log2(binCount). The bound keeps 1 / width a normal number.
    let needed = max(Int(value.exponent) + 1 - Self.binCount.trailingZeroBitCount, -120)
    if counts.isEmpty {
      counts = [UInt64](repeating: 0, count: Self.binCount)
      widthExponent = needed
    }
    while widthExponent < needed {
      for bin in 0..<Self.halfBinCount { counts[bin] = counts[2 * bin] + counts[2 * bin + 1] }
      for bin in Self.halfBinCount..<Self.binCount { counts[bin] = 0 }
      widthExponent += 1
    }
  }

  /// Two interleaved histograms: activations after ReLU are mostly one value, and a count that waits for the same
  /// count's last store takes four times as long.
  private mutating func count(_ values: Span<Float>, times inverse: Float) {
    let mask = Self.binCount - 1
    var even = [UInt32](repeating: 0, count: Self.binCount)
    var odd = even
    var evenSpan = even.mutableSpan
    var oddSpan = odd.mutableSpan
    // Unchecked where it is safe by form: indices below count, and bins of 12 bits into 4096 counts.
    for pair in 0..<values.count / 2 {
      let (first, second) = unsafe (values[unchecked: 2 * pair], values[unchecked: 2 * pair + 1])
      unsafe evenSpan[unchecked: Self.bin(first, inverse) & mask] &+= 1
      unsafe oddSpan[unchecked: Self.bin(second, inverse) & mask] &+= 1
    }
    if values.count % 2 == 1 { evenSpan[Self.bin(values[values.count - 1], inverse) & mask] &+= 1 }
    for bin in 0..<Self.binCount { counts[bin] += UInt64(evenSpan[bin]) + UInt64(oddSpan[bin]) }
  }

  /// Multiplying by a power of two is exact, and so is the sum in Double: adding 4096 to a number below 4096 leaves
  /// its whole part in the top 12 bits of the fraction, which needs no conversion to an integer and its checks.
  @inline(__always) private static func bin(_ value: Float, _ inverse: Float) -> Int {
    Int(truncatingIfNeeded: (Double(value.magnitude * inverse) + Double(binCount)).bitPattern >> 40)
  }

  /// Half as many bins of twice the width.
  package func coarsened() -> Histogram {
    var result = self
    result.widthExponent += 1
    result.counts = stride(from: 0, to: counts.count, by: 2).map { bin in
      counts[bin] + (bin + 1 < counts.count ? counts[bin + 1] : 0)
    }
    return result
  }
}

extension Histogram {
  /// At most so many counts are kept for pictures.
  private static let summaryCountLimit = 128

  package var summary: HistogramSummary {
    let used = counts.prefix(usedBinCount)
    let merged = Self.binCount / Self.summaryCountLimit
    let coarse = stride(from: 0, to: used.count, by: merged).map { start in
      Int(used[start..<min(start + merged, used.count)].reduce(0, +))
    }
    return HistogramSummary(
      binCount: used.count, binWidth: width, digest: Digest(of: littleEndianBytes(of: Array(used))),
      binsPerCount: merged,
      counts: coarse)
  }
}
