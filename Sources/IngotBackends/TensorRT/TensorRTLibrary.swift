// The loaded library: one of the files that know its C interface; the others are those of jobs, plug-ins, engines and contexts.

internal import CTensorRT
internal import IngotCore

/// TensorRT or TensorRT-RTX in this process, with its ONNX parser. Loaded for good: the library cannot be unloaded.
@safe struct TensorRTLibrary: Sendable {
  /// What it said about itself when it was opened.
  struct Facts: Hashable, Sendable {
    var kind: BackendKind
    /// `1.7.1.116`
    var version: String
    /// `TensorRT-RTX 1.7.1`, for messages.
    var name: String
    /// `TensorRT-RTX 1.5 to 1.7`: which tables are used.
    var familyName: String
    var parserVersion: Int
    /// It runs only because its self-check passed.
    var isUntested: Bool
    /// What it can be told to build for, ascending: 86 for sm_86. Empty where it builds for the GPU that it runs on.
    var computeCapabilities: [Int]
    /// Of the CUDA driver; nil: where the system has it.
    var driverPath: String?
  }

  let facts: Facts
  // Nothing changes behind this pointer, and nothing frees it.
  nonisolated(unsafe) let handle: OpaquePointer

  /// - Parameter parserPath: nil for a library that only runs engines.
  init(
    kind: BackendKind, libraryPath: String, parserPath: String?, driverPath: String?, allowsUntestedVersion: Bool
  ) throws(BackendError) {
    var library: OpaquePointer?
    var text: UnsafeMutablePointer<CChar>?
    let status = unsafe ingot_trt_open(libraryPath, parserPath, driverPath, allowsUntestedVersion, &library, &text)
    let message = unsafe Self.take(text)
    guard status == INGOT_TRT_OK, let library = unsafe library else { throw Self.error(kind, status, message) }
    facts = unsafe Self.facts(of: library, kind: kind, driverPath: driverPath)
    unsafe handle = library
    let isRTX = unsafe ingot_trt_is_rtx(library)
    guard isRTX == (kind == .tensorrtRTX) else {
      throw BackendError(
        kind, .loadFailed("\(libraryPath) is \(facts.name)"),
        hint: "the backend for it is `\(isRTX ? "tensorrt-rtx" : "tensorrt")`")
    }
  }

  private static func facts(of library: OpaquePointer, kind: BackendKind, driverPath: String?) -> Facts {
    let number = unsafe Int(ingot_trt_version(library))
    let numbers = "\(number / 10000).\(number / 100 % 100).\(number % 100)"
    var capabilities: [Int] = []
    while case let next = unsafe Int(ingot_trt_compute_capability(library, Int32(capabilities.count))), next > 0 {
      capabilities.append(next)
    }
    return unsafe Facts(
      kind: kind, version: "\(numbers).\(ingot_trt_build_number(library))",
      name: "\(ingot_trt_is_rtx(library) ? "TensorRT-RTX" : "TensorRT") \(numbers)",
      familyName: String(cString: ingot_trt_family_name(library)),
      parserVersion: Int(ingot_trt_parser_version(library)),
      isUntested: ingot_trt_is_untested(library), computeCapabilities: capabilities, driverPath: driverPath)
  }

  /// What is wrong with the tables in use; nil where getters with known defaults and settings read back are as expected.
  func selfCheck() -> String? {
    var text: UnsafeMutablePointer<CChar>?
    let status = unsafe ingot_trt_self_check(handle, &text)
    let problem = unsafe Self.take(text)
    return status == INGOT_TRT_OK ? nil : problem
  }

  /// The text of a message that C allocated, which is freed.
  static func take(_ text: UnsafeMutablePointer<CChar>?) -> String {
    guard let text = unsafe text else { return "" }
    defer { unsafe ingot_trt_free(text) }
    return unsafe String(cString: text)
  }

  private static func error(_ kind: BackendKind, _ status: ingot_trt_status, _ message: String) -> BackendError {
    switch status {
    case INGOT_TRT_UNKNOWN_VERSION:
      return BackendError(
        kind, .unknownVersion(message, known: unsafe String(cString: ingot_trt_known_versions())),
        hint: "install one of those, or allow this one with --untested-runtime")
    case INGOT_TRT_NOT_A_BUILDER:
      return BackendError(
        kind, .loadFailed(message), hint: "name the full library, libnvinfer.so or libtensorrt_rtx.so")
    case INGOT_TRT_NO_DRIVER:
      return BackendError(
        kind,
        .cannotRunHere("TensorRT builds for the GPU that it runs on, and there is no NVIDIA driver here: \(message)"),
        hint:
          "run this step on a machine with the target's GPU, or build for the backend tensorrt-rtx, which needs none")
    default:
      return BackendError(kind, .loadFailed(message), hint: installHint(kind))
    }
  }

  private static func installHint(_ kind: BackendKind) -> String {
    kind == .tensorrtRTX
      ? "`ingot runtimes install tensorrt-rtx` brings one that works"
      : "NVIDIA's TensorRT containers and Debian packages have one"
  }
}

/// The GPU that a library without a list of compute capabilities builds for.
struct TensorRTDevice: Hashable, Sendable {
  /// 89 for sm_89; 0 where the driver is here and no device is.
  var computeCapability: Int
  var name: String
  /// The newest CUDA that the driver runs: 13020 for 13.2.
  var driverVersion: Int

  /// - Returns: nil and why there is no driver.
  static func find(driverPath: String?) -> (device: TensorRTDevice?, problem: String) {
    var driver = ingot_trt_driver()
    var text: UnsafeMutablePointer<CChar>?
    let status = unsafe ingot_trt_probe_driver(driverPath, &driver, &text)
    let problem = unsafe TensorRTLibrary.take(text)
    guard status == INGOT_TRT_OK else { return (nil, problem) }
    let name = unsafe withUnsafePointer(to: &driver.name) {
      unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
    }
    let device = TensorRTDevice(
      computeCapability: Int(driver.capability), name: name, driverVersion: Int(driver.driver_version))
    return (device, "")
  }
}
