// The sections `model`, `profiles` and `calibration`.

internal import IngotCore

extension ManifestDecoder {
  mutating func model(_ field: YAMLField) -> ModelSpec? {
    let reader = MappingReader(
      field, .model, &problems,
      hint: "write `model: { path: \(field.node.scalar.map { String($0.text.prefix(60)) } ?? "models/model.onnx") }`")
    guard let reader else { return nil }
    let path = reader["path"]?.path(in: bounds, &problems)
    let digest = reader["digest"]?.digest(&problems)
    var inputs: [InputSpec] = []
    for (name, value) in reader["inputs"]?.entries(of: "inputs", &problems) ?? [] {
      guard let items = value.items(of: "dimensions", &problems) else { continue }
      var dims: [Located<DimensionSpec>] = []
      for item in items {
        if let dim = dimension(item) { dims.append(dim) }
      }
      if dims.count == items.count { inputs.append(InputSpec(name: name, dims: dims)) }
    }
    let changes = modelChanges(reader)
    return path.map { ModelSpec(path: $0, digest: digest, inputs: inputs, changes: changes) }
  }

  mutating func dimension(_ field: YAMLField) -> Located<DimensionSpec>? {
    guard let scalar = field.node.scalar, !field.isNull else {
      field.refuseType("a size or a name", &problems)
      return nil
    }
    switch scalar.value {
    case .int(let size):
      if size >= 1 { return Located(.fixed(size), at: field.place) }
      return field.refuse(
        "a dimension must be at least 1, not \(size)", &problems, hint: "give a dimension that varies a name")
    case .string:
      let first = scalar.text.unicodeScalars.first
      if problemOfName("a" + scalar.text) == nil, let first, first == "_" || first.properties.isAlphabetic {
        return Located(.symbolic(scalar.text), at: field.place)
      }
      return field.refuse(
        "\(quoted(scalar.text)) is no name for a dimension", &problems,
        hint: "a name begins with a letter and holds letters, digits, `_`, `-` and `.`")
    case .null, .bool, .hugeInt, .float:
      return field.refuse("a dimension must be a size or a name, not \(quoted(scalar.text))", &problems)
    }
  }

  mutating func calibration(_ field: YAMLField) -> CalibrationSpec? {
    let hint = "write `calibration: { data: PATH }`, or `{ import: FILE }`"
    guard let reader = MappingReader(field, .calibration, &problems, hint: hint) else { return nil }
    if let file = reader["import"] { return importing(file, reader) }
    let data = reader["data"]?.path(in: bounds, &problems)
    if reader["data"] == nil {
      problems.append(Diagnostic(at: field.keyPlace, "`calibration` has neither `data` nor `import`", hint: hint))
    }
    let method = reader["method"]?.choice(of: CalibrationSpec.Method.self, noun: "method", &problems)
    let samples = reader["samples"]?.int(in: 1...Int.max, &problems)
    let percentile = reader["percentile"]?.percent(in: 0.5...1, &problems)
    if let percentile, method?.value != .percentile, reader["method"] == nil || method != nil {
      problems.append(
        Diagnostic(
          at: percentile.place, "`percentile` has no meaning for method \(method?.value.rawValue ?? "auto")",
          hint: method == nil ? "add `method: percentile`" : "write `method: percentile`, or remove it"))
    }
    guard let data else { return nil }
    return CalibrationSpec(source: .data(data), method: method, samples: samples, percentile: percentile)
  }

  /// Ranges that are there need no data and no method.
  private mutating func importing(_ file: YAMLField, _ reader: MappingReader) -> CalibrationSpec? {
    for name in ["data", "method", "samples", "percentile"] {
      guard let other = reader[name] else { continue }
      problems.append(
        Diagnostic(
          at: other.keyPlace, "`\(name)` has no meaning where ranges are imported", hint: "remove it, or `import`"))
    }
    guard let path = file.path(in: bounds, &problems) else { return nil }
    return CalibrationSpec(source: .ranges(path), method: nil, samples: nil, percentile: nil)
  }
}
