// The sections `precision` and `matrix`: a word, or the long form.

internal import IngotCore

extension ManifestDecoder {
  mutating func precision(_ field: YAMLField) -> PrecisionSpec? {
    if field.node.scalar != nil {
      let type = field.choice(of: PrecisionType.self, noun: "precision", &problems)
      return type.map { PrecisionSpec(type: $0, fallback: nil, keepNodes: [], keepOps: [], maxDrop: nil) }
    }
    let hint = "write one word, as `precision: int8`; several go into `matrix: { precision: [fp16, int8] }`"
    guard let reader = MappingReader(field, .precision, &problems, hint: hint) else { return nil }
    let type = reader["type"]?.choice(of: PrecisionType.self, noun: "precision", &problems)
    let fallback = reader["fallback"].flatMap { self.fallback($0, for: type?.value) }
    var (nodes, ops): ([Located<String>], [Located<String>]) = ([], [])
    if let keep = reader["keep"] {
      let hint = "write `keep: { nodes: [\"/head/*\"], ops: [Softmax] }`"
      if let parts = MappingReader(keep, .keep, &problems, hint: hint) {
        nodes = texts(parts["nodes"])
        ops = texts(parts["ops"])
      }
    }
    let toggles = ["equalize", "smooth", "bias-correction"].map { key in
      reader[key].flatMap { toggle($0, for: type?.value) }
    }
    let maxDrop = reader["max-drop"].flatMap { self.maxDrop($0, for: type?.value) }
    let io = reader["io"].flatMap { onlyFloats($0, for: type?.value) }.map { texts($0) } ?? []
    let maxActivation = reader["max-activation"].flatMap { onlyFloats($0, for: type?.value) }?.number(&problems)
    let maxDepth = reader["max-depth"].flatMap { onlyFloats($0, for: type?.value) }?.int(in: 1...Int.max, &problems)
    guard let type else { return nil }
    return PrecisionSpec(
      type: type, fallback: fallback, keepNodes: nodes, keepOps: ops, io: io, maxActivation: maxActivation,
      maxDepth: maxDepth, equalize: toggles[0], smooth: toggles[1], biasCorrection: toggles[2], maxDrop: maxDrop)
  }

  /// The field, unless the precision has no use for it.
  private mutating func onlyFloats(_ field: YAMLField, for type: PrecisionType?) -> YAMLField? {
    guard let type, !type.isNarrowFloat else { return field }
    return field.refuse(
      "\(field.shown) is for fp16 and bf16, not \(type.rawValue)", &problems, hint: "remove it")
  }

  /// One precision each; a word that is the base's type stands for all of the base.
  mutating func matrix(_ field: YAMLField, base: PrecisionSpec?) -> MatrixSpec? {
    let hint = "write `matrix: { precision: [fp16, int8] }`"
    guard let reader = MappingReader(field, .matrix, &problems, hint: hint) else { return nil }
    guard let list = reader["precision"], let items = list.items(of: "precisions", &problems) else { return nil }
    if items.isEmpty { return list.refuse("\(list.shown) is empty", &problems) }
    var precisions: [PrecisionSpec] = []
    for item in items {
      guard var precision = precision(item) else { continue }
      if let first = precisions.first(where: { $0.label == precision.label }) {
        problems.append(
          Diagnostic(
            at: precision.type.place,
            "\(quoted(precision.label)) is in the matrix twice, first at line \(first.type.place.line)",
            hint: "entries differ in `type` or in `fallback`"))
        continue
      }
      if item.node.scalar != nil, let base, base.type == precision.type {
        let place = precision.type.place
        precision = base
        precision.type.place = place
      }
      precisions.append(precision)
    }
    return precisions.isEmpty ? nil : MatrixSpec(precision: precisions)
  }

  private mutating func fallback(_ field: YAMLField, for type: PrecisionType?) -> Located<PrecisionType>? {
    guard let fallback = field.choice(of: PrecisionType.self, noun: "precision", &problems) else { return nil }
    if fallback.value.isQuantized {
      return field.refuse(
        "\(fallback.value.rawValue) cannot be a fallback", &problems, hint: "expected fp32, tf32, fp16 or bf16")
    }
    if let type, !type.isQuantized {
      return field.refuse(
        "\(type.rawValue) has no fallback: all of the graph takes it", &problems,
        hint: "remove `fallback`; `keep` names what stays fp32")
    }
    return fallback
  }

  private mutating func toggle(_ field: YAMLField, for type: PrecisionType?) -> Located<PrecisionSpec.Toggle>? {
    guard let toggle = field.choice(of: PrecisionSpec.Toggle.self, noun: "choice", &problems) else { return nil }
    if let type, type != .int8 {
      return field.refuse("\(field.shown) is for int8, not \(type.rawValue)", &problems, hint: "remove it")
    }
    return toggle
  }

  private mutating func maxDrop(_ field: YAMLField, for type: PrecisionType?) -> [MetricDrop]? {
    let hint = "write `max-drop: { top1: 0.5% }`"
    guard let reader = MappingReader(field, .maxDrop, &problems, hint: hint) else { return nil }
    if Shape.maxDrop.optional.allSatisfy(reader.lacks) {
      return field.refuse("\(field.shown) names no metric", &problems, hint: hint)
    }
    if let type, [.fp32, .tf32].contains(type) {
      return field.refuse("\(type.rawValue) lowers nothing that could fall back", &problems, hint: "remove `max-drop`")
    }
    var drops: [MetricDrop] = []
    for metric in DropMetric.allCases {
      guard let value = reader[metric.rawValue], let drop = value.percent(&problems) else { continue }
      drops.append(MetricDrop(metric: Located(metric, at: value.keyPlace), drop: drop))
    }
    return drops.isEmpty ? nil : drops
  }

  mutating func texts(_ field: YAMLField?) -> [Located<String>] {
    var texts: [Located<String>] = []
    for item in field?.items(of: "names", &problems) ?? [] {
      guard let text = item.text(&problems) else { continue }
      if texts.contains(text) {
        problems.append(Diagnostic(at: text.place, "\(quoted(text.value)) is in \(item.shown) twice"))
      }
      texts.append(text)
    }
    return texts
  }
}
