// A job in the library: handles and C calls, each wrapped in a Swift call that throws. No words about options and no
// decisions here.

internal import CTensorRT
internal import IngotCore

/// A tensor of a parsed network.
struct TensorRTTensor: Hashable {
  var name: String
  var type: ElementType?
  /// Nil where even the rank is not known.
  var shape: [Dimension]?
  /// Its values are sizes, so that profiles give its values.
  var isShapeTensor: Bool

  var isDynamic: Bool { shape?.sizes == nil }
}

/// What the parser says is wrong.
struct TensorRTParseError: Hashable {
  var codeName: String
  /// Number in the graph, nil for errors of the whole model.
  var node: Int?
  var nodeName: String, op: String, text: String
  /// The ONNX functions around the node, outermost first.
  var functions: [String]
}

/// One builder with its network, configuration and parser: one thread at a time. The library may outlive it, never it the
/// library; the model's bytes must outlive it.
@safe struct TensorRTJob: ~Copyable {
  let handle: OpaquePointer
  let listener: TensorRTListener
  let library: TensorRTLibrary

  init(_ library: TensorRTLibrary, listener: TensorRTListener) throws(BackendError) {
    var job: OpaquePointer?
    var text: UnsafeMutablePointer<CChar>?
    let status = unsafe ingot_trt_job_open(library.handle, listener.callbacks, &job, &text)
    let message = unsafe TensorRTLibrary.take(text)
    guard status == INGOT_TRT_OK, let job = unsafe job else {
      let said = listener.errors.isEmpty ? "" : ": \(listener.errors.joined(separator: "; "))"
      throw BackendError(library.facts.kind, .failed("\(library.facts.name): \(message)\(said)"))
    }
    (self.listener, self.library) = (listener, library)
    unsafe handle = job
  }

  deinit { unsafe ingot_trt_job_close(handle) }

  // MARK: Model

  /// - Returns: whether the parser took all of it.
  func parse(_ model: RawSpan, path: String) -> Bool {
    unsafe model.withUnsafeBytes { unsafe ingot_trt_parse(handle, $0.baseAddress, $0.count, path) == INGOT_TRT_OK }
  }

  /// Goes on after the first node that the parser does not take.
  /// - Returns: the nodes that it could take, by number; nil where this version does not tell.
  func takenNodes(_ model: RawSpan, path: String) -> Set<Int>? {
    let status = unsafe model.withUnsafeBytes { unsafe ingot_trt_check_support(handle, $0.baseAddress, $0.count, path) }
    guard status == INGOT_TRT_OK || status == INGOT_TRT_REFUSED else { return nil }
    var taken: Set<Int> = []
    for index in 0..<(unsafe ingot_trt_subgraph_count(handle)) {
      var isSupported = false
      var count: Int64 = 0
      guard let nodes = unsafe ingot_trt_subgraph(handle, index, &isSupported, &count) else { continue }
      for position in 0..<max(0, Int(count)) { taken.insert(unsafe Int(nodes[position])) }
    }
    return taken
  }

  var parseErrors: [TensorRTParseError] {
    var errors: [TensorRTParseError] = []
    for index in 0..<max(0, unsafe ingot_trt_parse_error_count(handle)) {
      var error = unsafe ingot_trt_parse_error()
      guard unsafe ingot_trt_parse_error_at(handle, index, &error) else { continue }
      var functions: [String] = []
      for level in 0..<max(0, min(64, Int(unsafe error.function_count))) {
        if let name = unsafe error.functions[level] { functions.append(unsafe String(cString: name)) }
      }
      errors.append(
        TensorRTParseError(
          codeName: unsafe String(cString: error.code_name), node: unsafe error.node < 0 ? nil : Int(error.node),
          nodeName: unsafe String(cString: error.node_name), op: unsafe String(cString: error.node_op),
          text: unsafe String(cString: error.description), functions: functions))
    }
    return errors
  }

  var layerCount: Int { unsafe Int(ingot_trt_layer_count(handle)) }
  var inputs: [TensorRTTensor] {
    (0..<max(0, unsafe ingot_trt_input_count(handle))).compactMap { index in
      unsafe Self.tensor { unsafe ingot_trt_input_at(handle, index, $0) }
    }
  }
  var outputs: [TensorRTTensor] {
    (0..<max(0, unsafe ingot_trt_output_count(handle))).compactMap { index in
      unsafe Self.tensor { unsafe ingot_trt_output_at(handle, index, $0) }
    }
  }

  private static func tensor(_ fill: (UnsafeMutablePointer<ingot_trt_tensor>) -> Bool) -> TensorRTTensor? {
    var tensor = unsafe ingot_trt_tensor()
    guard unsafe fill(&tensor) else { return nil }
    var shape: [Dimension]?
    if unsafe tensor.rank >= 0 {
      var axes: [Dimension] = []
      for axis in 0..<(unsafe tensor.rank) {
        let size = unsafe ingot_trt_tensor_size(&tensor, axis)
        let name = unsafe ingot_trt_tensor_dim_name(&tensor, axis).map { unsafe String(cString: $0) }
        axes.append(size >= 0 ? .fixed(Int(size)) : name.map { $0.isEmpty ? .unknown : .symbolic($0) } ?? .unknown)
      }
      shape = axes
    }
    return TensorRTTensor(
      name: unsafe String(cString: tensor.name), type: unsafe ElementType(tensorRT: tensor.type), shape: shape,
      isShapeTensor: unsafe tensor.is_shape_tensor)
  }

  // MARK: Settings

  func setFlag(_ name: String, _ value: Bool) throws(TensorRTRefusal) {
    try Self.check(unsafe ingot_trt_set_flag(handle, name, value))
  }
  func setPool(_ name: String, _ byteCount: Int) throws(TensorRTRefusal) {
    try Self.check(unsafe ingot_trt_set_pool(handle, name, UInt64(byteCount)))
  }
  func setComputeCapabilities(_ values: [Int]) throws(TensorRTRefusal) {
    let values = values.map { Int32(clamping: $0) }
    try Self.check(unsafe ingot_trt_set_compute_capabilities(handle, values, Int32(clamping: values.count)))
  }
  /// - Parameter setting: IBuilderConfig's setter without `set`.
  func set(_ setting: String, to value: Int) throws(TensorRTRefusal) {
    try Self.check(unsafe ingot_trt_set_number(handle, setting, Int64(value)))
  }
  /// - Parameter enumerator: as TensorRT has it, without the k.
  func set(_ setting: String, to enumerator: String) throws(TensorRTRefusal) {
    try Self.check(unsafe ingot_trt_set_choice(handle, setting, enumerator))
  }
  func setTacticSources(_ names: [String]) throws(TensorRTRefusal) {
    try Self.check(unsafe ingot_trt_set_tactic_sources(handle, names.joined(separator: ",")))
  }
  func setPreviewFeature(_ name: String, _ value: Bool) throws(TensorRTRefusal) {
    try Self.check(unsafe ingot_trt_set_preview_feature(handle, name, value))
  }
  func setBuilderThreads(_ count: Int) throws(TensorRTRefusal) {
    try Self.check(unsafe ingot_trt_set_builder_threads(handle, Int32(clamping: count)))
  }
  func markDebugTensor(_ name: String) throws(TensorRTRefusal) {
    try Self.check(unsafe ingot_trt_mark_debug(handle, name))
  }

  // MARK: Timing cache

  /// - Parameter entries: what an earlier build left.
  /// - Throws: `.refused` where the entries are of another device or version, or no cache: an empty one is used then.
  func useTimingCache(_ entries: Bytes) throws(TensorRTRefusal) {
    let status = entries.withSpan { span in
      unsafe span.withUnsafeBytes { unsafe ingot_trt_use_timing_cache(handle, $0.baseAddress, $0.count) }
    }
    try Self.check(status)
  }

  /// What the cache holds after a build, with the entries of another.
  func mergedTimingCache<R>(with other: Bytes, _ body: (RawSpan) -> R) throws(TensorRTRefusal) -> R {
    var merged: OpaquePointer?
    let status = other.withSpan { span in
      unsafe span.withUnsafeBytes {
        unsafe ingot_trt_merge_timing_cache(handle, $0.baseAddress, $0.count, &merged)
      }
    }
    return try unsafe Self.take(status, merged, body)
  }

  // MARK: Profiles

  func beginProfile() throws(TensorRTRefusal) { try Self.check(unsafe ingot_trt_profile_begin(handle)) }

  /// Sizes for a tensor, or its values where it is a shape tensor.
  func setExtent(_ extent: OptimizationProfile.Extent, of tensor: TensorRTTensor) throws(TensorRTRefusal) {
    for (selector, sizes) in [(INGOT_TRT_MIN, extent.min), (INGOT_TRT_OPT, extent.opt), (INGOT_TRT_MAX, extent.max)] {
      let values = sizes.map(Int64.init)
      let count = Int32(clamping: values.count)
      try Self.check(
        tensor.isShapeTensor
          ? unsafe ingot_trt_profile_values(handle, tensor.name, selector, values, count)
          : unsafe ingot_trt_profile_dimensions(handle, tensor.name, selector, values, count))
    }
  }

  func endProfile() throws(TensorRTRefusal) {
    var index: Int32 = -1
    try Self.check(unsafe ingot_trt_profile_end(handle, &index))
  }

  // MARK: Building

  /// Builds, and hands the plan's bytes over without a copy.
  /// - Throws: `.refused` where there is no plan; the listener heard why.
  func build<R>(_ body: (RawSpan) -> R) throws(TensorRTRefusal) -> R {
    var plan: OpaquePointer?
    return try unsafe Self.take(ingot_trt_build(handle, &plan), plan, body)
  }

  /// Shows memory that the library made, and frees it.
  private static func take<R>(
    _ status: ingot_trt_status, _ memory: OpaquePointer?, _ body: (RawSpan) -> R
  ) throws(TensorRTRefusal) -> R {
    try check(status)
    defer { unsafe ingot_trt_memory_free(memory) }
    let bytes = unsafe UnsafeRawBufferPointer(
      start: ingot_trt_memory_bytes(memory), count: ingot_trt_memory_byte_count(memory))
    return body(unsafe RawSpan(_unsafeBytes: bytes))
  }

  private static func check(_ status: ingot_trt_status) throws(TensorRTRefusal) {
    switch status {
    case INGOT_TRT_OK: return
    case INGOT_TRT_LACKING: throw .lacking
    case INGOT_TRT_ABSENT: throw .absent
    default: throw .refused
    }
  }
}

/// Why a call did nothing.
enum TensorRTRefusal: Error {
  /// This version has no such setting or value.
  case lacking
  /// The network has no such thing.
  case absent
  /// The library said no; its listener heard why.
  case refused
}

extension TensorRTListener {
  /// Not kept alive by the library: the job that uses them holds this listener.
  fileprivate var callbacks: ingot_trt_listener {
    unsafe ingot_trt_listener(
      context: Unmanaged.passUnretained(self).toOpaque(),
      log: { context, severity, message in
        guard let message = unsafe message else { return }
        unsafe TensorRTListener.of(context)?.log(severity: Int(severity), text: String(cString: message))
      },
      phase_start: { context, phase, parent, stepCount in
        guard let phase = unsafe phase else { return }
        let parent = unsafe parent.map { unsafe String(cString: $0) }
        unsafe TensorRTListener.of(context)?.startPhase(
          String(cString: phase), parent: parent, stepCount: Int(stepCount))
      },
      step_complete: { context, phase, step in
        guard let phase = unsafe phase else { return true }
        return unsafe TensorRTListener.of(context)?.completeStep(of: String(cString: phase), Int(step)) ?? true
      },
      phase_finish: { context, phase in
        guard let phase = unsafe phase else { return }
        unsafe TensorRTListener.of(context)?.finishPhase(String(cString: phase))
      })
  }

  private static func of(_ context: UnsafeMutableRawPointer?) -> TensorRTListener? {
    unsafe context.map { unsafe Unmanaged<TensorRTListener>.fromOpaque($0).takeUnretainedValue() }
  }
}

extension ElementType {
  /// - Parameter number: of TensorRT's DataType, the same in all versions.
  init?(tensorRT number: Int32) {
    let types: [ElementType] = [
      .float32, .float16, .int8, .int32, .bool, .uint8, .float8e4m3fn, .bfloat16, .int64, .int4, .float4e2m1,
      .float8e8m0,
    ]
    guard types.indices.contains(Int(number)) else { return nil }
    self = types[Int(number)]
  }
}
