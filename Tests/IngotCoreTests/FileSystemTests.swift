import Foundation
import IngotCore
import Testing

/// A folder that goes away with the value.
private final class Folder {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("ingot-test-\(UUID().uuidString)").path
  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(atPath: path) }
  func path(_ name: String) -> String { "\(path)/\(name)" }
}

@Suite struct FileSystemTests {
  @Test(arguments: [
    ("a", "b", "a/b"), ("a/", "./b//c", "a/b/c"), ("a", "/b", "/b"), ("a", "../b", "b"), ("a", "../../b", "../b"),
    ("/a", "../../b", "/b"), ("", "b", "b"), ("a", "..", "."), ("a", ".", "a"), ("..", "..", "../.."),
  ])
  func joinsPathsByName(folder: String, child: String, joined: String) {
    #expect(FileSystem.join(folder, child) == joined)
  }

  @Test(arguments: [("a/b/c", "a/b", "c"), ("c", ".", "c"), ("/c", "/", "c"), ("a/", "a", "")])
  func splitsPaths(path: String, parent: String, name: String) {
    #expect(FileSystem.parent(of: path) == parent && FileSystem.name(of: path) == name)
  }

  @Test func writesAtomicallyAndLeavesNothingElse() throws {
    let folder = try Folder()
    try FileSystem.writeAtomically("first", to: folder.path("a"))
    try FileSystem.writeAtomically(
      [Bytes(Array("sec".utf8)), Bytes(Array("ond".utf8))], to: folder.path("a"), mode: 0o600)
    #expect(try FileSystem.read(folder.path("a")) == Array("second".utf8))
    #expect(try FileSystem.names(in: folder.path) == ["a"])
    try FileSystem.makeDirectory(folder.path("taken"))
    #expect(throws: SystemError.self) { try FileSystem.writeAtomically("x", to: folder.path("taken")) }
    #expect(try FileSystem.names(in: folder.path) == ["a", "taken"])
  }

  @Test func readsNoMoreThanItMay() throws {
    let folder = try Folder()
    try FileSystem.writeAtomically("12345", to: folder.path("a"))
    #expect(try FileSystem.read(folder.path("a"), limit: 5).count == 5)
    #expect(throws: SystemError("read", path: folder.path("a"), code: EFBIG)) {
      try FileSystem.read(folder.path("a"), limit: 4)
    }
    #expect(throws: SystemError("read", path: "/dev/zero", code: EFBIG)) {
      try FileSystem.read("/dev/zero", limit: 1 << 20)
    }
    #expect(throws: SystemError("read", path: folder.path, code: EISDIR)) { try FileSystem.read(folder.path) }
  }

  @Test func duplicatesWithoutTouchingTheSource() throws {
    let folder = try Folder()
    let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0) }
    try FileSystem.writeAtomically([Bytes(bytes)], to: folder.path("a"))
    try FileSystem.duplicate(folder.path("a"), to: folder.path("copy"), allowsHardLink: false)
    try FileSystem.duplicate(folder.path("a"), to: folder.path("link"), allowsHardLink: true)
    #expect(try FileSystem.read(folder.path("copy")) == bytes)
    let (source, copy) = try (FileStatus(ofFileAt: folder.path("a")), FileStatus(ofFileAt: folder.path("copy")))
    #expect(try source.inode != copy.inode && source.inode == FileStatus(ofFileAt: folder.path("link")).inode)
    for allowsHardLink in [false, true] {
      #expect(throws: SystemError.self) {
        try FileSystem.duplicate(folder.path("a"), to: folder.path("copy"), allowsHardLink: allowsHardLink)
      }
    }
    #expect(try FileSystem.read(folder.path("copy")) == bytes)
    #expect(throws: SystemError.self) {
      try FileSystem.duplicate(folder.path, to: folder.path("of-folder"), allowsHardLink: false)
    }
    #expect(try FileSystem.names(in: folder.path) == ["a", "copy", "link"])
  }

  @Test func makesRemovesAndSwapsFolders() throws {
    let folder = try Folder()
    try FileSystem.makeDirectory(folder.path("a/b/c"))
    try FileSystem.makeDirectory(folder.path("a/b/c"))
    try FileSystem.writeAtomically("x", to: folder.path("a/b/c/file"))
    try FileSystem.makeDirectory(folder.path("other"))
    try FileSystem.exchange(folder.path("a"), with: folder.path("other"))
    #expect(try FileSystem.names(in: folder.path("other/b/c")) == ["file"])
    try FileSystem.remove(folder.path("other"))
    try FileSystem.remove(folder.path("absent"))
    #expect(try FileSystem.names(in: folder.path) == ["a"])
    #expect(throws: SystemError.self) { try FileSystem.exchange(folder.path("a"), with: folder.path("absent")) }
  }

  @Test func removingALinkLeavesWhatItPointsTo() throws {
    let folder = try Folder()
    try FileSystem.makeDirectory(folder.path("kept"))
    try FileSystem.writeAtomically("x", to: folder.path("kept/file"))
    try FileSystem.makeDirectory(folder.path("gone"))
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("gone/link"), withDestinationPath: folder.path("kept"))
    try FileSystem.remove(folder.path("gone"))
    #expect(try FileSystem.names(in: folder.path("kept")) == ["file"])
  }

  @Test func appendsWholeLinesFromManyThreads() async throws {
    let folder = try Folder()
    let path = folder.path("log")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for task in 0..<8 {
        group.addTask {
          for _ in 0..<10 { try FileSystem.append(String(repeating: "\(task)", count: 500) + "\n", to: path) }
        }
      }
      try await group.waitForAll()
    }
    let lines = String(decoding: try FileSystem.read(path), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 80 && lines.allSatisfy { $0.count == 500 && Set($0).count == 1 })
  }

  @Test func mapsFilesAndRefusesWhatIsNone() throws {
    let folder = try Folder()
    try FileSystem.writeAtomically("mapped", to: folder.path("a"))
    let bytes = Bytes(try MappedFile(path: folder.path("a")))
    #expect(bytes.array == Array("mapped".utf8) && bytes[1..<4].array == Array("app".utf8))
    #expect(bytes[1..<4][1..<3] == Bytes(Array("pp".utf8)) && bytes.digest == Digest(of: "mapped"))
    #expect(bytes[2..<4].fileRange?.range == 2..<4)
    try FileSystem.writeAtomically("", to: folder.path("empty"))
    bytes.files[0].releasePages()
    let again = Bytes(try MappedFile(path: folder.path("a")))
    #expect(bytes.files.count == 1 && bytes == again)
    #expect(Bytes(try MappedFile(path: folder.path("empty"))).digest == Digest(of: ""))
    mkfifo(folder.path("pipe"), 0o600)
    #expect(throws: SystemError("open", path: folder.path("pipe"), code: EINVAL)) {
      try MappedFile(path: folder.path("pipe"))
    }
    #expect(throws: SystemError("open", path: folder.path, code: EISDIR)) { try MappedFile(path: folder.path) }
    let error = #expect(throws: SystemError.self) { try MappedFile(path: folder.path("absent")) }
    #expect(error?.description == "\(folder.path("absent")): open failed: No such file or directory")
    #expect(error?.isNotFound == true)
  }
}
