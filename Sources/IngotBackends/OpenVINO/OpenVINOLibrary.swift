// The loaded OpenVINO library with one core of it. A core carries settings, so whoever sets any has a core of its own.

internal import COpenVINO

/// A core of OpenVINO in this process. Models and programs keep it.
@safe final class OpenVINOLibrary: Sendable {
  let version: String
  // A core may be used from any thread; nothing changes this pointer.
  nonisolated(unsafe) let handle: OpaquePointer

  /// - Parameter path: of `libopenvino_c.so…`.
  /// - Parameter properties: of the device, for all that is compiled or imported.
  init(path: String, device: String = "CPU", properties: [(key: String, value: String)] = []) throws(BackendError) {
    var library: OpaquePointer?
    do throws(BackendError) {
      try unsafe Self.check { unsafe ingot_ov_open(path, &library, &$0) }
    } catch {
      throw error.naming(libraryPath: path)
    }
    guard let handle = unsafe library, let version = unsafe ingot_ov_version(handle) else {
      fatalError("BUG: OpenVINO opened and is not there")
    }
    do throws(BackendError) {
      for (key, value) in properties {
        try unsafe Self.check { unsafe ingot_ov_configure(handle, device, key, value, &$0) }
      }
    } catch {
      unsafe ingot_ov_close(handle)
      throw error
    }
    self.version = unsafe String(cString: version)
    unsafe self.handle = handle
  }

  deinit { unsafe ingot_ov_close(handle) }

  /// Turns a failed call into an error.
  /// - Parameter call: gets the place for the error's text and returns the code.
  static func check(_ call: (inout UnsafeMutablePointer<CChar>?) -> Int32) throws(BackendError) {
    var text: UnsafeMutablePointer<CChar>?
    let code = unsafe call(&text)
    guard code != 0 else { return }
    let message = unsafe text.map { unsafe String(cString: $0) } ?? "error \(code)"
    unsafe ingot_ov_free_text(text)
    switch code {
    case Int32(INGOT_OV_CANNOT_LOAD):
      throw BackendError(
        .openvino, .loadFailed(message), hint: "`ingot runtimes install openvino` brings one that works")
    case Int32(INGOT_OV_UNKNOWN_VERSION):
      throw BackendError(
        .openvino, .unknownVersion(message, known: "2024.0 to 2026.x"),
        hint: "`ingot runtimes install openvino` brings one that works")
    case _ where message.contains("is not registered in the OpenVINO Runtime"):
      throw BackendError(
        .openvino, .cannotRunHere(OpenVINOMessage.cleaned(message)),
        hint: "put OpenVINO's plug-in for that device beside the library and install its driver, or leave `device` out")
    default: throw BackendError(.openvino, .refused(OpenVINOMessage.cleaned(message)))
    }
  }
}
