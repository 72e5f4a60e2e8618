import Foundation
import IngotCore
import IngotStore
import Testing

private let key = Digest(of: "key")

@Suite struct ActionTests {
  private func put(_ bytes: [UInt8], as path: String, in store: DiskStore) throws -> ActionResult {
    let blob = try store.put(bytes)
    let result = ActionResult(
      outputs: [.init(path: path, blob)], execution: someExecution, stdoutRaw: Array("{}".utf8))
    try store.put(result, for: key)
    return result
  }

  @Test func findsWhatWasFiled() throws {
    let temporary = try TemporaryStore()
    #expect(temporary.store.lookup(key) == nil)
    let result = try put([1], as: "model.onnx", in: temporary.store)
    #expect(temporary.store.lookup(key) == result)
    let (again, log) = try temporary.reopened()
    #expect(again.lookup(key) == result)
    #expect(again.lookup(key)?.output("model.onnx")?.byteCount == 1)
    #expect(again.lookup(Digest(of: "other")) == nil)
    #expect(log.notes == [])
  }

  @Test func aRecordWhoseBlobIsGoneIsAMiss() throws {
    let temporary = try TemporaryStore()
    let result = try put([1], as: "a", in: temporary.store)
    let blob = result.outputs[0].digest
    try FileSystem.remove(temporary.store.path(of: blob))
    let (again, log) = try temporary.reopened()
    #expect(again.lookup(key) == nil)
    #expect(log.notes == [.incompleteRecord(key: key, missing: blob)])
    try again.put([1])
    #expect(again.lookup(key) == result)
  }

  @Test func aBlobFoundCorruptTurnsItsRecordIntoAMissAtOnce() throws {
    let temporary = try TemporaryStore()
    let result = try put([1, 2], as: "a", in: temporary.store)
    #expect(temporary.store.lookup(key) != nil)
    try overwrite(temporary.store.path(of: result.outputs[0].digest), with: [1, 3])
    #expect(throws: StoreError.self) { try temporary.store.read(result.outputs[0].digest) }
    #expect(temporary.store.lookup(key) == nil)
  }

  @Test func refusesARecordBeforeItsBlobs() throws {
    let temporary = try TemporaryStore()
    let absent = Digest(of: "absent")
    let result = ActionResult(outputs: [.init(path: "a", digest: absent, byteCount: 6)], execution: someExecution)
    let error = #expect(throws: StoreError.self) { try temporary.store.put(result, for: key) }
    #expect(
      error?.description == """
        the result of step 2c70e12b7a06 names sha256:\(absent.hex), which is not in the store; run the build again
        """)
  }

  @Test func noDamageToARecordChangesAResultAndTheNextOneRepairsIt() throws {
    let temporary = try TemporaryStore()
    let result = try put([1], as: "a", in: temporary.store)
    let path = temporary.folder.path("store/v1/actions/\(key.hex)")
    let good = try FileSystem.read(path)
    var hits: [Int] = []
    for index in good.indices {
      for bit in [0, 3, 7] {
        var bad = good
        bad[index] ^= 1 << bit
        try overwrite(path, with: bad)
        let (again, log) = try temporary.reopened()
        if let hit = again.lookup(key) {
          #expect(hit == result, "bit \(bit) of byte \(index)")
          hits.append(index)
        } else {
          #expect(log.notes.count == 1)
        }
      }
      try overwrite(path, with: Array(good[..<index]))
      #expect(try temporary.reopened().store.lookup(key) == nil, "cut at \(index)")
    }
    // Only the name of the checksum's type takes no part in the checksum.
    let typeName = try #require(good.indices.first { good[$0...].starts(with: "type.googleapis".utf8) })
    #expect(Set(hits).isSubset(of: typeName - 2..<typeName + 46))
    let again = try temporary.reopened().store
    try again.put(result, for: key)
    #expect(try temporary.reopened().store.lookup(key) == result)
  }

  @Test func aRecordUnderAnotherKeyIsAMiss() throws {
    let temporary = try TemporaryStore()
    _ = try put([1], as: "a", in: temporary.store)
    let other = Digest(of: "other")
    try FileSystem.duplicate(
      temporary.folder.path("store/v1/actions/\(key.hex)"), to: temporary.folder.path("store/v1/actions/\(other.hex)"),
      allowsHardLink: false)
    let (again, log) = try temporary.reopened()
    #expect(again.lookup(other) == nil)
    #expect(
      log.notes == [
        .unreadableRecord(key: other, why: "its checksum is not that of its bytes and its key")
      ])
  }

  @Test func aFolderInPlaceOfARecordIsAMiss() throws {
    let temporary = try TemporaryStore()
    try FileSystem.makeDirectory(temporary.folder.path("store/v1/actions/\(key.hex)"))
    #expect(temporary.store.lookup(key) == nil)
    #expect(temporary.notes.count == 1)
  }

  @Test func aHitIsMarkedAsUsedOnceADay() throws {
    let temporary = try TemporaryStore()
    _ = try put([1], as: "a", in: temporary.store)
    let path = temporary.folder.path("store/v1/actions/\(key.hex)")
    let written = try FileStatus(ofFileAt: path).modified
    let later = Timestamp(nanoseconds: written + 86_000_000_000_000)
    _ = try temporary.reopened(clock: { later }).store.lookup(key)
    #expect(try FileStatus(ofFileAt: path).modified == written)
    let nextDay = Timestamp(nanoseconds: written + 87_000_000_000_000)
    _ = try temporary.reopened(clock: { nextDay }).store.lookup(key)
    #expect(try FileStatus(ofFileAt: path).modified == nextDay.nanoseconds)
  }
}
