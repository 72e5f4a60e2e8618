// Bundles as folders: what `ingot build` leaves below --out, and what anybody may hand back.
//
// A folder appears, and changes, in one step: it is made beside its place under a name with a dot, and renamed or
// swapped in. The files in it are copies (reflinks where the file system has them): whoever edits one does not change
// the store, only this folder, which the next build notices and writes anew.

internal import Glibc
package import IngotCore
package import IngotStore

extension Bundle {
  /// Makes a folder hold exactly this bundle. Where it does already, nothing is written and only new or changed files
  /// are read.
  /// - Parameter directory: made where it is missing. A bundle in it is replaced; anything else is refused.
  /// - Parameter store: has every file of the bundle.
  /// - Returns: whether the folder was written.
  @discardableResult
  package func write(to directory: String, from store: DiskStore) throws(ReleaseError) -> Bool {
    let manifest = try encoded()
    let parent = FileSystem.parent(of: directory)
    let part = FileSystem.join(parent, ".\(FileSystem.name(of: directory)).ingot-part")
    let isHeld = isHeld(by: directory, manifest: manifest, digests: store.fileDigests)
    if isHeld && !isThere(part) { return false }
    let lock = try release { () throws(SystemError) in
      try FileSystem.makeDirectory(parent)
      return try FileLock.wait(forFolder: parent)
    }
    defer { withExtendedLifetime(lock) {} }
    // Left by a build that was killed: whoever holds the lock is the only one here.
    try release { () throws(SystemError) in try FileSystem.remove(part) }
    if isHeld { return false }
    let isReplacement = try Self.isReplaceable(directory)
    try release { () throws(SystemError) in try FileSystem.makeDirectory(part) }
    do throws(ReleaseError) {
      for file in files {
        try stored { () throws(StoreError) in try store.export(file.digest, to: FileSystem.join(part, file.path)) }
      }
      try release { () throws(SystemError) in
        try FileSystem.writeAtomically([Bytes(manifest)], to: FileSystem.join(part, Self.manifestName))
      }
      let statuses = try settledStatuses(in: part, digests: store.fileDigests)
      try Self.moveIntoPlace(part, directory, isReplacement: isReplacement)
      let now = Timestamp.now()
      for (file, status) in zip(files, statuses) {
        let path = FileSystem.join(directory, file.path)
        store.fileDigests.remember(file.digest, path: path, status: status, readAt: now)
      }
    } catch {
      // What cannot be removed now is removed when the bundle is written next.
      do throws(SystemError) { try FileSystem.remove(part) } catch {}
      throw error
    }
    return true
  }

  /// Reads a folder and checks every file in it against its digest.
  package static func read(_ directory: String) throws(ReleaseError) -> (bundle: Bundle, digest: Digest) {
    let path = FileSystem.join(directory, manifestName)
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try FileSystem.read(path, limit: manifestLimit)
    } catch {
      guard error.isNotFound else { throw ReleaseError(.system(error)) }
      throw ReleaseError(.unusable(path: directory, problem: "there is no \(manifestName)"))
    }
    let bundle = try Bundle(decoding: bytes, path: path)
    var problems: [String] = []
    for file in bundle.files {
      do throws(StoreError) {
        let found = try Blob(hashingFileAt: FileSystem.join(directory, file.path))
        if found.byteCount != file.byteCount {
          problems.append("\(file.path) has \(found.byteCount) bytes, not \(file.byteCount)")
        } else if found.digest != file.digest {
          problems.append("\(file.path) is \(found.digest), not \(file.digest)")
        }
      } catch {
        problems.append("\(error)")
      }
    }
    guard problems.isEmpty else { throw ReleaseError(.damaged(path: directory, problems: problems)) }
    return (bundle, Digest(of: bytes))
  }

  private func isThere(_ path: String) -> Bool { (try? FileStatus(ofFileAt: path, followsLinks: false)) != nil }

  static let manifestLimit = 16 << 20

  private func isHeld(by directory: String, manifest: [UInt8], digests: FileDigests) -> Bool {
    let path = FileSystem.join(directory, Self.manifestName)
    guard (try? FileSystem.read(path, limit: Self.manifestLimit)) == manifest else { return false }
    return files.allSatisfy { (try? digests.digest(ofFileAt: FileSystem.join(directory, $0.path))) == $0.digest }
  }

  /// True for a bundle, false where nothing is.
  private static func isReplaceable(_ directory: String) throws(ReleaseError) -> Bool {
    let names: [String]
    do throws(SystemError) {
      guard try FileStatus(ofFileAt: directory, followsLinks: false).isDirectory else {
        throw SystemError("replace", path: directory, code: EEXIST)
      }
      names = try FileSystem.names(in: directory)
    } catch {
      if error.isNotFound { return false }
      throw ReleaseError(.notABundle(path: directory))
    }
    let visible = names.filter { !$0.hasPrefix(".") }
    if visible.isEmpty { return true }
    let path = FileSystem.join(directory, manifestName)
    guard visible.contains(manifestName) else { throw ReleaseError(.notABundle(path: directory)) }
    // What a person put beside a bundle is not Ingot's to delete.
    let bytes = (try? FileSystem.read(path, limit: manifestLimit)) ?? []
    let known = (try? Bundle(decoding: bytes, path: path))?.files.map(\.path) ?? visible
    if let stranger = visible.first(where: { $0 != manifestName && !known.contains($0) }) {
      throw ReleaseError(.strangerInBundle(path: FileSystem.join(directory, stranger)))
    }
    return true
  }

  /// The files' statuses, once a later change of a file cannot leave its status as it is.
  private func settledStatuses(in part: String, digests: FileDigests) throws(ReleaseError) -> [FileStatus] {
    var statuses: [FileStatus] = []
    for file in files {
      let path = FileSystem.join(part, file.path)
      statuses.append(try release { () throws(SystemError) in try FileStatus(ofFileAt: path) })
    }
    if let newest = statuses.max(by: { $0.changed < $1.changed }) { digests.waitUntilSettled(newest) }
    return statuses
  }

  private static func moveIntoPlace(_ part: String, _ directory: String, isReplacement: Bool) throws(ReleaseError) {
    try release { () throws(SystemError) in
      guard isReplacement else {
        try FileSystem.rename(part, to: directory)
        return try FileSystem.synchronizeDirectory(FileSystem.parent(of: directory))
      }
      do throws(SystemError) {
        try FileSystem.exchange(part, with: directory)
      } catch {
        guard error.code == EINVAL || error.code == ENOSYS else { throw error }
        // A file system that cannot swap: for a moment there is no bundle.
        try FileSystem.remove(directory)
        try FileSystem.rename(part, to: directory)
      }
      try FileSystem.synchronizeDirectory(FileSystem.parent(of: directory))
      try FileSystem.remove(part)
    }
  }
}
