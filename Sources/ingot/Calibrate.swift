// `ingot calibrate`: the calibrate stage on its own, and ranges from one tool's form into another's.

internal import IngotCalibration
internal import IngotCore
internal import IngotPlan
internal import IngotRun
internal import IngotStore

extension Verb {
  static let calibrate = Verb(
    name: "calibrate", operands: "MODEL -o OUT",
    summary: "Measure the ranges of a model's tensors, or take them from a file.",
    details: """
      With `--data`, runs the model over a calibration set and measures the tensors that int8 will use. With `--import`,
      takes the ranges from a `ranges.json`, a calibration cache of TensorRT 5 to 10 or the JSON of
      onnxruntime.quantization, and names what is missing; nothing is written then.

      Methods: minmax, moving-average, entropy, percentile, mse. The memory is for tensors that are measured at once; with
      less, more passes are made. Results are kept in the store like those of `ingot build`.

      `--export` writes another form: tensorrt (a cache that says TensorRT 8.6 wrote it), modelopt (the same file, without
      names that ModelOpt misreads) or onnxruntime (what its `load_tensors_data` reads).
      """,
    options: [
      .value("--out", short: "-o", "OUT", "the file to write"),
      .value("--data", "SET", "measure on this calibration set"),
      .value("--method", "METHOD", "how ranges are found (default: entropy)"),
      .value("--percentile", "PERCENT", "for the method percentile: the part of the values to keep"),
      .value("--samples", "N", "use the first N samples (default: all)"),
      .value("--import", "FILE", "take the ranges from this file instead"),
      .value("--export", "FORM", "write ingot (default), tensorrt, modelopt or onnxruntime"),
      Verb.memory, Verb.json,
    ] + storeOptions + runtimeOptions
  ) { context in
    let arguments = context.arguments
    guard arguments.operands.count == 1 else { throw UsageError("name one model") }
    guard let out = arguments.value("--out") else { throw UsageError("name the file to write with -o") }
    let format = try exportFormat(arguments)
    let plan = try plan(arguments)
    let session = try Session(context)
    defer { session.store.close() }
    let progress = Progress(context.terminal)
    let executor = Executor(
      store: session.results,
      runner: Stages(runtimes: session.runtimes, memoryBudget: try memoryBudget(context)),
      journal: session.journal, jobs: 1, onEvent: progress.handle)
    let outcome = await executor.run(plan, statuses: session.lookup.statuses(of: plan), lookup: session.lookup)
    context.terminal.show(status: "")
    // What went wrong has been said.
    if let failure = outcome.failures.first { return ExitCode(failure.error.kind) }
    guard let record = outcome.record(StepID(1)), let output = record.output("ranges.json") else {
      return ExitCode(.step)
    }
    let table = try RangeTable(path: try session.results.path(of: output))
    let warnings = record.facts.filter { $0.name == "warning" }.map(\.value)
    if let missing = warnings.first(where: { $0.hasPrefix("no range for ") }) {
      throw InputError(
        in: arguments.value("--import") ?? "", missing, hint: "ranges are not guessed; measure them with --data")
    }
    if record.wasCached { for warning in warnings { context.terminal.note("warning: \(warning)") } }
    try FileSystem.writeAtomically(try table.text(as: format, path: out), to: out)
    if arguments.has("--json") {
      context.terminal.print(try jsonText(CalibrateDocument(table, warnings, seconds: record.duration / .seconds(1))))
    } else {
      context.terminal.note("\(table.tensors.count) tensors, \(table.summary)")
    }
    return .success
  }

  static let memory = Option.value(
    "--memory", "SIZE", "memory for tensors that are measured at once: 512MiB (default: 1GiB)")

  static func memoryBudget(_ context: Context) throws(UsageError) -> ByteCount {
    guard let text = context.arguments.value("--memory") else { return ByteCount(1 << 30) }
    guard let budget = ByteCount(text), budget.count > 0 else {
      throw UsageError("--memory takes a size like 512MiB, not '\(text)'")
    }
    return budget
  }

  private static func exportFormat(_ arguments: Arguments) throws(UsageError) -> RangeFormat {
    let word = arguments.value("--export") ?? RangeFormat.ingot.rawValue
    guard let format = RangeFormat(rawValue: word) else {
      throw UsageError(
        "--export takes \(RangeFormat.allCases.map(\.rawValue).joined(separator: ", ")), not '\(word)'")
    }
    return format
  }

  private static func plan(_ arguments: Arguments) throws(UsageError) -> Plan {
    let model = arguments.operands[0]
    if let file = arguments.value("--import") {
      for option in ["--data", "--method", "--percentile", "--samples"] where arguments.value(option) != nil {
        throw UsageError("\(option) has no meaning with --import")
      }
      return Plan(importing: file, for: model)
    }
    guard let data = arguments.value("--data") else {
      throw UsageError("name a calibration set with --data, or a file of ranges with --import")
    }
    let name = arguments.value("--method") ?? "entropy"
    let percentile = try arguments.fraction("--percentile", in: 50...100)
    guard percentile == nil || name == "percentile" else { throw UsageError("--percentile is for --method percentile") }
    guard CalibrationMethod(name: name, percentile: percentile) != nil else {
      throw UsageError("there is no method '\(name)'; there are minmax, moving-average, entropy, percentile and mse")
    }
    let samples = try arguments.count("--samples", in: 1...Int.max)
    return Plan(
      calibrating: model, CalibrateSettings(method: name, percentile: percentile, samples: samples), on: data)
  }
}

extension RangeTable {
  /// `entropy, 128 samples`, or where imported ranges are from.
  var summary: String { method == .imported ? "from \(setIdentity)" : "\(method), \(sampleCount) samples" }
}

/// `ingot.calibrate/1`.
private struct CalibrateDocument: JSONDocument {
  static let format = "ingot.calibrate/1"
  var method: String
  var set: String
  var samples: Int
  var tensors: Int
  var warnings: [String]
  /// When it was measured.
  var seconds: Double

  init(_ table: RangeTable, _ warnings: [String], seconds: Double) {
    (method, set, samples) = (table.method.description, table.setIdentity, table.sampleCount)
    (tensors, self.warnings, self.seconds) = (table.tensors.count, warnings, seconds)
  }
}
