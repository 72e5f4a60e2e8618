// Looking at a whole store: how much is in it, and whether all of it is sound.

package import IngotCore

/// How much a store holds.
package struct StoreStatistics: Hashable, Sendable {
  package var blobCount = 0
  package var blobByteCount = 0
  package var actionCount = 0
  package var actionByteCount = 0
  package var pinCount = 0
  /// Files in temporary folders, this process's among them.
  package var temporaryCount = 0
  package init() {}
}

/// What a check of every blob and record found. What is listed has been removed.
package struct VerificationReport: Hashable, Sendable {
  package var checkedBlobCount = 0
  package var checkedByteCount = 0
  package var checkedActionCount = 0
  /// Blobs whose bytes were not those of their names.
  package var corruptBlobs: [Digest] = []
  /// Records that could not be read or whose blobs are gone.
  package var unusableActions: [Digest] = []
  /// Files that the store did not put there: left alone.
  package var strays: [String] = []
  package init() {}

  package var isSound: Bool { corruptBlobs.isEmpty && unusableActions.isEmpty }
}

extension DiskStore {
  package func statistics() throws(StoreError) -> StoreStatistics {
    var statistics = StoreStatistics()
    for entry in try entries(of: layout.blobs) {
      statistics.blobCount += 1
      statistics.blobByteCount += Int(clamping: entry.status.byteCount)
    }
    for entry in try entries(of: layout.actions) {
      statistics.actionCount += 1
      statistics.actionByteCount += Int(clamping: entry.status.byteCount)
    }
    statistics.pinCount = try entries(of: layout.pins).count
    for folder in try entries(of: layout.temporary) where folder.status.isDirectory {
      statistics.temporaryCount += try entries(of: folder.path).filter { FileSystem.name(of: $0.path) != "lock" }.count
    }
    return statistics
  }

  /// Reads every blob and record again, remembering nothing from before, and removes those that are not sound.
  package func verify() throws(StoreError) -> VerificationReport {
    forget()
    var report = VerificationReport()
    for entry in try entries(of: layout.blobs) {
      guard let digest = entry.digest, entry.status.isRegularFile else {
        report.strays.append(entry.path)
        continue
      }
      let read: (digest: Digest, byteCount: Int)
      do throws(SystemError) {
        read = try OpenFile.reading(entry.path, followsLinks: false).digestOfRest()
      } catch {
        if error.isNotFound { continue }
        throw StoreError(.system(error))
      }
      report.checkedBlobCount += 1
      report.checkedByteCount += read.byteCount
      if read.digest == digest { continue }
      report.corruptBlobs.append(digest)
      discard(digest)
    }
    for entry in try entries(of: layout.actions) {
      guard let key = entry.digest, entry.status.isRegularFile else {
        report.strays.append(entry.path)
        continue
      }
      report.checkedActionCount += 1
      let isUsable = result(of: entry)?.outputs.allSatisfy { contains($0.digest, byteCount: $0.byteCount) }
      if isUsable == true { continue }
      report.unusableActions.append(key)
      try store { () throws(SystemError) in try FileSystem.remove(entry.path) }
    }
    return report
  }
}
