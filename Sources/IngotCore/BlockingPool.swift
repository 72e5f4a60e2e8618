// Threads for calls that block: builders, runtimes, big reads. Swift's own pool has one thread a core and must never wait.

internal import CSystem
internal import Glibc
internal import Synchronization

/// A fixed number of threads that run closures one after the other. They start with the first closure, since a build with nothing
/// to do needs none, and end with the pool.
package final class BlockingPool: Sendable {
  private let threadCount: Int
  private let queue = JobQueue()
  private let hasStarted = Atomic(false)

  package init(threadCount: Int) { self.threadCount = threadCount }

  deinit { queue.close(threadCount: hasStarted.load(ordering: .relaxed) ? threadCount : 0) }

  /// Runs `body` on one of the threads and waits for it without blocking the caller's thread.
  package func run<R: Sendable, E: Error>(_ body: @escaping @Sendable () throws(E) -> R) async throws(E) -> R {
    let result: Result<R, E> = await withCheckedContinuation { continuation in
      queue.add { continuation.resume(returning: Result(catching: body)) }
      if !hasStarted.exchange(true, ordering: .relaxed) {
        for index in 0..<threadCount { startThread(named: "ingot-\(index)") }
      }
    }
    return try result.get()
  }

  private func startThread(named name: String) {
    var thread = pthread_t()
    let argument = unsafe Unmanaged.passRetained(ThreadStart(queue: queue, name: name))
    let code = unsafe ingot_start_thread(
      &thread,
      { raw in
        guard let raw = unsafe raw else { return nil }
        let start = unsafe Unmanaged<ThreadStart>.fromOpaque(raw).takeRetainedValue()
        unsafe ingot_name_thread(start.name)
        start.queue.work()
        return nil
      }, argument.toOpaque())
    precondition(code == 0, "no thread could be started (error \(code)); raise the process limit (ulimit -u)")
    pthread_detach(thread)
  }
}

/// Jobs that wait for a thread. The threads hold this and not the pool.
@safe private final class JobQueue: Sendable {
  private let jobs = Mutex<[@Sendable () -> Void]>([])
  // A semaphore is made for use from many threads; it lives as long as the queue.
  nonisolated(unsafe) private let available: UnsafeMutablePointer<sem_t>

  init() {
    unsafe available = .allocate(capacity: 1)
    unsafe sem_init(available, 0, 0)
  }

  deinit {
    unsafe sem_destroy(available)
    unsafe available.deallocate()
  }

  func add(_ job: @escaping @Sendable () -> Void) {
    jobs.withLock { $0.append(job) }
    unsafe sem_post(available)
  }

  /// Wakes each thread once more, for nothing: there are no jobs left, because whoever waits for one holds the pool.
  func close(threadCount: Int) {
    for _ in 0..<threadCount { unsafe sem_post(available) }
  }

  /// Ends when the queue was closed.
  func work() {
    while true {
      while unsafe sem_wait(available) != 0 {}
      guard let job = jobs.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { return }
      job()
    }
  }
}

private final class ThreadStart: Sendable {
  let queue: JobQueue
  let name: String
  init(queue: JobQueue, name: String) { (self.queue, self.name) = (queue, name) }
}
