// Computes pieces of a file while those before them are written: a second thread makes a few pieces more than have been
// taken. The order stays, and so does the bound on memory.

internal import CSystem
internal import Glibc
internal import Synchronization

/// The pieces of a file in order, with computed ones made by a thread that works ahead. One thread takes them.
@safe final class PiecesAhead: Sendable {
  private struct State {
    var made: [Bytes?] = Array(repeating: nil, count: slotCount)
    var isCancelled = false
  }

  /// As many pieces of 256 KiB are ahead at most.
  private static let slotCount = 8

  private let pieces: [Bytes]
  private let state = Mutex(State())
  // Semaphores are made for use from many threads; they live as long as this does.
  nonisolated(unsafe) private let free: UnsafeMutablePointer<sem_t>
  nonisolated(unsafe) private let ready: UnsafeMutablePointer<sem_t>

  private init(_ pieces: [Bytes]) {
    self.pieces = pieces
    unsafe (free, ready) = (.allocate(capacity: 1), .allocate(capacity: 1))
    unsafe sem_init(free, 0, UInt32(Self.slotCount))
    unsafe sem_init(ready, 0, 0)
  }

  deinit {
    unsafe sem_destroy(free)
    unsafe sem_destroy(ready)
    unsafe free.deallocate()
    unsafe ready.deallocate()
  }

  /// Calls `body` with all bytes in order. What is in memory and what can only be made whole comes as it is.
  static func forEach(_ pieces: [Bytes], _ body: (Bytes) throws(SystemError) -> Void) throws(SystemError) {
    ingot_keep_freed_memory()
    let ahead = PiecesAhead(pieces)
    guard let thread = ahead.start() else {
      for piece in pieces { try body(piece) }
      return
    }
    defer {
      ahead.cancel()
      pthread_join(thread, nil)
    }
    var taken = 0
    while let piece = ahead.take(taken) {
      try body(piece)
      unsafe sem_post(ahead.free)
      taken += 1
    }
  }

  /// - Returns: nil where the machine gives no thread.
  private func start() -> pthread_t? {
    var thread = pthread_t()
    let argument = unsafe Unmanaged.passRetained(self)
    let code = unsafe pthread_create(
      &thread, nil,
      { raw in
        if let raw = unsafe raw { unsafe Unmanaged<PiecesAhead>.fromOpaque(raw).takeRetainedValue().make() }
        return nil
      }, argument.toOpaque())
    if code == 0 { return thread }
    unsafe argument.release()
    return nil
  }

  private func make() {
    var index = 0
    for piece in pieces {
      for part in piece.madePieces {
        while unsafe sem_wait(free) != 0 {}
        guard !state.withLock(\.isCancelled) else { return }
        let made = piece.isMadeInPieces ? Bytes(part.array) : part
        state.withLock { $0.made[index % Self.slotCount] = made }
        unsafe sem_post(ready)
        index += 1
      }
    }
    // Nothing follows: an empty slot.
    while unsafe sem_wait(free) != 0 {}
    unsafe sem_post(ready)
  }

  private func take(_ index: Int) -> Bytes? {
    while unsafe sem_wait(ready) != 0 {}
    return state.withLock { state in
      defer { state.made[index % Self.slotCount] = nil }
      return state.made[index % Self.slotCount]
    }
  }

  private func cancel() {
    state.withLock { $0.isCancelled = true }
    unsafe sem_post(free)
  }
}
