// Statistics of channels against the same numbers calculated one by one.

import Testing

@testable import IngotCalibration

@Suite struct ChannelStatisticsTests {
  struct Case: CustomTestStringConvertible {
    var shape: [Int]
    var axis: Int
    var testDescription: String { "\(shape), axis \(axis)" }
  }

  @Test(arguments: [
    Case(shape: [3, 5, 2, 7], axis: 1), Case(shape: [3, 4, 8], axis: -1), Case(shape: [6, 4], axis: 1),
    Case(shape: [3, 2, 1, 9], axis: 2), Case(shape: [4, 9], axis: 0), Case(shape: [5, 3, 4], axis: 1),
    Case(shape: [3, 2, 17, 19], axis: 1),
  ])
  func everyChannelIsMeasuredAlone(of one: Case) throws {
    var random = Numbers(seed: 3)
    let values = (0..<one.shape.reduce(1, *)).map { _ in random.bell() }
    let found = ChannelStatistics.bySample(values.span, shape: one.shape, axis: one.axis, sampleCount: 3)
    let parts = try #require(found)
    let axis = one.axis < 0 ? one.axis + one.shape.count : one.axis
    #expect(parts.count == (axis > 0 && one.shape[0] % 3 == 0 ? 3 : 1))
    var whole = parts[0]
    for part in parts.dropFirst() { whole.add(part) }
    let inner = one.shape[(axis + 1)...].reduce(1, *)
    var channels = [[Float]](repeating: [], count: one.shape[axis])
    for (index, value) in values.enumerated() { channels[index / inner % one.shape[axis]].append(value) }
    #expect(whole.valueCount == channels[0].count && whole.channelCount == channels.count)
    for (channel, expected) in channels.enumerated() {
      #expect(whole.min[channel] == expected.min() && whole.max[channel] == expected.max())
      #expect(whole.amax[channel] == expected.map(\.magnitude).max())
      func isNear(_ found: [Double], _ value: (Double) -> Double) -> Bool {
        let mean = expected.reduce(0) { $0 + value(Double($1)) } / Double(expected.count)
        return abs(found[channel] - mean) < 1e-6
      }
      #expect(isNear(whole.mean) { $0 } && isNear(whole.meanMagnitude) { abs($0) })
    }
  }

  /// Masks are filled with the lowest number there is.
  @Test func sumsOfHugeValuesStayFinite() throws {
    let values = [Float](repeating: -.greatestFiniteMagnitude, count: 40)
    let found = ChannelStatistics.bySample(values.span, shape: [1, 1, 40], axis: 1, sampleCount: 1)
    #expect(found?.map(\.mean) == [[-Double(Float.greatestFiniteMagnitude)]])
  }

  @Test func anAxisThatIsNotThereGivesNothing() {
    let values: [Float] = [1, 2, 3, 4]
    for axis in [2, -3] {
      let found = ChannelStatistics.bySample(values.span, shape: [2, 2], axis: axis, sampleCount: 2)
      #expect(found == nil)
    }
  }
}
