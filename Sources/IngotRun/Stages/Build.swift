// build: the target's builder makes the engine. In: the strongly typed model. Out: `engine`, `build.json`.

internal import IngotBackends
internal import IngotCore
internal import IngotPlan
internal import IngotRelease

/// `build.json`.
struct BuildDocument: Codable {
  var version = 1
  var backend: String
  var runtimeVersion: String
  var engineFileName: String
  /// Shapes by input name, one entry a profile.
  var profiles: [[String: ProfileDocument]]
  /// As the manifest gave them: whoever opens the engine gives them again. Nil in documents of older versions.
  var options: [String: String]?
  /// Nil where there are none.
  var plugins: [Compatibility.Plugin]?
  var warnings: [String]
  var facts: [String: String]
  /// What the engine computes in.
  var types: EngineTypes
}

struct ProfileDocument: Codable {
  var min: [Int], opt: [Int], max: [Int]
}

extension Stages {
  func build(_ job: StageJob, _ settings: BuildSettings) throws -> StageResult {
    let path = job.input("model")
    let model = try readModel(path)
    let backend = try runtimes.backend(for: job.step.tools[0])
    var request = try settings.request(for: path, inputs: model.inputTensors)
    request.plugins = job.pluginLibraries(settings.plugins)
    request.timingCaches = timingCaches
    let engine = job.file("engine")
    let report = try backend.build(request, to: engine) { progress in
      job.onProgress(progress.phase, progress.fraction)
      return !Interrupt.wasRequested
    }
    let types = EngineTypes(report.kernels, of: model)
    let asked = settings.asked?.elementType.description
    if let asked, let least = settings.asked?.atLeast { try types.require(least, of: asked) }
    var facts = report.facts
    facts["engine compute"] = types.text
    let plugins = zip(job.plugins, settings.plugins).map {
      Compatibility.Plugin(name: $1.fileName, digest: $0.digest, isSerialized: $1.isSerialized)
    }
    let document = BuildDocument(
      backend: settings.backend, runtimeVersion: backend.identity.version, engineFileName: backend.engineFileName,
      profiles: request.profiles.map { $0.inputs.mapValues { ProfileDocument(min: $0.min, opt: $0.opt, max: $0.max) } },
      options: request.options, plugins: plugins.isEmpty ? nil : plugins, warnings: report.warnings, facts: facts,
      types: types)
    return StageResult(
      files: [("engine", engine), try job.write(document, to: "build.json")],
      facts: [fact("compute", types.text)] + (asked.flatMap(types.warning).map { [fact("warning", $0)] } ?? []))
  }
}

extension BuildSettings {
  /// - Parameter inputs: of the model, which the profiles must fit.
  func request(for modelPath: String, inputs: [IOTensor]) throws(InputError) -> BuildRequest {
    let profiles = try resolveProfiles(
      profiles, inputs: inputs, in: "the model's inputs", needsProfiles: backend.isTensorRT)
    return BuildRequest(
      modelPath: modelPath, profiles: profiles, workspace: workspace, computeCapabilities: compute,
      options: options.valuesByName)
  }
}

extension StageJob {
  /// The libraries of plug-ins that the planner gave the step, in order.
  var plugins: [(path: String, digest: Digest)] {
    step.inputs.filter { $0.name.hasPrefix("plugin-") }.map { (input($0.name), inputDigest($0.name)) }
  }

  /// The same as backends take them.
  func pluginLibraries(_ settings: [BuildSettings.Plugin]) -> [PluginLibrary] {
    zip(plugins, settings).map { PluginLibrary(path: $0.path, isSerialized: $1.isSerialized) }
  }
}

extension [NamedOption] {
  var valuesByName: [String: String] {
    Dictionary(map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
  }
}
