// calibrate: the reference runtime runs the canonical model over the set and measures the tensors that quantization will use. In: the
// model, the set. Out: `ranges.json`.

internal import IngotCalibration
internal import IngotCore
internal import IngotPlan
internal import IngotPrecision

extension Stages {
  func calibrate(_ job: StageJob, _ settings: CalibrateSettings) throws -> StageResult {
    guard let method = CalibrationMethod(name: settings.method, percentile: settings.percentile) else {
      preconditionFailure("a manifest names only methods that there are, not '\(settings.method)'")
    }
    let model = try readModel(job.input("model"))
    let tensors = try place(model.graph).activationTensors
    let reference = try runtimes.reference()
    let calibrator = Calibrator(
      set: try CalibrationSet.open(directory: job.input("data")), setIdentity: job.inputDigest("data").description,
      modelDigest: job.inputDigest("model"), method: method, samples: settings.samples,
      threadCount: Processor.coreCount
    ) { (tensors) throws(CalibrationError) in
      try model.openSession(exposing: tensors, with: reference, in: job.scratch)
    }
    let onProgress = job.onProgress
    let table = try calibrator.run(tensors: tensors) { progress in
      onProgress("sample \(progress.done) of \(progress.total)", Double(progress.done) / Double(max(progress.total, 1)))
      return !Interrupt.wasRequested
    }.table
    try FileSystem.writeAtomically([Bytes(Array(table.text.utf8))], to: job.file("ranges.json"), isDurable: false)
    return StageResult(
      files: [("ranges.json", job.file("ranges.json"))],
      facts: [fact("tensors", table.tensors.count), fact("samples", table.sampleCount)])
  }
}
