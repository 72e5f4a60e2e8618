// Whether this machine has the libraries of plug-ins that a bundle's engine calls. Nothing is loaded.

internal import IngotBackends
internal import IngotCore
internal import IngotRelease

struct PluginSearch {
  /// Where they may be, nearest first.
  private let folders: [String]

  /// - Parameters:
  ///   - bundle: its folder.
  ///   - known: folders that are nearer still.
  init(besideBundle bundle: String, knownIn known: [String] = [], _ home: Home, _ context: Context) {
    let system = context.environment["LD_LIBRARY_PATH", default: ""].split(separator: ":").map(String.init)
    folders = known + [bundle] + home.runtimePaths + system
  }

  /// The bundle's plug-ins, in its order.
  func plugins(of bundle: Bundle) -> [EngineFitness.Plugin] { (bundle.compatibility.plugins ?? []).map(find) }

  /// The same as backends take them.
  /// - Throws: `.cannotRunHere` where one is not here, or is another one.
  func libraries(_ plugins: [Compatibility.Plugin]) throws(BackendError) -> [PluginLibrary] {
    var libraries: [PluginLibrary] = []
    for plugin in plugins.map(find) {
      switch plugin.place {
      case .inEngine: libraries.append(PluginLibrary(path: plugin.name, isSerialized: true))
      case .file(let path): libraries.append(PluginLibrary(path: path))
      case .otherFile, .nowhere:
        throw BackendError(.tensorrt, .cannotRunHere(plugin.finding.text), hint: plugin.finding.hint)
      }
    }
    return libraries
  }

  private func find(_ plugin: Compatibility.Plugin) -> EngineFitness.Plugin {
    EngineFitness.Plugin(name: plugin.name, place: place(of: plugin))
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
