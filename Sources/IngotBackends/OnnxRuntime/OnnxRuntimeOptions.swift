// How a session of ONNX Runtime is made: what the manifest's options say, in the words of its C interface.

internal import COnnxRuntime
internal import IngotCore

/// How a session is made.
struct OnnxRuntimeOptions {
  enum Optimization: Int32 { case none = 0, basic = 1, extended = 2, all = 99 }

  var optimization = Optimization.none
  /// Threads within an operator; 0 lets ONNX Runtime choose.
  var threadCount = 1
  /// Operators that may run at once.
  var operatorCount = 1
  var isDeterministic = true
  /// Whether memory is kept between runs.
  var hasArena = true
  /// Whether memory is taken tensor by tensor.
  var sparesMemory = false
  /// What runs on a GPU; nil where everything runs on the processor.
  var provider: GPUProvider?
  /// Where the optimized model is written.
  var optimizedModelPath: String?
  /// How the path of the file starts that the profiler writes.
  var profilePrefix: String?
  /// Session configuration entries: key and value.
  var entries: [(key: String, value: String)] = []
  /// Whether the session can say how it was made.
  var tellsSettings = false
}

/// An execution provider of ONNX Runtime that runs on a GPU of NVIDIA.
struct GPUProvider: Hashable {
  enum Kind: String { case cuda, tensorrt }

  var kind: Kind
  var device: Int
  var allowsTF32: Bool

  /// - Parameter values: of the backend's options. Nil for the processor.
  /// - Throws: `.refused` for options of a GPU without one.
  init?(_ values: [String: String]) throws(BackendError) {
    guard let kind = Kind(rawValue: values["provider"] ?? "cpu") else {
      for (name, other) in [("device-id", "0"), ("tf32", "off")] where values[name] ?? other != other {
        throw BackendError(
          .onnxruntime, .refused("build option '\(name)' is for GPUs, and the provider is cpu"),
          hint: "add `provider: cuda`, or remove `\(name)`")
      }
      return nil
    }
    self.kind = kind
    (device, allowsTF32) = (values["device-id"].flatMap { Int($0) } ?? 0, values["tf32"] == "on")
  }

  /// Providers in the order in which they are asked for an operator, each with its own options.
  var parts: [(number: Int32, options: [(key: String, value: String)])] {
    let cuda = (
      number: Int32(INGOT_ORT_CUDA),
      options: [(key: "device_id", value: "\(device)"), (key: "use_tf32", value: allowsTF32 ? "1" : "0")]
    )
    switch kind {
    case .cuda: return [cuda]
    // What TensorRT does not take is CUDA's.
    case .tensorrt:
      return [(number: Int32(INGOT_ORT_TENSORRT), options: [(key: "device_id", value: "\(device)")]), cuda]
    }
  }

  /// The library beside ONNX Runtime's that holds it.
  var libraryName: String { "libonnxruntime_providers_\(kind.rawValue).so" }
}

extension OnnxRuntimeOptions {
  /// Opens a model or an engine.
  /// - Returns: a session, which the caller closes.
  func open(_ path: String, with library: OnnxRuntimeLibrary) throws(BackendError) -> OpaquePointer {
    var settings = ingot_ort_settings(
      optimization: optimization.rawValue, thread_count: Int32(threadCount), operator_count: Int32(operatorCount),
      is_deterministic: isDeterministic, has_arena: hasArena, spares_memory: sparesMemory,
      tells_settings: tellsSettings)
    var made: OpaquePointer?
    try unsafe OnnxRuntimeLibrary.check { unsafe ingot_ort_make_options(library.handle, &settings, &made, &$0) }
    guard let options = unsafe made else { fatalError("BUG: options were made and are not there") }
    defer { unsafe ingot_ort_release_options(options) }
    if let optimizedModelPath {
      try unsafe OnnxRuntimeLibrary.check { unsafe ingot_ort_write_optimized(options, optimizedModelPath, &$0) }
    }
    if let profilePrefix {
      try unsafe OnnxRuntimeLibrary.check { unsafe ingot_ort_profile(options, profilePrefix, &$0) }
    }
    for (key, value) in entries {
      try unsafe OnnxRuntimeLibrary.check { unsafe ingot_ort_configure(options, key, value, &$0) }
    }
    if let provider { try unsafe add(provider, to: options) }
    var session: OpaquePointer?
    try unsafe OnnxRuntimeLibrary.check { unsafe ingot_ort_open_session(options, path, &session, &$0) }
    guard let session = unsafe session else { fatalError("BUG: a session opened and is not there") }
    return unsafe session
  }

  private func add(_ provider: GPUProvider, to options: OpaquePointer) throws(BackendError) {
    for (number, given) in provider.parts {
      var told: UnsafeMutablePointer<CChar>?
      defer { unsafe ingot_ort_free_text(told) }
      let words = given.flatMap { [$0.key, $0.value] }.map { Array($0.utf8CString) }
      try unsafe withPointers(to: words[...], []) { (pointers) throws(BackendError) in
        let keys = unsafe stride(from: 0, to: pointers.count, by: 2).map { unsafe pointers[$0] }
        let values = unsafe stride(from: 1, to: pointers.count, by: 2).map { unsafe pointers[$0] }
        try unsafe OnnxRuntimeLibrary.check {
          unsafe ingot_ort_add_provider(
            options, number, Int32(provider.device), keys, values, keys.count, &told, &$0)
        }
      }
      // Options as text: `device_id=0;use_tf32=0;…`. What was given must not have become something else.
      guard let text = unsafe told.map({ unsafe String(cString: $0) }) else { continue }
      let taken = Dictionary(
        text.split(separator: ";").compactMap { pair -> (String, String)? in
          guard let sign = pair.firstIndex(of: "=") else { return nil }
          return (String(pair[..<sign]), String(pair[pair.index(after: sign)...]))
        }, uniquingKeysWith: { first, _ in first })
      if let lost = given.first(where: { option in taken[option.key].map { $0 != option.value } ?? false }) {
        throw BackendError(
          .onnxruntime, .failed("the CUDA provider did not take \(lost.key) = \(lost.value); it has \(text)"))
      }
    }
  }

  /// Calls `body` with the address of each text, which lasts as long as the call.
  private func withPointers(
    to rest: ArraySlice<[CChar]>, _ pointers: [UnsafePointer<CChar>?],
    _ body: ([UnsafePointer<CChar>?]) throws(BackendError) -> Void
  ) throws(BackendError) {
    guard let first = rest.first else { return try unsafe body(pointers) }
    try unsafe first.withUnsafeBufferPointer { (text) throws(BackendError) in
      try unsafe withPointers(to: rest.dropFirst(), pointers + [text.baseAddress], body)
    }
  }
}
