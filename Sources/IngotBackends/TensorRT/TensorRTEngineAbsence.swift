// Why an engine does not run here, in words. Ingot builds TensorRT engines and does not run them yet.

internal import IngotCore

extension TensorRTBackend {
  /// - Throws: where the file is no engine of this backend.
  func engineCannotRun(path: String) throws(BackendError) -> BackendError {
    let header = try TensorRTEngineHeader(path: path)
    let kind = identity.kind
    guard header.kind == kind else {
      throw BackendError(
        kind, .malformed("\(path) is an engine of \(header.kind.rawValue), not of \(kind.rawValue)"))
    }
    var facts = "the engine was built by \(library.facts.name)"
    if let version = header.version { facts = "the engine was built by version \(version)" }
    if let capabilities = header.computeCapabilities, !capabilities.isEmpty {
      facts += " for \(capabilities.map { "sm_\($0)" }.joined(separator: ", "))"
    }
    let (device, problem) = TensorRTDevice.find(driverPath: library.facts.driverPath)
    let hint = "verify it at the level `graph`, which runs the lowered model with the reference runtime"
    guard let device else {
      return BackendError(kind, .cannotRunHere("\(facts), and there is no NVIDIA driver here: \(problem)"), hint: hint)
    }
    guard device.computeCapability > 0 else {
      return BackendError(kind, .cannotRunHere("\(facts), and there is no GPU here"), hint: hint)
    }
    let here = "\(device.name), sm_\(device.computeCapability)"
    if let capabilities = header.computeCapabilities, !capabilities.contains(device.computeCapability) {
      return BackendError(kind, .cannotRunHere("\(facts), and the GPU here is \(here)"), hint: hint)
    }
    return BackendError(
      kind,
      .cannotRunHere("\(facts); the GPU here is \(here), but this version of Ingot runs no TensorRT engines"),
      hint: hint)
  }
}
