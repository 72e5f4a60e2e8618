// The section `targets`.

internal import IngotCore

extension ManifestDecoder {
  /// Names are unique because YAML keys are.
  mutating func targets(_ field: YAMLField) -> [TargetSpec]? {
    guard let entries = field.entries(of: "targets", &problems) else { return nil }
    if entries.isEmpty {
      return field.refuse("`targets` is empty", &problems, hint: "add one, as `cpu: { backend: onnxruntime }`")
    }
    var targets: [TargetSpec] = []
    for (name, value) in entries {
      if let problem = problemOfName(name.value) {
        problems.append(Diagnostic(at: name.place, "the target name \(quoted(name.value)) \(problem)"))
      }
      if let target = target(value, named: name) { targets.append(target) }
    }
    return targets
  }

  private mutating func target(_ field: YAMLField, named name: Located<String>) -> TargetSpec? {
    let backendHint = { "\(field.node.scalar.map { String($0.text.prefix(60)) } ?? "onnxruntime")" }
    let reader = MappingReader(
      field, .target, &problems, hint: "write `\(name.value): { backend: \(backendHint()) }`")
    guard let reader else { return nil }
    let backend = reader["backend"]?.choice(of: TargetBackend.self, noun: "backend", &problems)
    let version = reader["version"].flatMap { self.version($0) }
    let compute = reader["compute"].map { self.compute($0, for: backend?.value) } ?? []
    let processor = reader["processor"].flatMap { self.processor($0, for: backend?.value) }
    let build = reader["build"].map { self.build($0, of: backend?.value) } ?? []
    return backend.map {
      TargetSpec(name: name, backend: $0, version: version, compute: compute, processor: processor, build: build)
    }
  }

  private mutating func processor(_ field: YAMLField, for backend: TargetBackend?) -> Located<TargetProcessor>? {
    if let backend, backend.isTensorRT {
      return field.refuse(
        "\(backend.rawValue) does not run on processors: `processor` has no meaning here", &problems,
        hint: "remove `processor`")
    }
    return field.choice(of: TargetProcessor.self, noun: "processor", &problems)
  }

  /// `"11"` or `"10.13"`; a bare `11` too, but not `10.10`, which YAML reads as the number 10.1.
  private mutating func version(_ field: YAMLField) -> Located<String>? {
    guard let scalar = field.node.scalar, !field.isNull else {
      field.refuseType("text", &problems)
      return nil
    }
    if case .float = scalar.value {
      return field.refuse(
        "`version` must be text: YAML reads \(quoted(scalar.text)) as a number, in which 10.10 is 10.1", &problems,
        hint: "put it in quotes: `\"\(scalar.text.prefix(60))\"`")
    }
    let parts = scalar.text.split(separator: ".", omittingEmptySubsequences: false)
    let isVersion =
      parts.count <= 4
      && parts.allSatisfy { part in
        (1...9).contains(part.utf8.count)
          && part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      }
    if isVersion { return Located(scalar.text, at: field.place) }
    return field.refuse(
      "\(quoted(scalar.text)) is no version", &problems,
      hint: "write numbers with dots between them: `\"11\"`, `\"10.13\"`")
  }

  private mutating func compute(_ field: YAMLField, for backend: TargetBackend?) -> [Located<String>] {
    guard let items = field.items(of: "compute capabilities", &problems) else { return [] }
    let known = backend?.computeCapabilities ?? TargetBackend.tensorrt.computeCapabilities
    if let backend, known.isEmpty {
      problems.append(
        Diagnostic(
          at: field.keyPlace, "\(backend.rawValue) does not compile for GPUs: `compute` has no meaning here",
          hint: "remove `compute`"))
      return []
    }
    if items.isEmpty {
      problems.append(
        Diagnostic(at: field.place, "`compute` is empty", hint: "name a GPU, as `[sm_86]`, or remove the key"))
    }
    var capabilities: [Located<String>] = []
    for item in items {
      guard let text = item.node.scalar?.text, !item.isNull else {
        item.refuseType("text", &problems)
        continue
      }
      let capability = Located(text, at: item.place)
      if !known.contains(text) {
        problems.append(
          Diagnostic(
            at: item.place,
            "unknown compute capability \(quoted(text))" + (backend.map { " for \($0.rawValue)" } ?? ""),
            hint: Self.computeHint(text, known: known)))
      } else if capabilities.contains(capability) {
        problems.append(Diagnostic(at: item.place, "\(quoted(text)) is in `compute` twice"))
      }
      capabilities.append(capability)
    }
    return capabilities
  }

  /// `8.6`, `86`, `sm86` and `compute_86` all mean sm_86.
  private static func computeHint(_ text: String, known: [String]) -> String {
    let meant = "sm_" + text.filter { $0.isASCII && $0.isNumber }
    return known.contains(meant) ? "did you mean `\(meant)`?" : "expected \(alternatives(known))"
  }
}
