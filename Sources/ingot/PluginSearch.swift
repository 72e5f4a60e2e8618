// Whether this machine has the libraries of plug-ins that a bundle's engine calls. Nothing is loaded.

internal import IngotBackends
internal import IngotCore
internal import IngotRelease

struct PluginSearch {
  /// Where they may be, nearest first.
  private let folders: [String]

  /// - Parameter bundle: its folder.
  init(besideBundle bundle: String, _ home: Home, _ context: Context) {
    let system = context.environment["LD_LIBRARY_PATH", default: ""].split(separator: ":").map(String.init)
    folders = [bundle] + home.runtimePaths + system
  }

  /// The bundle's plug-ins, in its order.
  func plugins(of bundle: Bundle) -> [EngineFitness.Plugin] {
    (bundle.compatibility.plugins ?? []).map { EngineFitness.Plugin(name: $0.name, place: place(of: $0)) }
  }

  private func place(of plugin: Compatibility.Plugin) -> EngineFitness.Plugin.Place {
    if plugin.isSerialized { return .inEngine }
    let files = folders.map { FileSystem.join($0, plugin.name) }.filter {
      (try? FileStatus(ofFileAt: $0))?.isRegularFile ?? false
    }
    for path in files where (try? Bytes(MappedFile(path: path)).digest) == plugin.digest { return .file(path: path) }
    return files.first.map { .otherFile(path: $0) } ?? .nowhere(searched: folders)
  }
}
