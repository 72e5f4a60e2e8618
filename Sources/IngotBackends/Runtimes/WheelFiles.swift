// An unpacked wheel, of which a few files are kept.

internal import IngotCore

struct WheelFiles {
  let root: String

  /// Copies the runtime's libraries into a new folder, its licences into `licences` in it, all synced to the disk.
  /// - Throws: `.installFailed` where a library or every licence is missing.
  func keep(_ runtime: InstallableRuntime, in folder: String) throws(BackendError) {
    let paths = try runtime.kind.system { () throws(SystemError) in try files(below: "", depth: 16) }
    for prefix in runtime.libraries {
      guard paths.contains(where: { $0.hasPrefix(prefix) }) else {
        throw BackendError(runtime.kind, .installFailed("the wheel has no file that starts with \(prefix)"))
      }
    }
    let libraries = paths.filter { path in runtime.libraries.contains { path.hasPrefix($0) } }
    let licences = paths.filter { path in runtime.licences.contains { path.hasPrefix($0) } }
    guard !licences.isEmpty else { throw BackendError(runtime.kind, .installFailed("the wheel has no licence")) }
    try runtime.kind.system { () throws(SystemError) in
      try copy(libraries, to: folder)
      try copy(licences, to: "\(folder)/licences")
    }
  }

  /// Paths of regular files, relative to the root.
  private func files(below folder: String, depth: Int) throws(SystemError) -> [String] {
    var found: [String] = []
    for name in try FileSystem.names(in: "\(root)/\(folder)") {
      let path = folder.isEmpty ? name : "\(folder)/\(name)"
      let status = try FileStatus(ofFileAt: "\(root)/\(path)", followsLinks: false)
      if status.isDirectory && depth > 0 { found += try files(below: path, depth: depth - 1) }
      if status.isRegularFile { found.append(path) }
    }
    return found
  }

  private func copy(_ paths: [String], to folder: String) throws(SystemError) {
    try FileSystem.makeDirectory(folder)
    for path in paths {
      let bytes = Bytes(try MappedFile(path: "\(root)/\(path)"))
      try FileSystem.writeAtomically([bytes], to: "\(folder)/\(FileSystem.name(of: path))")
    }
    try FileSystem.synchronizeDirectory(folder)
  }
}
