// Libraries that the system's loader finds by their names: LD_LIBRARY_PATH, its cache, its standard folders. To ask it
// where one is, it has to be opened.

internal import CSystem
internal import Glibc
internal import IngotCore

enum SystemLibraries {
  /// - Returns: nil where the loader knows none, or only of another version.
  static func locate(_ kind: BackendKind, version: String?) -> LocatedRuntime? {
    for (library, parser) in kind.systemNames {
      guard let libraryPath = path(of: library, landmark: kind.landmarks.library) else { continue }
      if let parser, path(of: parser, landmark: kind.landmarks.parser) == nil { continue }
      let folder = FileSystem.parent(of: libraryPath)
      let found = LocatedRuntime(
        kind, inFolder: folder, library: FileSystem.name(of: libraryPath), version: nil, origin: .system)
      if let found, found.agrees(with: version) { return found }
    }
    return nil
  }

  /// The file behind a library's name, links resolved; nil where there is none or it lacks the function.
  private static func path(of name: String, landmark: String) -> String? {
    // Never closed: whoever asked for it goes on to use it.
    guard let handle = unsafe dlopen(name, RTLD_NOW | RTLD_LOCAL), let address = unsafe dlsym(handle, landmark),
      let path = unsafe ingot_library_path(address)
    else { return nil }
    return try? FileSystem.realPath(unsafe String(cString: path))
  }
}
