// Work given to a GPU in order: copies, events that take times, and graphs that are many calls launched as one. All of it returns
// before it is done; `synchronize` waits.

internal import CCUDA

/// What is given to it is done one after the other. One thread at a time.
@safe package struct CUDAStream: ~Copyable, Sendable {
  // Whoever holds it makes one call at a time.
  nonisolated(unsafe) let handle: UnsafeMutableRawPointer
  private let context: CUDAContext

  package init(in context: CUDAContext) throws(CUDAError) {
    self.context = context
    unsafe handle = try made { unsafe ingot_cuda_make_stream(context.handle, $0, $1) }
  }

  deinit { unsafe ingot_cuda_destroy_stream(context.handle, handle) }

  /// Waits until everything is done, and reports what went wrong in it.
  package func synchronize() throws(CUDAError) {
    try unsafe CUDAError.check { unsafe ingot_cuda_synchronize(context.handle, handle, $0) }
  }

  /// Both must live until it is done.
  package func copy(
    _ byteCount: Int, from source: borrowing CUDAHostMemory, to target: borrowing CUDAMemory
  ) throws(CUDAError) {
    precondition(byteCount <= min(source.byteCount, target.byteCount), "\(byteCount) bytes are more than there are")
    let (address, memory) = unsafe (target.address, source.address)
    try unsafe CUDAError.check {
      unsafe ingot_cuda_copy_to_device(context.handle, address, memory, byteCount, handle, $0)
    }
  }

  package func copy(
    _ byteCount: Int, from source: borrowing CUDAMemory, to target: borrowing CUDAHostMemory
  ) throws(CUDAError) {
    precondition(byteCount <= min(source.byteCount, target.byteCount), "\(byteCount) bytes are more than there are")
    let (address, memory) = unsafe (source.address, target.address)
    try unsafe CUDAError.check {
      unsafe ingot_cuda_copy_to_host(context.handle, memory, address, byteCount, handle, $0)
    }
  }

  package func record(_ event: borrowing CUDAEvent) throws(CUDAError) {
    let event = unsafe event.handle
    try unsafe CUDAError.check { unsafe ingot_cuda_record(context.handle, event, handle, $0) }
  }

  package func launch(_ graph: borrowing CUDAGraph) throws(CUDAError) {
    let graph = unsafe graph.handle
    try unsafe CUDAError.check { unsafe ingot_cuda_launch(context.handle, graph, handle, $0) }
  }

  /// Records what is given to the stream until `endCapture`, without doing it.
  package func beginCapture() throws(CUDAError) {
    try unsafe CUDAError.check { unsafe ingot_cuda_begin_capture(context.handle, handle, $0) }
  }

  package func endCapture() throws(CUDAError) -> CUDAGraph {
    try unsafe CUDAGraph(context) { graph, error in unsafe ingot_cuda_end_capture(context.handle, handle, graph, error)
    }
  }
}

/// A moment on a stream.
@safe package struct CUDAEvent: ~Copyable {
  let handle: UnsafeMutableRawPointer
  private let context: CUDAContext

  package init(in context: CUDAContext) throws(CUDAError) {
    self.context = context
    unsafe handle = try made { unsafe ingot_cuda_make_event(context.handle, $0, $1) }
  }

  deinit { unsafe ingot_cuda_destroy_event(context.handle, handle) }

  /// From an earlier moment to this one, as the GPU took them. Waits for this one.
  package func time(since start: borrowing CUDAEvent) throws(CUDAError) -> Duration {
    var milliseconds: Float = 0
    let start = unsafe start.handle
    try unsafe CUDAError.check { unsafe ingot_cuda_elapsed(context.handle, start, handle, &milliseconds, $0) }
    return .nanoseconds(Int64(Double(milliseconds) * 1e6))
  }
}

/// Calls that were recorded on a stream, with the addresses that they had.
@safe package struct CUDAGraph: ~Copyable, Sendable {
  // Launched by whoever holds it, one launch at a time.
  nonisolated(unsafe) let handle: UnsafeMutableRawPointer
  private let context: CUDAContext

  fileprivate init(
    _ context: CUDAContext,
    _ make: (UnsafeMutablePointer<UnsafeMutableRawPointer?>, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) ->
      Int32
  ) throws(CUDAError) {
    self.context = context
    unsafe handle = try made(make)
  }

  deinit { unsafe ingot_cuda_destroy_graph(context.handle, handle) }
}

/// A handle that the driver makes.
private func made(
  _ make: (UnsafeMutablePointer<UnsafeMutableRawPointer?>, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32
) throws(CUDAError) -> UnsafeMutableRawPointer {
  var handle: UnsafeMutableRawPointer?
  try unsafe CUDAError.check { unsafe make(&handle, $0) }
  guard let handle = unsafe handle else { fatalError("BUG: a handle was made and is not there") }
  return unsafe handle
}
