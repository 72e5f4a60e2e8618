// What each channel of a tensor did: what equalization, smoothing and bias correction decide from.
//
// Sums of floats depend on their order. Each sample is summed alone, in one order, and samples are added up in theirs:
// the means are the same bits however the samples were cut into batches and whichever thread had them.

/// Extremes and means of a tensor's values, channel by channel along one axis.
package struct ChannelStatistics: Hashable, Sendable {
  /// Values of each channel that were seen.
  package private(set) var valueCount = 0
  /// Smallest and largest value of each channel.
  package private(set) var min: [Float]
  package private(set) var max: [Float]
  private var sums: [Double]
  private var magnitudeSums: [Double]
  private var squareSums: [Double]

  init(channelCount: Int) {
    min = [Float](repeating: .infinity, count: channelCount)
    max = [Float](repeating: -.infinity, count: channelCount)
    sums = [Double](repeating: 0, count: channelCount)
    (magnitudeSums, squareSums) = (sums, sums)
  }

  package var channelCount: Int { min.count }
  /// The largest magnitude of each channel.
  package var amax: [Float] { zip(min, max).map { Swift.max($0.magnitude, $1.magnitude) } }
  package var mean: [Double] { sums.map { $0 / Double(Swift.max(valueCount, 1)) } }
  /// Of the magnitudes: what AWQ calls the salience of a channel.
  package var meanMagnitude: [Double] { magnitudeSums.map { $0 / Double(Swift.max(valueCount, 1)) } }
  package var meanSquare: [Double] { squareSums.map { $0 / Double(Swift.max(valueCount, 1)) } }

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
      squareSums[channel] += later.squareSums[channel]
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
        Self.take(row, &min, &max, &sums, &magnitudeSums, &squareSums)
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
    _ magnitudeSums: inout [Double], _ squareSums: inout [Double]
  ) {
    var low = min.mutableSpan
    var high = max.mutableSpan
    var sum = sums.mutableSpan
    var magnitude = magnitudeSums.mutableSpan
    var square = squareSums.mutableSpan
    for channel in 0..<values.count {
      let value = unsafe values[unchecked: channel]
      unsafe low[unchecked: channel] = value < low[unchecked: channel] ? value : low[unchecked: channel]
      unsafe high[unchecked: channel] = value > high[unchecked: channel] ? value : high[unchecked: channel]
      let wide = Double(value)
      unsafe sum[unchecked: channel] += wide
      unsafe magnitude[unchecked: channel] += wide.magnitude
      unsafe square[unchecked: channel] += wide * wide
    }
  }

  /// Many values of one channel, in four lanes whose order is always the same.
  private mutating func takeRun(_ values: Span<Float>, of channel: Int) {
    var low = SIMD4<Float>(repeating: min[channel])
    var high = SIMD4<Float>(repeating: max[channel])
    var (sum, magnitude, square) = (SIMD4<Double>.zero, SIMD4<Double>.zero, SIMD4<Double>.zero)
    var start = 0
    while start < values.count {
      let count = Swift.min(4, values.count - start)
      // The last values repeat the first of them, which changes no extreme, with a weight of zero.
      var block = SIMD4<Float>(repeating: values[start])
      var weight = SIMD4<Double>(1, 1, 1, 1)
      if count == 4 {
        unsafe block = SIMD4(
          values[unchecked: start], values[unchecked: start + 1], values[unchecked: start + 2],
          values[unchecked: start + 3])
      } else {
        for lane in 0..<4 { if lane < count { block[lane] = values[start + lane] } else { weight[lane] = 0 } }
      }
      low.replace(with: block, where: block .< low)
      high.replace(with: block, where: block .> high)
      let wide = SIMD4<Double>(Double(block.x), Double(block.y), Double(block.z), Double(block.w)) * weight
      sum += wide
      square += wide * wide
      magnitude += wide.replacing(with: -wide, where: wide .< 0)
      start += 4
    }
    min[channel] = low.min()
    max[channel] = high.max()
    sums[channel] += sum.sum()
    magnitudeSums[channel] += magnitude.sum()
    squareSums[channel] += square.sum()
  }
}
