// Libraries of plug-ins: loaded for one job or one engine, and in words where they cannot be.

internal import CTensorRT
internal import IngotCore

extension TensorRTJob {
  /// Before the model is parsed. Other jobs see nothing of it.
  func load(_ plugins: PluginLibrary) throws(BackendError) {
    let path = try plugins.realPath(library.facts.kind)
    var text: UnsafeMutablePointer<CChar>?
    let status = unsafe ingot_trt_load_plugins(handle, path, plugins.isSerialized, &text)
    let message = unsafe TensorRTLibrary.take(text)
    guard status != INGOT_TRT_OK else { return }
    throw library.facts.refusal(ofPluginsAt: path, status, message, said: listener.errors)
  }
}

extension TensorRTLibrary {
  /// Before the engine's plan is read. Other engines see nothing of it.
  func load(_ plugins: PluginLibrary, for engine: OpaquePointer) throws(BackendError) {
    let path = try plugins.realPath(facts.kind)
    var text: UnsafeMutablePointer<CChar>?
    let status = unsafe ingot_trt_engine_load_plugins(engine, path, &text)
    let message = unsafe Self.take(text)
    guard status != INGOT_TRT_OK else { return }
    throw facts.refusal(
      ofPluginsAt: path, status, message, said: message.split(separator: "\n").map(String.init))
  }
}

extension PluginLibrary {
  /// The loader looks elsewhere for a bare name.
  fileprivate func realPath(_ kind: BackendKind) throws(BackendError) -> String {
    try kind.system { () throws(SystemError) in try FileSystem.realPath(path) }
  }
}

extension TensorRTLibrary.Facts {
  /// - Parameter said: by the library.
  fileprivate func refusal(
    ofPluginsAt path: String, _ status: ingot_trt_status, _ message: String, said: [String]
  ) -> BackendError {
    let what = "the plug-in library \(path)"
    switch status {
    case INGOT_TRT_NOT_LOADED:
      return BackendError(
        kind, .loadFailed("\(what): \(message)"),
        hint: "`ldd \(path)` lists what it needs and where that is missing; LD_LIBRARY_PATH may name its folder")
    case INGOT_TRT_NOT_PLUGINS:
      return BackendError(
        kind, .malformed("\(what) \(message)"),
        hint: "build it to export getCreators and setLoggerFinder, without REGISTER_TENSORRT_PLUGIN: so it is seen "
          + "by the engine alone that names it")
    case INGOT_TRT_LACKING: return BackendError(kind, .refused("\(name) has no plug-ins that are known here"))
    default:
      let why = said.isEmpty ? "" : ": \(said.joined(separator: "; "))"
      return BackendError(
        kind, .refused("\(name) does not take \(what)\(why)"),
        hint: "each plug-in may be in one library only, and the library must be built for \(familyName)")
    }
  }
}
