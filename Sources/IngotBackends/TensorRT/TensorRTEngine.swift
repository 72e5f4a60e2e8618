// An engine that is loaded on a GPU: what it takes and gives, for which sizes, and what else it tells. TensorRTContext.swift runs it.

internal import CTensorRT
internal import IngotCore

/// Any thread may call; its contexts hold it.
@safe final class TensorRTEngine: Sendable {
  /// An input or output as the engine has it.
  struct Port: Hashable, Sendable {
    var tensor: IOTensor
    var isInput: Bool
    /// It lies in this machine's memory.
    var isOnHost: Bool
    /// Its values decide shapes: profiles have its values.
    var givesShapes: Bool
  }

  let ports: [Port]
  /// Sizes of each input, or values of one that gives shapes.
  let profiles: [OptimizationProfile]
  let library: TensorRTLibrary
  let gpu: CUDAContext
  // The library takes calls of several threads; what changes an engine is done by its only holder.
  nonisolated(unsafe) let handle: OpaquePointer

  /// - Parameters:
  ///   - path: for messages.
  ///   - code: what it runs; trusted.
  init(
    _ plan: Bytes, path: String, library: TensorRTLibrary, gpu: CUDAContext,
    code: TensorRTEngineCode = TensorRTEngineCode()
  ) throws(BackendError) {
    try library.facts.kind.cuda { () throws(CUDAError) in try gpu.makeCurrent() }
    var opened: OpaquePointer?
    try unsafe library.attempt(at: path) { unsafe ingot_trt_engine_open(library.handle, &opened, $0) }
    guard let made = unsafe opened else { fatalError("BUG: an engine was opened and is not there") }
    do throws(BackendError) {
      for plugins in code.libraries { try unsafe library.load(plugins, for: made) }
      if code.isInPlan { try unsafe library.attempt(at: path) { unsafe ingot_trt_engine_allow_host_code(made, $0) } }
      try unsafe library.attempt(at: path) { message in
        plan.withSpan { span in
          unsafe span.withUnsafeBytes { unsafe ingot_trt_engine_read(made, $0.baseAddress, $0.count, message) }
        }
      }
      let found = try unsafe Self.ports(of: made, path: path, library.facts.kind)
      let profiles = unsafe Self.profiles(of: made, found)
      ports = found.map { $0.fixed(by: profiles) }
      (self.profiles, self.library, self.gpu) = (profiles, library, gpu)
      unsafe handle = made
    } catch {
      unsafe ingot_trt_engine_close(made)
      throw error
    }
  }

  deinit {
    try? gpu.makeCurrent()
    unsafe ingot_trt_engine_close(handle)
  }

  var inputs: [Port] { ports.filter(\.isInput) }
  var outputs: [Port] { ports.filter { !$0.isInput } }

  /// Bytes of device memory that each context takes, weights aside.
  var contextMemory: Int { unsafe Int(clamping: ingot_trt_engine_memory(handle)) }
  /// Bytes of weights that may stay in this machine's memory; 0 where it was built to have all on the GPU.
  var streamableWeights: Int { unsafe Int(clamping: ingot_trt_streamable_weights(handle)) }

  /// How many bytes of streamable weights may be on the GPU. Before the first context.
  func setWeightBudget(_ byteCount: Int) throws(BackendError) {
    guard streamableWeights > 0 else {
      throw BackendError(
        library.facts.kind, .refused("weight-streaming-budget: the engine has no weights that can be streamed"),
        hint: "build it with weight-streaming")
    }
    try unsafe attempt("weight-streaming-budget of \(ByteCount(byteCount))") {
      unsafe ingot_trt_set_weight_budget(handle, Int64(byteCount), $0)
    }
  }

  /// The layers as the library's engine inspector describes them, in JSON; how much depends on `profiling-verbosity`.
  func layers() throws(BackendError) -> String {
    var text: UnsafeMutablePointer<CChar>?
    try unsafe attempt("engine inspector") { unsafe ingot_trt_inspect(handle, &text, $0) }
    return unsafe TensorRTLibrary.take(text)
  }

  // MARK: Refitting

  /// The names of the weights that can be replaced.
  func refittableWeights() throws(BackendError) -> [String] {
    var text: UnsafeMutablePointer<CChar>?
    try unsafe attempt("refit", hint: "build it with refit") { unsafe ingot_trt_refittable_weights(handle, &text, $0) }
    return unsafe TensorRTLibrary.take(text).split(separator: "\n").map(String.init)
  }

  /// Gives it the weights of a model with the same layers. No context may be running.
  func refit(with model: Bytes, path: String) throws(BackendError) {
    try unsafe attempt("refit with \(path)", hint: "build it with refit") { message in
      model.withSpan { span in
        unsafe span.withUnsafeBytes { unsafe ingot_trt_refit(handle, $0.baseAddress, $0.count, path, message) }
      }
    }
  }

  /// Writes it with its weights as they are now.
  func write(to path: String) throws(BackendError) {
    var plan: OpaquePointer?
    try unsafe attempt("plan of the engine") { unsafe ingot_trt_serialize(handle, &plan, $0) }
    let memory = unsafe plan
    defer { unsafe ingot_trt_memory_free(memory) }
    let bytes = unsafe UnsafeRawBufferPointer(
      start: ingot_trt_memory_bytes(memory), count: ingot_trt_memory_byte_count(memory))
    try library.facts.kind.system { () throws(SystemError) in
      try FileSystem.writeAtomically(unsafe RawSpan(_unsafeBytes: bytes), to: path)
    }
  }

  /// - Parameters: as of `TensorRTFailure.error`.
  private func attempt(
    _ what: String, hint: String? = nil,
    _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> ingot_trt_status
  ) throws(BackendError) {
    try library.facts.kind.cuda { () throws(CUDAError) in try gpu.makeCurrent() }
    do throws(TensorRTFailure) {
      try unsafe TensorRTFailure.check(body)
    } catch {
      throw error.error(library.facts, what, hint: hint)
    }
  }
}

extension TensorRTEngine {
  private static func ports(
    of engine: OpaquePointer, path: String, _ kind: BackendKind
  ) throws(BackendError) -> [Port] {
    var ports: [Port] = []
    for index in 0..<max(0, unsafe ingot_trt_io_count(engine)) {
      var io = unsafe ingot_trt_io()
      guard unsafe ingot_trt_io_at(engine, index, &io) else { continue }
      let name = unsafe String(cString: io.name)
      guard let type = unsafe ElementType(tensorRT: io.type), let shape = unsafe [Int](io.shape) else {
        throw BackendError(kind, .refused("\(path): '\(name)' has a type or rank that Ingot does not know"))
      }
      guard unsafe io.is_linear else {
        let format = unsafe String(cString: io.format)
        throw BackendError(
          kind, .cannotRunHere("'\(name)' is laid out as \(format), and Ingot runs engines with row-major tensors"),
          hint: "build it without direct-io")
      }
      ports.append(
        Port(
          tensor: IOTensor(name: name, type: type, shape: shape.map { $0 >= 0 ? .fixed($0) : .unknown }),
          isInput: unsafe io.is_input, isOnHost: unsafe io.is_on_host, givesShapes: unsafe io.gives_shapes))
    }
    return ports
  }

  private static func profiles(of engine: OpaquePointer, _ ports: [Port]) -> [OptimizationProfile] {
    (0..<max(0, unsafe ingot_trt_profile_count(engine))).map { profile in
      var inputs: [String: OptimizationProfile.Extent] = [:]
      for port in ports where port.isInput {
        let extents = [INGOT_TRT_MIN, INGOT_TRT_OPT, INGOT_TRT_MAX].compactMap { selector in
          unsafe port.givesShapes && port.isOnHost
            ? Self.values(of: port.tensor, in: profile, of: engine, selector)
            : Self.shape(of: port.tensor, in: profile, of: engine, selector)
        }
        guard extents.count == 3 else { continue }
        inputs[port.tensor.name] = OptimizationProfile.Extent(min: extents[0], opt: extents[1], max: extents[2])
      }
      return OptimizationProfile(inputs: inputs)
    }
  }

  private static func shape(
    of tensor: IOTensor, in profile: Int32, of engine: OpaquePointer, _ selector: ingot_trt_selector
  ) -> [Int]? {
    var shape = ingot_trt_shape()
    guard unsafe ingot_trt_profile_shape(engine, profile, tensor.name, selector, &shape) else { return nil }
    return [Int](shape)
  }

  private static func values(
    of tensor: IOTensor, in profile: Int32, of engine: OpaquePointer, _ selector: ingot_trt_selector
  ) -> [Int]? {
    guard let sizes = tensor.shape.sizes else { return nil }
    var values: [Int] = []
    for index in 0..<sizes.reduce(1, *) {
      var value: Int64 = 0
      guard unsafe ingot_trt_profile_value(engine, profile, tensor.name, selector, Int32(clamping: index), &value)
      else { return nil }
      values.append(Int(value))
    }
    return values
  }
}

extension TensorRTEngine.Port {
  /// Without the open axes that every profile has one size for.
  fileprivate func fixed(by profiles: [OptimizationProfile]) -> Self {
    guard !(givesShapes && isOnHost) else { return self }
    var port = self
    for axis in tensor.shape.indices where tensor.shape[axis].size == nil {
      let sizes = Set(
        profiles.flatMap { profile in
          profile.inputs[tensor.name].map { [$0.min, $0.max].map { axis < $0.count ? $0[axis] : -1 } } ?? [-1]
        })
      if sizes.count == 1, let size = sizes.first, size >= 0 { port.tensor.shape[axis] = .fixed(size) }
    }
    return port
  }
}

extension [Int] {
  /// Nil where even the rank is not known.
  init?(_ shape: ingot_trt_shape) {
    var shape = shape
    guard shape.rank >= 0 else { return nil }
    self = (0..<shape.rank).map { unsafe Int(ingot_trt_shape_size(&shape, $0)) }
  }
}
