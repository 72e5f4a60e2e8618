// Blobs on their way out of the store, to a place where people may do with them what they like.

package import IngotCore

extension Blob {
  /// Reads a whole file.
  package init(hashingFileAt path: String) throws(StoreError) {
    let file = try store { () throws(SystemError) in try OpenFile.reading(path) }
    let isFile = try store { () throws(SystemError) in try file.status().isRegularFile }
    guard isFile else { throw StoreError(.notARegularFile(path)) }
    let (digest, byteCount) = try store { () throws(SystemError) in try file.digestOfRest() }
    self.init(digest: digest, byteCount: byteCount)
  }
}

extension DiskStore {
  /// Gives a blob's bytes to a new, writable file: a reflink where the file system has them, else a copy, never a
  /// hard link, so that writing to the file cannot change the blob. The bytes are on the disk when this returns.
  package func export(_ digest: Digest, to path: String) throws(StoreError) {
    let source = try verifiedPath(of: digest)
    try store { () throws(SystemError) in
      try FileSystem.duplicate(source, to: path, allowsHardLink: false)
      try OpenFile.reading(path).synchronize()
    }
  }

  /// A file or folder beside the blobs that belongs to another module, by name.
  package func metadataPath(_ name: String) -> String { "\(layout.version)/\(name)" }
}
