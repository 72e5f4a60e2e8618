// TensorRT and TensorRT-RTX as backends: what they support, building engines and opening them to be run.

package import IngotCore

/// TensorRT 10 and 11, TensorRT-RTX 1.3 to 1.7, loaded at run time.
package struct TensorRTBackend: Backend {
  package let identity: RuntimeIdentity
  package var engineFileName: String { "engine.plan" }
  /// The library's version was never tested; it runs because its self-check passed.
  package var isUntestedVersion: Bool { library.facts.isUntested }
  let library: TensorRTLibrary

  /// - Parameters:
  ///   - libraryPath: of `libnvinfer.so.10`, `libnvinfer.so.11` or `libtensorrt_rtx.so.1`.
  ///   - parserPath: of the ONNX parser that came with it, in the same folder.
  ///   - kind: `.tensorrt` or `.tensorrtRTX`.
  ///   - allowsUntestedVersion: run a version outside the tested range where its self-check passes.
  ///   - driverPath: of the CUDA driver; nil: `libcuda.so.1` of the system.
  /// - Throws: `.loadFailed`, `.unknownVersion`, and for `.tensorrt` without a driver `.cannotRunHere`.
  package init(
    libraryPath: String, parserPath: String, kind: BackendKind, allowsUntestedVersion: Bool = false,
    driverPath: String? = nil
  ) throws(BackendError) {
    let paths: [String]
    do throws(SystemError) {
      paths = [try FileSystem.realPath(libraryPath), try FileSystem.realPath(parserPath)]
    } catch {
      throw BackendError(kind, .system(error))
    }
    library = try TensorRTLibrary(
      kind: kind, libraryPath: paths[0], parserPath: paths[1], driverPath: driverPath,
      allowsUntestedVersion: allowsUntestedVersion)
    identity = RuntimeIdentity(kind: kind, version: library.facts.version, libraryPaths: paths)
  }

  /// For `ingot doctor`: calls the library's getters in a child process.
  /// - Returns: what is not as in the versions that were tested; nil where nothing is.
  package func selfCheck() -> String? { library.selfCheck() }

  package func parse(modelPath: String) throws(BackendError) -> SupportReport {
    try parse(modelPath: modelPath, plugins: [])
  }

  package func parse(modelPath: String, plugins: [PluginLibrary]) throws(BackendError) -> SupportReport {
    let model = try TensorRTModel(path: modelPath, kind: identity.kind, plugins: plugins)
    return try model.supportReport(from: library, listener: listener())
  }

  package func build(
    _ request: BuildRequest, to enginePath: String, onProgress: (BuildProgress) -> Bool
  ) throws(BackendError) -> BuildReport {
    let device = TensorRTDevice.find(driverPath: library.facts.driverPath).device
    let settings = try TensorRTSettings(request, library: library.facts, device: device)
    let model = try TensorRTModel(path: request.modelPath, kind: identity.kind, plugins: request.plugins)
    let listener = TensorRTListener(hasDevice: device != nil)
    let result: Result<BuildReport, BackendError> = withoutActuallyEscaping(onProgress) { onProgress in
      listener.onProgress = onProgress
      defer { listener.onProgress = nil }
      return Result { () throws(BackendError) in
        try model.build(
          settings, profiles: request.profiles, timings: settings.timings(in: request.timingCaches, on: device),
          with: library, listener: listener, to: enginePath)
      }
    }
    return try result.get()
  }

  package func openEngine(at path: String) throws(BackendError) -> any EngineSession {
    try openEngine(at: path, options: [:])
  }

  package func openEngine(at path: String, options: [String: String]) throws(BackendError) -> any EngineSession {
    try openEngine(at: path, options: options, code: EngineCode())
  }

  package func openEngine(
    at path: String, options: [String: String], code: EngineCode
  ) throws(BackendError) -> any EngineSession {
    try session(ofEngineAt: path, options: options, code: code)
  }

  package func timeLayers(
    ofEngineAt path: String, options: [String: String], code: EngineCode, inputs: [String: Tensor], runs: Int,
    scratch: String
  ) throws(BackendError) -> [LayerTime] {
    let session = try session(ofEngineAt: path, options: options, code: code)
    var layers: [LayerTime] = []
    for _ in 0..<runs { layers += try session.layerTimes(inputs) }
    return layers.mean(ofRuns: runs)
  }

  /// On the first GPU that the driver lists.
  /// - Parameter runtimeCache: what TensorRT-RTX compiled for the engine on this GPU before: `TensorRTSession.runtimeCache`.
  package func session(
    ofEngineAt path: String, options: [String: String] = [:], code: EngineCode = EngineCode(),
    runtimeCache: Bytes? = nil
  ) throws(BackendError) -> TensorRTSession {
    var settings = try TensorRTRunSettings(options, library: library.facts)
    settings.context.cache = runtimeCache
    try requireFitness(ofEngineAt: path, options: options)
    let needs = TensorRTEngineCode(code, options: options)
    try needs.requireTrust(in: path, identity.kind)
    let kind = identity.kind, driverPath = library.facts.driverPath
    let gpu = try kind.cuda { () throws(CUDAError) in try CUDAContext(libraryPath: driverPath) }
    let plan = Bytes(try kind.system { () throws(SystemError) in try MappedFile(path: path) })
    return try TensorRTSession(TensorRTEngine(plan, path: path, library: library, gpu: gpu, code: needs), settings)
  }

  /// - Throws: `.cannotRunHere` where the header, the library and the GPU say so; `.malformed` for what is no engine of this kind.
  private func requireFitness(ofEngineAt path: String, options: [String: String]) throws(BackendError) {
    let header = try TensorRTEngineHeader(path: path)
    guard header.kind == identity.kind else {
      throw BackendError(
        identity.kind, .malformed("\(path) is an engine of \(header.kind.rawValue), not of \(identity.kind.rawValue)"))
    }
    let fitness = EngineFitness(
      of: header, record: EngineFitness.Record(facts: options), library: identity.version, missing: "",
      driver: CUDADriver.probe(libraryPath: library.facts.driverPath).firstGPU)
    guard fitness.judgement == .misfits else { return }
    let reasons = fitness.findings.filter { $0.judgement == .misfits }
    throw BackendError(
      identity.kind, .cannotRunHere("the engine does not run here: \(reasons.map(\.text).joined(separator: "; "))"),
      hint: reasons.lazy.compactMap(\.hint).first)
  }

  private func listener() -> TensorRTListener {
    TensorRTListener(hasDevice: TensorRTDevice.find(driverPath: library.facts.driverPath).device != nil)
  }
}
