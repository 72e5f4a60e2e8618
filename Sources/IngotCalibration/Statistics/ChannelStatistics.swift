// What each channel of a tensor did: what equalization, smoothing and bias correction decide from.
//
// Sums of floats depend on their order. Each sample is summed alone, in one order, and samples are added up in theirs:
// the means are the same bits however the samples were cut into batches and whichever thread had them.

/// Extremes and means of a tensor's values, channel by channel along one axis.
package struct ChannelStatistics: Hashable, Codable, Sendable {
  /// Values of each channel that were seen.
  package private(set) var valueCount = 0
  /// Smallest and largest value of each channel.
  package private(set) var min: [Float]
  package private(set) var max: [Float]
  private var sums: [Double]
  private var magnitudeSums: [Double]

  init(channelCount: Int) {
    min = [Float](repeating: .infinity, count: channelCount)
    max = [Float](repeating: -.infinity, count: channelCount)
    sums = [Double](repeating: 0, count: channelCount)
    magnitudeSums = sums
  }

  package var channelCount: Int { min.count }
  /// The largest magnitude of each channel.
  package var amax: [Float] { zip(min, max).map { Swift.max($0.magnitude, $1.magnitude) } }
  package var mean: [Double] { sums.map { $0 / Double(Swift.max(valueCount, 1)) } }
  /// Of the magnitudes: what AWQ calls the salience of a channel.
  package var meanMagnitude: [Double] { magnitudeSums.map { $0 / Double(Swift.max(valueCount, 1)) } }

  /// Adds what came later.
  /// - Precondition: both have as many channels.
  mutating func add(_ later: ChannelStatistics) {
    precondition(channelCount == later.channelCount, "\(channelCount) channels are not \(later.channelCount)")
    valueCount += later.valueCount
    for channel in 0..<channelCount {
      min[channel] = Swift.min(min[channel], later.min[channel])
      max[channel] = Swift.max(max[channel], later.max[channel])
      sums[channel] += later.sums[channel]
      magnitudeSums[channel] += later.magnitudeSums[channel]
    }
  }
}

extension ChannelStatistics {
  /// The channels of finite values, sample by sample.
  /// - Parameter axis: of the channels; -1 is the last one. With axis 0, and where the first axis is not the samples',
  ///   all values are one sample.
  /// - Returns: nil where there is no such axis.
  static func bySample(
    _ values: Span<Float>, shape: [Int], axis: Int, sampleCount: Int
  ) -> [ChannelStatistics]? {
    let axis = axis < 0 ? axis + shape.count : axis
    guard shape.indices.contains(axis), shape.reduce(1, *) == values.count else { return nil }
    let isPerSample = axis > 0 && sampleCount > 0 && shape[0] % sampleCount == 0
    let parts = isPerSample ? sampleCount : 1
    let size = values.count / parts
    let inner = shape[(axis + 1)...].reduce(1, *)
    return (0..<parts).map { part in
      var statistics = ChannelStatistics(channelCount: shape[axis])
      statistics.take(values.extracting(part * size..<(part + 1) * size), inner: inner)
      return statistics
    }
  }

  /// - Parameter inner: how many values of one channel lie side by side.
  private mutating func take(_ values: Span<Float>, inner: Int) {
    guard values.count > 0 else { return }
    let rows = values.count / (inner * channelCount)
    valueCount += rows * inner
    for row in 0..<rows {
      let rowStart = row * inner * channelCount
      if inner == 1 {
        let row = values.extracting(rowStart..<rowStart + channelCount)
        Self.take(row, &min, &max, &sums, &magnitudeSums)
      } else {
        for channel in 0..<channelCount {
          let start = rowStart + channel * inner
          takeRun(values.extracting(start..<start + inner), of: channel)
        }
      }
    }
  }

  /// One value of each channel. Unchecked, so that the loop becomes vector instructions; all arrays have `count` elements.
  private static func take(
    _ values: Span<Float>, _ min: inout [Float], _ max: inout [Float], _ sums: inout [Double],
    _ magnitudeSums: inout [Double]
  ) {
    var low = min.mutableSpan
    var high = max.mutableSpan
    var sum = sums.mutableSpan
    var magnitude = magnitudeSums.mutableSpan
    for channel in 0..<values.count {
      let value = unsafe values[unchecked: channel]
      unsafe low[unchecked: channel] = value < low[unchecked: channel] ? value : low[unchecked: channel]
      unsafe high[unchecked: channel] = value > high[unchecked: channel] ? value : high[unchecked: channel]
      let wide = Double(value)
      unsafe sum[unchecked: channel] += wide
      unsafe magnitude[unchecked: channel] += wide.magnitude
    }
  }

  /// Many values of one channel, in eight lanes whose order is always the same. A lane adds up few values as floats, which loses
  /// less than a millionth of them, before it goes into the sums.
  private mutating func takeRun(_ values: Span<Float>, of channel: Int) {
    var low = SIMD8<Float>(repeating: min[channel])
    var high = SIMD8<Float>(repeating: max[channel])
    var (sum, magnitude) = (0.0, 0.0)
    let whole = values.count / 8 * 8
    var start = 0
    while start < whole {
      let end = Swift.min(start + 8 * Self.laneCount, whole)
      var (sums, magnitudes) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
      while start < end {
        // Unchecked: start + 7 is below the count.
        let block = unsafe SIMD8(
          values[unchecked: start], values[unchecked: start + 1], values[unchecked: start + 2],
          values[unchecked: start + 3], values[unchecked: start + 4], values[unchecked: start + 5],
          values[unchecked: start + 6], values[unchecked: start + 7])
        low.replace(with: block, where: block .< low)
        high.replace(with: block, where: block .> high)
        sums += block
        magnitudes += block.replacing(with: -block, where: block .< 0)
        start += 8
      }
      for lane in 0..<8 { (sum, magnitude) = (sum + Double(sums[lane]), magnitude + Double(magnitudes[lane])) }
    }
    (min[channel], max[channel]) = (low.min(), high.max())
    for index in whole..<values.count {
      let value = values[index]
      (min[channel], max[channel]) = (Swift.min(min[channel], value), Swift.max(max[channel], value))
      (sum, magnitude) = (sum + Double(value), magnitude + Double(value.magnitude))
    }
    if !magnitude.isFinite {
      // Values so large that few of them are beyond what a float holds.
      (sum, magnitude) = (0, 0)
      for index in values.indices {
        (sum, magnitude) = (sum + Double(values[index]), magnitude + Double(values[index].magnitude))
      }
    }
    sums[channel] += sum
    magnitudeSums[channel] += magnitude
  }

  /// Values that a lane adds up as floats.
  private static let laneCount = 16
}
