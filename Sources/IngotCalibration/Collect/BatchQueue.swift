// Batches of a pass, handed out in order to several threads and taken back in order.
//
// What depends on the order of samples (means, averages of ranges, progress, the first error) is the same for any number
// of threads, because it happens in `merge`, batch after batch. A batch that is ahead waits here; how many may be ahead
// is bounded, so that memory is.

internal import Glibc
internal import IngotCore
internal import Synchronization

/// One run of a model: the samples and what is fed.
struct CalibrationBatch: Sendable {
  var index: Int
  var samples: Range<Int>
  var feed: [String: Tensor]
}

@safe final class BatchQueue<Part: Sendable>: Sendable {
  typealias Outcome = Result<Part, CalibrationError>

  private struct State {
    var next = 0
    var merged = 0
    var pending: [Int: Outcome] = [:]
    var error: CalibrationError?
  }

  private let batches: [Range<Int>]
  private let read: @Sendable (Range<Int>) -> Result<[String: Tensor], CalibrationError>
  private let merge: @Sendable (Range<Int>, Part) -> Result<Void, CalibrationError>
  private let threadCount: Int
  private let state = Mutex(State())
  // A semaphore is made for use from many threads; it lives as long as the queue.
  nonisolated(unsafe) private let room: UnsafeMutablePointer<sem_t>

  /// - Parameter read: called batch after batch, so that compressed arrays are read from front to back.
  /// - Parameter merge: called batch after batch, one call at a time; an error ends the pass.
  init(
    _ batches: [Range<Int>], threadCount: Int,
    read: @escaping @Sendable (Range<Int>) -> Result<[String: Tensor], CalibrationError>,
    merge: @escaping @Sendable (Range<Int>, Part) -> Result<Void, CalibrationError>
  ) {
    (self.batches, self.threadCount, self.read, self.merge) = (batches, threadCount, read, merge)
    unsafe room = .allocate(capacity: 1)
    unsafe sem_init(room, 0, UInt32(2 * threadCount))
  }

  deinit {
    unsafe sem_destroy(room)
    unsafe room.deallocate()
  }

  /// Why the pass ended early: the error of the earliest sample that has one.
  var error: CalibrationError? { state.withLock(\.error) }

  /// The next batch; nil when there is none, or the pass has ended.
  func take() -> CalibrationBatch? {
    while unsafe sem_wait(room) != 0 {}
    let batch: CalibrationBatch? = state.withLock { state in
      guard state.error == nil, state.next < batches.count else { return nil }
      let samples = batches[state.next]
      switch read(samples) {
      case .success(let feed):
        defer { state.next += 1 }
        return CalibrationBatch(index: state.next, samples: samples, feed: feed)
      case .failure(let error):
        // Batches before it may still fail, and then theirs is the error.
        state.pending[state.next] = .failure(error)
        state.next = batches.count
        advance(&state)
        return nil
      }
    }
    if batch == nil { unsafe sem_post(room) }
    return batch
  }

  func finish(_ batch: CalibrationBatch, _ outcome: Outcome) {
    state.withLock { state in
      state.pending[batch.index] = outcome
      if case .failure = outcome { state.next = batches.count }
      advance(&state)
    }
  }

  private func advance(_ state: inout State) {
    while state.error == nil, let outcome = state.pending.removeValue(forKey: state.merged) {
      switch outcome {
      case .failure(let error): state.error = error
      case .success(let part):
        if case .failure(let error) = merge(batches[state.merged], part) { state.error = error }
      }
      state.merged += 1
      unsafe sem_post(room)
    }
    // Whoever waits for room that no merge will make is let go; each one that leaves lets the next one go.
    if state.error != nil || state.next >= batches.count { unsafe sem_post(room) }
  }
}
