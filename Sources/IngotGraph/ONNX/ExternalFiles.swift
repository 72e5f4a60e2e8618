// Files of weights beside a model. A location comes from the model and is not trusted: it may name nothing outside the
// model's folder, neither by `..`, nor absolutely, nor through a symbolic link.

internal import IngotCore

/// The mapped files of one model, each mapped once.
struct ExternalFiles {
  let folder: String?
  private var filesByLocation: [String: MappedFile] = [:]
  private var filesByPath: [String: MappedFile] = [:]
  private var realFolder: String?

  init(folder: String?) { self.folder = folder }

  /// - Parameter location: as the model writes it, relative to the folder.
  mutating func slice(of location: String, offset: Int, length: Int) throws(ModelError.ExternalProblem) -> Bytes {
    let file = try file(at: location)
    guard offset <= file.byteCount, length <= file.byteCount - offset else {
      throw .outOfBounds(offset: offset, length: length, fileByteCount: file.byteCount)
    }
    return Bytes(file)[offset..<offset + length]
  }

  private mutating func file(at location: String) throws(ModelError.ExternalProblem) -> MappedFile {
    if let file = filesByLocation[location] { return file }
    guard let folder else { throw .noFolder }
    if location.hasPrefix("/") { throw .absolute }
    if location.split(separator: "/").contains("..") || location.utf8.contains(0) { throw .parentFolder }
    let (root, resolved) = try resolve(location, in: folder)
    guard resolved.hasPrefix(root == "/" ? root : "\(root)/") else { throw .outsideFolder(resolved: resolved) }
    let file: MappedFile
    if let mapped = filesByPath[resolved] { file = mapped } else { file = try map(resolved) }
    filesByPath[resolved] = file
    filesByLocation[location] = file
    return file
  }

  private mutating func resolve(
    _ location: String, in folder: String
  ) throws(ModelError.ExternalProblem) -> (root: String, file: String) {
    do throws(SystemError) {
      let root: String
      if let known = realFolder { root = known } else { root = try FileSystem.realPath(folder) }
      realFolder = root
      return (root, try FileSystem.realPath(FileSystem.join(folder, location)))
    } catch {
      throw .cannotRead(error)
    }
  }

  private func map(_ path: String) throws(ModelError.ExternalProblem) -> MappedFile {
    do throws(SystemError) { return try MappedFile(path: path) } catch { throw .cannotRead(error) }
  }
}
