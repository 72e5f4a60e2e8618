// calibrate: the reference runtime runs the canonical model over the set and measures the tensors that quantization will use. In: the
// model, the set. Out: `ranges.json`, and for int8 `recipe.json`, which says what else changes the model and why.

internal import IngotCalibration
internal import IngotCore
internal import IngotGraph
internal import IngotPlan
internal import IngotPrecision

extension Stages {
  func calibrate(_ job: StageJob, _ settings: CalibrateSettings) throws -> StageResult {
    let model = try readModel(job.input("model"))
    let reference = try runtimes.reference()
    let set = try CalibrationSet.open(directory: job.input("data"))
    func makeCalibrator(_ model: Model, _ method: CalibrationMethod) -> Calibrator {
      Calibrator(
        set: set, setIdentity: job.inputDigest("data").description, modelDigest: job.inputDigest("model"),
        method: method, samples: settings.samples, threadCount: Processor.coreCount
      ) { (tensors) throws(CalibrationError) in
        try model.openSession(exposing: tensors, with: reference, in: job.scratch)
      }
    }
    guard let tuning = settings.tuning else {
      guard let method = settings.chosenMethod else { preconditionFailure("only int8 has its method measured") }
      let onProgress = job.onProgress
      let table = try makeCalibrator(model, method).run(tensors: try place(model.graph).activationTensors) { progress in
        onProgress(progress.words, progress.fraction)
        return !Interrupt.wasRequested
      }.table
      return try result(job, table, nil)
    }
    let tuner = Int8Tuner(
      model: model, set: set, settings: tuning, method: settings.chosenMethod, makeCalibrator: makeCalibrator,
      openSession: { try $0.openSession(exposing: $1, with: reference, in: job.scratch) }, onProgress: job.onProgress)
    let (recipe, table) = try tuner.run()
    return try result(job, table, recipe)
  }

  private func result(_ job: StageJob, _ table: RangeTable, _ recipe: QuantizationRecipe?) throws -> StageResult {
    var files = [("ranges.json", Array(table.text.utf8))]
    var facts = [fact("tensors", table.tensors.count), fact("samples", table.sampleCount)]
    if let recipe {
      files.append(("recipe.json", recipe.json()))
      facts += [
        fact("method", recipe.method), fact("scalings", recipe.scalings.count),
        fact("corrections", recipe.corrections.count),
      ]
    }
    for (name, bytes) in files { try FileSystem.writeAtomically([Bytes(bytes)], to: job.file(name), isDurable: false) }
    return StageResult(files: files.map { ($0.0, job.file($0.0)) }, facts: facts)
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
