// `ingot runtimes`: the runtime libraries that Ingot can install, and those that it finds.

internal import IngotBackends
internal import IngotCore

extension Verb {
  static let runtimes = Verb(
    name: "runtimes", operands: "list | install NAME…", summary: "List or install runtime libraries.",
    details: """
      `list` shows what can be installed and what is. `install` downloads a runtime's wheel from PyPI with pip, checks it against the
      digest that this version of Ingot pins, and unpacks its libraries under INGOT_HOME/runtimes. Installing what is there does
      nothing. Full TensorRT cannot be had that way: install NVIDIA's packages, or use an NVIDIA container.
      """,
    options: [Verb.json]
  ) { context in
    let home = try Home(context)
    switch context.arguments.operands.first {
    case "list":
      try list(home, context)
    case "install":
      let names = context.arguments.operands.dropFirst()
      guard !names.isEmpty else {
        throw UsageError("name what to install: \(RuntimeCatalog.all.map(\.name).joined(separator: ", "))")
      }
      let runtimes = try names.map(named)
      let installer = RuntimeInstaller(managedDirectory: home.runtimes)
      for runtime in runtimes { _ = try installer.install(runtime) { context.terminal.note($0) } }
      if context.arguments.has("--json") { try list(home, context) }
    case let other:
      throw UsageError("say `list` or `install`" + (other.map { ", not '\($0)'" } ?? ""))
    }
    return .success
  }

  private static func named(_ name: String) throws -> InstallableRuntime {
    if let runtime = RuntimeCatalog.named(name) { return runtime }
    let names = RuntimeCatalog.all.map(\.name)
    let near = suggestion(for: name, among: names).map { "did you mean \($0)? " } ?? ""
    throw UsageError("'\(name)' cannot be installed; \(near)there are \(names.joined(separator: ", "))")
  }

  private static func list(_ home: Home, _ context: Context) throws {
    let installed = ManagedRuntimes.list(in: home.runtimes)
    let rows = RuntimeCatalog.all.map { runtime in
      RuntimesDocument.Runtime(
        name: runtime.name, version: runtime.version, bytes: runtime.byteCount, licence: runtime.licence,
        installed: installed.filter { $0.kind == runtime.kind }.map(\.version))
    }
    if context.arguments.has("--json") {
      return context.terminal.print(try jsonText(RuntimesDocument(folder: home.runtimes, runtimes: rows)))
    }
    for row in rows {
      let state = row.installed.isEmpty ? "not installed" : "installed: \(row.installed.joined(separator: ", "))"
      context.terminal.print(
        "\(row.name.padded(to: 17))\(row.version.padded(to: 12))\("\(ByteCount(row.bytes))".padded(to: 10))\(state)")
    }
  }
}

/// `ingot.runtimes/1`.
private struct RuntimesDocument: JSONDocument {
  struct Runtime: Encodable {
    var name: String
    var version: String
    /// Of the download.
    var bytes: Int
    var licence: String
    /// Versions.
    var installed: [String]
  }

  static let format = "ingot.runtimes/1"
  var folder: String
  var runtimes: [Runtime]
}
