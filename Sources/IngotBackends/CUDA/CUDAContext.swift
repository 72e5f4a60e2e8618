// Work on a GPU through the driver alone: the context that everything in the process shares. CUDAMemory.swift and
// CUDAStream.swift have what is made with it.

internal import CCUDA

/// What the driver says went wrong.
package struct CUDAError: Error, Hashable, CustomStringConvertible {
  /// There is no driver.
  package var isAbsence: Bool
  /// Then the text says how much was asked for and how much there is.
  package var isOutOfMemory: Bool
  /// The call, the driver's name of the error and its words.
  package var description: String

  /// - Parameter body: a call of the C interface, which fills in the text where it fails.
  static func check(_ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32) throws(CUDAError) {
    var text: UnsafeMutablePointer<CChar>?
    let code = unsafe body(&text)
    guard code != 0 else { return }
    defer { unsafe ingot_cuda_free_text(text) }
    throw CUDAError(
      isAbsence: code == Int32(INGOT_CUDA_ABSENT), isOutOfMemory: code == Int32(INGOT_CUDA_OUT_OF_MEMORY),
      description: unsafe text.map { unsafe String(cString: $0) } ?? "error \(code)")
  }
}

/// The primary context of a GPU, held for as long as somebody uses it. Any thread may call.
@safe package final class CUDAContext: Sendable {
  // The driver takes calls from all threads, and nothing here changes after it was made.
  nonisolated(unsafe) let handle: OpaquePointer

  /// - Parameters:
  ///   - device: in the driver's order.
  ///   - libraryPath: of the driver; nil: the system's `libcuda.so.1`.
  package init(device: Int = 0, libraryPath: String? = nil) throws(CUDAError) {
    var made: OpaquePointer?
    try unsafe CUDAError.check { unsafe ingot_cuda_retain(libraryPath, Int32(clamping: device), &made, $0) }
    guard let made = unsafe made else { fatalError("BUG: a context was retained and is not there") }
    unsafe handle = made
  }

  deinit { unsafe ingot_cuda_release_context(handle) }

  /// For libraries that work in the context that is current on the thread.
  package func makeCurrent() throws(CUDAError) {
    try unsafe CUDAError.check { unsafe ingot_cuda_make_current(handle, $0) }
  }

  /// Bytes of device memory.
  package func memory() throws(CUDAError) -> (free: Int, total: Int) {
    var free: UInt64 = 0, total: UInt64 = 0
    try unsafe CUDAError.check { unsafe ingot_cuda_memory(handle, &free, &total, $0) }
    return (Int(clamping: free), Int(clamping: total))
  }
}
