// `ingot lower`: the lower stage on its own, from file to file. A model that is not canonical becomes so first.

internal import IngotCalibration
internal import IngotCore
internal import IngotGraph
internal import IngotPlan
internal import IngotPrecision
internal import IngotRun

extension Verb {
  static let lower = Verb(
    name: "lower", operands: "MODEL --precision TYPE -o OUT",
    summary: "Write a model in another precision: fp16, bf16, int8, fp8, int4, int8-weights.",
    details: """
      Sanitizes the model, gives every operator that can have it the type, and writes the result. Inputs and outputs keep
      their types but for those that --io names. What keeps float32 does so by a rule; --report writes every decision.

      int8 and fp8 need --ranges, a range table of the sanitized model; fp16 uses one to keep operators in float32 whose
      numbers were measured to be large. Without one no one knows whether activations fit, and the command says so.
      """,
    options: [
      .value("--precision", "TYPE", "fp16, bf16, int8, fp8, int4 (weights) or int8-weights"),
      .value("--out", short: "-o", "OUT", "the file to write"),
      .value("--ranges", "FILE", "what calibration measured of the sanitized model"),
      .value("--fallback", "TYPE", "fp32 (default), fp16 or bf16: of everything that is not quantized"),
      .value("--keep", "NODES", "node names that keep float32, with * and ?; may be given more than once"),
      .value("--keep-op", "OPERATOR", "an operator that keeps float32; may be given more than once"),
      .value("--io", "NAMES", "inputs and outputs that take the type too, with * and ?; may be given more than once"),
      .value("--max-activation", "N", "for fp16: operators on tensors measured to be larger keep float32 (512)"),
      .value("--max-depth", "N", "operators that add up more numbers keep float32; no limit by default"),
      .value("--at-least", "PERCENT", "end with 3 where less of the multiply-adds has the type"),
      .value("--report", "FILE", "write what was decided for every node, as JSON"),
      Verb.json,
    ]
  ) { context in
    let arguments = context.arguments
    guard arguments.operands.count == 1 else { throw UsageError("name one model") }
    guard let out = arguments.value("--out") else { throw UsageError("name the file to write with -o") }
    let settings = try LowerSettings(arguments)
    let ranges = try arguments.value("--ranges").map { try RangeTable(path: $0) }
    let needsRanges = settings.precision == "int8" || settings.precision == "fp8"
    if needsRanges, ranges == nil { throw UsageError("\(settings.precision) needs measured ranges; give --ranges") }
    let path = arguments.operands[0]
    var model = try Model.read(path: path)
    _ = try sanitizeModel(&model, options: SanitizeOptions(), in: path)
    var report = try lowerModel(&model, settings, ranges: ranges)
    try report.require(share: settings.atLeast)
    try model.write(to: out, weights: .automatic, isDurable: false)
    if let place = arguments.value("--report") {
      try FileSystem.writeAtomically([Bytes(report.json())], to: place, isDurable: false)
    }
    if arguments.has("--json") {
      context.terminal.print(try jsonText(LowerDocument(report: report)))
    } else {
      for note in report.notes { context.terminal.note("\(note.name.padded(to: 12))\(note.text)") }
      for tensor in report.clipped.prefix(10) {
        context.terminal.note("  \(tensor.tensor): \(tensor.clipped) clipped, \(tensor.raised) raised from zero")
      }
    }
    return .success
  }
}

extension LowerSettings {
  fileprivate init(_ arguments: Arguments) throws {
    let precisions = ["fp16", "bf16", "int8", "fp8", "int4", "int8-weights"]
    guard let precision = arguments.value("--precision"), precisions.contains(precision) else {
      let given = arguments.value("--precision").map { ", not '\($0)'" } ?? ""
      throw UsageError("--precision takes \(precisions.dropLast().joined(separator: ", ")) or int8-weights\(given)")
    }
    let fallback = arguments.value("--fallback") ?? "fp32"
    guard ["fp32", "fp16", "bf16"].contains(fallback) else {
      throw UsageError("--fallback takes fp32, fp16 or bf16, not '\(fallback)'")
    }
    self.init(
      precision: precision, fallback: fallback, keepNodes: arguments.all("--keep"), keepOps: arguments.all("--keep-op"))
    io = arguments.all("--io")
    maxDepth = try arguments.count("--max-depth", in: 1...Int.max)
    atLeast = try arguments.fraction("--at-least", in: 0...100)
    guard let text = arguments.value("--max-activation") else { return }
    guard let number = Double(text), number >= 0, number.isFinite else {
      throw UsageError("--max-activation takes a number of 0 or more, not '\(text)'")
    }
    maxActivation = number
  }
}

/// `ingot.lower/1`.
private struct LowerDocument: JSONDocument {
  static let format = "ingot.lower/1"
  var report: LoweringReport
}
