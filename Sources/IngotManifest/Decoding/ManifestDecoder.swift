// From a YAML tree to a Manifest. Reading never stops at a problem: what cannot be read is left out and the rest is
// checked.

internal import IngotCore

/// What reading one manifest needs: where paths may lead, and the problems so far.
struct ManifestDecoder {
  let source: SourceText
  let bounds: ProjectBounds
  var problems: [Diagnostic] = []

  init(source: SourceText, bounds: ProjectBounds) { (self.source, self.bounds) = (source, bounds) }

  mutating func manifest(_ root: YAMLNode) -> Manifest? {
    let field = YAMLField(root: root, title: "the manifest")
    if field.isNull { return field.refuse("the manifest is empty", &problems, hint: "`ingot init MODEL` writes one") }
    if let version = foreignVersion(root) {
      return version.refuse(
        "this Ingot reads manifests of version 1, not \(quoted(version.node.scalar?.text ?? ""))", &problems,
        hint: "write `ingot: 1`, or use the Ingot that the manifest was written for")
    }
    guard let reader = MappingReader(field, .manifest, &problems) else { return nil }
    let version = reader["ingot"]?.int(in: 1...1, &problems)
    let name = reader["name"].flatMap { self.name($0) }
    let model = reader["model"].flatMap { self.model($0) }
    let targets = reader["targets"].flatMap { self.targets($0) }
    let (precision, matrix) = precisions(reader, of: field)
    let profiles = reader["profiles"].flatMap { self.profiles($0, inputs: model?.inputs ?? []) }
    let workspace = reader["workspace"]?.byteCount(&problems)
    let calibration = reader["calibration"].flatMap { self.calibration($0) }
    let build = reader["build"].flatMap { self.build($0, for: targets?.map(\.backend.value) ?? []) }
    let verify = reader["verify"].flatMap { self.verify($0) }
    checkTogether(
      precisions: matrix?.precision ?? [precision].compactMap(\.self), hasCalibration: reader["calibration"] != nil,
      verify: verify, hasVerify: reader["verify"] != nil)
    guard problems.isEmpty, let version, let name, let model, let targets, let precision else { return nil }
    return Manifest(
      source: source, version: version, name: name, model: model, targets: targets, precision: precision,
      profiles: profiles ?? [], workspace: workspace, calibration: calibration, build: build ?? [], verify: verify,
      matrix: matrix)
  }

  /// `precision` and `matrix`, of which one is enough.
  private mutating func precisions(
    _ reader: MappingReader, of field: YAMLField
  ) -> (precision: PrecisionSpec?, matrix: MatrixSpec?) {
    let precision = reader["precision"].flatMap { self.precision($0) }
    let matrix = reader["matrix"].flatMap { self.matrix($0, base: precision) }
    if reader.lacks("precision"), reader.lacks("matrix") {
      problems.append(
        Diagnostic(
          at: field.keyPlace, "the manifest has no `precision`", hint: "add `precision: fp16`, or a `matrix`"))
    }
    return (reader["precision"] == nil ? matrix?.precision.first : precision, matrix)
  }

  /// The version where it is a number other than 1: then the rest is not ours to judge.
  private func foreignVersion(_ root: YAMLNode) -> YAMLField? {
    guard case .mapping(let entries) = root.content, let entry = entries.first(where: { $0.key == "ingot" }),
      case .int(let version) = entry.value.scalar?.value, version != 1
    else { return nil }
    return YAMLField(entry)
  }

  private mutating func name(_ field: YAMLField) -> Located<String>? {
    guard let name = field.text(&problems) else { return nil }
    guard let problem = problemOfName(name.value) else { return name }
    return field.refuse("\(field.shown) \(problem)", &problems)
  }

  /// What no section can judge alone.
  private mutating func checkTogether(
    precisions: [PrecisionSpec], hasCalibration: Bool, verify: VerifySpec?, hasVerify: Bool
  ) {
    for precision in precisions {
      if precision.type.value.needsCalibration, !hasCalibration {
        problems.append(
          Diagnostic(
            at: precision.type.place,
            "\(precision.type.value.rawValue) needs measured ranges, and the manifest has no `calibration`",
            hint: "add `calibration: { data: PATH }`, PATH being a folder with a set.yaml"))
      }
      // A verify that could not be read has its own problems.
      guard verify != nil || !hasVerify, let drops = precision.maxDrop else { continue }
      if let drop = drops.first(where: \.metric.value.needsLabels), verify?.accuracy == nil {
        let metric = drop.metric.value.rawValue
        problems.append(
          Diagnostic(
            at: drop.metric.place, "`max-drop` needs `verify.accuracy`, which names the data and the labels",
            hint: "add `accuracy: { metric: \(metric), labels: NAME, max-drop: 1% }` to `verify`"))
      } else if let drop = drops.first, verify == nil {
        problems.append(
          Diagnostic(
            at: drop.metric.place, "`max-drop` needs `verify`, which names the data that it is measured on",
            hint: "add `verify: { data: PATH, outputs: { NAME: { cosine: 0.99 } } }`"))
      }
    }
  }
}
