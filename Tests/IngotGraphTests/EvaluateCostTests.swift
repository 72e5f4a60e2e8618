import IngotCore
import Testing

@testable import IngotGraph

/// What it costs to read a weight that was folded: recipes over recipes must not cost more with each than a few times the weight.
@Suite struct EvaluateCostTests {
  private func weight(isWhole: Bool) throws -> Tensor {
    try #require(
      Tensor.made(.int64, [65536], from: [], isWhole: isWhole) { [UInt8](repeating: 1, count: $0.count * 8) })
  }

  private func sum(_ a: Tensor, _ b: Tensor) -> Tensor? {
    .made(a.type, a.shape, from: [a, b]) { [UInt8](repeating: 2, count: $0.count * 8) }
  }

  @Test func countsWhatIsMade() throws {
    let one = try weight(isWhole: false)
    #expect(one.bytes.computationCost == 512 << 10)
    #expect(one.bytes[0..<256 << 10].computationCost == 256 << 10)
    #expect(try #require(sum(one, one)).bytes.computationCost == 3 * 512 << 10)
    #expect(Bytes([1, 2]).computationCost == 0)
  }

  @Test func leavesSumsOfSumsWithThemselves() throws {
    var value: Tensor? = try weight(isWhole: false)
    var count = 0
    while let known = value, count < 20 {
      #expect(known.bytes.computationCost <= 8 * known.bytes.count)
      value = sum(known, known)
      count += 1
    }
    #expect(count == 3)
  }

  /// Piece by piece, the whole source would be made once for each piece.
  @Test func makesAllAtOnceOverWhatIsOnlyMadeWhole() throws {
    let one = try weight(isWhole: true)
    let pieces = Bytes.computationCost(ofMaking: 4 << 20, from: [one.bytes], isWhole: false)
    #expect(pieces == 4 << 20 + 16 * 512 << 10)
    let count = 4 << 20
    let joined = Tensor.made(.int8, [count], from: [one, one, one, one]) { [UInt8](repeating: 3, count: $0.count) }
    #expect(try #require(joined).bytes.computationCost == count + 4 * 512 << 10)
  }

  @Test func leavesWhatWouldTakeMuchMemoryAtOnce() throws {
    let many = [Tensor](repeating: try weight(isWhole: true), count: 8)
    #expect(Tensor.made(.int8, [30 << 20], from: many) { [UInt8](repeating: 3, count: $0.count) } == nil)
  }
}
