import Foundation
import IngotCore
import IngotStore
import Testing

private let day = 86_400_000_000_000 as Int64

@Suite struct CollectionTests {
  /// Files a result of one blob and gives the blob's digest.
  private func file(_ name: String, in store: DiskStore) throws -> Digest {
    let blob = try store.put(Array(name.utf8))
    try store.put(ActionResult(outputs: [.init(path: name, blob)], execution: someExecution), for: Digest(of: name))
    return blob.digest
  }

  @Test func removesWhatNoBuildUsedAndNothingElse() throws {
    let folder = try TemporaryFolder()
    let root = folder.path("store")
    let names = ["pinned", "rooted", "unused", "used"]
    do {
      let store = try DiskStore(root: root)
      for name in names { #expect(try file(name, in: store) == Digest(of: name)) }
      try store.put(Array("no record names this".utf8))
      try store.pin([Digest(of: "pinned")], as: "prod")
    }
    let later = Timestamp(nanoseconds: Timestamp.now().nanoseconds + 20 * day)
    _ = try DiskStore(root: root, clock: { later }).lookup(Digest(of: "used"))

    let end = Timestamp(nanoseconds: later.nanoseconds + 20 * day)
    let store = try DiskStore(root: root, clock: { end })
    let rooted = Digest(of: "rooted")
    let counted = try store.collectGarbage(unusedFor: 30, keeping: [rooted], onlyCounts: true)
    #expect(try FileSystem.names(in: "\(root)/v1/blobs/sha256").count == 5)
    let report = try store.collectGarbage(unusedFor: 30, keeping: [rooted])
    #expect(report == counted)
    let kept = ["pinned", "rooted", "used"].map { Digest(of: $0).hex }.sorted()
    #expect(try FileSystem.names(in: "\(root)/v1/blobs/sha256") == kept)
    #expect(try FileSystem.names(in: "\(root)/v1/actions") == [Digest(of: "used").hex])
    #expect(report.removedActionCount == 3 && report.removedBlobCount == 2 && report.keptBlobCount == 3)
    #expect(report.removedByteCount == 26 && report.keptByteCount == 16)
    #expect(!store.contains(Digest(of: "unused"), byteCount: 6))
    #expect(store.lookup(Digest(of: "used")) != nil && store.lookup(Digest(of: "unused")) == nil)
  }

  @Test func removesNothingWhileAnotherProcessHasTheStoreOpen() throws {
    let temporary = try TemporaryStore()
    let blob = try temporary.store.put([1])
    var other: DiskStore? = try DiskStore(root: temporary.store.root)
    let error = #expect(throws: StoreError.self) { try temporary.store.collectGarbage(unusedFor: 0) }
    #expect(
      error?.description == """
        \(temporary.store.root): another process is using the store, so nothing was removed; \
        try again when it has finished
        """)
    #expect(temporary.store.contains(blob.digest, byteCount: 1) && other != nil)
    other = nil
    #expect(try temporary.store.collectGarbage(unusedFor: 0).removedBlobCount == 1)
    #expect(!temporary.store.contains(blob.digest, byteCount: 1))
    // Shared again: others can open the store.
    #expect(try DiskStore(root: temporary.store.root).statistics().blobCount == 0)
  }

  @Test func anUnreadablePinStopsTheCollection() throws {
    let temporary = try TemporaryStore()
    let blob = try temporary.store.put([1])
    let path = temporary.folder.path("store/v1/pins/prod")
    for text in ["\(blob.digest.hex.dropLast())\n", blob.digest.hex] {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: StoreError.self) { try temporary.store.collectGarbage(unusedFor: 0) }
      #expect(error?.description.hasPrefix("\(path): ") == true)
      #expect(
        error?.description.hasSuffix("so nothing was removed; delete the file if what it kept is no longer needed")
          == true)
      #expect(temporary.store.contains(blob.digest, byteCount: 1))
    }
  }

  @Test func pinsAreListedChangedAndTakenAway() throws {
    let temporary = try TemporaryStore()
    let (a, b) = (Digest(of: "a"), Digest(of: "b"))
    try temporary.store.pin([b, a, a], as: "channel.prod")
    try temporary.store.pin([], as: "channel.empty")
    #expect(try temporary.store.pins().map(\.name) == ["channel.empty", "channel.prod"])
    #expect(try temporary.store.pins()[1].digests == [a, b].sorted())
    try temporary.store.pin([a], as: "channel.prod")
    try temporary.store.unpin("channel.empty")
    #expect(try temporary.store.pins().map(\.digests) == [[a]])
    for name in ["", ".hidden", "a/b", "..", "ü", String(repeating: "x", count: 129)] {
      #expect(throws: StoreError(.badPinName(name))) { try temporary.store.pin([a], as: name) }
    }
  }

  @Test func filesThatAreNotTheStoresAreLeftAlone() throws {
    let temporary = try TemporaryStore()
    try temporary.folder.write([1], to: "store/v1/blobs/sha256/README")
    try temporary.folder.write([1], to: "store/v1/actions/README")
    _ = try temporary.store.collectGarbage(unusedFor: 0)
    #expect(try temporary.names("blobs/sha256") == ["README"])
    #expect(try temporary.names("actions") == ["README"])
    #expect(try temporary.store.verify().strays.count == 2)
  }

  @Test func verifyFindsAndRemovesWhatIsNotSound() throws {
    let temporary = try TemporaryStore()
    let good = try file("good", in: temporary.store)
    let bad = try file("bad", in: temporary.store)
    #expect(try temporary.store.verify().isSound)
    try overwrite(temporary.store.path(of: bad), with: Array("bAd".utf8))
    try temporary.folder.write([1, 2], to: "store/v1/actions/\(Digest(of: "junk").hex)")
    let report = try temporary.store.verify()
    #expect(report.corruptBlobs == [bad])
    #expect(Set(report.unusableActions) == [Digest(of: "bad"), Digest(of: "junk")])
    #expect(report.checkedBlobCount == 2 && report.checkedByteCount == 7 && report.checkedActionCount == 3)
    #expect(try temporary.names("blobs/sha256") == [good.hex])
    #expect(try temporary.store.verify().isSound)
    let statistics = try temporary.store.statistics()
    #expect(statistics.blobCount == 1 && statistics.blobByteCount == 4 && statistics.actionCount == 1)
  }
}

@Suite struct TimestampTests {
  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"), (1_772_323_199, "2026-02-28T23:59:59Z"),
      (4_107_542_400, "2100-03-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (-2_208_988_800, "1900-01-01T00:00:00Z"),
    ] as [(Int64, String)])
  func isWrittenAsISO8601(seconds: Int64, text: String) {
    #expect(Timestamp(seconds: seconds).description == text)
  }
}
