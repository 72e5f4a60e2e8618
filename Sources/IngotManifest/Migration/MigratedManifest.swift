// Writes a recipe as a manifest, with a comment for whatever means something else now.

package import IngotCore

extension OldCommand {
  /// - Parameters:
  ///   - backend: what the engine is built for.
  ///   - model: what its file says.
  ///   - data: a calibration set, from the manifest's folder; nil where there is none.
  ///   - name: what the engines are to be called.
  ///   - relative: a path from the command's folder as one from the manifest's.
  /// - Throws: what cannot be meant, all of it.
  package func migration(
    to backend: TargetBackend, model: MigratedModel, data: String?, name: String, relative: (String) -> String
  ) throws(InputError) -> Migration {
    var recipe = recipe
    let precision = recipe.precision(of: model, hasData: data != nil, isTensorRT: backend.isTensorRT)
    recipe.checkInputs(model.inputs)
    let profiles = recipe.profileLines()
    let options = recipe.optionLines(for: backend, precision) + recipe.pluginLines(for: backend, relative)
    if recipe.workspace != nil, !backend.isTensorRT {
      recipe.note(.dropped, "--workspace", "it is the memory of TensorRT's tactics")
    }
    guard recipe.problems.isEmpty else { throw InputError(recipe.problems) }
    var lines = header(recipe.changes)
    lines += ["ingot: 1", "name: \(name)", "", "model:", "  path: \(yamlWord(relative(self.model)))", ""]
    lines += ["targets:", "  \(backend.rawValue): { backend: \(backend.rawValue) }", ""]
    lines += recipe.precisionLines(precision)
    if !profiles.isEmpty { lines += ["", "profiles:"] + profiles }
    if let bytes = recipe.workspace, backend.isTensorRT { lines += ["", "workspace: \(byteCountText(bytes))"] }
    if precision.importsCache, let cache = calibrationCache {
      lines += ["", "calibration:", "  import: \(yamlWord(relative(cache)))"]
    } else if precision.usesData, let data {
      lines += ["", "calibration:", "  data: \(yamlWord(data))"]
    }
    if !options.isEmpty { lines += ["", "build:"] + options.map { "  \($0)" } }
    return Migration(manifest: lines.joined(separator: "\n") + "\n", changes: recipe.changes)
  }

  /// The command, and what changed, as comments.
  private func header(_ changes: [MigrationChange]) -> [String] {
    var lines = wrapped("Made from: \(shown)")
    let titles: [(MigrationChange.Kind, String)] = [
      (.changed, "What means something else now:"), (.dropped, "What is gone:"),
      (.idle, "What is not needed any more:"),
    ]
    for (kind, title) in titles {
      let found = changes.filter { $0.kind == kind }
      if !found.isEmpty { lines += ["#", "# \(title)"] }
      for change in found { lines += wrapped("\(change.flag): \(change.text)", indent: "  ") }
    }
    return lines
  }

  /// As comments of at most 120 columns. Control characters of the command end no line.
  private func wrapped(_ text: String, indent: String = "") -> [String] {
    let words = text.map {
      $0.isWhitespace || $0.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7f } ? " " : $0
    }
    var (lines, line): ([String], String) = ([], "# \(indent)")
    for word in String(words).split(separator: " ") {
      if line.count + word.count > 118, line.contains(where: { $0 != "#" && $0 != " " }) {
        lines.append(line)
        line = "# \(indent)  "
      }
      line += line.hasSuffix(" ") ? word : " \(word)"
    }
    return lines + [line]
  }
}

extension OldRecipe {
  fileprivate mutating func checkInputs(_ inputs: [String]) {
    guard !inputs.isEmpty else { return }
    let named = Set(profiles.values.flatMap(\.keys)).union(runShapes.keys)
    for name in named.sorted() where !inputs.contains(name) {
      let near = suggestion(for: name, among: inputs)
      refuse(
        "--optShapes", "the model has no input '\(name)'; it has \(inputs.joined(separator: ", "))",
        hint: near.map { "did you mean '\($0)'?" })
    }
  }

  /// One entry for each profile; numbers must have no gaps, as trtexec has it.
  fileprivate mutating func profileLines() -> [String] {
    if profiles.isEmpty, !runShapes.isEmpty {
      note(.changed, "--shapes", "was for running; where a line has no other shapes, the engine is built for them too")
      profiles[0] = runShapes.mapValues { OldShapes(min: nil, opt: $0, max: nil) }
    }
    var lines: [String] = []
    for (position, number) in profiles.keys.sorted().enumerated() {
      if position != number { refuse("--profile", "profile \(position) has no shapes") }
      var first = true
      for (name, shapes) in (profiles[number] ?? [:]).sorted(by: { $0.key < $1.key }) {
        guard let (least, most, largest) = shapes.completed else { continue }
        let isOrdered =
          least.count == most.count && most.count == largest.count
          && zip(least, most).allSatisfy { $0 <= $1 } && zip(most, largest).allSatisfy { $0 <= $1 }
        if !isOrdered { refuse("--optShapes", "the shapes of '\(name)' are not min <= opt <= max") }
        let text = "{ min: \(least), opt: \(most), max: \(largest) }"
        lines.append("  \(first ? "-" : " ") \(yamlWord(name)): \(text)")
        first = false
      }
    }
    return lines
  }

  fileprivate mutating func optionLines(for backend: TargetBackend, _ precision: MigratedPrecision) -> [String] {
    var lines: [String] = []
    for (name, value) in options {
      let known = backend.buildOption(name)
      if case .choice(let words)? = known?.values, !words.contains(value) {
        note(.dropped, name, "\(backend.rawValue) has no \(name) '\(value)'; it has \(words.joined(separator: ", "))")
      } else if known == nil {
        note(.dropped, name, "\(backend.rawValue) has no such option")
      } else {
        lines.append("\(name): \(value)")
      }
    }
    if backend.isTensorRT, usesTF32, precision.type != .tf32 {
      lines.append("tf32: true                  # as trtexec had it without --noTF32")
    }
    return lines
  }

  fileprivate mutating func pluginLines(for backend: TargetBackend, _ relative: (String) -> String) -> [String] {
    if plugins.isEmpty { return [] }
    guard backend.buildOption("plugins") != nil else {
      note(.dropped, "plugins", "\(backend.rawValue) has no plug-ins of TensorRT")
      return []
    }
    let isCompatible = options.contains { $0.name == "version-compatible" }
    if !isCompatible, plugins.contains(where: \.isSerialized) {
      note(.changed, "--setPluginsToSerialize", "only version-compatible engines hold libraries; this one calls them")
    }
    return ["plugins:"]
      + plugins.map { path, isSerialized in
        let word = yamlWord(relative(path))
        return isSerialized && isCompatible ? "  - { path: \(word), serialize: true }" : "  - \(word)"
      }
  }

  fileprivate func precisionLines(_ precision: MigratedPrecision) -> [String] {
    let isPlain = precision.fallback == nil && keptNodes.isEmpty
    if isPlain { return ["precision: \(precision.type.rawValue)"] }
    var lines = ["precision:", "  type: \(precision.type.rawValue)"]
    if let fallback = precision.fallback { lines.append("  fallback: \(fallback.rawValue)") }
    if !keptNodes.isEmpty { lines.append("  keep: { nodes: [\(keptNodes.map(yamlWord).joined(separator: ", "))] }") }
    return lines
  }
}

/// In the largest unit that has no fraction.
private func byteCountText(_ bytes: Int) -> String {
  for (unit, size) in [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] where bytes % size == 0 {
    return "\(bytes / size)\(unit)"
  }
  return "\(bytes)B"
}

/// As a YAML scalar or key.
package func yamlWord(_ text: String) -> String {
  if text.wholeMatch(of: /(\.{1,2}\/)*\/?[A-Za-z_][A-Za-z0-9_.\/-]*/) != nil,
    !["null", "true", "false"].contains(text.lowercased())
  {
    return text
  }
  var quoted = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"", "\\": quoted += "\\\(scalar)"
    case _
    where scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || scalar.value == 0x2028
      || scalar.value == 0x2029:
      let hex = String(scalar.value, radix: 16)
      quoted += "\\u\(String(repeating: "0", count: 4 - hex.count))\(hex)"
    default: quoted.unicodeScalars.append(scalar)
    }
  }
  return quoted + "\""
}
