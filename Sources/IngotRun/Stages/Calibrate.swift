// calibrate: the ranges of the tensors that quantization will use. In: the canonical model, and the set that the reference
// runtime runs it over, or a file of ranges that another tool left. Out: `ranges.json`.

internal import IngotCalibration
internal import IngotCore
internal import IngotGraph
internal import IngotPlan
internal import IngotPrecision

extension Stages {
  func calibrate(_ job: StageJob, _ settings: CalibrateSettings) throws -> StageResult {
    if let file = job.inputs["ranges"] { return try importRanges(job, from: file) }
    guard let method = CalibrationMethod(name: settings.method, percentile: settings.percentile) else {
      preconditionFailure("a manifest names only methods that there are, not '\(settings.method)'")
    }
    let model = try readModel(job.input("model"))
    let tensors = try place(model.graph).activationTensors
    let reference = try runtimes.reference()
    let calibrator = Calibrator(
      set: try CalibrationSet.open(directory: job.input("data")), setIdentity: job.inputDigest("data").description,
      modelDigest: job.inputDigest("model"), method: method, samples: settings.samples, memoryBudget: memoryBudget,
      threadCount: Processor.coreCount
    ) { (tensors) throws(CalibrationError) in
      try model.openSession(exposing: tensors, with: reference, in: job.scratch)
    }
    let (onProgress, clock) = (job.onProgress, ContinuousClock())
    let start = clock.now
    let calibration = try calibrator.run(tensors: tensors) { progress in
      onProgress(progress.words(after: clock.now - start), Double(progress.done) / Double(max(progress.total, 1)))
      return !Interrupt.wasRequested
    }
    return try job.result(
      calibration.table,
      facts: [fact("tensors", calibration.table.tensors.count), fact("samples", calibration.table.sampleCount)]
        + calibration.warnings.map { fact("warning", $0) })
  }

  /// Tensors without an entry are left out: only lowering knows which of them it needs, and it refuses to guess.
  private func importRanges(_ job: StageJob, from file: String) throws -> StageResult {
    let tensors = try place(try readModel(job.input("model")).graph).activationTensors
    let imported = try ImportedRanges(path: file)
    let matched = imported.matched(to: tensors, modelDigest: job.inputDigest("model"))
    guard !matched.table.tensors.isEmpty || tensors.isEmpty else {
      throw InputError(
        in: file, "none of its \(imported.table.tensors.count) tensors is one of the \(tensors.count) that need a range",
        hint: "it was made for another model; `ingot inspect` shows its names, `ingot sanitize --rename` changes the model's")
    }
    var facts = [fact("tensors", matched.table.tensors.count)]
    if !matched.missing.isEmpty {
      facts.append(fact("warning", "no range for \(matched.missing.count) tensors: \(names(matched.missing))"))
    }
    if !matched.unused.isEmpty {
      facts.append(fact("warning", "ranges of \(matched.unused.count) tensors not used: \(names(matched.unused))"))
    }
    return try job.result(matched.table, facts: facts)
  }

  private func names(_ list: [String]) -> String {
    list.prefix(20).map { shown($0) }.joined(separator: ", ") + (list.count > 20 ? ", …" : "")
  }
}

extension StageJob {
  fileprivate func result(_ table: RangeTable, facts: [NamedOption]) throws -> StageResult {
    try FileSystem.writeAtomically([Bytes(Array(table.text.utf8))], to: file("ranges.json"), isDurable: false)
    return StageResult(files: [("ranges.json", file("ranges.json"))], facts: facts)
  }
}
