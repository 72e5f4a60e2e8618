import Foundation
import IngotCore
import IngotStore
import Testing

@Suite struct FileDigestTests {
  @Test func readsAFileOnceAndAgainOnlyWhenItChanged() throws {
    let temporary = try TemporaryStore()
    let digests = temporary.store.fileDigests
    let path = try temporary.folder.write([UInt8](repeating: 1, count: 5000), to: "weights")
    for _ in 0..<3 { #expect(try digests.digest(ofFileAt: path) == Digest(of: [UInt8](repeating: 1, count: 5000))) }
    #expect(digests.hashedByteCount == 5000)
    // Another process knows it too, and so does one after that.
    temporary.store.close()
    let again = try temporary.reopened().store
    #expect(try again.fileDigests.digest(ofFileAt: path) == Digest(of: [UInt8](repeating: 1, count: 5000)))
    #expect(again.fileDigests.hashedByteCount == 0)
    try overwrite(path, with: [UInt8](repeating: 2, count: 5000))
    #expect(try again.fileDigests.digest(ofFileAt: path) == Digest(of: [UInt8](repeating: 2, count: 5000)))
    #expect(again.fileDigests.hashedByteCount == 5000)
  }

  @Test func seesEveryChangeHoweverQuick() throws {
    let temporary = try TemporaryStore()
    for round in 0..<20 {
      let bytes = [UInt8](repeating: UInt8(round), count: 64)
      let path = try temporary.folder.write(bytes, to: "file")
      #expect(try temporary.store.fileDigests.digest(ofFileAt: path) == Digest(of: bytes))
    }
  }

  @Test func aRestoredModificationTimeDoesNotHideAChange() throws {
    let temporary = try TemporaryStore()
    let path = try temporary.folder.write([1, 1], to: "file")
    let date = Date(timeIntervalSince1970: 1_700_000_000)
    try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
    _ = try temporary.store.fileDigests.digest(ofFileAt: path)
    try overwrite(path, with: [2, 2])
    try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
    #expect(try temporary.store.fileDigests.digest(ofFileAt: path) == Digest(of: [2, 2]))
  }

  @Test func aFileFromTheFutureIsHashedEachTime() throws {
    let temporary = try TemporaryStore(clock: { Timestamp(seconds: 1_000_000_000) })
    let path = try temporary.folder.write([1, 2, 3], to: "file")
    for _ in 0..<2 { _ = try temporary.store.fileDigests.digest(ofFileAt: path) }
    #expect(temporary.store.fileDigests.hashedByteCount == 6)
  }

  @Test func twoProcessesKeepEachOthersDigests() throws {
    let temporary = try TemporaryStore()
    let a = try temporary.folder.write([1], to: "a")
    let b = try temporary.folder.write([2], to: "b")
    let c = try temporary.folder.write([3], to: "c")
    _ = try temporary.store.fileDigests.digest(ofFileAt: a)
    let other = try temporary.reopened().store
    _ = try other.fileDigests.digest(ofFileAt: b)
    temporary.store.close()
    other.close()
    _ = try other.fileDigests.digest(ofFileAt: c)
    other.close()
    let third = try temporary.reopened().store
    for path in [a, b, c] { _ = try third.fileDigests.digest(ofFileAt: path) }
    #expect(third.fileDigests.hashedByteCount == 0)
  }

  @Test(arguments: ["cut off", "garbage at the end", "zeros at the end", "another version", "empty", "one bit wrong"])
  func aDamagedLogCostsHashingAndIsRepaired(damage: String) throws {
    let temporary = try TemporaryStore()
    let a = try temporary.folder.write([1, 1], to: "a")
    let b = try temporary.folder.write([2, 2], to: "b")
    _ = try temporary.store.fileDigests.digest(ofFileAt: a)
    _ = try temporary.store.fileDigests.digest(ofFileAt: b)
    temporary.store.close()
    let path = temporary.folder.path("store/v1/file-digests")
    var bytes = try FileSystem.read(path)
    #expect(bytes.count == 21 + 2 * 96)
    let (lost, note): (Int, String) =
      switch damage {
      case "cut off": (2, "it is damaged from byte 117 on")
      case "garbage at the end", "zeros at the end": (0, "it is damaged from byte 213 on")
      case "one bit wrong": (4, "it is damaged from byte 21 on")
      default: (4, "it is not a log that this version of Ingot knows")
      }
    switch damage {
    case "cut off": bytes.removeLast(5)
    case "garbage at the end": bytes += [UInt8](repeating: 0xff, count: 100)
    case "zeros at the end": bytes += [UInt8](repeating: 0, count: 4096)
    case "another version": bytes.replaceSubrange(0..<21, with: Array("ingot file digests 2\n".utf8))
    case "empty": bytes = []
    default: bytes[60] ^= 4
    }
    try overwrite(path, with: bytes)
    let (again, log) = try temporary.reopened()
    for file in [a, b] { _ = try again.fileDigests.digest(ofFileAt: file) }
    #expect(again.fileDigests.hashedByteCount == lost)
    #expect(log.notes == [.droppedFileDigests(path: path, why: note)])
    _ = try again.fileDigests.digest(ofFileAt: temporary.folder.write([3, 3], to: "c"))
    again.close()
    let (third, quiet) = try temporary.reopened()
    for name in ["a", "b", "c"] { _ = try third.fileDigests.digest(ofFileAt: temporary.folder.path(name)) }
    #expect(third.fileDigests.hashedByteCount == 0)
    #expect(quiet.notes == [])
  }

  @Test func forgetsWhatNobodyUsesAndKeepsWhatIsUsed() throws {
    let temporary = try TemporaryStore()
    let used = try temporary.folder.write([1], to: "used")
    let unused = try temporary.folder.write([2], to: "unused")
    for path in [used, unused] { _ = try temporary.store.fileDigests.digest(ofFileAt: path) }
    temporary.store.close()
    let start = Timestamp.now()
    for day in [40, 80, 120] as [Int64] {
      let later = Timestamp(nanoseconds: start.nanoseconds + day * 86_400_000_000_000)
      let store = try temporary.reopened(clock: { later }).store
      _ = try store.fileDigests.digest(ofFileAt: used)
      #expect(store.fileDigests.hashedByteCount == 0)
      store.close()
    }
    // A damaged end has the log rewritten, and outdated records left out.
    let path = temporary.folder.path("store/v1/file-digests")
    try overwrite(path, with: FileSystem.read(path) + [0])
    let later = Timestamp(nanoseconds: start.nanoseconds + 120 * 86_400_000_000_000)
    let store = try temporary.reopened(clock: { later }).store
    _ = try store.fileDigests.digest(ofFileAt: temporary.folder.write([3, 3, 3], to: "new"))
    store.close()
    let last = try temporary.reopened(clock: { later }).store
    for file in [used, unused, temporary.folder.path("new")] { _ = try last.fileDigests.digest(ofFileAt: file) }
    #expect(last.fileDigests.hashedByteCount == 1)
  }

  @Test func aLogOfManyChangesIsRewritten() throws {
    let temporary = try TemporaryStore()
    let path = try temporary.folder.write([1], to: "file")
    let status = try FileStatus(ofFileAt: path)
    let digests = temporary.store.fileDigests
    let later = Timestamp(nanoseconds: Timestamp.now().nanoseconds + 5_000_000_000)
    for number in 0..<1500 { digests.remember(Digest(of: "\(number)"), path: path, status: status, readAt: later) }
    temporary.store.close()
    let log = temporary.folder.path("store/v1/file-digests")
    #expect(try FileStatus(ofFileAt: log).byteCount == 21 + 96)
    #expect(digests.recall(path: path, status: status) == Digest(of: "1499"))
  }

  @Test func remembersFactsUntilTheFileChanges() throws {
    let temporary = try TemporaryStore()
    let path = try temporary.folder.write([1], to: "library.so")
    func version(_ store: DiskStore, _ computed: String) -> String {
      store.fileDigests.note("version", forFileAt: path) { computed }
    }
    #expect(version(temporary.store, "1.2") == "1.2")
    #expect(version(temporary.store, "wrong") == "1.2")
    temporary.store.close()
    let again = try temporary.reopened().store
    #expect(version(again, "wrong") == "1.2")
    #expect(again.fileDigests.note("soname", forFileAt: path) { "x.so.1" } == "x.so.1")
    try overwrite(path, with: [2])
    #expect(version(again, "1.3") == "1.3")
    #expect(again.fileDigests.note("version", forFileAt: "/absent") { "none" } == "none")
  }

  @Test func refusesWhatIsNoFile() throws {
    let temporary = try TemporaryStore()
    let folder = temporary.folder.path
    #expect(throws: StoreError(.notARegularFile(folder))) { try temporary.store.fileDigests.digest(ofFileAt: folder) }
    let error = #expect(throws: StoreError.self) {
      try temporary.store.fileDigests.digest(ofFileAt: folder + "/absent")
    }
    #expect(error?.description == "\(folder)/absent: stat failed: No such file or directory")
  }
}
