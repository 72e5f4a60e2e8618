// Content: bytes under the name of their SHA-256. A blob is complete from the moment that its name exists, and never
// changes.

internal import Glibc
package import IngotCore
internal import Synchronization

/// Content that is in a store.
package struct Blob: Hashable, Sendable {
  package var digest: Digest
  package var byteCount: Int
  package init(digest: Digest, byteCount: Int) { (self.digest, self.byteCount) = (digest, byteCount) }
}

extension DiskStore {
  /// Where the blob is or would be. Bytes there are not checked; `verifiedPath(of:)` does.
  package func path(of digest: Digest) -> String { layout.blob(digest) }

  /// Whether a blob with this many bytes is there. Its bytes are checked when it is opened.
  package func contains(_ digest: Digest, byteCount: Int) -> Bool {
    if memo.withLock({ $0.blobs[digest] }) == byteCount { return true }
    guard let status = try? FileStatus(ofFileAt: path(of: digest), followsLinks: false), status.isRegularFile else {
      return false
    }
    guard status.byteCount == UInt64(byteCount) else {
      onNote(.wrongByteCount(digest, expected: byteCount, found: status.byteCount))
      discard(digest)
      return false
    }
    memo.withLock { $0.blobs[digest] = byteCount }
    return true
  }

  @discardableResult
  package func put(_ bytes: Bytes) throws(StoreError) -> Blob {
    let blob = Blob(digest: bytes.digest, byteCount: bytes.count)
    if contains(blob.digest, byteCount: blob.byteCount) { return blob }
    try install([bytes], at: path(of: blob.digest), mode: 0o444)
    memo.withLock { $0.blobs[blob.digest] = blob.byteCount }
    return blob
  }

  @discardableResult
  package func put(_ bytes: [UInt8]) throws(StoreError) -> Blob { try put(Bytes(bytes)) }

  /// Takes a finished file of the caller's own, best one in a scratch directory: then nothing is copied.
  ///
  /// The file is gone afterwards. Nobody may have it open for writing, and it has one name: one that was hard-linked
  /// from elsewhere is copied, so that the other name cannot change the blob. Where its bytes are in the store already, as
  /// those of a blob that was linked into a scratch directory are, its name is removed and that is all.
  @discardableResult
  package func put(movingFileAt source: String) throws(StoreError) -> Blob {
    let blob = try adopt(source)
    if let blob { return blob }
    let copied = try put(copyingFileAt: source)
    try store { () throws(SystemError) in try FileSystem.remove(source) }
    return copied
  }

  /// Takes a copy of a file, sharing its blocks where the file system can. A file that is known to hold a blob's bytes is
  /// neither read nor copied.
  @discardableResult
  package func put(copyingFileAt source: String) throws(StoreError) -> Blob {
    let start = try store { () throws(SystemError) in
      let status = try OpenFile.reading(source).status()
      guard status.isRegularFile else { return nil as CopyStart? }
      if let known = fileDigests.recall(path: source, status: status), let byteCount = Int(exactly: status.byteCount),
        contains(known, byteCount: byteCount)
      {
        return .known(Blob(digest: known, byteCount: byteCount))
      }
      let part = try temporary.makePath(suffix: "copy")
      try FileSystem.duplicate(source, to: part, allowsHardLink: false)
      return .copied(part)
    }
    switch start {
    case nil: throw StoreError(.notARegularFile(source))
    case .known(let blob): return blob
    case .copied(let part):
      // The copy is hashed, not the source, which may change meanwhile.
      guard let blob = try adopt(part) else { preconditionFailure("a new copy has another name") }
      return blob
    }
  }

  private enum CopyStart {
    case known(Blob)
    case copied(String)
  }

  /// A blob's bytes, checked against the digest unless this very file was checked before.
  /// - Throws: `.missingBlob` where it is not there or was corrupt; a corrupt one is removed, so that making it again
  ///   repairs the store.
  package func open(_ digest: Digest) throws(StoreError) -> MappedFile {
    let path = path(of: digest)
    let file: MappedFile
    do throws(SystemError) {
      file = try MappedFile(path: path)
    } catch {
      guard error.isNotFound else { throw StoreError(.system(error)) }
      forget()
      throw StoreError(.missingBlob(digest))
    }
    if fileDigests.recall(path: path, status: file.status) == digest { return file }
    let began = clock()
    fileDigests.countHashed(file.byteCount)
    guard Bytes(file).digest == digest else {
      onNote(.corruptBlob(digest))
      discard(digest)
      throw StoreError(.missingBlob(digest))
    }
    fileDigests.remember(digest, path: path, status: file.status, readAt: began)
    return file
  }

  /// A path for code that opens files itself, its bytes checked as `open` does. Nobody may write to it.
  package func verifiedPath(of digest: Digest) throws(StoreError) -> String { try open(digest).path }

  /// A blob's bytes in memory.
  package func read(_ digest: Digest) throws(StoreError) -> [UInt8] { Bytes(try open(digest)).array }

  /// Removes a blob that is not what it should be.
  func discard(_ digest: Digest) {
    forget()
    // Moved away first: if another process has repaired it since it was looked at, it is put back.
    do throws(SystemError) {
      let part = try temporary.makePath(suffix: "corrupt")
      try FileSystem.rename(path(of: digest), to: part)
      if try OpenFile.reading(part).digestOfRest().digest == digest {
        try FileSystem.rename(part, to: path(of: digest))
      } else {
        try FileSystem.remove(part)
      }
    } catch  where error.isNotFound {
      // Another process removed it.
    } catch {
      onNote(.skipped("\(digest) is corrupt and cannot be removed: \(error)"))
    }
  }

  func forget() { memo.withLock { $0 = Memo() } }

  /// Hashes a file and renames it to its blob; nil, with the file untouched, where it must be copied instead.
  private func adopt(_ source: String) throws(StoreError) -> Blob? {
    let file = try store { () throws(SystemError) in try OpenFile.reading(source, followsLinks: false) }
    let status = try store { () throws(SystemError) in try file.status() }
    guard status.isRegularFile else { throw StoreError(.notARegularFile(source)) }
    do throws(SystemError) {
      let hasOtherNames = try file.linkCount() > 1
      let (digest, byteCount) = try file.digestOfRest()
      let blob = Blob(digest: digest, byteCount: byteCount)
      if contains(digest, byteCount: byteCount) {
        try FileSystem.remove(source)
        return blob
      }
      if hasOtherNames { return nil }
      try file.setMode(0o444)
      try file.synchronize()
      try FileSystem.rename(source, to: path(of: digest))
      try FileSystem.synchronizeDirectory(layout.blobs)
      memo.withLock { $0.blobs[digest] = byteCount }
      return blob
    } catch {
      if error.code == EXDEV { return nil }
      throw StoreError(.system(error))
    }
  }
}
