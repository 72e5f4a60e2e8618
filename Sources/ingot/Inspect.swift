// `ingot inspect`: what is in a file, whatever it is: a model, an engine, a bundle, a range table.

internal import FoundationEssentials
internal import IngotBackends
internal import IngotCalibration
internal import IngotCore
internal import IngotGraph
internal import IngotPlan
internal import IngotPrecision
internal import IngotRelease
internal import IngotReport
internal import IngotRun
internal import IngotStore

extension Verb {
  static let inspect = Verb(
    name: "inspect", operands: "FILE", summary: "Say what is in a model, an engine, a bundle or a range table.",
    details: """
      FILE is an ONNX model, a TensorRT engine, a bundle's folder, a `bundle.json`, its `ranges.json`, `recipe.json` or `lower.json`, a
      calibration cache of TensorRT 5 to 10 or the JSON of onnxruntime.quantization. Needs no runtime and no GPU.

      Of what was quantized the ten worst layers are listed; --json has all. --html writes a page about a bundle that
      needs nothing else; times of stages are taken from the store where it still has them.
      """,
    options: [
      .flag("--nodes", "list a model's nodes"), .value("--html", "FILE", "write a bundle as a page"), Verb.json,
    ] + storeOptions
  ) { context in
    let operands = context.arguments.operands
    guard operands.count == 1 else { throw UsageError("name one file") }
    let path = operands[0]
    let kind = try FileKind(of: path)
    if context.arguments.value("--html") != nil, !kind.isBundle { throw UsageError("--html is for bundles") }
    switch kind {
    case .bundle(let folder):
      try inspectBundle(folder, context)
    case .lowering:
      guard let report = LoweringReport(json: try FileSystem.read(path)) else {
        throw InputError(in: path, "this is no lowering report that this Ingot can read", hint: "build it again")
      }
      let layers = LayerTable(lowering: report, ranges: nil, recipe: nil)
      try show(LayersDocument(layers: layers, trials: nil), text(of: report, layers), context)
    case .recipe:
      let recipe = try QuantizationRecipe(path: path)
      let layers = LayerTable(lowering: nil, ranges: nil, recipe: recipe)
      try show(LayersDocument(layers: layers, trials: recipe.trials), text(of: recipe, layers), context)
    case .ranges:
      let table = try ImportedRanges(path: path).table
      try show(RangesDocument(table), table.inspection, context)
    case .engine:
      let header = try TensorRTEngineHeader(path: path)
      try show(EngineDocument(header), text(of: header), context)
    case .model:
      let summary = try Model.read(path: path).summary(includesNodes: context.arguments.has("--nodes"))
      try show(ModelDocument(model: summary), summary.description, context)
    }
    return .success
  }

  private static func show(_ document: some JSONDocument, _ text: String, _ context: Context) throws {
    context.terminal.print(context.arguments.has("--json") ? try jsonText(document) : text)
  }

  private static func inspectBundle(_ folder: String, _ context: Context) throws {
    let (bundle, digest) = try Bundle.read(folder)
    let documents = EngineDocuments(of: bundle, in: folder)
    if let out = context.arguments.value("--html") {
      let page = EnginePage(bundle, digest: digest, documents: documents, times: try times(of: bundle, context))
      try FileSystem.makeDirectory(FileSystem.parent(of: out))
      return try FileSystem.writeAtomically(page.text, to: out)
    }
    let layers = documents.layers
    var lines = [text(of: bundle, digest)]
    if bundle.compatibility.plugins != nil {
      let plugins = PluginSearch(besideBundle: folder, try Home(context), context).plugins(of: bundle)
      lines += plugins.map { "plug-in     \($0.finding.text)" }
    }
    if let worst = worst(10, of: layers, in: bundle.title) { lines += ["", worst] }
    try show(
      BundleDocument(digest: digest.description, bundle: bundle, layers: layers.rows.isEmpty ? nil : layers),
      lines.joined(separator: "\n"), context)
  }

  /// How long the bundle's steps took, where the store still knows.
  private static func times(of bundle: Bundle, _ context: Context) throws -> [Digest: EnginePage.StepTime] {
    let home = try Home(context)
    guard (try? FileStatus(ofFileAt: home.store)) != nil else { return [:] }
    let store = try home.openStore(context.terminal)
    defer { store.close() }
    let results = StoredResults(store, worker: context.hostName) { Timestamp.now() }
    var times: [Digest: EnginePage.StepTime] = [:]
    for step in bundle.steps {
      times[step.key] = results.record(for: step.key).map { .init(seconds: $0.duration.seconds, wasCached: nil) }
    }
    return times
  }

  private static func text(of report: LoweringReport, _ layers: LayerTable) -> String {
    var lines =
      [("precision", "\(report.precision), fallback \(report.fallback)")] + report.notes.map { ($0.name, $0.text) }
    if let share = report.requestedShare {
      lines.append(("layers", "\(fixed(share * 100, digits: 1))% in \(report.precision)"))
    }
    let words = lines.map { "\($0.padded(to: 12))\($1)" }.joined(separator: "\n")
    return worst(10, of: layers, in: "the model").map { "\(words)\n\n\($0)" } ?? words
  }

  private static func text(of recipe: QuantizationRecipe, _ layers: LayerTable) -> String {
    let trials = TextTable(
      header: ["choice", "candidate", "SQNR dB", "chosen", "why"],
      rows: recipe.trials.map { trial in
        [
          trial.choice, trial.candidate, trial.sqnr.map { fixed($0, digits: 1) } ?? "-", trial.isChosen ? "yes" : "",
          trial.reason ?? "",
        ]
      }, numeric: [2])
    return ([trials.text] + (worst(10, of: layers, in: "the model").map { ["", $0] } ?? [])).joined(separator: "\n")
  }

  private static func text(of bundle: Bundle, _ digest: Digest) -> String {
    var lines = [
      "bundle      \(digest)", "name        \(bundle.name) \(bundle.variant)", "precision   \(bundle.precision)",
      "runtime     \(bundle.compatibility.backend) \(bundle.compatibility.version)"
        + (bundle.compatibility.compute.isEmpty ? "" : " for \(bundle.compatibility.compute.joined(separator: ", "))"),
    ]
    if let verdict = bundle.verdict {
      lines.append(
        "verdict     \(verdict.passed ? "passed" : "FAILED") (\(verdict.level.rawValue), on \(verdict.device)"
          + (verdict.synthetic == true ? ", random inputs)" : ")"))
      lines += verdict.gates.map { "  \($0.passed ? "ok    " : "FAILED") \($0.name): \($0.measured), \($0.bound)" }
      lines += (verdict.unjudged ?? []).map { "  not judged: \($0)" }
    } else {
      lines.append("verdict     none: it was not verified")
    }
    for (title, tensors) in [("inputs", bundle.signature.inputs), ("outputs", bundle.signature.outputs)] {
      lines += tensors.map { tensor in
        "\(title.padded(to: 12))\(tensor.name): \(tensor.type) \(tensor.shape.map(\.dimension).shapeText)"
      }
    }
    lines += bundle.files.map { "file        \($0.path), \(ByteCount($0.byteCount)), \($0.digest)" }
    lines += bundle.compatibility.facts.sorted { $0.key < $1.key }.map { "fact        \($0.key): \($0.value)" }
    return lines.joined(separator: "\n")
  }

  private static func text(of header: TensorRTEngineHeader) -> String {
    var lines = [
      "engine      \(header.kind.rawValue)", "version     \(header.version ?? "not told")",
      "size        \(ByteCount(header.byteCount))",
    ]
    if let capabilities = header.computeCapabilities {
      lines.append("compute     \(capabilities.map { "sm_\($0)" }.joined(separator: ", "))")
    }
    lines += header.sections.map { "section     \($0.name), \(ByteCount($0.range.count))" }
    return lines.joined(separator: "\n")
  }
}

/// `ingot.inspect-model/1`.
private struct ModelDocument: JSONDocument {
  static let format = "ingot.inspect-model/1"
  var model: ModelDescription
}

/// `ingot.inspect-bundle/1`.
private struct BundleDocument: JSONDocument {
  static let format = "ingot.inspect-bundle/1"
  var digest: String
  var bundle: Bundle
  /// Of a model that was lowered.
  var layers: LayerTable?
}

/// `ingot.inspect-layers/1`.
private struct LayersDocument: JSONDocument {
  static let format = "ingot.inspect-layers/1"
  var layers: LayerTable
  var trials: [QuantizationRecipe.Trial]?
}

/// `ingot.inspect-engine/1`.
private struct EngineDocument: JSONDocument {
  static let format = "ingot.inspect-engine/1"
  var kind: String
  var version: String?
  var bytes: Int
  var compute: [String]?

  init(_ header: TensorRTEngineHeader) {
    (kind, version, bytes) = (header.kind.rawValue, header.version, header.byteCount)
    compute = header.computeCapabilities.map { $0.map { "sm_\($0)" } }
  }
}
