// What a store may forget: records that no build asked for lately, and blobs that neither a record nor a pin names.
// It runs alone: while another process has the store open, nothing is removed.

package import IngotCore
internal import Synchronization

/// What a collection removed and kept.
package struct CollectionReport: Hashable, Sendable {
  package var removedActionCount = 0
  package var removedBlobCount = 0
  package var removedByteCount = 0
  package var keptBlobCount = 0
  package var keptByteCount = 0
  package init() {}
}

extension DiskStore {
  /// Removes what is not needed. No step of this process may be running in the store.
  /// - Parameter days: a record that no lookup hit for this long goes; 0 removes all of them.
  /// - Parameter roots: blobs to keep besides those that pins and the remaining records name.
  /// - Parameter onlyCounts: true reports what would be removed, and removes nothing.
  package func collectGarbage(
    unusedFor days: Int, keeping roots: [Digest] = [], onlyCounts: Bool = false
  ) throws(StoreError) -> CollectionReport {
    guard lock.change(to: .exclusive) else { throw StoreError(.inUse(root)) }
    defer {
      _ = lock.change(to: .shared)
      forget()
    }
    forget()
    if !onlyCounts { try? FileSystem.remove(layout.unfinished) }
    var report = CollectionReport()
    var live = Set(roots)
    for pin in try pins() { live.formUnion(pin.digests) }
    let cutoff = clock().nanoseconds - Int64(clamping: days) * 86_400_000_000_000
    for entry in try entries(of: layout.actions) where entry.digest != nil {
      if let result = entry.status.modified > cutoff ? result(of: entry) : nil {
        live.formUnion(result.outputs.map(\.digest))
      } else {
        report.removedActionCount += 1
        try remove(entry, unless: onlyCounts)
      }
    }
    // Records went first: a crash here leaves blobs that nothing names, never a record without its blobs.
    for entry in try entries(of: layout.blobs) {
      guard let digest = entry.digest else { continue }
      if live.contains(digest) {
        report.keptBlobCount += 1
        report.keptByteCount += Int(clamping: entry.status.byteCount)
      } else {
        report.removedBlobCount += 1
        report.removedByteCount += Int(clamping: entry.status.byteCount)
        try remove(entry, unless: onlyCounts)
      }
    }
    return report
  }

  /// A file in one of the store's folders.
  struct Entry {
    var path: String
    /// Nil where the name is none that the store gives; such a file is not the store's to remove.
    var digest: Digest?
    var status: FileStatus
  }

  /// The files of a folder, in the order of their names. One that another process removes meanwhile is left out.
  func entries(of folder: String) throws(StoreError) -> [Entry] {
    try store { () throws(SystemError) in
      var entries: [Entry] = []
      for name in try FileSystem.names(in: folder) {
        let path = "\(folder)/\(name)"
        do throws(SystemError) {
          let status = try FileStatus(ofFileAt: path, followsLinks: false)
          let digest = name.utf8.count == 64 ? Digest(hex: name) : nil
          entries.append(Entry(path: path, digest: digest, status: status))
        } catch {
          if !error.isNotFound { throw error }
        }
      }
      return entries
    }
  }

  func result(of entry: Entry) -> ActionResult? {
    guard let key = entry.digest, let bytes = try? FileSystem.read(entry.path, limit: ActionResult.byteLimit) else {
      return nil
    }
    return try? ActionResult(decoding: Bytes(bytes), key: key)
  }

  private func remove(_ entry: Entry, unless onlyCounts: Bool) throws(StoreError) {
    if onlyCounts { return }
    try store { () throws(SystemError) in try FileSystem.remove(entry.path) }
  }
}
