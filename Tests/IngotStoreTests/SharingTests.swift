// Two processes on one store, and processes that are killed.

import Foundation
import IngotCore
import IngotStore
import Synchronization
import Testing

/// The work of a build in miniature: results whose outputs follow from their keys, so that whoever finds one can
/// check it.
private func fillStore(at root: String, count: Int, from first: Int = 0) throws {
  let store = try DiskStore(root: root)
  for number in first..<first + count {
    let key = Digest(of: "step \(number)")
    if store.lookup(key) != nil { continue }
    let scratch = try store.makeScratchDirectory()
    let bytes = outputBytes(number)
    try Data(bytes).write(to: URL(fileURLWithPath: scratch.path("engine")))
    _ = store.fileDigests.note("round", forFileAt: scratch.path("engine")) { "\(number)" }
    let engine = try store.put(movingFileAt: scratch.path("engine"))
    let record = try store.put(Array("record \(number)".utf8))
    try store.put(
      ActionResult(
        outputs: [.init(path: "engine", engine), .init(path: "record.json", record)], execution: someExecution),
      for: key)
    store.fileDigests.flush()
  }
}

private func outputBytes(_ number: Int) -> [UInt8] {
  [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 40_000 + number)
}

/// Every hit is whole and right; nothing temporary is left of anybody who is gone.
private func checkStore(at root: String, count: Int, allMustBeThere: Bool) throws {
  let log = NoteLog()
  let store = try DiskStore(root: root, onNote: log.append)
  #expect(try store.statistics().temporaryCount == 0)
  #expect(try FileSystem.names(in: "\(root)/v1").filter { $0.hasSuffix(".tmp") } == [])
  for number in 0..<count {
    guard let hit = store.lookup(Digest(of: "step \(number)")) else {
      #expect(!allMustBeThere)
      continue
    }
    #expect(hit.output("engine")?.digest == Digest(of: outputBytes(number)))
  }
  let report = try store.verify()
  #expect(report.isSound && report.strays == [])
  #expect(log.notes.filter { if case .droppedFileDigests = $0 { false } else { true } } == [])
}

@Suite struct SharingTests {
  @Test func manyTasksAndTwoStoresShareARoot() async throws {
    let folder = try TemporaryFolder()
    let root = folder.path("store")
    let stores = try (0..<2).map { _ in try DiskStore(root: root) }
    await withThrowingTaskGroup(of: Void.self) { group in
      for task in 0..<8 {
        group.addTask {
          let store = stores[task % 2]
          for number in 0..<20 {
            let blob = try store.put(outputBytes(number))
            let result = ActionResult(outputs: [.init(path: "engine", blob)], execution: someExecution)
            try store.put(result, for: Digest(of: "step \(number)"))
            #expect(store.lookup(Digest(of: "step \(number)")) == result)
            #expect(try store.read(blob.digest) == outputBytes(number))
          }
        }
      }
    }
    for store in stores { store.close() }
    try checkStore(at: root, count: 20, allMustBeThere: true)
  }

  @Test func oneProcessDoesNotRemoveAnothersTemporaryFiles() throws {
    let temporary = try TemporaryStore()
    let scratch = try temporary.store.makeScratchDirectory()
    try Data([1]).write(to: URL(fileURLWithPath: scratch.path("part")))
    let other = try temporary.reopened().store
    _ = try other.makeScratchDirectory()
    #expect(try FileSystem.names(in: scratch.path) == ["part"])
    other.close()
    #expect(try temporary.names("tmp").count == 1)
  }

  @Test func aScratchDirectoryGoesAwayWithItsValue() throws {
    let temporary = try TemporaryStore()
    var scratch: ScratchDirectory? = try temporary.store.makeScratchDirectory()
    let path = try #require(scratch?.path)
    try Data([1]).write(to: URL(fileURLWithPath: path + "/part"))
    scratch = nil
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  /// A process is killed at a different moment each time; the next one finds a sound store and goes on.
  @Test func aKillAtAnyMomentLeavesASoundStore() async throws {
    let folder = try TemporaryFolder()
    let root = folder.path("store")
    for round in 0..<16 {
      await #expect(processExitsWith: .signal(SIGKILL)) { [root = root as String, round = round as Int] in
        if round > 0 { try fillStore(at: root, count: 3 * round) }
        Thread.detachNewThread {
          usleep(UInt32(800 * round))
          kill(getpid(), SIGKILL)
        }
        while true { try fillStore(at: root, count: 10_000) }
      }
      if FileManager.default.fileExists(atPath: root) { try checkStore(at: root, count: 300, allMustBeThere: false) }
    }
    try checkStore(at: root, count: 45, allMustBeThere: true)
    try fillStore(at: root, count: 60)
    try checkStore(at: root, count: 60, allMustBeThere: true)
  }

  /// A process dies with each kind of unfinished work that it can have.
  @Test(arguments: ["scratch", "copy", "record", "log"])
  func unfinishedWorkIsRemovedWhenTheStoreIsOpenedNext(kind: String) async throws {
    let folder = try TemporaryFolder()
    let root = folder.path("store")
    try fillStore(at: root, count: 3)
    await #expect(processExitsWith: .signal(SIGKILL)) { [root = root as String, kind = kind as String] in
      let store = try DiskStore(root: root)
      let scratch = try store.makeScratchDirectory()
      try Data(repeating: 1, count: 100_000).write(to: URL(fileURLWithPath: scratch.path("part")))
      switch kind {
      case "copy":
        // A blob without its record.
        _ = try store.put(copyingFileAt: scratch.path("part"))
      case "record":
        // A record that was written and not renamed.
        try Data(repeating: 1, count: 10).write(
          to: URL(fileURLWithPath: FileSystem.parent(of: scratch.path) + "/7-record"))
      case "log":
        // Half a record of the log of file digests.
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: "\(root)/v1/file-digests"))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(repeating: 60, count: 40))
      default: break
      }
      kill(getpid(), SIGKILL)
    }
    #expect(try FileSystem.names(in: "\(root)/v1/tmp").count == 1)
    try checkStore(at: root, count: 3, allMustBeThere: true)
  }
}
