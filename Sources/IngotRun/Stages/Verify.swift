// verify: the candidate answers the evaluation set and is compared with the original. In: the engine, the strongly
// typed model, the reference outputs, the set. Out: `verdict.json`.
//
// Two levels, never mixed: `engine` runs the engine itself on this machine; `graph` runs the strongly typed model in
// the reference runtime, with its 16-bit floats rounded after each node, for engines that need a device that is not
// here or that this version does not run. A gate that fails is a result, not an error.

internal import IngotBackends
internal import IngotCalibration
internal import IngotCore
internal import IngotGraph
internal import IngotPlan
internal import IngotPrecision
internal import IngotVerify

extension Stages {
  func verify(_ job: StageJob, _ settings: VerifySettings) throws -> StageResult {
    let candidate = try openCandidate(job, settings)
    var evaluation = try Evaluation(
      settings, set: try job.samples(), reference: job.input("reference"), model: try readModel(job.input("model")))
    var measurement = try evaluation.measure(candidate, onProgress: job.onProgress)
    measurement.times = try times(of: candidate, evaluation, job, settings)
    let subject = Verdict.Subject(
      level: candidate.level, digest: job.inputDigest("engine"), setDigest: job.inputDigest("data"),
      isSynthetic: job.hasSyntheticSamples,
      sampleCount: measurement.sampleCount, backend: candidate.backend,
      device: try candidate.device ?? Processor.current().name)
    let verdict = try Verdict(of: subject, measurements: measurement.measurements, gates: evaluation.gates)
    try FileSystem.writeAtomically([Bytes(verdict.json())], to: job.file("verdict.json"), isDurable: false)
    return StageResult(
      files: [("verdict.json", job.file("verdict.json"))], facts: verdict.facts(metric: settings.accuracy?.metric))
  }

  private func openCandidate(_ job: StageJob, _ settings: VerifySettings) throws -> Candidate {
    let options = settings.options.valuesByName
    let gpu = options.gpuNumber.flatMap { CUDADriver.probe().name(ofGPU: $0) }
    if !settings.backend.isTensorRT && (options.gpuNumber == nil || gpu != nil) {
      var candidate = try openEngine(at: job.input("engine"), of: job.step.tools[0], options: settings.options)
      candidate.device = gpu
      return candidate
    }
    let path = job.input("model")
    return try openGraph(try readModel(path), at: path, in: job.scratch)
  }

  func openEngine(at path: String, of tool: ToolRequirement, options: [NamedOption]) throws -> Candidate {
    let backend = try runtimes.backend(for: tool)
    return Candidate(
      session: try backend.openEngine(at: path, options: options.valuesByName), level: .engine,
      backend: "\(tool.backend) \(backend.identity.version)")
  }

  /// - Parameter path: where the model lies, or will be written; nil writes it into `folder`.
  func openGraph(_ model: Model, at path: String?, in folder: String) throws -> Candidate {
    let reference = try runtimes.reference()
    let words = "onnxruntime \(reference.identity.version)"
    let rounded = roundingFloat16(model)
    if rounded == nil, let path {
      return Candidate(session: try reference.openModel(at: path), level: .graph, backend: words)
    }
    let written = "\(folder)/rounded.onnx"
    try (rounded?.model ?? model).write(to: written, isDurable: false)
    return Candidate(
      session: try reference.openModel(at: written), level: .graph,
      backend: words + (rounded.map { ", \($0.summary)" } ?? ""))
  }
}
