// Where a runtime is: paths that somebody named, then what Ingot installed, then what the system's loader knows. Fast
// enough for a build that has nothing to do: it reads folders and opens a library only to ask the system.

internal import IngotCore
internal import Synchronization

/// Finds runtimes, and remembers what it found.
package final class RuntimeLocator: Sendable {
  private struct Query: Hashable {
    var kind: BackendKind
    var version: String?
  }

  private let paths: [String]
  private let managedDirectory: String
  private let searchesSystem: Bool
  private let found = Mutex<[Query: LocatedRuntime]>([:])

  /// - Parameter paths: of `--runtime-path` and INGOT_RUNTIME_PATH, first ones first: a library file, or a folder with one.
  /// - Parameter managedDirectory: where `ingot runtimes install` puts them.
  /// - Parameter searchesSystem: also ask the system's loader.
  package init(paths: [String], managedDirectory: String, searchesSystem: Bool = true) {
    self.paths = paths.map { FileSystem.join("", $0) }
    self.managedDirectory = managedDirectory
    self.searchesSystem = searchesSystem
  }

  /// - Parameter version: that it must have, as far as it goes: `11` takes 11.4; nil takes the newest.
  /// - Throws: `.notFound` with every place that was searched, and how to install the runtime.
  package func locate(_ kind: BackendKind, version: String? = nil) throws(BackendError) -> LocatedRuntime {
    let query = Query(kind: kind, version: version)
    if let known = found.withLock({ $0[query] }) { return known }
    var searched: [String] = []
    for path in paths {
      guard let status = try? FileStatus(ofFileAt: path) else {
        throw BackendError(kind, .notFound(searched: [path]), hint: "the path was given for runtimes and is not there")
      }
      let candidates = status.isDirectory ? inFolder(path, kind, &searched) : asFile(path, kind, &searched)
      if let match = candidates.first(where: { $0.agrees(with: version) }) { return remember(match, as: query) }
      searched.note(candidates)
    }
    searched.append("\(managedDirectory)/\(kind.rawValue)-*")
    let managed = Self.managed(kind, in: managedDirectory)
    if let match = managed.first(where: { $0.agrees(with: version) }) { return remember(match, as: query) }
    searched.note(managed)
    if searchesSystem {
      let names = kind.systemNames.map(\.library)
      if !names.isEmpty { searched.append("the system's library path for \(names.joined(separator: " or "))") }
      if let match = SystemLibraries.locate(kind, version: version) { return remember(match, as: query) }
    }
    throw BackendError(kind, .notFound(searched: searched), hint: hint(kind, version))
  }

  private func remember(_ runtime: LocatedRuntime, as query: Query) -> LocatedRuntime {
    var runtime = runtime
    // In Python's folder of packages NVIDIA's are beside ONNX Runtime's, which has its library in a folder `capi`.
    let folder = FileSystem.parent(of: runtime.libraryPath)
    runtime.neighbours = paths + [folder, FileSystem.parent(of: FileSystem.parent(of: folder)), managedDirectory]
    found.withLock { $0[query] = runtime }
    return runtime
  }

  private static func managed(_ kind: BackendKind, in directory: String) -> [LocatedRuntime] {
    ManagedRuntimes.list(in: directory).filter { $0.kind == kind }.compactMap {
      LocatedRuntime(kind, inFolder: $0.folder, version: $0.version, origin: .managed($0.folder))
    }
  }

  private func inFolder(_ path: String, _ kind: BackendKind, _ searched: inout [String]) -> [LocatedRuntime] {
    searched.append(path)
    let direct = BackendKind.folders.compactMap { folder in
      LocatedRuntime(kind, inFolder: FileSystem.join(path, folder), version: nil, origin: .path(path))
    }
    return direct + Self.managed(kind, in: path)
  }

  private func asFile(_ path: String, _ kind: BackendKind, _ searched: inout [String]) -> [LocatedRuntime] {
    let name = FileSystem.name(of: path)
    // A path of another runtime says nothing about this one.
    guard name.hasPrefix(kind.libraryName) else { return [] }
    searched.append(path)
    let folder = FileSystem.parent(of: path)
    return LocatedRuntime(kind, inFolder: folder, library: name, version: nil, origin: .path(path)).map { [$0] } ?? []
  }

  private func hint(_ kind: BackendKind, _ version: String?) -> String {
    let path = "or name its folder with --runtime-path or INGOT_RUNTIME_PATH"
    guard let runtime = RuntimeCatalog.all.first(where: { $0.kind == kind }) else {
      return "install it where the system's loader finds it (NVIDIA's packages or containers do), \(path)"
    }
    if let version, !versionsAgree(version, runtime.version) {
      return
        "`ingot runtimes install` has only version \(runtime.version); install version \(version) yourself, \(path)"
    }
    return "run `ingot runtimes install \(runtime.name)`, \(path)"
  }
}

extension [String] {
  /// Says of the last place that it has only these, which are of other versions than was asked for.
  fileprivate mutating func note(_ others: [LocatedRuntime]) {
    let versions = others.compactMap(\.declaredVersion)
    if let last = indices.last, !versions.isEmpty { self[last] += " (has \(versions.joined(separator: ", ")))" }
  }
}
