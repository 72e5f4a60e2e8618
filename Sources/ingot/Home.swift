// Where Ingot keeps things on this machine. The environment is read here and nowhere below.

internal import IngotCore
internal import IngotStore

/// The folders that a command works with.
struct Home: Sendable {
  /// Results, records, channels.
  var store: String
  /// Runtimes that `ingot runtimes install` unpacked.
  var runtimes: String
  /// What builders measured of kernels, which makes later builds faster.
  var timingCaches: String
  /// Where to look for runtimes first, in order: `--runtime-path`, then INGOT_RUNTIME_PATH.
  var runtimePaths: [String]

  init(_ context: Context) throws(UsageError) {
    let environment = context.environment
    let root: String
    if let home = environment["INGOT_HOME"], !home.isEmpty {
      root = home
    } else if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") {
      root = "\(data)/ingot"
    } else if let home = environment["HOME"], !home.isEmpty {
      root = "\(home)/.local/share/ingot"
    } else {
      throw UsageError("neither INGOT_HOME nor HOME is set, so there is no folder for results; set INGOT_HOME")
    }
    store = context.arguments.value("--store") ?? "\(root)/store"
    runtimes = "\(root)/runtimes"
    timingCaches = "\(root)/timing-caches"
    let fromEnvironment = environment["INGOT_RUNTIME_PATH", default: ""].split(separator: ":").map(String.init)
    runtimePaths = context.arguments.all("--runtime-path") + fromEnvironment
  }

  /// - Parameter terminal: gets what was found broken and dealt with.
  func openStore(_ terminal: Terminal) throws -> DiskStore {
    try DiskStore(root: store, onNote: { terminal.note("note: \($0)") })
  }
}
