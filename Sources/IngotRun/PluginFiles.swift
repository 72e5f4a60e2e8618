// The libraries of plug-ins that a manifest names: are they there, and are they what it pins? Nothing is loaded.

package import IngotCore
package import IngotManifest

/// - Returns: what is wrong with the libraries of a manifest's targets, or of one of them.
package func pluginProblems(
  of manifest: Manifest, _ target: TargetSpec? = nil, digest: (String) throws -> Digest
) -> [Diagnostic] {
  var problems: [Diagnostic] = []
  for plugin in (target.map { [$0] } ?? manifest.targets).flatMap(manifest.plugins) {
    guard let problem = problem(with: plugin, at: manifest.resolve(plugin.path.value), digest) else { continue }
    // Targets may share the option.
    if !problems.contains(problem) { problems.append(problem) }
  }
  return problems
}

private func problem(
  with plugin: PluginSpec, at path: String, _ digest: (String) throws -> Digest
) -> Diagnostic? {
  let hint = "build the library first, or correct the path, which is relative to the manifest"
  guard let status = try? FileStatus(ofFileAt: path) else {
    return Diagnostic(at: plugin.path.place, "there is no plug-in library '\(plugin.path.value)'", hint: hint)
  }
  guard status.isRegularFile, let file = try? MappedFile(path: path), Bytes(file).isSharedLibrary else {
    return Diagnostic(at: plugin.path.place, "'\(plugin.path.value)' is no shared library", hint: hint)
  }
  guard let pinned = plugin.digest, let found = try? digest(path), found != pinned.value else { return nil }
  return Diagnostic(
    at: pinned.place, "the digest of '\(plugin.path.value)' is \(found), not the pinned one",
    hint: "restore the library that was pinned, or pin the new one: digest: \(found)")
}

extension Bytes {
  fileprivate var isSharedLibrary: Bool { count > 4 && self[0..<4] == Bytes([0x7f] + Array("ELF".utf8)) }
}
