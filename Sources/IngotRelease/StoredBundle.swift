// Bundles in the store: `bundle.json` is a blob like the files that it names.

package import IngotCore
package import IngotStore

extension Bundle {
  /// Files `bundle.json`; the blob's digest is the bundle's.
  /// - Throws: `.missingBlob` where a file of the bundle is not in the store.
  package func put(in store: DiskStore) throws(ReleaseError) -> Blob {
    for file in files where !store.contains(file.digest, byteCount: file.byteCount) {
      throw ReleaseError(.store(StoreError(.missingBlob(file.digest))))
    }
    let bytes = try encoded()
    return try stored { () throws(StoreError) in try store.put(bytes) }
  }

  /// - Parameter digest: the bundle's.
  package init(_ digest: Digest, from store: DiskStore) throws(ReleaseError) {
    let file = try stored { () throws(StoreError) in try store.open(digest) }
    guard file.byteCount <= Self.manifestLimit else {
      throw ReleaseError(.unusable(path: digest.description, problem: "it has \(file.byteCount) bytes"))
    }
    try self.init(decoding: Bytes(file).array, path: digest.description)
  }

  /// Whether a channel may point to it.
  /// - Throws: an error of kind `.gate` that says why not.
  package func requirePassed() throws(ReleaseError) {
    guard let verdict else { throw ReleaseError(.notVerified(bundle: title)) }
    guard verdict.engine == engineFile?.digest else { throw ReleaseError(.foreignVerdict(bundle: title)) }
    guard verdict.passed, verdict.failedGates.isEmpty else {
      throw ReleaseError(.failedGates(bundle: title, gates: verdict.failedGates))
    }
  }
}
