// Whether a node's operator exists in the model's operator set, and whether the node has as many inputs and outputs as it takes.

internal import IngotCore

extension ModelChecker {
  mutating func check(_ node: Node, in scope: Scope) {
    if node.opType.isEmpty { return }
    if let function = functions[node.functionKey] { return checkCall(node, of: function, in: scope) }
    guard let opset = schemas.opsets[node.domain], opset >= 1 else { return }
    guard let schema = schemas.schema(of: node) else { return reportUnknown(node, opset: opset, in: scope) }
    let label = node.label(at: scope.node)
    if schema.isDeprecated {
      report(
        .deprecatedOperator, node: label, "\(node.opType) was withdrawn in operator set \(schema.sinceVersion)",
        hint: Self.successor(of: node.opType))
    } else if schema.isOfOnnxRuntimeOnly {
      report(
        .warning, .onnxRuntimeOperator, node: label,
        "\(node.opType) is no operator of ONNX; ONNX Runtime alone runs it under this name",
        hint: "export the model without the runtime's optimizations")
    }
    let severity = severity(of: node)
    checkCounts(node, schema, label, severity)
    checkAttributes(node, schema, label, severity)
    checkTypes(node, schema, label, severity, in: scope)
    checkBodies(of: node, label, in: scope)
  }

  /// What a broken rule of the operator's schema is. Operators of ONNX Runtime change without a new version, and operator sets
  /// newer than Ingot's may have changed what this one knows.
  private func severity(of node: Node) -> Diagnostic.Severity {
    let isOfOnnx = node.domain.isEmpty || node.domain.hasPrefix("ai.onnx")
    let newest = OperatorSchema.newestOpset(ofDomain: node.domain) ?? 0
    return isOfOnnx && schemas.opsets[node.domain] ?? 0 <= newest ? .error : .warning
  }

  private mutating func reportUnknown(_ node: Node, opset: Int64, in scope: Scope) {
    let label = node.label(at: scope.node)
    guard OperatorSchema.isKnown(domain: node.domain) else { return reportMissingFunction(node, label) }
    let domain = Self.words(domain: node.domain)
    let isStandard = node.domain.isEmpty || node.domain == "ai.onnx.ml"
    let severity: Diagnostic.Severity = isStandard && !node.isTensorRTPlugin ? severity(of: node) : .warning
    let versions = OperatorSchema.knownVersions(node.opType, domain: node.domain)
    if let first = versions.first {
      report(
        severity, .unknownOperator, node: label,
        "\(domain) has no \(node.opType.shown) in operator set \(opset); it came with \(first)",
        hint: "export with operator set \(first) or newer")
      return
    }
    report(
      severity, .unknownOperator, node: label, "\(domain) has no operator \(node.opType.shown)",
      hint: problems.isFull(severity) ? "" : Self.nearest(to: node))
  }

  private static func nearest(to node: Node) -> String {
    for domain in ["", "com.microsoft", "ai.onnx.ml"] where domain != node.domain {
      if !OperatorSchema.knownVersions(node.opType, domain: domain).isEmpty {
        return "\(words(domain: domain)) has one of this name; the node may lack its domain"
      }
    }
    let names = OperatorSchema.names(inDomain: node.domain)
    if node.isTensorRTPlugin { return "TensorRT's parser takes a plugin's name in any domain; other runtimes do not" }
    return suggestion(for: node.opType, among: names.sorted()).map { "did you mean \($0)?" }
      ?? "an operator of somebody's own needs a domain of its own"
  }

  static func words(domain: String) -> String {
    domain.isEmpty ? "the standard domain" : "domain '\(domain.shown)'"
  }

  private static func successor(of opType: String) -> String {
    switch opType {
    case "Upsample": "Resize does the same"
    case "Scatter": "ScatterElements does the same"
    case "GroupNormalization": "it is back, with other scales, in operator set 21"
    case "TreeEnsembleClassifier", "TreeEnsembleRegressor": "TreeEnsemble does the same"
    default: "export the model again with a current exporter"
    }
  }

  private mutating func checkCounts(
    _ node: Node, _ schema: OperatorSchema, _ label: String, _ severity: Diagnostic.Severity
  ) {
    let sides = [
      (ids: node.inputs, counts: schema.inputCounts, parameters: schema.inputs, word: "input", verb: "takes"),
      (ids: node.outputs, counts: schema.outputCounts, parameters: schema.outputs, word: "output", verb: "gives"),
    ]
    for (side, code) in zip(sides, [ProblemCode.inputCount, .outputCount]) {
      if !side.counts.contains(side.ids.count) {
        let names = side.parameters.map(\.name).joined(separator: ", ")
        report(
          severity, code, node: label,
          "\(node.opType) \(side.verb) \(Self.words(side.counts, side.word)), and this has \(side.ids.count)",
          hint: names.isEmpty ? "export the model again" : "the \(side.word)s are \(names)")
      }
      for (index, id) in side.ids.enumerated() where id == nil && side.parameters.indices.contains(index) {
        guard side.parameters[index].count == .one else { continue }
        report(
          severity, code, node: label,
          "\(side.word) \(index) (\(side.parameters[index].name)) is left out, and \(node.opType) needs it",
          hint: "export the model again")
      }
    }
  }

  /// `2 inputs`, `1 to 3 inputs`, `at least 1 output`.
  static func words(_ counts: ClosedRange<Int>, _ noun: String) -> String {
    let (least, most) = (counts.lowerBound, counts.upperBound)
    let last = most == .max ? least : most
    let nouns = "\(noun)\(last == 1 ? "" : "s")"
    if most == .max { return "at least \(least) \(nouns)" }
    return least == most ? "\(least) \(nouns)" : "\(least) to \(most) \(nouns)"
  }
}

extension Node {
  /// Whether TensorRT has a plugin of this kind of name, which models use in the standard domain.
  fileprivate var isTensorRTPlugin: Bool { domain.isEmpty && opType.hasSuffix("_TRT") }
}
