// Threads for calls that block: builders, runtimes, big reads. Swift's own pool has one thread a core and must never wait.

internal import CSystem
internal import Glibc
internal import Synchronization

/// A fixed number of threads that run closures one after the other. They start with the first closure: a build with nothing to
/// do starts none.
@safe package final class BlockingPool: Sendable {
  private struct State {
    var jobs: [@Sendable () -> Void] = []
    var hasStarted = false
  }

  private let threadCount: Int
  private let state = Mutex(State())
  // A semaphore is made for use from many threads; it lives as long as the pool.
  nonisolated(unsafe) private let available: UnsafeMutablePointer<sem_t>

  package init(threadCount: Int) {
    self.threadCount = threadCount
    unsafe available = .allocate(capacity: 1)
    unsafe sem_init(available, 0, 0)
  }

  /// Runs `body` on one of the threads and waits for it without blocking the caller's thread.
  package func run<R: Sendable, E: Error>(_ body: @escaping @Sendable () throws(E) -> R) async throws(E) -> R {
    let result: Result<R, E> = await withCheckedContinuation { continuation in
      let isFirst = state.withLock { state in
        state.jobs.append { continuation.resume(returning: Result(catching: body)) }
        defer { state.hasStarted = true }
        return !state.hasStarted
      }
      if isFirst { for index in 0..<threadCount { startThread(named: "ingot-\(index)") } }
      unsafe sem_post(available)
    }
    return try result.get()
  }

  private func startThread(named name: String) {
    var thread = pthread_t()
    let argument = unsafe Unmanaged.passRetained(ThreadStart(pool: self, name: name))
    let code = unsafe ingot_start_thread(
      &thread,
      { raw in
        guard let raw = unsafe raw else { return nil }
        let start = unsafe Unmanaged<ThreadStart>.fromOpaque(raw).takeRetainedValue()
        unsafe ingot_name_thread(start.name)
        start.pool.work()
      }, argument.toOpaque())
    precondition(code == 0, "no thread could be started (error \(code)); raise the process limit (ulimit -u)")
  }

  private func work() -> Never {
    while true {
      while unsafe sem_wait(available) != 0 {}
      let job = state.withLock { $0.jobs.isEmpty ? nil : $0.jobs.removeFirst() }
      job?()
    }
  }
}

private final class ThreadStart: Sendable {
  let pool: BlockingPool
  let name: String
  init(pool: BlockingPool, name: String) { (self.pool, self.name) = (pool, name) }
}
