// Is it a hit? A key's result counts only when its record can be read and every blob that it names is there.
// Everything else is a miss: the step runs again and its record is replaced.

package import IngotCore
internal import Synchronization

extension DiskStore {
  /// What the step with this key left, if all of it is here. Later lookups of the key in this process cost no system
  /// call.
  package func lookup(_ key: Digest) -> ActionResult? {
    if let known = memo.withLock({ $0.results[key] }) { return known }
    guard let result = readRecord(key) else { return nil }
    for output in result.outputs where !contains(output.digest, byteCount: output.byteCount) {
      onNote(.incompleteRecord(key: key, missing: output.digest))
      return nil
    }
    memo.withLock { $0.results[key] = result }
    return result
  }

  /// Files the result of a step. Its blobs are in the store already.
  package func put(_ result: ActionResult, for key: Digest) throws(StoreError) {
    for output in result.outputs where !contains(output.digest, byteCount: output.byteCount) {
      throw StoreError(.recordWithoutBlob(key: key, blob: output.digest))
    }
    try install([Bytes(result.encoded(key: key))], at: layout.action(key))
    memo.withLock { $0.results[key] = result }
  }

  private func readRecord(_ key: Digest) -> ActionResult? {
    do throws(SystemError) {
      let file = try OpenFile.reading(layout.action(key))
      let status = try file.status()
      guard status.isRegularFile, status.byteCount <= UInt64(ActionResult.byteLimit) else {
        onNote(.unreadableRecord(key: key, why: "it is no file, or far too large"))
        return nil
      }
      let bytes = try file.bytes(count: Int(status.byteCount))
      // The file's time says when the record was last used. Once a day is enough for that, and another user's is left
      // alone.
      let now = clock()
      if now.nanoseconds - status.modified > 86_400_000_000_000 { try? file.setModified(now) }
      return decode(bytes, key: key)
    } catch {
      if !error.isNotFound { onNote(.unreadableRecord(key: key, why: error.description)) }
      return nil
    }
  }

  private func decode(_ bytes: [UInt8], key: Digest) -> ActionResult? {
    do throws(RecordError) {
      return try ActionResult(decoding: Bytes(bytes), key: key)
    } catch {
      onNote(.unreadableRecord(key: key, why: error.description))
      return nil
    }
  }
}
