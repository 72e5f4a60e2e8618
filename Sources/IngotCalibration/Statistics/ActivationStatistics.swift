// What is kept of a tensor while batches pass by: a few numbers and a histogram, whatever the number of samples.

/// Range, counts and, where asked for, the histogram of all values that a tensor took.
package struct ActivationStatistics: Hashable, Sendable {
  package private(set) var min: Float = .infinity
  package private(set) var max: Float = -.infinity
  package private(set) var valueCount = 0
  package private(set) var zeroCount = 0
  /// Nil where none is collected.
  package private(set) var histogram: Histogram?

  package init(collectsHistogram: Bool) { histogram = collectsHistogram ? Histogram() : nil }

  package var largestMagnitude: Float { valueCount == 0 ? 0 : Swift.max(min.magnitude, max.magnitude) }

  /// Takes in values.
  /// - Returns: nil, or the index of the first value that is not finite; nothing is taken in then.
  package mutating func add(_ values: Span<Float>) -> Int? {
    guard values.count > 0 else { return nil }
    let extent = Extent(of: values)
    guard extent.isFinite else { return (0..<values.count).first { !values[$0].isFinite } }
    min = Swift.min(min, extent.min)
    max = Swift.max(max, extent.max)
    valueCount += values.count
    zeroCount += extent.zeroCount
    histogram?.add(values, largest: Swift.max(extent.min.magnitude, extent.max.magnitude), zeroCount: extent.zeroCount)
    return nil
  }
}

extension ActivationStatistics {
  /// Adds what others saw of the same tensor, whichever came first. Both collect a histogram, or none does.
  package mutating func add(_ other: ActivationStatistics) {
    min = Swift.min(min, other.min)
    max = Swift.max(max, other.max)
    valueCount += other.valueCount
    zeroCount += other.zeroCount
    if let added = other.histogram { histogram?.add(added) }
  }
}

/// Smallest and largest value and the number of zeros, computed on integers that order as the floats do: integer
/// minima are associative, so the loop becomes vector instructions, and NaNs sort beyond the infinities instead of
/// vanishing in comparisons.
private struct Extent {
  private var smallest = Int32.max
  private var largest = Int32.min
  private(set) var zeroCount = 0

  init(of values: Span<Float>) {
    // A block's zeros fit 32 bits, as the lanes of the other two have.
    var start = 0
    while start < values.count {
      let block = values.extracting(start..<Swift.min(start + (1 << 30), values.count))
      var (low, high, zeros) = (smallest, largest, Int32(0))
      for index in 0..<block.count {
        // Unchecked, because a check in the loop keeps it from becoming vector instructions: the index is in 0..<count.
        let bits = unsafe Int32(bitPattern: block[unchecked: index].bitPattern)
        let magnitude = bits & 0x7fff_ffff
        let key = bits ^ ((bits >> 31) & 0x7fff_ffff)
        low = Swift.min(low, key)
        high = Swift.max(high, key)
        // -1 where the magnitude is zero, without a branch that half of all activations would mispredict.
        zeros &-= (magnitude &- 1) >> 31
      }
      (smallest, largest) = (low, high)
      zeroCount += Int(zeros)
      start += block.count
    }
  }

  var min: Float { Self.float(smallest) }
  /// Zero, not negative zero: -0 and 0 are the same value but two keys.
  var max: Float { Self.float(largest) + 0 }
  var isFinite: Bool { min.isFinite && max.isFinite }

  private static func float(_ key: Int32) -> Float {
    Float(bitPattern: UInt32(bitPattern: key ^ ((key >> 31) & 0x7fff_ffff)))
  }
}
