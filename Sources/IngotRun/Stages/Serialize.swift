// serialize: the engine and all that is known of it become a bundle. In: the engine, its build report, the model that it was built
// from, how that was lowered and with which ranges, its verdict. Out: `bundle.json`, which names every other file by digest; one
// digest, its own, names them all.
//
// Every file of the bundle is an input, so that a bundle is never older than a file that it holds. The steps behind it are not:
// where an upstream change gives the same bytes, the bundle stays, and tells how its files were first made.

internal import FoundationEssentials
internal import IngotBackends
internal import IngotCore
internal import IngotGraph
internal import IngotPlan
internal import IngotRelease
internal import IngotVerify

extension Stages {
  func serialize(_ job: StageJob, _ settings: SerializeSettings) throws -> StageResult {
    let build = try JSONDecoder().decode(BuildDocument.self, from: Data(try FileSystem.read(job.input("report"))))
    let model = try readModel(job.input("model"))
    let verdict = try job.inputs["verdict"].map { try Verdict(path: $0) }
    let files = try job.bundleFiles(engineName: build.engineFileName)
    let bundle = Bundle(
      name: settings.name, variant: settings.variant, target: settings.target, precision: settings.precision,
      engine: build.engineFileName, files: files,
      signature: IOSignature(
        inputs: model.inputTensors.map { .init(name: $0.name, type: $0.type, shape: $0.shape) },
        outputs: model.outputTensors.map { .init(name: $0.name, type: $0.type, shape: $0.shape) }),
      compatibility: Compatibility(
        backend: build.backend, version: build.runtimeVersion, compute: settings.build.compute,
        facts: build.facts.merging(build.profileFacts) { fact, _ in fact }, plugins: build.plugins),
      steps: job.provenance, verdict: try verdict.map { try job.summary(of: $0) })
    try FileSystem.writeAtomically([Bytes(try bundle.encoded())], to: job.file(Bundle.manifestName), isDurable: false)
    return StageResult(
      files: [(Bundle.manifestName, job.file(Bundle.manifestName))],
      // What `ingot build` compares with the folder that it wrote, without reading the bundle.
      facts: files.map { fact("file \($0.path)", $0.digest.hex) }
        + [fact("engine-bytes", bundle.engineFile?.byteCount ?? 0)])
  }
}

extension BuildDocument {
  /// `profile 0 image` = `1x1x8x8 8x1x8x8 32x1x8x8`: min, opt and max.
  fileprivate var profileFacts: [String: String] {
    var facts: [String: String] = [:]
    for (index, profile) in profiles.enumerated() {
      for (name, extent) in profile {
        facts["profile \(index) \(name)"] =
          [extent.min, extent.opt, extent.max].map { $0.map(String.init).joined(separator: "x") }.joined(separator: " ")
      }
    }
    return facts
  }
}

extension StageJob {
  /// The engine under the name that its backend gives it, and the documents of the steps that led to it.
  fileprivate func bundleFiles(engineName: String) throws -> [Bundle.File] {
    let names = [
      (engineName, "engine"), ("build.json", "report"), ("lower.json", "lowering"), ("ranges.json", "ranges"),
      ("recipe.json", "recipe"), ("search.json", "search"), ("verdict.json", "verdict"), ("choice.json", "choice"),
    ]
    var files: [Bundle.File] = []
    for (name, input) in names {
      guard let path = inputs[input], let digest = inputDigests[input] else { continue }
      files.append(Bundle.File(path: name, digest: digest, byteCount: Int(try FileStatus(ofFileAt: path).byteCount)))
    }
    return files
  }

  /// Every step that led here, in plan order.
  fileprivate var provenance: [BundleStep] {
    before.sorted { $0.key.index < $1.key.index }.map { _, finished in
      BundleStep(
        stage: finished.step.stage.rawValue, key: finished.record.key,
        inputs: zip(finished.step.inputs, finished.resolved.inputs).map { .init(name: $0.name, digest: $1) },
        outputs: finished.record.outputs.map { .init(name: $0.name, digest: $0.digest) },
        tools: finished.resolved.tools.map { .init(name: $0.name, version: $0.version, digest: $0.digest) })
    }
  }
}
