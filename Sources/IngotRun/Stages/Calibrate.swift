// calibrate: the reference runtime runs the canonical model over the set and measures the tensors that quantization will use. In: the
// model, the set. Out: `ranges.json`.

internal import IngotBackends
internal import IngotCalibration
internal import IngotCore
internal import IngotGraph
internal import IngotPlan
internal import IngotPrecision

extension Stages {
  func calibrate(_ job: StageJob, _ settings: CalibrateSettings) throws -> StageResult {
    guard let method = CalibrationMethod(name: settings.method, percentile: settings.percentile) else {
      preconditionFailure("a manifest names only methods that there are, not '\(settings.method)'")
    }
    let model = try readModel(job.input("model"))
    let tensors =
      settings.measuresAll ? floatTensors(of: model.graph) : try place(model.graph).activationTensors
    let reference = try runtimes.reference()
    let calibrator = Calibrator(
      set: try CalibrationSet.open(directory: job.input("data")), setIdentity: job.inputDigest("data").description,
      modelDigest: job.inputDigest("model"), method: method, samples: settings.samples
    ) { (tensors) throws(CalibrationError) in
      try openSession(of: model, exposing: tensors, with: reference, in: job.scratch)
    }
    let table = try calibrator.run(tensors: tensors) { progress in
      job.onProgress(
        "sample \(progress.done) of \(progress.total)", Double(progress.done) / Double(max(progress.total, 1)))
      return !Interrupt.wasRequested
    }
    try FileSystem.writeAtomically([Bytes(Array(table.text.utf8))], to: job.file("ranges.json"), isDurable: false)
    return StageResult(
      files: [("ranges.json", job.file("ranges.json"))],
      facts: [fact("tensors", table.tensors.count), fact("samples", table.sampleCount)])
  }
}

/// The model with more tensors among its outputs, in a session of the reference runtime.
private func openSession(
  of model: Model, exposing tensors: [String], with reference: any ReferenceBackend, in scratch: String
) throws(CalibrationError) -> any InferenceSession {
  let exposed: Model
  do throws(InputError) {
    exposed = try model.exposing(tensors)
  } catch {
    throw .input(error)
  }
  let folder = "\(scratch)/exposed-\(FileSystem.uniqueSuffix())"
  do throws(SystemError) {
    try FileSystem.makeDirectory(folder)
  } catch {
    throw .backend(BackendError(.onnxruntime, .system(error)))
  }
  let path = "\(folder)/model.onnx"
  do throws(ModelError) {
    try exposed.write(to: path, isDurable: false)
  } catch {
    throw .backend(BackendError(.onnxruntime, .failed(error.description)))
  }
  do throws(BackendError) {
    return try reference.openModel(at: path)
  } catch {
    throw .backend(error)
  }
}
