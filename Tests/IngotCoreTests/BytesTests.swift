import Synchronization
import Testing

@testable import IngotCore

@Suite struct BytesTests {
  /// Counts how many bytes a recipe was asked for.
  private final class Meter: Sendable {
    private let total = Mutex(0)
    var byteCount: Int { total.withLock { $0 } }
    func add(_ count: Int) { total.withLock { $0 += count } }
  }

  /// Bytes 0, 1, 2 … that are made when they are read.
  private func recipe(_ count: Int, _ meter: Meter = Meter(), isWhole: Bool = false) -> Bytes {
    if isWhole {
      return Bytes(count: count, from: []) {
        meter.add(count)
        return (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
      }
    }
    return Bytes(count: count, from: []) { range in
      meter.add(range.count)
      return range.map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    }
  }

  private func plain(_ count: Int) -> Bytes { Bytes((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }) }

  @Test func aRecipeKnowsTheFilesThatItReads() throws {
    let (first, second) = (Bytes(try MappedFile(path: #filePath)), Bytes(try MappedFile(path: #filePath)))
    let inner = Bytes(count: 4, from: [first[0..<8], plain(3), first]) { range in range.map { _ in 0 } }
    let outer = Bytes(count: 2, from: [inner, second]) { [0, 0] }
    #expect(plain(3).files.isEmpty && inner.files.map(ObjectIdentifier.init) == first.files.map(ObjectIdentifier.init))
    #expect(outer.files.map(ObjectIdentifier.init) == (first.files + second.files).map(ObjectIdentifier.init))
  }

  @Test(arguments: [0, 1, 95, 97, 1 << 18, 1 << 18 + 1, 1 << 20]) func computedBytesAreThoseOfAnArray(_ count: Int) {
    for isWhole in [false, true] {
      let (bytes, array) = (recipe(count, isWhole: isWhole), plain(count))
      #expect(bytes.array == array.array)
      #expect(bytes == array)
      #expect(array == bytes)
      #expect(bytes == recipe(count, isWhole: !isWhole))
      #expect(bytes.digest == array.digest)
      #expect(bytes.sample == array.sample)
      var pieces: [UInt8] = []
      bytes.forEachPiece { piece in pieces += piece.withUnsafeBytes { Array($0) } }
      #expect(pieces == array.array)
    }
  }

  @Test func aSliceComputesNoMoreThanItself() {
    let meter = Meter()
    let slice = recipe(1 << 24, meter)[1000..<1010]
    #expect(slice.array == Array(plain(2000).array[1000..<1010]))
    #expect(meter.byteCount == 10)
  }

  @Test func aSampleIsTakenOnce() {
    let meter = Meter()
    let bytes = recipe(1 << 20, meter, isWhole: true)
    for _ in 0..<10 { _ = bytes.sample }
    #expect(meter.byteCount == 1 << 20)
    #expect(bytes == bytes)
    #expect(meter.byteCount == 1 << 20)
  }

  @Test func bytesThatDifferAreNotEqual() {
    var other = plain(1 << 19).array
    other[300_000] ^= 1
    #expect(recipe(1 << 19) != Bytes(other))
    #expect(Bytes(other) != recipe(1 << 19))
    #expect(recipe(1 << 19, isWhole: true) != Bytes(other))
    #expect(recipe(10) != recipe(11))
    let changed = other
    let same = Bytes(count: 1 << 19, from: []) { range in range.map { changed[$0] } }
    #expect(recipe(1 << 19) != same)
  }

  @Test func depthCountsRecipesInsideOneAnother() {
    let inner = recipe(10)
    let outer = Bytes(count: 10, from: [plain(10), inner]) { inner[$0].array }
    #expect([plain(10), inner, outer, outer[1..<2]].map(\.computationDepth) == [0, 1, 2, 2])
    #expect(outer.fileRange == nil)
  }

  @Test func aFileIsWrittenPieceByPiece() throws {
    let path = "/tmp/\(FileSystem.uniqueSuffix()).bytes"
    defer { try? FileSystem.remove(path) }
    let count = 3 << 20
    try FileSystem.writeAtomically([plain(5), recipe(count), plain(7)], to: path, isDurable: false)
    #expect(Bytes(try MappedFile(path: path)).array == plain(5).array + plain(count).array + plain(7).array)
  }

  @Test func manyComputedBytesAreWrittenInOrder() throws {
    let path = "/tmp/\(FileSystem.uniqueSuffix()).bytes"
    defer { try? FileSystem.remove(path) }
    let count = 5 << 20
    let pieces = [plain(5), recipe(count)[3..<count - 1], recipe(1 << 20, isWhole: true), recipe(count), plain(7)]
    try FileSystem.writeAtomically(pieces, to: path, isDurable: false)
    #expect(Bytes(try MappedFile(path: path)) == Bytes(pieces.flatMap(\.array)))
  }

  @Test func aWriteThatFailsLeavesNoThreadThatComputes() throws {
    let (meter, count) = (Meter(), 64 << 20)
    #expect(throws: SystemError.self) {
      try PiecesAhead.forEach([recipe(count, meter)]) { (_) throws(SystemError) in
        throw SystemError("write", path: "/dev/full", code: 28)
      }
    }
    let computed = meter.byteCount
    #expect(computed < count / 4)
    #expect(meter.byteCount == computed)
  }
}
