// Rounding and scales of int8, int4 and float8.

import IngotCore
import Testing

@testable import IngotPrecision

@Suite struct ScaledFormatTests {
  @Test func float8IsTheNearestOfAllItsNumbers() {
    let numbers = (0..<127).map { (bits: UInt8($0), value: ScaledFormat.float8(UInt8($0))) }
    #expect(numbers[0].value == 0)
    #expect(numbers[1].value == 0x1p-9)
    #expect(numbers[0x38].value == 1)
    #expect(numbers[126].value == 448)
    for step in 0...20_000 {
      let value = Float(step) * step.magnitude.leadingZeroBitCount.isMultiple(of: 2).factor
      let bits = ScaledFormat.float8Bits(min(value, 448))
      let distance = abs(ScaledFormat.float8(bits) - min(value, 448))
      let best = numbers.map { abs($0.value - min(value, 448)) }.min() ?? 0
      #expect(distance == best, "\(value) became \(ScaledFormat.float8(bits))")
    }
    // Ties to even.
    #expect(ScaledFormat.float8Bits(1.0625) == 0x38)
    #expect(ScaledFormat.float8Bits(1.1875) == 0x3a)
    #expect(ScaledFormat.float8Bits(-0x1p-10) == 0x80)
    #expect(ScaledFormat.float8Bits(0x1.8p-9) == 2)
  }

  @Test func scalesAreExactInTheirType() {
    #expect(ScaledFormat.float8.scale(amax: 896, storedAs: .float32) == 2)
    #expect(ScaledFormat.int4.scale(amax: 7, storedAs: .bfloat16) == 1)
    let half = ScaledFormat.int4.scale(amax: 1, storedAs: .float16)
    #expect(Float(Float16(half)) == half)
    #expect(ScaledFormat.int4.scale(amax: 0, storedAs: .float16) > 0)
    #expect(ScaledFormat.int8.scale(amax: 1e-30, storedAs: .float16) == 0x1p-24)
  }

  @Test func blocksHaveTheirOwnScalesAlongTheirAxis() throws {
    // Two blocks of two rows; the columns do not meet.
    let weight = Tensor([7, 70, -3.5, 35, 1, 0, 14, 0], shape: [4, 2])
    let result = try ScaledFormat.int4.quantize(
      weight, by: .blocks(axis: 0, size: 2), clips: false, scaleType: .float32
    )
    .get()
    #expect(result.scales == Tensor([1, 10, 2, ScaledFormat.scaleOfZeros], shape: [2, 2]))
    #expect(result.values.type == .int4)
    // 7 7, -4 4 (3.5 ties to even), 0 0 (0.5 too), 7 0; the first in the low bits
    #expect(result.values.bytes.array == [0x77, 0x4c, 0x00, 0x07])
    #expect(result.zeroGroups == 1)
  }

  @Test func clippingNeverMakesABlockWorse() throws {
    let values = (0..<512).map { index in index % 64 == 0 ? Float(8) : Float(index % 17 - 8) * 0.11 }
    let tensor = Tensor(values, shape: [512, 1])
    func error(clips: Bool) throws -> Float {
      let result = try ScaledFormat.int4.quantize(
        tensor, by: .blocks(axis: 0, size: 64), clips: clips, scaleType: .float32
      ).get()
      let scales = result.scales.elements(as: Float.self)
      return values.enumerated().reduce(0) { sum, item in
        let error = ScaledFormat.int4.rounded(item.element, scale: scales[item.offset / 64]) - item.element
        return sum + error * error
      }
    }
    #expect(try error(clips: true) < error(clips: false))
  }

  @Test func largeWeightsAreRecipesThatGiveTheSameBytesPieceByPiece() throws {
    let values = (0..<300_000).map { Float($0 % 997) * 0.01 - 5 }
    for (format, grouping) in [
      (ScaledFormat.int4, ScaleGroups.blocks(axis: 0, size: 50)), (.int8, .channels(axis: 1)),
      (.float8, .channels(axis: 0)),
    ] {
      let result = try format.quantize(
        Tensor(values, shape: [600, 500]), by: grouping, clips: false, scaleType: .float32
      )
      .get()
      #expect(result.values.bytes.computationDepth == 1)
      let all = result.values.bytes.array
      #expect(result.values.bytes[777..<70_001].array == Array(all[777..<70_001]))
    }
  }
}

extension Bool {
  fileprivate var factor: Float { self ? 0.0009765625 : 0.02 }
}
