// A store on a disk: blobs named by their content and the results of steps named by their keys. What is in it is only
// ever a shortcut: whatever cannot be read is made again. Blobs.swift, Complete.swift, GarbageCollection.swift say
// the rest.

internal import Glibc
package import IngotCore
internal import Synchronization

/// An open store. Processes and threads may use one root at the same time.
package final class DiskStore: Sendable {
  package let root: String
  /// What the files of this machine hashed to.
  package let fileDigests: FileDigests
  let layout: StoreLayout
  let temporary: TemporaryFiles
  let clock: WallClock
  let onNote: @Sendable (StoreNote) -> Void
  let memo = Mutex(Memo())
  /// Held shared while the store is open, so that no other process collects garbage meanwhile.
  let lock: FileLock

  /// What this process already looked at. Blobs are removed only by a collection, which the lock keeps away.
  struct Memo {
    var results: [Digest: ActionResult] = [:]
    var blobs: [Digest: Int] = [:]
  }

  /// Opens a store and makes it where it is missing. Waits while another process collects garbage.
  /// - Parameter root: a folder; the store is in its subfolder `v1`.
  /// - Parameter onNote: called from any thread with what was found broken and dealt with.
  package init(
    root: String, clock: @escaping WallClock = Timestamp.now, onNote: @escaping @Sendable (StoreNote) -> Void = { _ in }
  ) throws(StoreError) {
    let layout = StoreLayout(root: root)
    try Self.makeFolders(layout, root: root)
    lock = try store { () throws(SystemError) in try FileLock.wait(for: layout.lock, .shared) }
    let temporary = TemporaryFiles(layout: layout)
    (self.root, self.layout, self.temporary, self.clock, self.onNote) = (root, layout, temporary, clock, onNote)
    fileDigests = FileDigests(logPath: layout.fileDigests, temporary: temporary, clock: clock, onNote: onNote)
    do throws(SystemError) {
      try temporary.removeLeftovers()
    } catch {
      onNote(.skipped("old temporary files are still there: \(error)"))
    }
    try checkMarker()
  }

  deinit { close() }

  /// Writes down what was learned about files and removes this process's temporary files; the store can still be used.
  package func close() {
    fileDigests.flush()
    temporary.close()
  }

  /// A new, empty folder on the store's file system for a step to write into.
  package func makeScratchDirectory() throws(StoreError) -> ScratchDirectory {
    try store { () throws(SystemError) in
      let path = try temporary.makePath(suffix: "scratch")
      try FileSystem.makeDirectory(path)
      return ScratchDirectory(path: path)
    }
  }

  /// A file for what a step of this key has done so far. Its folder may be missing; a collection removes it.
  package func unfinishedPath(for key: Digest) -> String { "\(layout.unfinished)/\(key.hex)" }

  private static func makeFolders(_ layout: StoreLayout, root: String) throws(StoreError) {
    do throws(SystemError) {
      for folder in [layout.blobs, layout.actions, layout.temporary, layout.pins] {
        try FileSystem.makeDirectory(folder)
      }
    } catch {
      guard error.code == ENOTDIR else { throw StoreError(.system(error)) }
      throw StoreError(.notAStore(path: root, why: "a file is in the way of a folder"))
    }
  }

  /// The marker says that the folder is a store; a new store gets it.
  private func checkMarker() throws(StoreError) {
    let text: [UInt8]
    do throws(SystemError) {
      text = try FileSystem.read(layout.marker, limit: 4096)
    } catch {
      guard error.isNotFound else { throw StoreError(.system(error)) }
      return try install([Bytes(Array(StoreLayout.markerText.utf8))], at: layout.marker)
    }
    guard text.elementsEqual(StoreLayout.markerText.utf8) else {
      throw StoreError(.notAStore(path: layout.marker, why: "its text is not \(StoreLayout.markerText.dropLast())"))
    }
  }

  /// Writes a file of the store in one step: a crash leaves the old one or the new one.
  package func install(_ pieces: [Bytes], at path: String, mode: UInt32 = 0o644) throws(StoreError) {
    try store { () throws(SystemError) in
      let part = try temporary.makePath(suffix: FileSystem.name(of: path))
      do throws(SystemError) {
        let file = try OpenFile.creating(part, mode: mode)
        for piece in pieces { try file.write(piece) }
        try file.synchronize()
        try FileSystem.rename(part, to: path)
      } catch {
        try FileSystem.remove(part)
        throw error
      }
      try FileSystem.synchronizeDirectory(FileSystem.parent(of: path))
    }
  }
}
