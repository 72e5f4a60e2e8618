import Foundation
import IngotCore
import IngotStore
import Testing

@Suite struct BlobTests {
  @Test func keepsBytesUnderTheirDigest() throws {
    let temporary = try TemporaryStore()
    let blob = try temporary.store.put(Array("abc".utf8))
    #expect(blob.digest.hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(blob.byteCount == 3)
    #expect(try temporary.names("blobs/sha256") == [blob.digest.hex])
    #expect(try temporary.store.read(blob.digest) == Array("abc".utf8))
    #expect(temporary.store.contains(blob.digest, byteCount: 3))
    let mode = try FileManager.default.attributesOfItem(atPath: temporary.store.path(of: blob.digest))
    #expect(mode[.posixPermissions] as? Int == 0o444)
    #expect(
      try String(contentsOfFile: temporary.folder.path("store/v1/oci-layout"), encoding: .utf8)
        == "{\"imageLayoutVersion\":\"1.0.0\"}\n")
  }

  @Test func takesAnEmptyBlob() throws {
    let temporary = try TemporaryStore()
    let blob = try temporary.store.put([UInt8]())
    #expect(temporary.store.contains(blob.digest, byteCount: 0))
    #expect(try temporary.store.read(blob.digest) == [])
  }

  @Test func movesAFileOutOfAScratchDirectory() throws {
    let temporary = try TemporaryStore()
    let scratch = try temporary.store.makeScratchDirectory()
    let bytes = [UInt8](repeating: 7, count: 3_000_001)
    try Data(bytes).write(to: URL(fileURLWithPath: scratch.path("engine")))
    let blob = try temporary.store.put(movingFileAt: scratch.path("engine"))
    #expect(blob == Blob(digest: Digest(of: bytes), byteCount: bytes.count))
    #expect(try FileSystem.names(in: scratch.path) == [])
    #expect(try temporary.store.read(blob.digest) == bytes)
  }

  @Test func copiesAFileAndLeavesItAlone() throws {
    let temporary = try TemporaryStore()
    let source = try temporary.folder.write([1, 2, 3], to: "model")
    let blob = try temporary.store.put(copyingFileAt: source)
    try overwrite(source, with: [9, 9, 9])
    #expect(try temporary.store.read(blob.digest) == [1, 2, 3])
  }

  @Test func copiesAFileThatHasAnotherName() throws {
    let temporary = try TemporaryStore()
    let scratch = try temporary.store.makeScratchDirectory()
    let source = try temporary.folder.write([1, 2, 3], to: "model")
    try FileManager.default.linkItem(atPath: source, toPath: scratch.path("model"))
    let blob = try temporary.store.put(movingFileAt: scratch.path("model"))
    try overwrite(source, with: [9, 9, 9])
    #expect(try temporary.store.read(blob.digest) == [1, 2, 3])
    #expect(try FileSystem.names(in: scratch.path) == [])
  }

  @Test func doesNotRewriteABlobThatIsThere() throws {
    let temporary = try TemporaryStore()
    let first = try temporary.store.put([1, 2, 3])
    let before = try FileStatus(ofFileAt: temporary.store.path(of: first.digest))
    let again = try temporary.reopened().store
    #expect(try again.put([1, 2, 3]) == first)
    #expect(try again.put(copyingFileAt: temporary.folder.write([1, 2, 3], to: "copy")) == first)
    #expect(try FileStatus(ofFileAt: temporary.store.path(of: first.digest)) == before)
    #expect(try temporary.names("tmp").count == 2)
  }

  @Test func aBlobOfTheWrongSizeIsReplaced() throws {
    let temporary = try TemporaryStore()
    let blob = try temporary.store.put([1, 2, 3])
    try overwrite(temporary.store.path(of: blob.digest), with: [1, 2])
    let (again, log) = try temporary.reopened()
    #expect(!again.contains(blob.digest, byteCount: 3))
    #expect(log.notes == [.wrongByteCount(blob.digest, expected: 3, found: 2)])
    #expect(try again.put([1, 2, 3]) == blob)
    #expect(try again.read(blob.digest) == [1, 2, 3])
  }

  @Test func aCorruptBlobIsFoundRemovedAndRepaired() throws {
    let temporary = try TemporaryStore()
    let blob = try temporary.store.put([1, 2, 3])
    _ = try temporary.store.read(blob.digest)
    try overwrite(temporary.store.path(of: blob.digest), with: [1, 2, 4])
    let error = #expect(throws: StoreError.self) { try temporary.store.open(blob.digest) }
    #expect(error?.reason == .missingBlob(blob.digest))
    #expect(temporary.notes == [.corruptBlob(blob.digest)])
    #expect(try temporary.names("blobs/sha256") == [])
    #expect(!temporary.store.contains(blob.digest, byteCount: 3))
    try temporary.store.put([1, 2, 3])
    #expect(try temporary.store.read(blob.digest) == [1, 2, 3])
  }

  @Test func checksABlobOnceForEachVersionOfItsFile() throws {
    let temporary = try TemporaryStore()
    let blob = try temporary.store.put([UInt8](repeating: 1, count: 1000))
    let digests = temporary.store.fileDigests
    digests.waitUntilSettled(try FileStatus(ofFileAt: temporary.store.path(of: blob.digest)))
    for _ in 0..<3 { _ = try temporary.store.open(blob.digest) }
    #expect(digests.hashedByteCount == 1000)
    temporary.store.close()
    let again = try temporary.reopened().store
    _ = try again.open(blob.digest)
    #expect(again.fileDigests.hashedByteCount == 0)
  }

  @Test func refusesWhatIsNoFile() throws {
    let temporary = try TemporaryStore()
    for name in ["folder", "pipe"] {
      let path = temporary.folder.path(name)
      if name == "pipe" { mkfifo(path, 0o600) } else { mkdir(path, 0o700) }
      #expect(throws: StoreError(.notARegularFile(path))) { try temporary.store.put(movingFileAt: path) }
      #expect(throws: StoreError(.notARegularFile(path))) { try temporary.store.put(copyingFileAt: path) }
    }
    #expect(throws: StoreError.self) { try temporary.store.put(movingFileAt: temporary.folder.path("absent")) }
  }

  @Test func saysWhatIsNoStore() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write([1], to: "file")
    let error = #expect(throws: StoreError.self) { try DiskStore(root: file) }
    #expect(
      error?.description == """
        \(file): this is no store that this version of Ingot can use: a file is in the way of a folder; \
        name another folder with INGOT_HOME
        """)
    #expect(error?.kind == .input)

    _ = try DiskStore(root: folder.path("store"))
    try overwrite(folder.path("store/v1/oci-layout"), with: Array("{\"imageLayoutVersion\":\"2.0.0\"}\n".utf8))
    let other = #expect(throws: StoreError.self) { try DiskStore(root: folder.path("store")) }
    #expect(
      other?.description == """
        \(folder.path("store/v1/oci-layout")): this is no store that this version of Ingot can use: its text is not \
        {"imageLayoutVersion":"1.0.0"}; name another folder with INGOT_HOME
        """)
  }
}
