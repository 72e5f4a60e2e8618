// `ingot sanitize`: the sanitize stage on its own, from file to file.

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
      """,
    options: [
      .value("--out", short: "-o", "OUT", "the file to write"),
      .value("--opset", "N", "raise the standard operator set to this version"),
      .value(
        "--passes", "LIST",
        "run only these, with commas; with a '-' before each: all but these; none: infer shapes only"),
      .value("--fold-limit", "SIZE", "what constants may grow by when nodes become what they compute (32MiB)"),
      .value(
        "--weights", "WHERE", "auto, inline, external (OUT.data), refer (to the model's own files) or copy (them)"),
      Verb.json,
    ]
  ) { context in
    let operands = context.arguments.operands
    guard operands.count == 1 else { throw UsageError("name one model") }
    guard let out = context.arguments.value("--out") else { throw UsageError("name the file to write with -o") }
    let options = try sanitizeOptions(context.arguments)
    let weights = try weightPolicy(context.arguments.value("--weights") ?? "auto")
    var model = try Model.read(path: operands[0])
    let report = try sanitizeModel(&model, options: options, in: operands[0])
    try model.write(to: out, weights: weights, isDurable: false)
    if context.arguments.has("--json") {
      context.terminal.print(try jsonText(SanitizeDocument(report: report)))
    } else {
      context.terminal.note(
        "\(report.before.nodes) nodes before, \(report.after.nodes) after, in \(report.rounds) rounds")
      for pass in report.passes {
        context.terminal.note(
          "  \(pass.pass.padded(to: 24))\(pass.removed) removed, \(pass.changed) changed: \(pass.names.joined(separator: ", "))"
        )
      }
    }
    return .success
  }
}

private func sanitizeOptions(_ arguments: Arguments) throws -> SanitizeOptions {
  var options = SanitizeOptions()
  options.opset = try arguments.count("--opset", in: 1...Int(OperatorSet.newest)).map { Int64($0) }
  if let passes = arguments.value("--passes") { options.passes = try PassSelection(passes) }
  if let text = arguments.value("--fold-limit") {
    guard let limit = ByteCount(text) else { throw UsageError("--fold-limit takes a size like 32MiB, not '\(text)'") }
    options.foldLimit = limit.count
  }
  return options
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

/// `ingot.sanitize/1`.
private struct SanitizeDocument: JSONDocument {
  static let format = "ingot.sanitize/1"
  var report: SanitizeReport
}
