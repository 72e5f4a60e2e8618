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

/// Rounds in which each of several contestants runs for a while, in turn: a busy moment of the machine hits them all.
package struct RoundPlan: Sendable, Hashable {
  /// Rounds that do not count.
  package var warmUpRounds: Int
  package var leastRounds: Int
  package var mostRounds: Int
  /// No round begins after so long, once there are enough.
  package var duration: Duration
  /// What each contestant runs in a round, at least: one run is always.
  package var turn: Duration

  package init(warmUpRounds: Int, leastRounds: Int, mostRounds: Int, duration: Duration, turn: Duration) {
    (self.warmUpRounds, self.leastRounds, self.mostRounds) = (warmUpRounds, leastRounds, mostRounds)
    (self.duration, self.turn) = (duration, turn)
  }
}

/// - Parameter contestants: the streams of each. Who comes first changes from round to round.
/// - Returns: for each contestant one stretch a round, all of the same rounds; fewer after an interrupt.
package func timeRounds<C: Clock>(
  _ plan: RoundPlan, of contestants: [[@Sendable () throws -> Void]], clock: C, onRound: (Int) -> Void
) throws -> [[TimedRuns]] where C.Duration == Duration {
  let turn = TimingPlan(
    warmUpRuns: 0, warmUp: .zero, leastRuns: 1, duration: plan.turn, limit: .seconds(86_400))
  var rounds = [[TimedRuns]](repeating: [], count: contestants.count)
  let start = clock.now
  for round in 0..<plan.warmUpRounds + plan.mostRounds {
    onRound(round)
    var turns = [TimedRuns?](repeating: nil, count: contestants.count)
    for place in contestants.indices {
      let index = round.isMultiple(of: 2) ? place : contestants.count - 1 - place
      turns[index] = try stretch(turn, on: contestants[index], clock)
    }
    if Interrupt.wasRequested { break }
    guard round >= plan.warmUpRounds else { continue }
    for (index, turn) in turns.enumerated() { if let turn { rounds[index].append(turn) } }
    if rounds[0].count >= plan.leastRounds, start.duration(to: clock.now) > plan.duration { break }
  }
  return rounds
}
