// verify: the candidate answers the evaluation set and is compared with the original. In: the engine, the strongly
// typed model, the reference outputs, the set. Out: `verdict.json`.
//
// Two levels, never mixed: `engine` runs the engine itself on this machine; `graph` runs the strongly typed model in
// the reference runtime, with its 16-bit floats rounded after each node, for engines that need a device that is not
// here. A gate that fails is a result, not an error.

internal import IngotBackends
internal import IngotCalibration
internal import IngotCore
internal import IngotGraph
internal import IngotPlan
internal import IngotPrecision
internal import IngotVerify

extension Stages {
  func verify(_ job: StageJob, _ settings: VerifySettings) throws -> StageResult {
    let (candidate, warning) = try openCandidate(job, settings)
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
      files: [("verdict.json", job.file("verdict.json"))],
      facts: verdict.facts(metric: settings.accuracy?.metric) + (warning.map { [fact("warning", $0)] } ?? []))
  }

  /// - Returns: the engine where this machine can run it, else the graph; and why a GPU that is here does not run the engine.
  private func openCandidate(
    _ job: StageJob, _ settings: VerifySettings
  ) throws -> (candidate: Candidate, warning: String?) {
    let number = BackendKind(rawValue: settings.backend)?.gpuNumber(settings.options.valuesByName)
    let gpu = number.flatMap { CUDADriver.probe().name(ofGPU: $0) }
    var warning: String?
    if number == nil || gpu != nil {
      do {
        var candidate = try openEngine(
          at: job.input("engine"), of: job.step.tools[0], options: settings.options,
          // A step before this one built it.
          code: EngineCode(plugins: job.pluginLibraries(settings.plugins), isTrusted: true))
        candidate.device = gpu
        return (candidate, nil)
      } catch let error as BackendError where settings.backend.isTensorRT {
        guard case .cannotRunHere(let reason) = error.reason else { throw error }
        warning = "verified on the graph level: \(reason)"
      }
    }
    let path = job.input("model")
    return (try openGraph(try readModel(path), at: path, in: job.scratch), warning)
  }

  func openEngine(
    at path: String, of tool: ToolRequirement, options: [NamedOption], code: EngineCode = EngineCode()
  ) throws -> Candidate {
    let backend = try runtimes.backend(for: tool)
    return Candidate(
      session: try backend.openEngine(at: path, options: options.valuesByName, code: code), level: .engine,
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
