// The door: a manifest from a file, or from a text.

package import IngotCore

extension Manifest {
  /// Reads a manifest file.
  /// - Parameter path: as the user wrote it; it is what messages call the file, and `resolve` is relative to it.
  /// - Throws: every problem of the manifest.
  package static func read(_ path: String) throws(InputError) -> Manifest {
    try read(path, in: ProjectBounds(ofManifestIn: FileSystem.parent(of: path)))
  }

  /// The same where the project's bounds are known: a thousand manifests of one folder share them.
  package static func read(_ path: String, in bounds: ProjectBounds) throws(InputError) -> Manifest {
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try FileSystem.read(path, limit: YAMLLimits.byteCount)
    } catch {
      throw InputError(in: path, error)
    }
    return try parse(text: YAMLNode.text(of: bytes, path: path), path: path, in: bounds)
  }

  /// Reads a manifest text; touches no file.
  package static func parse(
    text: String, path: String, in bounds: ProjectBounds = .parentFolder
  ) throws(InputError) -> Manifest {
    let source = SourceText(path: path, text: text)
    var decoder = ManifestDecoder(source: source, bounds: bounds)
    let root = try YAMLNode.parse(source, problems: &decoder.problems)
    if let manifest = decoder.manifest(root) { return manifest }
    throw InputError(collected: decoder.problems)
  }
}

extension InputError {
  fileprivate init(in path: String, _ error: SystemError) {
    self =
      error.isNotFound
      ? InputError(
        in: path, "there is no such file", hint: "give the path of a manifest; `ingot init MODEL` writes one")
      : InputError(in: path, "the manifest cannot be read", hint: error.description)
  }
}
