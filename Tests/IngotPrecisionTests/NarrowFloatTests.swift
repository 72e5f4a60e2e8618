import IngotCore
import Testing

@testable import IngotPrecision

@Suite struct NarrowFloatTests {
  private func convert(_ values: [Float], clipsInfinity: Bool = false) -> (halves: [Float16], NarrowedTensor) {
    let narrowed = NarrowFloat.convert(Tensor(values), to: .float16, clipsInfinity: clipsInfinity)
    return (narrowed.tensor.elements(as: Float16.self), narrowed)
  }

  /// Every exponent and sign, fractions spread by a prime, and the neighbours of every half way between two float16 numbers
  /// of a few exponents.
  @Test func roundsAsTheLanguageDoes() {
    var values = stride(from: UInt32(0), to: 0x4770_0000, by: 12_289).map { Float(bitPattern: $0) }
    for half in stride(from: UInt32(0x3300_0000), to: 0x3900_0000, by: 0x800) {
      for bits in [half &- 1, half, half &+ 1] { values.append(Float(bitPattern: bits)) }
    }
    values += values.map { -$0 }
    let (halves, narrowed) = convert(values)
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
    #expect(narrowed.raisedCount == raised)
    #expect(narrowed.clippedCount == 0)
  }

  @Test func clipsWhatDoesNotFitAndKeepsWhatIsNoNumber() {
    let (halves, narrowed) = convert([65504, 65505, -65520, 1e30, .infinity, -.infinity, .nan])
    #expect(halves.dropLast() == [65504, 65504, -65504, 65504, .infinity, -.infinity])
    #expect(halves.last?.isNaN == true)
    #expect(narrowed.clippedCount == 3)
    let (clipped, all) = convert([.infinity, -.infinity, .nan], clipsInfinity: true)
    #expect(clipped.dropLast() == [65504, -65504])
    #expect(clipped.last?.isNaN == true)
    #expect(all.clippedCount == 2)
  }
}
