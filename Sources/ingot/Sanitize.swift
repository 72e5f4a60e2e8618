// `ingot sanitize`: the sanitize stage on its own, from file to file.

internal import IngotBackends
internal import IngotCore
internal import IngotGraph
internal import IngotRun

extension Verb {
  static let sanitize = Verb(
    name: "sanitize", operands: "MODEL -o OUT",
    summary: "Write a model's canonical form: folded, sorted, dead code gone.",
    details: """
      Checks the model, removes what does nothing, folds constants and batch normalization, infers types and shapes, sorts
      the nodes, and writes the result: the same function in fewer nodes, the same bytes on every machine.

      Before that, the options change the model, in this order: outputs, the part to extract, shapes of inputs, the operator
      set, bounds, names. Names in options are those that the model comes with. Options that take a name may be given more
      than once. With `--passes -canonical` doc strings and metadata stay.
      """,
    options: [
      .value("--out", short: "-o", "OUT", "the file to write"),
      .value(
        "--weights", "WHERE", "auto, inline, external (OUT.data), refer (to the model's own files) or copy (them)"),
      Verb.json,
    ] + Verb.surgeonOptions + Verb.runtimeOptions
  ) { context in
    let operands = context.arguments.operands
    guard operands.count == 1 else { throw UsageError("name one model") }
    guard let out = context.arguments.value("--out") else { throw UsageError("name the file to write with -o") }
    let options = try SanitizeOptions(context.arguments)
    let weights = try weightPolicy(context.arguments.value("--weights") ?? "auto")
    let evaluator = try FoldingRuntime(context)
    let clock = ContinuousClock()
    let start = clock.now
    var model = try Model.read(path: operands[0])
    let read = clock.now
    let report = try sanitizeModel(&model, options: options, evaluator: evaluator?.evaluator, in: operands[0])
    let sanitized = clock.now
    try model.write(to: out, weights: weights, isDurable: false)
    if context.arguments.has("--json") {
      let seconds = SanitizeDocument.Seconds(
        read: (read - start) / .seconds(1), sanitize: (sanitized - read) / .seconds(1),
        write: (clock.now - sanitized) / .seconds(1))
      context.terminal.print(try jsonText(SanitizeDocument(report: report, seconds: seconds)))
    } else {
      context.terminal.note(
        "\(report.before.nodes) nodes before, \(report.after.nodes) after, in \(report.rounds) rounds")
      for pass in report.passes {
        context.terminal.note(
          "  \(pass.pass.padded(to: 24))\(pass.removed) removed, \(pass.changed) changed: \(pass.names.joined(separator: ", "))"
        )
        for text in pass.notes ?? [] { context.terminal.note("    \(text)") }
      }
    }
    return .success
  }
}

private func weightPolicy(_ word: String) throws -> WeightPolicy {
  let policies: [String: WeightPolicy] = [
    "auto": .automatic, "inline": .keepInline, "external": .externalAbove(1024), "refer": .referToSource,
    "copy": .copySource,
  ]
  guard let policy = policies[word] else {
    throw UsageError("--weights takes auto, inline, external, refer or copy, not '\(word)'")
  }
  return policy
}

/// The runtime that `--fold-with` names, loaded, and a folder for what it is given, which goes away with this value.
private final class FoldingRuntime {
  let evaluator: RuntimeEvaluator
  private let scratch: String

  /// Nil where none is asked for.
  /// - Throws: `BackendError` where it is not here.
  init?(_ context: Context) throws {
    guard let name = context.arguments.value("--fold-with") else { return nil }
    guard name == BackendKind.onnxruntime.rawValue else {
      throw UsageError("--fold-with takes onnxruntime, not '\(name)'")
    }
    let home = try Home(context)
    let located = try RuntimeLocator(paths: home.runtimePaths, managedDirectory: home.runtimes).locate(.onnxruntime)
    let temporary = context.environment["TMPDIR", default: ""]
    scratch = "\(temporary.isEmpty ? "/tmp" : temporary)/ingot-\(FileSystem.uniqueSuffix())"
    evaluator = RuntimeEvaluator(try OnnxRuntimeBackend(libraryPath: located.libraryPath), scratch: scratch)
  }

  deinit { try? FileSystem.remove(scratch) }
}

/// `ingot.sanitize/1`.
private struct SanitizeDocument: JSONDocument {
  static let format = "ingot.sanitize/1"
  var report: SanitizeReport
  var seconds: Seconds

  /// How long the parts took.
  struct Seconds: Encodable {
    var read: Double
    /// Checking the model and everything that the report tells of.
    var sanitize: Double
    var write: Double
  }
}
