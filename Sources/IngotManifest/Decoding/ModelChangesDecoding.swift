// What `model` says beside path, digest and inputs.

internal import IngotCore

extension ManifestDecoder {
  mutating func modelChanges(_ reader: MappingReader) -> ModelChanges {
    var changes = ModelChanges()
    for (name, value) in reader["dims"]?.entries(of: "dims", &problems) ?? [] {
      if let size = dimension(value) { changes.dims.append(ModelChanges.NamedSize(name: name, size: size.value)) }
    }
    if let extract = reader["extract"] {
      let hint = "write `extract: { from: [TENSOR], to: [TENSOR] }`"
      if let parts = MappingReader(extract, .extract, &problems, hint: hint) {
        changes.extractFrom = tensors(parts["from"])
        changes.extractTo = tensors(parts["to"])
        if parts.lacks("from"), parts.lacks("to") {
          problems.append(Diagnostic(at: extract.keyPlace, "`extract` says neither `from` nor `to`", hint: hint))
        }
      }
    }
    changes.outputs = tensors(reader["outputs"])
    changes.opset = reader["opset"]?.int(in: 1...1000, &problems)
    changes.narrowsDoubles = reader["float64-to-float32"]?.bool(&problems)
    for (name, value) in reader["bounds"]?.entries(of: "bounds", &problems) ?? [] {
      guard let size = value.int(in: 1...Int.max, &problems) else { continue }
      changes.bounds.append(ModelChanges.SizeBound(tensor: name, size: size.value))
    }
    for (name, value) in reader["rename"]?.entries(of: "names", &problems) ?? [] {
      guard let new = value.text(&problems) else { continue }
      changes.renames.append(ModelChanges.Rename(old: name, new: new.value))
    }
    changes.passes = passes(reader["passes"])
    changes.foldWith = reader["fold-with"]?.choice(
      of: ModelChanges.FoldingRuntime.self, noun: "runtime to fold with", &problems)
    return changes
  }

  private mutating func tensors(_ field: YAMLField?) -> [Located<String>] {
    guard let field else { return [] }
    if case .sequence(let items) = field.node.content, items.isEmpty {
      return field.refuse("\(field.shown) is empty", &problems) ?? []
    }
    return texts(field)
  }

  /// One word, or a list of names that all or none have a `-` before them.
  private mutating func passes(_ field: YAMLField?) -> [Located<String>] {
    guard let field else { return [] }
    if field.node.scalar != nil {
      guard let word = field.text(&problems) else { return [] }
      if ["all", "none"].contains(word.value) { return [word] }
      return field.refuse(
        "unknown passes \(quoted(word.value)); expected all, none or a list of passes", &problems,
        hint: "write `passes: [\(word.value)]`") ?? []
    }
    let names = tensors(field)
    if let odd = names.first(where: { $0.value.hasPrefix("-") != names[0].value.hasPrefix("-") }) {
      problems.append(
        Diagnostic(
          at: odd.place, "`passes` names passes to run and passes to leave out",
          hint: "put a `-` before all of them, or before none"))
    }
    return names
  }
}
