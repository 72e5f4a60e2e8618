// What goes wrong with a store. A miss, a corrupt entry and an unreadable record are not here: they are notes
// (StoreNote), and the step runs again.

package import IngotCore

package struct StoreError: ReportableError, Hashable {
  package enum Reason: Hashable, Sendable {
    /// The disk refused: full, not permitted, gone.
    case system(SystemError)
    /// The root holds something that is no store of this version.
    case notAStore(path: String, why: String)
    /// A blob that was there is not, or its bytes were not those of its digest (it is removed then).
    case missingBlob(Digest)
    /// A record may only name blobs that are in the store.
    case recordWithoutBlob(key: Digest, blob: Digest)
    case notARegularFile(String)
    /// A file was written to each time it was hashed.
    case changing(String)
    /// Garbage collection needs the store for itself.
    case inUse(String)
    case unreadablePin(path: String, why: String)
    case badPinName(String)
  }

  package var reason: Reason
  package init(_ reason: Reason) { self.reason = reason }

  /// Whether running the step again that made the blob mends it.
  package var isLostBlob: Bool {
    switch reason {
    case .missingBlob, .recordWithoutBlob: true
    case .system, .notAStore, .notARegularFile, .changing, .inUse, .unreadablePin, .badPinName: false
    }
  }

  package var kind: FailureKind {
    switch reason {
    case .notAStore, .notARegularFile, .badPinName: .input
    case .system, .missingBlob, .recordWithoutBlob, .changing, .inUse, .unreadablePin: .step
    }
  }

  package var description: String {
    switch reason {
    case .system(let error): error.description
    case .notAStore(let path, let why):
      "\(path): this is no store that this version of Ingot can use: \(why); name another folder with INGOT_HOME"
    case .missingBlob(let digest):
      "\(digest) is not in the store, or was corrupt and has been removed; run the build again to make it anew"
    case .recordWithoutBlob(let key, let blob):
      "the result of step \(key.short) names \(blob), which is not in the store; run the build again"
    case .notARegularFile(let path): "\(path): this is no regular file; name a file, not a folder, pipe or device"
    case .changing(let path):
      "\(path): the file changed while it was read; wait until whatever writes it is done and run again"
    case .inUse(let root):
      "\(root): another process is using the store, so nothing was removed; try again when it has finished"
    case .unreadablePin(let path, let why):
      "\(path): \(why), so nothing was removed; delete the file if what it kept is no longer needed"
    case .badPinName(let name):
      "'\(name)' cannot name a pin; use 1 to 128 of a-z, A-Z, 0-9, '-', '_' and '.', not starting with '.'"
    }
  }
}

/// Runs a call of IngotCore, its failure told as this module's.
func store<R: ~Copyable>(_ body: () throws(SystemError) -> R) throws(StoreError) -> R {
  do throws(SystemError) { return try body() } catch { throw StoreError(.system(error)) }
}
