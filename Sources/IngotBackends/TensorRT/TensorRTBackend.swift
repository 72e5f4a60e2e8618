// TensorRT and TensorRT-RTX as backends: what they support, and their engines. Running an engine is not here yet: an engine is
// built, described and said where it runs.

internal import IngotCore

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
    throw try engineCannotRun(path: path)
  }

  private func listener() -> TensorRTListener {
    TensorRTListener(hasDevice: TensorRTDevice.find(driverPath: library.facts.driverPath).device != nil)
  }
}
