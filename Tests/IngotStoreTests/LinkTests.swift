// What becomes a blob by a rename or a link, and what must be a copy: told by inodes and numbers of names.

import Foundation
import IngotCore
import IngotStore
import Testing

@Suite struct LinkTests {
  private let temporary: TemporaryStore
  private let scratch: ScratchDirectory
  private let bytes = [UInt8](repeating: 5, count: 300_000)

  init() throws {
    temporary = try TemporaryStore()
    scratch = try temporary.store.makeScratchDirectory()
  }

  private func inode(_ path: String) throws -> UInt64 { try FileStatus(ofFileAt: path).inode }

  private func linkCount(_ path: String) throws -> Int {
    try #require(FileManager.default.attributesOfItem(atPath: path)[.referenceCount] as? Int)
  }

  @Test func aFileOfAStepBecomesTheBlobItself() throws {
    let source = scratch.path("model.onnx")
    try FileSystem.writeAtomically([Bytes(bytes)], to: source)
    let before = try inode(source)
    let blob = try temporary.store.put(movingFileAt: source)
    let path = temporary.store.path(of: blob.digest)
    #expect(try inode(path) == before)
    #expect(try linkCount(path) == 1)
  }

  /// A step may give back a file that it was given, which is a link to a blob.
  @Test func aLinkedBlobIsTakenBackWithoutACopy() throws {
    let blob = try temporary.store.put(bytes)
    let path = temporary.store.path(of: blob.digest)
    let before = try inode(path)
    try FileSystem.duplicate(path, to: scratch.path("weights"), allowsHardLink: true)
    #expect(try inode(scratch.path("weights")) == before)
    #expect(try linkCount(path) == 2)
    #expect(try temporary.store.put(movingFileAt: scratch.path("weights")) == blob)
    #expect(try inode(path) == before)
    #expect(try linkCount(path) == 1)
    #expect(try FileSystem.names(in: scratch.path) == [])
  }

  @Test func aUsersFileIsNeverLinked() throws {
    let source = try temporary.folder.write(bytes, to: "weights.bin")
    let blob = try temporary.store.put(copyingFileAt: source)
    #expect(try inode(temporary.store.path(of: blob.digest)) != inode(source))
    #expect(try linkCount(source) == 1)
  }

  @Test func aBlobThatLeavesTheStoreIsAFileOfItsOwn() throws {
    let blob = try temporary.store.put(bytes)
    try temporary.store.export(blob.digest, to: temporary.folder.path("engine"))
    #expect(try inode(temporary.folder.path("engine")) != inode(temporary.store.path(of: blob.digest)))
    #expect(try linkCount(temporary.store.path(of: blob.digest)) == 1)
    try overwrite(temporary.folder.path("engine"), with: [1])
    #expect(try temporary.store.read(blob.digest) == bytes)
  }

  @Test func aFileThatIsKnownToBeABlobIsNotReadAgain() throws {
    let source = try temporary.folder.write(bytes, to: "engine")
    let digests = temporary.store.fileDigests
    let blob = try temporary.store.put(copyingFileAt: source)
    digests.waitUntilSettled(try FileStatus(ofFileAt: source))
    #expect(try digests.digest(ofFileAt: source) == blob.digest)
    let path = temporary.store.path(of: blob.digest)
    let before = try FileStatus(ofFileAt: path)
    // Only a process that reads nothing gets along without this.
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
    #expect(try temporary.store.put(copyingFileAt: source) == blob)
    #expect(try FileStatus(ofFileAt: path).inode == before.inode)
    try overwrite(source, with: [9])
    #expect(try temporary.store.put(copyingFileAt: source).digest == Digest(of: [9]))
  }
}
