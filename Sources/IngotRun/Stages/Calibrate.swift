// calibrate: the ranges of the tensors that quantization will use. In: the canonical model, and the set that the reference
// runtime runs it over, or a file of ranges that another tool left. Out: `ranges.json`, and for int8 that is measured `recipe.json`,
// which says what else changes the model and why. For int4 no range is measured: out come `weights.onnx`, the weights rounded by
// what they are multiplied with, and the recipe.

internal import IngotBackends
internal import IngotCalibration
internal import IngotCore
internal import IngotGraph
internal import IngotPlan
internal import IngotPrecision

extension Stages {
  func calibrate(_ job: StageJob, _ settings: CalibrateSettings) throws -> StageResult {
    if let file = job.inputs["ranges"] { return try importRanges(job, from: file) }
    let model = try readModel(job.input("model"))
    let reference = try runtimes.reference()
    let set = try CalibrationSet.open(directory: job.input("data")).first(settings.samples)
    // One calibration of a step can be resumed: the file's name says the step, not which of its calibrations it is of.
    func makeCalibrator(
      _ model: Model, _ set: CalibrationSet, _ method: CalibrationMethod, canResume: Bool = true
    ) -> Calibrator {
      Calibrator(
        set: set, setIdentity: job.inputDigest("data").description, modelDigest: job.inputDigest("model"),
        method: method, memoryBudget: memoryBudget, threadCount: threadCount,
        checkpointPath: canResume ? job.unfinished : nil
      ) { (tensors) throws(CalibrationError) in
        try model.openSession(exposing: tensors, with: reference, in: job.scratch)
      }
    }
    if settings.roundsWeights { return try roundWeights(job, model, set, reference) }
    if let tuning = settings.tuning {
      let (recipe, table, warnings) = try tuner(
        job, model, set, tuning, settings, reference, makeCalibrator(_:_:_:canResume:)
      ).run()
      return try job.result(table, recipe, facts: warnings.map { fact("warning", $0) })
    }
    guard let method = settings.chosenMethod else { preconditionFailure("only int8 has its method measured") }
    let tensors =
      settings.measuresAll ? floatTensors(of: model.graph) : try placeForAllForms(model.graph).tensorsToMeasure
    let (onProgress, clock) = (job.onProgress, ContinuousClock())
    let start = clock.now
    let calibration = try makeCalibrator(model, set, method).run(tensors: tensors) { progress in
      onProgress(progress.words(after: clock.now - start), progress.fraction)
      return !Interrupt.wasRequested
    }
    return try job.result(calibration.table, nil, facts: calibration.warnings.map { fact("warning", $0) })
  }

  private func roundWeights(
    _ job: StageJob, _ model: Model, _ set: CalibrationSet, _ reference: any ReferenceBackend
  ) throws -> StageResult {
    let openSession = sessionOpener(job, with: reference)
    let tuner = WeightTuner(
      model: model, set: set, memoryBudget: memoryBudget, judge: judge(of: model, set, openSession),
      openSession: openSession, onProgress: job.onProgress)
    let (weights, recipe) = try tuner.run()
    try FileSystem.writeAtomically([Bytes(recipe.json())], to: job.file("recipe.json"), isDurable: false)
    let files = try weights.model.write(to: job.file("weights.onnx"), isDurable: false)
    return StageResult(
      files: files.map { (FileSystem.name(of: $0), $0) } + [("recipe.json", job.file("recipe.json"))],
      facts: [fact("weights", recipe.costs.count), fact("rounding", weights.rounding)])
  }

  private func tuner(
    _ job: StageJob, _ model: Model, _ set: CalibrationSet, _ tuning: TuningSettings, _ settings: CalibrateSettings,
    _ reference: any ReferenceBackend,
    _ makeCalibrator: @escaping (Model, CalibrationSet, CalibrationMethod, Bool) -> Calibrator
  ) -> Int8Tuner {
    let openSession = sessionOpener(job, with: reference)
    return Int8Tuner(
      model: model, set: set, settings: tuning, keep: KeepList(nodes: tuning.keepNodes, ops: tuning.keepOps),
      method: settings.chosenMethod, judge: judge(of: model, set, openSession), makeCalibrator: makeCalibrator,
      openSession: openSession,
      storing: { model in
        let folder = "\(job.scratch)/scaled-\(FileSystem.uniqueSuffix())"
        try FileSystem.makeDirectory(folder)
        try model.write(to: "\(folder)/model.onnx", weights: .externalAbove(1024), isDurable: false)
        return try readModel("\(folder)/model.onnx")
      }, onProgress: job.onProgress)
  }

  private typealias SessionOpener = (Model, _ exposing: [String]) throws -> any ConcurrentInferenceSession

  private func sessionOpener(_ job: StageJob, with reference: any ReferenceBackend) -> SessionOpener {
    { model, tensors in try model.openSession(exposing: tensors, with: reference, in: job.scratch) }
  }

  private func judge(of model: Model, _ set: CalibrationSet, _ openSession: @escaping SessionOpener) -> OutputJudge {
    OutputJudge(set: set, model: model, threadCount: threadCount) { try openSession(model, []) }
  }

  /// Tensors without an entry are left out: only lowering knows which of them it needs, and it refuses to guess.
  private func importRanges(_ job: StageJob, from file: String) throws -> StageResult {
    let placement = try placeForAllForms(try readModel(job.input("model")).graph)
    let tensors = placement.activationTensors
    let imported = try ImportedRanges(path: file)
    let matched = imported.matched(
      to: tensors, optional: placement.standIns, modelDigest: job.inputDigest("model"))
    guard !matched.table.tensors.isEmpty || tensors.isEmpty else {
      throw InputError(
        in: file,
        "none of its \(imported.table.tensors.count) tensors is one of the \(tensors.count) that need a range",
        hint:
          "it was made for another model; `ingot inspect` shows its names, `ingot sanitize --rename` changes the model's"
      )
    }
    var facts: [NamedOption] = []
    if !matched.missing.isEmpty {
      facts.append(fact("warning", "no range for \(matched.missing.count) tensors: \(names(matched.missing))"))
    }
    if !matched.unused.isEmpty {
      facts.append(fact("warning", "ranges of \(matched.unused.count) tensors not used: \(names(matched.unused))"))
    }
    return try job.result(matched.table, nil, facts: facts)
  }

  private func names(_ list: [String]) -> String {
    list.prefix(20).map { shown($0) }.joined(separator: ", ") + (list.count > 20 ? ", …" : "")
  }
}

extension StageJob {
  fileprivate func result(
    _ table: RangeTable, _ recipe: QuantizationRecipe?, facts more: [NamedOption] = []
  ) throws -> StageResult {
    var files = [("ranges.json", Array(table.text.utf8))]
    var facts = [fact("tensors", table.tensors.count), fact("samples", table.sampleCount)]
    if let recipe {
      files.append(("recipe.json", recipe.json()))
      facts += [
        fact("method", recipe.method), fact("scalings", recipe.scalings.count),
        fact("corrections", recipe.corrections.count),
      ]
    }
    for (name, bytes) in files { try FileSystem.writeAtomically([Bytes(bytes)], to: file(name), isDurable: false) }
    return StageResult(files: files.map { ($0.0, file($0.0)) }, facts: facts + more)
  }
}

extension CalibrateSettings {
  /// Nil where the measurement chooses.
  fileprivate var chosenMethod: CalibrationMethod? {
    guard method != Self.measured else { return nil }
    guard let chosen = CalibrationMethod(name: method, percentile: percentile) else {
      preconditionFailure("a manifest names only methods that there are, not '\(method)'")
    }
    return chosen
  }
}

extension CalibrationProgress {
  var words: String { "sample \(done) of \(total)" }
  /// 0...1
  var fraction: Double { Double(done) / Double(max(total, 1)) }
}
