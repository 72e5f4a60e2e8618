// Libraries of plug-ins: loaded for one job, and in words where they cannot be.

internal import CTensorRT
internal import IngotCore

extension TensorRTJob {
  /// Before the model is parsed. Other jobs see nothing of it.
  func load(_ plugins: PluginLibrary) throws(BackendError) {
    let (name, kind) = (library.facts.name, library.facts.kind)
    // The loader looks elsewhere for a bare name.
    let path = try kind.system { () throws(SystemError) in try FileSystem.realPath(plugins.path) }
    var text: UnsafeMutablePointer<CChar>?
    let status = unsafe ingot_trt_load_plugins(handle, path, plugins.isSerialized, &text)
    let message = unsafe TensorRTLibrary.take(text)
    let what = "the plug-in library \(path)"
    switch status {
    case INGOT_TRT_OK: return
    case INGOT_TRT_NOT_LOADED:
      throw BackendError(
        kind, .cannotRunHere("\(what) cannot be loaded: \(message)"),
        hint: "`ldd \(path)` lists what it needs and where that is missing; LD_LIBRARY_PATH may name its folder")
    case INGOT_TRT_NOT_PLUGINS:
      throw BackendError(
        kind, .malformed("\(what) \(message)"),
        hint: "build it to export getCreators and setLoggerFinder, without REGISTER_TENSORRT_PLUGIN: so it is seen "
          + "by the engine alone that names it")
    case INGOT_TRT_LACKING: throw BackendError(kind, .refused("\(name) has no plug-ins that are known here"))
    default:
      let why = listener.errors.isEmpty ? "" : ": \(listener.errors.joined(separator: "; "))"
      throw BackendError(
        kind, .refused("\(name) does not take \(what)\(why)"),
        hint: "each plug-in may be in one library only, and the library must be built for \(library.facts.familyName)")
    }
  }
}
