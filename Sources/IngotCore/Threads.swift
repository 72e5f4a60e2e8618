// A few threads for work that is counted in seconds and cut into many pieces. Not for calls that wait: those belong on a
// BlockingPool.

internal import CSystem
internal import Glibc

/// Runs `body` on so many threads at once, the caller's among them, and returns when all of them have. Where the machine
/// gives fewer threads, fewer calls are made: `body` takes its work from a common place, and one call does it all.
/// - Parameter body: is given the number of its thread, from 0.
package func withThreads(_ count: Int, _ body: @Sendable (Int) -> Void) {
  withoutActuallyEscaping(body) { body in
    var threads: [pthread_t] = []
    for number in 1..<max(count, 1) {
      guard let thread = start(PieceOfWork(number: number, body: body)) else { break }
      threads.append(thread)
    }
    body(0)
    for thread in threads { pthread_join(thread, nil) }
  }
}

private final class PieceOfWork: Sendable {
  let number: Int
  let body: @Sendable (Int) -> Void
  init(number: Int, body: @escaping @Sendable (Int) -> Void) { (self.number, self.body) = (number, body) }
}

/// - Returns: nil where the machine gives no thread.
private func start(_ work: PieceOfWork) -> pthread_t? {
  var thread = pthread_t()
  let argument = unsafe Unmanaged.passRetained(work)
  let code = unsafe ingot_start_thread(
    &thread,
    { raw in
      guard let raw = unsafe raw else { return nil }
      let work = unsafe Unmanaged<PieceOfWork>.fromOpaque(raw).takeRetainedValue()
      unsafe ingot_name_thread("ingot-work-\(work.number)")
      work.body(work.number)
      return nil
    }, argument.toOpaque())
  if code == 0 { return thread }
  unsafe argument.release()
  return nil
}
