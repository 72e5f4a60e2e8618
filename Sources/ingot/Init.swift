// `ingot init`: a manifest to start from, made of what the model says about itself.

internal import IngotCore
internal import IngotGraph
internal import IngotManifest

extension Verb {
  static let initialize = Verb(
    name: "init", operands: "MODEL", summary: "Write a commented manifest for a model.",
    details: """
      Reads an ONNX model and prints a manifest that builds it for ONNX Runtime as it is: with the model's inputs, a profile for
      its open dimensions, and what else a manifest can say as comments.
      """,
    options: [.value("--out", short: "-o", "FILE", "write to FILE, which must not be there yet"), Verb.json]
  ) { context in
    let operands = context.arguments.operands
    guard operands.count == 1 else { throw UsageError("name one model") }
    let summary = try Model.read(path: operands[0]).summary()
    guard let out = context.arguments.value("--out") else {
      let text = manifestText(for: operands[0], summary, below: ".")
      context.terminal.print(
        context.arguments.has("--json") ? try jsonText(InitDocument(path: nil, manifest: text)) : text)
      return .success
    }
    let text = manifestText(for: operands[0], summary, below: FileSystem.parent(of: out))
    try writeNew(text, to: out)
    if context.arguments.has("--json") { context.terminal.print(try jsonText(InitDocument(path: out, manifest: text))) }
    context.terminal.note("wrote \(out); `ingot validate \(out)` checks it, `ingot build \(out)` builds it")
    return .success
  }
}

/// `ingot.init/1`.
private struct InitDocument: JSONDocument {
  static let format = "ingot.init/1"
  /// Nil where nothing was written.
  var path: String?
  var manifest: String
}

/// - Parameter folder: that the manifest will be in.
private func manifestText(for path: String, _ model: ModelDescription, below folder: String) -> String {
  let inputs = model.inputs.map {
    "    \(yamlWord($0.name)): [\(($0.shape ?? []).enumerated().map(dimension).joined(separator: ", "))]"
  }
  let symbols = model.inputs.flatMap { ($0.shape ?? []).enumerated().compactMap(symbol) }
  let profiles = Set(symbols).sorted().map { "\($0): { min: 1, opt: 8, max: 16 }" }
  let output = model.outputs.first?.name ?? "output"
  return """
    ingot: 1
    name: \(engineName(for: path))

    model:
      path: \(yamlWord(relativePath(path, to: folder)))
      inputs:
    \(inputs.joined(separator: "\n"))

    targets:                      # each yields its own engine
      cpu: { backend: onnxruntime }
      # ov: { backend: openvino }
      # rtx: { backend: tensorrt-rtx, compute: [sm_86, sm_89, sm_120] }

    precision: fp32               # fp32 tf32 fp16 int8
    # matrix: { precision: [fp32, fp16, int8] }
    \(profiles.isEmpty ? "" : "\nprofiles:\n  - { \(profiles.joined(separator: ", ")) }\n")
    # calibration:                # needed for int8: a folder with a set.yaml
    #   data: ../Calibration/train
    #   method: entropy           # minmax entropy percentile mse

    # verify:
    #   data: ../Calibration/eval
    #   outputs: { \(yamlWord(output)): { cosine: 0.999 } }
    #   accuracy: { metric: top1, labels: labels, max-drop: 1% }

    """
}

private func dimension(_ axis: Int, _ size: ModelDescription.Size) -> String {
  if case .fixed(let size) = size { "\(size)" } else { symbol(axis, size) ?? "?" }
}

/// The dimension's name where it is open; one is made up where it has none that a manifest may use.
private func symbol(_ axis: Int, _ size: ModelDescription.Size) -> String? {
  switch size {
  case .fixed: nil
  case .symbolic(let name) where name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) != nil: name
  case .symbolic, .unknown: axis == 0 ? "batch" : "dim\(axis)"
  }
}
