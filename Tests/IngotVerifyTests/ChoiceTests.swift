// Which candidate `precision: auto` keeps.

import IngotVerify
import Testing

@Suite struct ChoiceTests {
  /// - Parameter milliseconds: round by round.
  private func entry(_ precision: String, _ milliseconds: [Int], failedGates: [String] = []) -> Choice.Entry {
    Choice.Entry(precision: precision, failedGates: failedGates, times: milliseconds.map { .milliseconds($0) })
  }

  @Test func keepsTheFastestThatPasses() {
    let choice = Choice(among: [
      entry("fp32", [100, 102, 98]), entry("fp16", [80, 81, 79]), entry("int8", [40, 41, 39]),
    ])
    #expect(choice.chosen == "int8")
    #expect(
      choice.reason
        == "the fastest that passes its gates: 2.5 times as fast as fp32 in the median of 3 rounds")
    #expect(choice.candidates.map(\.speedup) == [1, 1.25, 2.5])
    #expect(choice.candidates.map(\.fasterRounds) == [0, 3, 3])
  }

  @Test(arguments: [
    // Slower.
    (
      [100, 100, 100], [101, 102, 103],
      "no other candidate that passes its gates is faster; the next best is 0.98 times as fast"
    ),
    // Within what two runs of one engine differ by.
    (
      [100, 100, 100], [99, 99, 99],
      "no other candidate that passes its gates is faster; the next best is 1.01 times as fast"
    ),
    // Faster in the median, and in half of the rounds only.
    (
      [90, 100, 120, 120], [95, 105, 80, 80],
      "no other candidate that passes its gates is faster; the next best is 1.25 times as fast"
    ),
  ])
  func staysWithTheFallback(fallback: [Int], other: [Int], reason: String) {
    let choice = Choice(among: [entry("fp32", fallback), entry("int8", other)])
    #expect(choice.chosen == "fp32" && choice.reason == reason, "\(choice)")
  }

  @Test func aGateThatFailsShutsACandidateOut() {
    let choice = Choice(among: [
      entry("fp32", []), entry("int8", [], failedGates: ["top1 is 0.5, must be at least 0.9"]),
    ])
    #expect(choice.chosen == "fp32" && choice.reason == "no other candidate passes its gates")
    #expect(choice.candidates[1].passed == false && choice.candidates[1].p50 == nil)
  }

  @Test func aFallbackThatFailsItsGatesMayBeBeaten() {
    let choice = Choice(among: [entry("fp32", [10, 10, 10], failedGates: ["p50 is 10"]), entry("int8", [5, 5, 5])])
    #expect(choice.chosen == "int8")
  }
}
