// Views in another order: what tiles of columns give is what a plain loop gives, for every width of an element.

import IngotCore
import Testing

@testable import IngotGraph

@Suite struct EvaluateStridedViewTests {
  /// Of a source of `[depth, rows, columns]` elements, each with bytes of its own.
  private static func source(_ count: Int, width: Int) -> [UInt8] {
    (0..<count * width).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ $0 >> 7) }
  }

  @Test(
    arguments: [1, 2, 4, 8, 16],
    [[1, 1, 1], [1, 3, 5], [2, 16, 4], [1, 17, 9], [3, 33, 70], [1, 64, 65], [2, 1, 40], [1, 40, 2]])
  func aTransposedViewIsWhatAPlainLoopGives(width: Int, sizes: [Int]) {
    let (depth, rows, columns) = (sizes[0], sizes[1], sizes[2])
    let count = depth * rows * columns
    let source = Self.source(count, width: width)
    let view = StridedView([depth, columns, rows], strides: [rows * columns, 1, columns])
    var expected: [UInt8] = []
    for block in 0..<depth {
      for column in 0..<columns {
        for row in 0..<rows {
          let element = (block * rows + row) * columns + column
          expected += source[element * width..<(element + 1) * width]
        }
      }
    }
    for range in [0..<count, count / 3..<count, 0..<count - count / 4, count / 5..<count / 2] {
      let made = source.withUnsafeBytes { view.bytes(range, of: RawSpan(_unsafeBytes: $0), elementByteCount: width) }
      #expect(made == Array(expected[range.lowerBound * width..<range.upperBound * width]))
    }
  }

  @Test func weightsThatTogetherLookTooLargeAreLookedAtOneByOne() throws {
    // The exponents of 0.5 and 4 have no bit in common: together their bits are those of a number over any weight's.
    let count = 1 << 16
    var weights = (0..<count).map { Float($0 % 2 == 0 ? 0.75 : 4) }
    let layout = ChannelLayout(blocks: 1, channels: 256, inner: 256)
    let factors = [Double](repeating: 3, count: 256)
    let scaled = try #require(layout.scaled(Tensor(weights, shape: [256, 256]), by: factors))
    #expect(scaled.floats == weights.map { $0 * 3 })
    for bad in [Float.infinity, .nan, 1e38] {
      weights[count - 1] = bad
      #expect(layout.scaled(Tensor(weights, shape: [256, 256]), by: factors) == nil)
    }
  }
}
