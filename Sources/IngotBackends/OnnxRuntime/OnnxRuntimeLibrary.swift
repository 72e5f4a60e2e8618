// The loaded ONNX Runtime library: the one file, with the session's, that knows its C interface.

internal import COnnxRuntime
internal import IngotCore

/// ONNX Runtime in this process. Sessions keep it.
@safe final class OnnxRuntimeLibrary: Sendable {
  let version: String
  // The C side may be called from any thread; nothing changes this pointer.
  nonisolated(unsafe) let handle: OpaquePointer

  /// - Parameter path: of `libonnxruntime.so…`.
  init(path: String) throws(BackendError) {
    var library: OpaquePointer?
    do throws(BackendError) {
      try unsafe Self.check { unsafe ingot_ort_open(path, &library, &$0) }
    } catch {
      throw error.naming(libraryPath: path)
    }
    guard let handle = unsafe library, let version = unsafe ingot_ort_version(handle) else {
      fatalError("BUG: ONNX Runtime opened and is not there")
    }
    self.version = unsafe String(cString: version)
    unsafe self.handle = handle
  }

  deinit { unsafe ingot_ort_close(handle) }

  /// Turns a failed call into an error.
  /// - Parameter call: gets the place for the error's text and returns the code.
  static func check(_ call: (inout UnsafeMutablePointer<CChar>?) -> Int32) throws(BackendError) {
    var text: UnsafeMutablePointer<CChar>?
    let code = unsafe call(&text)
    guard code != 0 else { return }
    let message = unsafe text.map { unsafe String(cString: $0) } ?? "error \(code)"
    unsafe ingot_ort_free_text(text)
    throw error(code: code, message: message)
  }

  private static func error(code: Int32, message: String) -> BackendError {
    let words = OnnxRuntimeMessage.cleaned(message)
    switch code {
    case Int32(INGOT_ORT_CANNOT_LOAD):
      return BackendError(
        .onnxruntime, .loadFailed(message), hint: "`ingot runtimes install onnxruntime` brings one that works")
    case Int32(INGOT_ORT_UNKNOWN_VERSION):
      return BackendError(
        .onnxruntime, .unknownVersion(message, known: "1.24 and later 1.x"),
        hint: "`ingot runtimes install onnxruntime` brings one that works")
    case Int32(INGOT_ORT_NO_TENSOR):
      return BackendError(.onnxruntime, .refused("the output '\(message)' is not a tensor of numbers"))
    case 9:
      return BackendError(
        .onnxruntime, .refused(words),
        hint: "ONNX Runtime has no kernel for this operator in this type: choose another precision for the target, or "
          + "keep the node as it is with `precision: { keep: { nodes: […] } }`")
    case 2, 3, 7, 10: return BackendError(.onnxruntime, .refused(words))
    default: return BackendError(.onnxruntime, .failed(words))
    }
  }
}
