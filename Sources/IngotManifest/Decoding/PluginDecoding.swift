// The build option `plugins`: a list of libraries, each a path or a mapping.

internal import IngotCore

extension YAMLField {
  /// - Returns: nil where the value is no list, or any entry of it is wrong.
  func plugins(in bounds: ProjectBounds, _ problems: inout [Diagnostic]) -> [PluginSpec]? {
    guard let items = items(of: "libraries", &problems) else { return nil }
    if items.isEmpty { return refuse("\(shown) is empty", &problems, hint: "leave the option out") }
    var plugins: [PluginSpec] = []
    for item in items {
      guard let plugin = item.plugin(in: bounds, &problems) else { continue }
      // The file's name is what records call it, and what a machine is searched for.
      if plugins.contains(where: { $0.fileName == plugin.fileName }) {
        problems.append(
          Diagnostic(
            at: plugin.path.place, "a library with the name \(quoted(plugin.fileName)) is in the list already",
            hint: "leave it out, or give the file a name of its own"))
      }
      plugins.append(plugin)
    }
    return plugins.count == items.count ? plugins : nil
  }

  private func plugin(in bounds: ProjectBounds, _ problems: inout [Diagnostic]) -> PluginSpec? {
    if node.scalar != nil {
      return path(in: bounds, &problems).map { PluginSpec(path: $0, digest: nil, isSerialized: false) }
    }
    guard let reader = MappingReader(self, .plugin, &problems, hint: "write `{ path: FILE, digest: sha256:… }`") else {
      return nil
    }
    let path = reader["path"]?.path(in: bounds, &problems)
    let digest = reader["digest"]?.digest(&problems)
    let isSerialized = reader["serialize"]?.bool(&problems)?.value ?? false
    return path.map { PluginSpec(path: $0, digest: digest, isSerialized: isSerialized) }
  }
}
