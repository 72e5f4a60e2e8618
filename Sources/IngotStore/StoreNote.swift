// What a store found out and dealt with by itself. Nothing here stops a build: it costs a step that runs again.

package import IngotCore

/// A fact that a person may want to know.
package enum StoreNote: Hashable, Sendable, CustomStringConvertible {
  /// The blob's bytes were not those of its name; it was removed.
  case corruptBlob(Digest)
  /// The blob did not have as many bytes as its record says; it was removed.
  case wrongByteCount(Digest, expected: Int, found: UInt64)
  /// The record cannot be used; the step's next result replaces it.
  case unreadableRecord(key: Digest, why: String)
  /// The record's blob is gone, so the step runs again.
  case incompleteRecord(key: Digest, missing: Digest)
  /// The remembered file digests cannot be read from here on; the files are hashed again.
  case droppedFileDigests(path: String, why: String)
  /// Something that only makes the next run slower failed.
  case skipped(String)

  package var description: String {
    switch self {
    case .corruptBlob(let digest): "cache: \(digest) was corrupt on disk and was removed; it is made again when needed"
    case .wrongByteCount(let digest, let expected, let found):
      "cache: \(digest) had \(found) bytes instead of \(expected) and was removed; it is made again when needed"
    case .unreadableRecord(let key, let why):
      "cache: the record of step \(key.short) cannot be used (\(why)); the step runs again"
    case .incompleteRecord(let key, let missing):
      "cache: \(missing) of step \(key.short) is gone; the step runs again"
    case .droppedFileDigests(let path, let why): "cache: \(path): \(why); files are hashed again"
    case .skipped(let why): "cache: \(why)"
    }
  }
}
