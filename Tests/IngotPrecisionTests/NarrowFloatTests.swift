import IngotCore
import Testing

@testable import IngotPrecision

@Suite struct NarrowFloatTests {
  private func convert(_ values: [Float]) -> (halves: [Float16], NarrowingCensus) {
    let tensor = NarrowFloat.convert(Tensor(values), to: .float16)
    return (tensor.elements(as: Float16.self), NarrowingCensus(Tensor(values), as: .float16))
  }

  /// Every exponent and sign, fractions spread by a prime, and the neighbours of every half way between two float16 numbers
  /// of a few exponents.
  @Test func roundsAsTheLanguageDoes() {
    var values = stride(from: UInt32(0), to: 0x4770_0000, by: 12_289).map { Float(bitPattern: $0) }
    for half in stride(from: UInt32(0x3300_0000), to: 0x3900_0000, by: 0x800) {
      for bits in [half &- 1, half, half &+ 1] { values.append(Float(bitPattern: bits)) }
    }
    values += values.map { -$0 }
    let (halves, census) = convert(values)
    var raised = 0
    for (value, half) in zip(values, halves) {
      let expected = Float16(value)
      if expected == 0 && value != 0 {
        raised += 1
        #expect(half == (value < 0 ? -Float16.leastNonzeroMagnitude : Float16.leastNonzeroMagnitude))
      } else if half.bitPattern != expected.bitPattern {
        Issue.record("\(value) became \(half), not \(expected)")
        return
      }
    }
    #expect(census.tiny == raised)
    #expect(census.overRange == 0)
  }

  @Test func clipsWhatDoesNotFitAndKeepsWhatIsNoNumber() {
    let (halves, census) = convert([65504, 65505, -65520, 1e30, .infinity, -.infinity, .nan])
    #expect(halves.dropLast() == [65504, 65504, -65504, 65504, .infinity, -.infinity])
    #expect(halves.last?.isNaN == true)
    #expect((census.overRange, census.nonFinite, census.tiny) == (3, 3, 0))
  }

  /// Numbers that need nothing but rounding go another way than those among which one does.
  @Test func bothWaysRoundTheSame() {
    let values = (0..<5000).map { Float($0 - 2500) * 0.013 }
    let plain = convert(values).halves
    let mixed = convert(values + [1e9]).halves
    #expect(plain == Array(mixed.dropLast()))
    #expect(plain == values.map { Float16($0) })
  }

  @Test func bfloat16RoundsToFiniteNumbers() {
    let values: [Float] = [
      1, 1.00390625, 1.01171875, 3.3895314e38, 3.4028235e38, -3.4028235e38, .infinity, -.infinity,
      .leastNonzeroMagnitude,
    ]
    let bits = NarrowFloat.convert(Tensor(values), to: .bfloat16).elements(as: UInt16.self)
    #expect(bits == [0x3f80, 0x3f80, 0x3f82, 0x7f7f, 0x7f7f, 0xff7f, 0x7f80, 0xff80, 0])
    let nan = NarrowFloat.convert(Tensor([Float(bitPattern: 0x7f80_0001)]), to: .bfloat16).elements(as: UInt16.self)
    #expect(nan == [0x7fc0])
    #expect(NarrowingCensus(Tensor(values), as: .bfloat16).overRange == 2)
  }

  /// A weight is converted when it is read, whatever part of it is asked for.
  @Test(arguments: [ElementType.float16, .bfloat16])
  func largeWeightsAreRecipes(type: ElementType) {
    let values = (0..<200_003).map { Float($0 % 1013) * 0.37 - 180 }
    let narrow = NarrowFloat.convert(Tensor(values), to: type)
    #expect(narrow.bytes.computationDepth == 1)
    #expect(NarrowFloat.convert(Tensor(Array(values.prefix(1000))), to: type).bytes.computationDepth == 0)
    let all = narrow.bytes.array
    for range in [0..<1, 1..<2, 3..<1000, 131_071..<262_145, 400_001..<400_006] {
      #expect(narrow.bytes[range].array == Array(all[range]))
    }
    var pieces: [UInt8] = []
    narrow.bytes.forEachPiece { pieces += $0.elements(as: UInt8.self) }
    #expect(pieces == all)
  }
}
