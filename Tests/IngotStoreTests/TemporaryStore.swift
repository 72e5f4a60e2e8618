// A store in a folder of its own, for one test.

import Foundation
import IngotCore
import IngotStore
import Synchronization
import Testing

/// A folder that goes away with the value.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("ingot-test-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func path(_ name: String) -> String { "\(path)/\(name)" }

  @discardableResult
  func write(_ bytes: [UInt8], to name: String) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
    return path(name)
  }
}

/// A store and what it said.
final class TemporaryStore: Sendable {
  let folder: TemporaryFolder
  let store: DiskStore
  private let log = NoteLog()

  init(clock: @escaping WallClock = Timestamp.now) throws {
    folder = try TemporaryFolder()
    store = try DiskStore(root: folder.path("store"), clock: clock, onNote: log.append)
  }

  var notes: [StoreNote] { log.notes }

  /// Another open store on the same root, as another process has it.
  func reopened(clock: @escaping WallClock = Timestamp.now) throws -> (store: DiskStore, notes: NoteLog) {
    let log = NoteLog()
    return (try DiskStore(root: folder.path("store"), clock: clock, onNote: log.append), log)
  }

  /// Files below a folder of the store, by name.
  func names(_ subfolder: String) throws -> [String] { try FileSystem.names(in: folder.path("store/v1/\(subfolder)")) }
}

final class NoteLog: Sendable {
  private let list = Mutex<[StoreNote]>([])
  var notes: [StoreNote] { list.withLock { $0 } }
  func append(_ note: StoreNote) { list.withLock { $0.append(note) } }
}

/// Overwrites a read-only file in place.
func overwrite(_ path: String, with bytes: [UInt8]) throws {
  try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
  let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
  try handle.truncate(atOffset: 0)
  try handle.write(contentsOf: Data(bytes))
  try handle.close()
}

let someExecution = ActionResult.Execution(
  worker: "here", started: Timestamp(seconds: 1_700_000_000), completed: Timestamp(seconds: 1_700_000_002),
  duration: 1_500_000_000)
