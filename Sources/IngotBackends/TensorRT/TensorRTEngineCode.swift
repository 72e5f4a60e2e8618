// What an engine of TensorRT runs that is not TensorRT's: plug-ins, and what its plan holds. All of it runs in this process and may
// do whatever this process may, so it is loaded only where the engine is trusted (`EngineCode.isTrusted`).

/// As the engine was built.
struct TensorRTEngineCode {
  /// To be loaded before the engine is.
  let libraries: [PluginLibrary]
  /// Whether the plan holds code: a version-compatible one has a lean runtime in it, another may have plug-ins.
  let isInPlan: Bool
  private let isTrusted: Bool
  private let reasons: [String]

  /// - Parameter options: as `BuildRequest.options`.
  init(_ code: EngineCode = EngineCode(), options: [String: String] = [:]) {
    libraries = code.plugins.filter { !$0.isSerialized }
    let isVersionCompatible = options["version-compatible"] == "on"
    isInPlan = isVersionCompatible || libraries.count < code.plugins.count
    isTrusted = code.isTrusted
    reasons =
      (isVersionCompatible ? ["it is version-compatible and has a runtime in it"] : [])
      + code.plugins.map { $0.isSerialized ? "it has \($0.path) in it" : "it calls \($0.path)" }
  }

  /// - Throws: `.refused` where the engine runs code and nobody said that it may.
  func requireTrust(in path: String, _ kind: BackendKind) throws(BackendError) {
    guard !reasons.isEmpty, !isTrusted else { return }
    throw BackendError(
      kind,
      .refused("\(path) runs code of others with all of your rights: \(reasons.joined(separator: ", "))"),
      hint: "allow it with --host-code if you trust whoever made it")
  }
}
