// Files that are not finished. Each process that writes has one folder of its own below tmp/, on the file system of
// the blobs, so that finishing a file is a rename. The folder of a process that died is removed by the next one that
// opens the store.

internal import IngotCore
internal import Synchronization

/// The folder of this process below tmp/, made when it is first needed.
final class TemporaryFiles: Sendable {
  private struct State {
    var folder: String?
    var lock: FileLock?
    var count = 0
  }

  private let layout: StoreLayout
  private let state = Mutex(State())

  init(layout: StoreLayout) { self.layout = layout }
  deinit { close() }

  /// A path that nothing uses yet.
  /// - Parameter suffix: ends the name, for whoever looks into the folder.
  func makePath(suffix: String) throws(SystemError) -> String {
    try state.withLock { (state) throws(SystemError) in
      if state.folder == nil { try openFolder(&state) }
      state.count += 1
      return "\(state.folder ?? layout.temporary)/\(state.count)-\(suffix)"
    }
  }

  /// Removes the folders of processes that are gone.
  func removeLeftovers() throws(SystemError) {
    if try FileSystem.names(in: layout.temporary).isEmpty { return }
    // A folder is made and locked under this lock, so one whose own lock is free has lost its process.
    let guardian = try FileLock.wait(for: layout.temporaryLock, .exclusive)
    defer { withExtendedLifetime(guardian) {} }
    for name in try FileSystem.names(in: layout.temporary) {
      let path = "\(layout.temporary)/\(name)"
      do throws(SystemError) {
        guard try FileStatus(ofFileAt: path, followsLinks: false).isDirectory else {
          try FileSystem.remove(path)
          continue
        }
        guard let lock = try FileLock.ifFree("\(path)/lock", .exclusive) else { continue }
        try FileSystem.remove(path)
        withExtendedLifetime(lock) {}
      } catch  where error.isNotFound {
        // Its process was just removing it.
      }
    }
  }

  /// Removes the folder with all that is in it.
  func close() {
    let (folder, lock) = state.withLock { state in
      defer { (state.folder, state.lock) = (nil, nil) }
      return (state.folder, state.lock)
    }
    guard let folder else { return }
    // What cannot be removed now is removed when the store is opened next.
    do throws(SystemError) { try FileSystem.remove(folder) } catch {}
    withExtendedLifetime(lock) {}
  }

  private func openFolder(_ state: inout State) throws(SystemError) {
    let guardian = try FileLock.wait(for: layout.temporaryLock, .exclusive)
    defer { withExtendedLifetime(guardian) {} }
    let folder = "\(layout.temporary)/\(FileSystem.uniqueSuffix())"
    try FileSystem.makeDirectory(folder)
    guard let lock = try FileLock.ifFree("\(folder)/lock", .exclusive) else {
      preconditionFailure("a folder with a new name was locked by somebody else")
    }
    (state.folder, state.lock) = (folder, lock)
  }
}

/// A folder that a step writes into and that goes away with this value. It is on the store's file system: a file in
/// it becomes a blob by a rename.
package final class ScratchDirectory: Sendable {
  package let path: String

  init(path: String) { self.path = path }
  deinit {
    // What cannot be removed now is removed when the store is opened next.
    do throws(SystemError) { try FileSystem.remove(path) } catch {}
  }

  package func path(_ name: String) -> String { FileSystem.join(path, name) }
}
