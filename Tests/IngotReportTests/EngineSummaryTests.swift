import IngotCore
import IngotPlan
import IngotReport
import Testing

@Suite struct EngineSummaryTests {
  @Test func saysWhatTheRecordsSay() {
    let engine = summary()
    #expect(engine.state == .passed && engine.wasCached && engine.problems.isEmpty)
    #expect(engine.verdict == "passed (engine)")
    #expect(
      engine.accuracy == 0.9944 && engine.referenceAccuracy == 1 && engine.metric == "top1" && engine.sqnr == 39.25)
    #expect(engine.engineBytes == 104_448)
    #expect(engine.held == ["latency p99 (ms) is 0.120000, at most 5.000000"])
    #expect(engine.unjudged == ["slowdown against prod (%): the channel serves no bundle yet"])
    #expect(engine.bundle == "sha256:\(Digest(of: "bundle.json").hex)")
    #expect(engine.steps.map(\.label) == ["sanitize", "int8-ov/build", "int8-ov/verify", "int8-ov/serialize"])
    #expect(engine.seconds(of: .build) == 12.345 && engine.seconds(of: .lower) == nil)
  }

  @Test func aFailedGateRejectsTheEngineAndSaysWhich() {
    let words = "top1 drop is 0.020000, must be at most 0.010000"
    let engine = summary([
      2: record("verdict.json", [("level", "graph"), ("passed", "false"), ("failed gate top1 drop", words)])
    ])
    #expect(engine.state == .rejected && engine.problems == [words] && engine.verdict == "FAILED (graph)")
  }

  @Test(arguments: [[], [("passed", "yes")], [("level", "engine"), ("passed", "TRUE")]] as [[(String, String)]])
  func aVerdictThatDoesNotSayPassedIsNoPass(facts: [(String, String)]) {
    #expect(summary([2: record("verdict.json", facts)]).state == .rejected)
  }

  @Test(arguments: [2, 3])
  func anEngineWithAStepMissingHasFailed(index: Int) {
    let engine = summary(without: [index], problems: ["it broke"], path: nil)
    #expect(engine.state == .failed && engine.verdict == "-" && engine.problems == ["it broke"])
    #expect(engine.steps.count == 3 && engine.path == nil)
  }

  @Test func withoutVerificationAnEngineIsNotVerified() {
    var plan = somePlan
    plan.engines[0].verify = nil
    let engine = summary(without: [2], plan: plan)
    #expect(engine.state == .passed && engine.level == nil && engine.verdict == "not verified")
  }

  @Test func oneStepThatRanMakesAnEngineBuilt() {
    #expect(summary([1: record("engine", wasCached: false)]).wasCached == false)
  }
}
