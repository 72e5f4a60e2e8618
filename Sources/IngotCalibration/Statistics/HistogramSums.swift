// Running sums over a histogram's bins, which make every candidate threshold cost as many steps as there are
// quantization levels instead of as many as there are bins. A bin stands for values at its middle.

internal import Glibc

/// Sums over the first bins of a histogram; index i is the sum over bins 0..<i.
struct HistogramSums {
  /// Symmetric int8 has this many positive codes.
  static let levelCount = 127

  let binCount: Int
  let width: Double
  /// Larger than every bin's middle, the exact largest magnitude.
  let largest: Double
  private var counts: [Double] = [0]
  private var values: [Double] = [0]
  private var squares: [Double] = [0]

  /// - Parameter histogram: with at least one value.
  init(_ histogram: Histogram) {
    binCount = histogram.usedBinCount
    width = Double(histogram.width)
    largest = Double(histogram.largest)
    for bin in 0..<binCount {
      let count = Double(histogram.counts[bin])
      let middle = (Double(bin) + 0.5) * width
      counts.append(counts[bin] + count)
      values.append(values[bin] + count * middle)
      squares.append(squares[bin] + count * middle * middle)
    }
  }

  var total: Double { counts[binCount] }
  var energy: Double { squares[binCount] }

  /// The threshold of the first bins: their upper edge, or the largest magnitude for all.
  func threshold(ofBins count: Int) -> Double { count >= binCount ? largest : Double(count) * width }

  func count(beyondBins bins: Int) -> Double { total - counts[Swift.min(bins, binCount)] }

  /// The sum of (x - quantized x)² over all values, with int8 codes of threshold / 127: rounding to nearest inside,
  /// clipping outside.
  func squaredError(threshold: Double) -> Double {
    let step = threshold / Double(Self.levelCount)
    var error = 0.0
    var start = 0
    for level in 0...Self.levelCount {
      // Values below (level + ½) · step round to this level; the last one takes all that is beyond.
      let edge = level == Self.levelCount ? binCount : binIndex(below: (Double(level) + 0.5) * step)
      guard edge > start else { continue }
      let code = Double(level) * step
      error += squares[edge] - squares[start] - 2 * code * (values[edge] - values[start])
      error += code * code * (counts[edge] - counts[start])
      start = edge
    }
    // Rounding of the sums may leave a little less than nothing.
    return Swift.max(error, 0)
  }

  /// How many bins have their middle below the value.
  private func binIndex(below value: Double) -> Int {
    Swift.min(Swift.max(Int((value / width - 0.5).rounded(.up)), 0), binCount)
  }
}

/// Decibels of signal over noise; infinite noise-free signals are given as 200, more than float32 can carry.
package func decibels(signal: Double, noise: Double) -> Double {
  guard noise > 0, signal > 0 else { return 200 }
  return Swift.min(10 * log10(signal / noise), 200)
}
