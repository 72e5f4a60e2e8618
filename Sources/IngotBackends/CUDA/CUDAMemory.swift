// Memory of a GPU, and memory of this machine that copies to and from it need no stop for. Each is freed by its owner.

internal import CCUDA
package import IngotCore

/// Bytes on a GPU.
package struct CUDAMemory: ~Copyable, Sendable {
  /// As the driver and TensorRT take it.
  let address: UInt64
  package let byteCount: Int
  private let context: CUDAContext

  /// - Parameter byteCount: 0 takes a byte, so that there is an address.
  package init(byteCount: Int, in context: CUDAContext) throws(CUDAError) {
    var made: UInt64 = 0
    try unsafe CUDAError.check { unsafe ingot_cuda_allocate(context.handle, max(byteCount, 1), &made, $0) }
    (address, self.byteCount, self.context) = (made, byteCount, context)
  }

  deinit { unsafe ingot_cuda_free(context.handle, address) }
}

/// Bytes of this machine that stay where they are (pinned): copies on a stream go on while the processor does other things.
@safe package struct CUDAHostMemory: ~Copyable, Sendable {
  // Only copies that its owner waits for read or write it besides.
  nonisolated(unsafe) let address: UnsafeMutableRawPointer
  package let byteCount: Int
  private let context: CUDAContext

  package init(byteCount: Int, in context: CUDAContext) throws(CUDAError) {
    var made: UnsafeMutableRawPointer?
    try unsafe CUDAError.check { unsafe ingot_cuda_allocate_host(context.handle, max(byteCount, 1), &made, $0) }
    guard let made = unsafe made else { fatalError("BUG: memory was allocated and is not there") }
    unsafe address = made
    (self.byteCount, self.context) = (byteCount, context)
  }

  deinit { unsafe ingot_cuda_free_host(context.handle, address) }

  /// - Parameter bytes: at most as many as there are.
  package func write(_ bytes: Bytes) {
    precondition(bytes.count <= byteCount, "\(bytes.count) bytes do not fit in \(byteCount)")
    bytes.withSpan { span in
      unsafe span.withUnsafeBytes { source in
        if let start = source.baseAddress { unsafe address.copyMemory(from: start, byteCount: source.count) }
      }
    }
  }

  /// The first bytes, copied.
  package func bytes(_ count: Int) -> [UInt8] {
    precondition((0...byteCount).contains(count), "there are \(byteCount) bytes, not \(count)")
    return unsafe [UInt8](UnsafeRawBufferPointer(start: address, count: count))
  }
}
