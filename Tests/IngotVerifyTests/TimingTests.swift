// Timing, by a clock that only the timed calls move.

import IngotVerify
import Synchronization
import Testing

private final class FakeClock: Clock {
  struct Instant: InstantProtocol {
    var offset: Duration
    func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
    func duration(to other: Instant) -> Duration { other.offset - offset }
    static func < (a: Instant, b: Instant) -> Bool { a.offset < b.offset }
  }

  private let state = Mutex((offset: Duration.zero, calls: 0))
  var now: Instant { Instant(offset: state.withLock { $0.offset }) }
  var minimumResolution: Duration { .nanoseconds(1) }
  func sleep(until deadline: Instant, tolerance: Duration?) async throws {}

  /// A call that takes a millisecond more each time: 1, 2, 3 …
  func call() {
    state.withLock { state in
      state.calls += 1
      state.offset += .milliseconds(state.calls)
    }
  }
}

private enum Broken: Error { case fourthCall }

@Suite struct TimingTests {
  private func plan(warmUp: (Int, Int) = (0, 0), least: Int, over milliseconds: Int = 0, limit: Int = 10_000)
    -> TimingPlan
  {
    TimingPlan(
      warmUpRuns: warmUp.0, warmUp: .milliseconds(warmUp.1), leastRuns: least, duration: .milliseconds(milliseconds),
      limit: .milliseconds(limit))
  }

  private func times(_ plan: TimingPlan) throws -> TimedRuns {
    let clock = FakeClock()
    return try timeRuns(plan, on: [{ @Sendable in clock.call() }], clock: clock)
  }

  @Test(
    arguments: [
      // Warm-up: at least so many runs and so long; then at least so many runs and so long, and no more than the limit.
      ((1, 0), 3, 0, 10_000, [2, 3, 4]), ((3, 0), 2, 0, 10_000, [4, 5]), ((1, 5), 1, 0, 10_000, [4]),
      ((1, 0), 2, 9, 10_000, [2, 3, 4]), ((1, 0), 100, 0, 5, [2, 3]), ((1, 0), 1, 0, 10_000, [2]),
    ] as [((Int, Int), Int, Int, Int, [Int])])
  func countsAfterTheWarmUp(warmUp: (Int, Int), least: Int, duration: Int, limit: Int, expected: [Int]) throws {
    let runs = try times(plan(warmUp: warmUp, least: least, over: duration, limit: limit))
    #expect(runs.times == expected.map { .milliseconds($0) })
    #expect(runs.elapsed == runs.times.reduce(.zero, +))
  }

  @Test func throughputIsOfAllRunsOverTheTimeThatPassed() {
    let runs = TimedRuns(times: [.milliseconds(30), .milliseconds(10)], elapsed: .milliseconds(20))
    #expect(abs(runs.runsPerSecond - 100) < 1e-9)
    #expect(TimedRuns(times: [], elapsed: .zero).runsPerSecond == 0)
  }

  @Test func streamsRunAtOnceAndCountTogether() throws {
    let running = Mutex((now: 0, most: 0))
    let call: @Sendable () -> Void = {
      running.withLock { state in
        state.now += 1
        state.most = max(state.most, state.now)
      }
      let clock = ContinuousClock()
      let start = clock.now
      while clock.now - start < .milliseconds(2) {}
      running.withLock { $0.now -= 1 }
    }
    let runs = try timeRuns(plan(least: 40), on: [call, call, call], clock: ContinuousClock())
    #expect(runs.times.count >= 40 && runs.times.count <= 43 && running.withLock { $0.most } > 1)
    #expect(runs.times.allSatisfy { $0 >= .milliseconds(2) })
    // Side by side they take less time than one after the other.
    #expect(runs.elapsed < runs.times.reduce(.zero, +))
  }

  @Test func theFirstErrorOfAStreamEndsAll() {
    let failing = FailingCall()
    let endless = plan(warmUp: (1_000_000, 0), least: 1, limit: 1_000_000_000)
    #expect(throws: Broken.fourthCall) {
      try timeRuns(endless, on: [{ try failing.call() }, { failing.waitForTheEnd() }], clock: ContinuousClock())
    }
    #expect(failing.count == 4)
  }
}

@Suite struct RoundTests {
  /// Who comes first changes; the first rounds do not count; all have the same rounds.
  @Test func contestantsTakeTurns() throws {
    let order = Mutex<[String]>([])
    let calls: [[@Sendable () throws -> Void]] = ["a", "b", "c"].map { name in [{ order.withLock { $0.append(name) } }]
    }
    let plan = RoundPlan(warmUpRounds: 1, leastRounds: 2, mostRounds: 3, duration: .seconds(60), turn: .zero)
    let rounds = try timeRounds(plan, of: calls, clock: FakeClock()) { _ in }
    #expect(order.withLock { $0.joined() } == "abccbaabccba")
    #expect(rounds.map(\.count) == [3, 3, 3] && rounds.joined().allSatisfy { $0.times.count == 1 })
  }

  @Test func roundsEndWhenThereAreEnoughAndTheTimeIsOver() throws {
    let clock = FakeClock()
    let plan = RoundPlan(
      warmUpRounds: 0, leastRounds: 3, mostRounds: 100, duration: .milliseconds(1), turn: .zero)
    #expect(try timeRounds(plan, of: [[{ clock.call() }]], clock: clock) { _ in }.map(\.count) == [3])
  }
}

@Suite struct PairedComparisonTests {
  /// Rounds of 10 ms, of which some are slow for both, and a ratio with noise.
  private func rounds(_ ratio: Double, noise: Double) -> ([Duration], [Duration]) {
    let first = (0..<40).map { 10.0 * ($0 % 7 == 3 ? 3 : 1) }
    let second = first.enumerated().map { $1 * ratio * (1 + noise * Double($0 % 5 - 2)) }
    return (first.map { .seconds($0 / 1000) }, second.map { .seconds($0 / 1000) })
  }

  @Test(arguments: [
    (0.9, 0.01, PairedComparison.Finding.faster), (1.1, 0.01, .slower), (1.001, 0.05, .same), (1, 0, .same),
  ])
  func theIntervalHoldsTheRatioAndSaysWhatWasShown(ratio: Double, noise: Double, finding: PairedComparison.Finding)
    throws
  {
    let (first, second) = rounds(ratio, noise: noise)
    let found = try #require(PairedComparison(first, second))
    #expect(found.rounds == 40 && found.finding == finding, "\(found)")
    #expect(found.low <= found.ratio && found.ratio <= found.high)
    #expect(found.low <= ratio * 1.001)
    #expect(ratio * 0.999 <= found.high)
    // Slow rounds hit both: the interval knows only of the noise between them.
    #expect(found.high - found.low <= 4 * noise + 1e-9)
    #expect(PairedComparison(first, second) == found)
  }

  @Test func fewRoundsShowNothing() {
    #expect(PairedComparison([.seconds(1), .seconds(1)], [.seconds(2), .seconds(2)]) == nil)
    #expect(PairedComparison([.zero, .zero, .zero], [.zero, .zero, .zero]) == nil)
  }
}

private final class FailingCall: Sendable {
  private let calls = Mutex(0)
  var count: Int { calls.withLock { $0 } }
  func call() throws {
    let number = calls.withLock { calls in
      calls += 1
      return calls
    }
    if number == 4 { throw Broken.fourthCall }
  }
  func waitForTheEnd() { while count < 4 {} }
}

@Suite struct StabilityTests {
  private func times(_ milliseconds: [Double]) -> [Duration] { milliseconds.map { .seconds($0 / 1000) } }

  @Test func equalTimesAreStable() throws {
    let stability = try #require(Stability(times([Double](repeating: 2, count: 30))))
    #expect(stability.drift == 0 && stability.variation == 0 && stability.isStable)
  }

  @Test func aClockThatFallsIsADrift() throws {
    let stability = try #require(Stability(times((0..<30).map { 2 + Double($0) * 0.01 })))
    #expect(abs(stability.drift - 0.2 / 2.04) < 1e-3 && stability.variation < 0.05 && !stability.isStable)
  }

  @Test func aFewSlowRunsAreVariationAndNoDrift() throws {
    let stability = try #require(Stability(times((0..<30).map { $0 % 10 == 5 ? 6 : 2 })))
    #expect(stability.drift == 0 && abs(stability.variation - 0.509) < 0.01 && !stability.isStable)
  }

  @Test func fewRunsSayNothing() {
    #expect(Stability(times([1, 2, 3, 4, 5, 6, 7, 8])) == nil && Stability([]) == nil)
  }
}
