// What runs an engine once at a time: handles and C calls, each wrapped in a Swift call that throws. TensorRTRunner.swift decides.

internal import CTensorRT
internal import IngotCore

/// One thread at a time; the GPU's context is current on it.
@safe struct TensorRTContext: ~Copyable {
  /// What TensorRT-RTX alone has.
  struct Settings {
    /// Nil leaves it to the library.
    var usesCUDAGraphs: Bool?
    /// `lazy`, `eager`, `none`: when kernels for open sizes are made.
    var dynamicKernels: String?
    /// What an earlier context compiled.
    var cache: Bytes?
  }

  private let handle: OpaquePointer
  private let engine: TensorRTEngine
  private var facts: TensorRTLibrary.Facts { engine.library.facts }

  init(_ engine: TensorRTEngine, _ settings: Settings) throws(BackendError) {
    var made: OpaquePointer?
    do throws(TensorRTFailure) {
      let graphs = settings.usesCUDAGraphs.map { $0 ? "WHOLE_GRAPH_CAPTURE" : "DISABLED" }
      try unsafe TensorRTFailure.check { message in
        (settings.cache ?? Bytes()).withSpan { span in
          unsafe span.withUnsafeBytes { cache in
            unsafe withOptionalCString(graphs) { graphs in
              unsafe withOptionalCString(settings.dynamicKernels?.uppercased()) { kernels in
                unsafe ingot_trt_context_make(
                  engine.handle,
                  ingot_trt_context_settings(
                    cuda_graphs: graphs, dynamic_kernels: kernels, cache: cache.baseAddress,
                    cache_byte_count: cache.count), &made, message)
              }
            }
          }
        }
      }
    } catch {
      let what = settings.dynamicKernels.map { "dynamic-shape-kernels '\($0)'" } ?? "context to run the engine"
      var failure = error.error(engine.library.facts, what)
      if !error.isLacking {
        failure.hint = "it takes \(ByteCount(engine.contextMemory)) of device memory: \(Self.free(on: engine.gpu))"
      }
      throw failure
    }
    guard let made = unsafe made else { fatalError("BUG: a context was made and is not there") }
    self.engine = engine
    unsafe handle = made
  }

  deinit {
    try? engine.gpu.makeCurrent()
    unsafe ingot_trt_context_close(handle)
  }

  private static func free(on gpu: CUDAContext) -> String {
    (try? gpu.memory()).map { "\(ByteCount($0.free)) of \(ByteCount($0.total)) are free" }
      ?? "how much is free is not known"
  }

  func useProfile(_ index: Int, on stream: borrowing CUDAStream) throws(BackendError) {
    let stream = unsafe stream.handle
    try unsafe attempt("profile \(index)") { unsafe ingot_trt_use_profile(handle, Int32(index), stream, $0) }
  }

  func setShape(_ shape: [Int], of input: String) throws(BackendError) {
    let sizes = shape.map(Int64.init)
    try unsafe attempt("shape \(shape) of '\(input)'") {
      unsafe ingot_trt_set_shape(handle, input, sizes, Int32(clamping: sizes.count), $0)
    }
  }

  func setMemory(_ memory: borrowing CUDAMemory, of tensor: String) throws(BackendError) {
    let address = unsafe UnsafeMutableRawPointer(bitPattern: UInt(memory.address))
    try unsafe attempt("memory for '\(tensor)'") { unsafe ingot_trt_set_address(handle, tensor, address, $0) }
  }

  func setMemory(_ memory: borrowing CUDAHostMemory, of tensor: String) throws(BackendError) {
    let address = unsafe memory.address
    try unsafe attempt("memory for '\(tensor)'") { unsafe ingot_trt_set_address(handle, tensor, address, $0) }
  }

  func inferShapes() throws(BackendError) {
    try unsafe attempt("inputs") { unsafe ingot_trt_infer_shapes(handle, $0) }
  }

  /// - Returns: nil where the data will decide.
  func shape(of tensor: String) throws(BackendError) -> [Int]? {
    var shape = ingot_trt_shape()
    guard unsafe ingot_trt_context_shape(handle, tensor, &shape), let sizes = [Int](shape) else {
      throw BackendError(facts.kind, .failed("\(facts.name) tells no shape of '\(tensor)'"))
    }
    return sizes.contains { $0 < 0 } ? nil : sizes
  }

  /// - Parameter output: gets its memory and shape in `enqueue`. Not kept alive here.
  func setAllocator(_ output: TensorRTOutput, of tensor: String) throws(BackendError) {
    let allocator = unsafe ingot_trt_allocator(
      context: Unmanaged.passUnretained(output).toOpaque(),
      allocate: { context, byteCount in
        guard let context = unsafe context else { return nil }
        let output = unsafe Unmanaged<TensorRTOutput>.fromOpaque(context).takeUnretainedValue()
        return unsafe UnsafeMutableRawPointer(bitPattern: UInt(output.allocate(byteCount)))
      },
      shaped: { context, shape in
        guard let context = unsafe context, let shape = unsafe shape?.pointee else { return }
        unsafe Unmanaged<TensorRTOutput>.fromOpaque(context).takeUnretainedValue().shape = [Int](shape)
      })
    try unsafe attempt("allocator for '\(tensor)'") { unsafe ingot_trt_set_allocator(handle, tensor, allocator, $0) }
  }

  /// Returns before it is done, unless layers are timed.
  func enqueue(on stream: borrowing CUDAStream) throws(BackendError) {
    let stream = unsafe stream.handle
    try unsafe attempt("run") { unsafe ingot_trt_enqueue(handle, stream, $0) }
  }

  /// - Parameter body: enqueues; each layer that then ran is in the result, in order.
  func timingLayers(_ body: () throws(BackendError) -> Void) throws(BackendError) -> [LayerTime] {
    let listener = LayerListener()
    let context = unsafe Unmanaged.passUnretained(listener).toOpaque()
    unsafe _ = ingot_trt_profile_layers(handle, context) { context, name, milliseconds in
      guard let context = unsafe context, let name = unsafe name else { return }
      let time = LayerTime(
        layer: unsafe String(cString: name), time: .nanoseconds(Int64(Double(milliseconds) * 1e6)))
      unsafe Unmanaged<LayerListener>.fromOpaque(context).takeUnretainedValue().times.append(time)
    }
    defer { unsafe _ = ingot_trt_profile_layers(handle, nil, nil) }
    try body()
    return listener.times
  }

  /// What TensorRT-RTX compiled for this GPU while it ran; nil where there is nothing, or another library.
  func cache() -> Bytes? {
    var memory: OpaquePointer?
    guard unsafe ingot_trt_context_cache(handle, &memory) == INGOT_TRT_OK else { return nil }
    defer { unsafe ingot_trt_memory_free(memory) }
    return Bytes(
      unsafe [UInt8](
        UnsafeRawBufferPointer(start: ingot_trt_memory_bytes(memory), count: ingot_trt_memory_byte_count(memory))))
  }

  private func attempt(
    _ what: String, _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> ingot_trt_status
  ) throws(BackendError) {
    do throws(TensorRTFailure) {
      try unsafe TensorRTFailure.check(body)
    } catch {
      throw error.error(facts, what)
    }
  }
}

private final class LayerListener {
  var times: [LayerTime] = []
}

/// An output whose size is known when it is computed.
final class TensorRTOutput {
  private(set) var memory: TensorRTBuffer?
  /// Of the last run; nil before it.
  fileprivate(set) var shape: [Int]?
  /// Why it got no memory.
  private(set) var problem: CUDAError?
  private let gpu: CUDAContext

  init(on gpu: CUDAContext) { self.gpu = gpu }

  /// What the last run was.
  func forget() { (shape, problem) = (nil, nil) }

  /// - Returns: the address; 0 where there is no memory.
  fileprivate func allocate(_ byteCount: UInt64) -> UInt64 {
    do throws(CUDAError) {
      let count = Int(clamping: byteCount)
      if let memory, memory.byteCount >= count { return memory.device.address }
      let made = try TensorRTBuffer(byteCount: count, on: gpu)
      memory = made
      return made.device.address
    } catch {
      problem = error
      return 0
    }
  }
}

/// Calls `body` with a text, or with null for none.
private func withOptionalCString<R>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> R) -> R {
  guard let text else { return body(nil) }
  return unsafe text.withCString { unsafe body($0) }
}
