// Calls that are repeated and timed: what latency gates, choices between engines and benchmarks all measure with.

internal import IngotCore
internal import Synchronization

/// When counting begins, and when it ends.
package struct TimingPlan: Sendable, Hashable {
  /// What passes before anything counts, at least: the first runs set things up, and a processor's clock needs time to rise.
  package var warmUpRuns: Int
  package var warmUp: Duration
  /// Counted are at least so many runs over at least this time.
  package var leastRuns: Int
  package var duration: Duration
  /// No run begins after so long, whatever was counted.
  package var limit: Duration

  package init(warmUpRuns: Int, warmUp: Duration, leastRuns: Int, duration: Duration, limit: Duration) {
    (self.warmUpRuns, self.warmUp, self.leastRuns) = (warmUpRuns, warmUp, leastRuns)
    (self.duration, self.limit) = (duration, limit)
  }

  /// Of a gate in a manifest: enough runs that the 99th percentile is not the slowest one, where that is not too long.
  package static let gate = TimingPlan(
    warmUpRuns: 3, warmUp: .milliseconds(100), leastRuns: 200, duration: .milliseconds(500), limit: .seconds(20))

  /// So that a stretch of the fastest runs stays in memory.
  static let mostRuns = 4 << 20
}

/// A stretch of runs.
package struct TimedRuns: Sendable, Hashable {
  /// One a run, in the order in which they ended.
  package var times: [Duration]
  /// From the first one's start to the last one's end.
  package var elapsed: Duration

  package init(times: [Duration], elapsed: Duration) { (self.times, self.elapsed) = (times, elapsed) }

  package var runsPerSecond: Double { elapsed > .zero ? Double(times.count) / (elapsed / .seconds(1)) : 0 }
}

/// Warms up, then counts.
/// - Parameter streams: what is run again and again, each on a thread of its own; at least one.
/// - Returns: what was counted before an interrupt, where there was one.
/// - Throws: the first error of a stream.
package func timeRuns<C: Clock>(
  _ plan: TimingPlan, on streams: [@Sendable () throws -> Void], clock: C
) throws -> TimedRuns where C.Duration == Duration {
  let warmUp = TimingPlan(
    warmUpRuns: 0, warmUp: .zero, leastRuns: plan.warmUpRuns, duration: plan.warmUp, limit: plan.limit)
  _ = try stretch(warmUp, on: streams, clock)
  return try stretch(plan, on: streams, clock)
}

/// One thread's part of a stretch: when each run ended, from the stretch's start, and how long it took.
private typealias Part = [(end: Duration, time: Duration)]

private func stretch<C: Clock>(
  _ plan: TimingPlan, on streams: [@Sendable () throws -> Void], _ clock: C
) throws -> TimedRuns where C.Duration == Duration {
  precondition(!streams.isEmpty, "there must be something to time")
  let parts = Mutex<[Result<Part, any Error>]>([])
  let count = Atomic(0)
  let hasFailed = Atomic(false)
  let start = clock.now
  withThreads(streams.count) { number in
    var part: Part = []
    do {
      while true {
        let begin = clock.now
        try streams[number]()
        let end = clock.now
        let elapsed = start.duration(to: end)
        part.append((elapsed, begin.duration(to: end)))
        let runs = count.add(1, ordering: .relaxed).newValue
        let isEnough = runs >= plan.leastRuns && elapsed >= plan.duration
        if isEnough || elapsed >= plan.limit || runs >= TimingPlan.mostRuns || hasFailed.load(ordering: .relaxed)
          || Interrupt.wasRequested
        {
          break
        }
      }
      parts.withLock { $0.append(.success(part)) }
    } catch {
      hasFailed.store(true, ordering: .relaxed)
      parts.withLock { $0.append(.failure(error)) }
    }
  }
  var runs: Part = []
  for part in parts.withLock({ $0 }) { runs += try part.get() }
  if streams.count > 1 { runs.sort { $0.end < $1.end } }
  return TimedRuns(times: runs.map(\.time), elapsed: runs.last?.end ?? .zero)
}
