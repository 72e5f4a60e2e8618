// Build options: the top-level `build`, and that of a target.
//
// In the top-level one, a key is an option or a backend's name. An option is for every target whose backend has it, and
// at least one target's must; options below a backend's name are for targets of that backend. Nearer wins: the target's
// own `build`, then the backend's, then the plain ones.

internal import IngotCore

extension ManifestDecoder {
  /// - Parameter backends: those of the manifest's targets; empty where none could be read, then any backend will do.
  mutating func build(_ field: YAMLField, for backends: [TargetBackend]) -> [BuildOption] {
    guard let entries = field.entries(of: "build options", &problems) else { return [] }
    let used = TargetBackend.allCases.filter { backends.isEmpty || backends.contains($0) }
    var options: [BuildOption] = []
    for (name, value) in entries {
      if let backend = TargetBackend(rawValue: name.value) {
        if !used.contains(backend) {
          problems.append(
            Diagnostic(
              at: name.place, "no target has the backend \(backend.rawValue)",
              hint: "remove these options, or add such a target"))
        }
        options += build(value, of: backend).map { BuildOption(name: $0.name, value: $0.value, backend: backend) }
      } else {
        options += option(name, value, for: used, isTopLevel: true)
      }
    }
    return options
  }

  /// - Parameter backend: nil where it could not be read: then nothing is checked.
  mutating func build(_ field: YAMLField, of backend: TargetBackend?) -> [BuildOption] {
    guard let entries = field.entries(of: "build options", &problems) else { return [] }
    guard let backend else { return [] }
    return entries.flatMap { option($0.key, $0.value, for: [backend], isTopLevel: false) }
  }

  /// - Returns: one option, or none where its name or value is wrong.
  private mutating func option(
    _ name: Located<String>, _ value: YAMLField, for backends: [TargetBackend], isTopLevel: Bool
  ) -> [BuildOption] {
    let takers = backends.filter { $0.buildOption(name.value) != nil }
    guard !takers.isEmpty else {
      problems.append(unknown(name, for: backends, isTopLevel: isTopLevel))
      return []
    }
    var read: Located<OptionValue>?
    for backend in takers {
      // Backends differ in what values they take: the first that refuses ends it.
      let option = backend.buildOption(name.value)
      guard let value = option?.read(value, for: backend, in: bounds, &problems) else { return [] }
      read = value
    }
    return read.map { [BuildOption(name: name, value: $0, backend: nil)] } ?? []
  }

  private func unknown(_ name: Located<String>, for backends: [TargetBackend], isTopLevel: Bool) -> Diagnostic {
    let others = TargetBackend.allCases.filter { $0.buildOption(name.value) != nil }
    let ours = alternatives(backends.map(\.rawValue))
    if !others.isEmpty {
      return Diagnostic(
        at: name.place, "\(quoted(name.value)) is an option of \(alternatives(others.map(\.rawValue))), not of \(ours)",
        hint: isTopLevel ? "no target has such a backend; remove it" : nil)
    }
    var known: [String] = []
    for option in backends.flatMap(\.buildOptions) where !known.contains(option.name) { known.append(option.name) }
    let near = suggestion(for: name.value, among: known + (isTopLevel ? TargetBackend.allCases.map(\.rawValue) : []))
    return Diagnostic(
      at: name.place, "unknown build option \(quoted(name.value)) for \(ours)",
      hint: near.map { "did you mean `\($0)`?" } ?? "options: \(known.joined(separator: ", "))")
  }
}

extension Manifest {
  /// The build options that hold for a target, sorted by name.
  package func options(for target: TargetSpec) -> [BuildOption] {
    let backend = target.backend.value
    var chosen: [String: BuildOption] = [:]
    for option in build where option.backend == nil && backend.buildOption(option.name.value) != nil {
      chosen[option.name.value] = option
    }
    for option in build where option.backend == backend { chosen[option.name.value] = option }
    for option in target.build { chosen[option.name.value] = option }
    return chosen.values.sorted { $0.name.value < $1.name.value }
  }

  /// The libraries of plug-ins that a target names, in its order.
  package func plugins(for target: TargetSpec) -> [PluginSpec] {
    options(for: target).flatMap { option -> [PluginSpec] in
      if case .plugins(let plugins) = option.value.value { plugins } else { [] }
    }
  }
}
