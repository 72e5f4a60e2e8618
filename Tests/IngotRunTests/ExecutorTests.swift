import IngotCore
import IngotPlan
import IngotRun
import Testing

@Suite struct ExecutorTests {
  /// sanitize -> calibrate (reads data) -> lower -> build.
  private func plan(method: String = "entropy", name: String = "net") -> Plan {
    Plan(
      name: name,
      steps: [
        Step(
          .sanitize(SanitizeSettings(inputs: [])), inputs: [StepInput("model", .model(path: "m"))], label: "sanitize"),
        Step(
          .calibrate(CalibrateSettings(method: method, percentile: nil, samples: nil)),
          inputs: [
            StepInput("model", .output(of: StepID(0), name: "out")), StepInput("data", .calibrationSet(path: "d")),
          ], tools: [.reference], label: "calibrate"),
        Step(
          .lower(LowerSettings(precision: "int8", fallback: "fp32", keepNodes: [], keepOps: [])),
          inputs: [
            StepInput("model", .output(of: StepID(0), name: "out")),
            StepInput("ranges", .output(of: StepID(1), name: "out")),
          ], label: "lower"),
        Step(
          .build(BuildSettings(backend: "openvino", compute: [], profiles: [], workspace: nil, options: [])),
          inputs: [StepInput("model", .output(of: StepID(2), name: "out"))],
          tools: [ToolRequirement(backend: "openvino")],
          label: "build"),
      ])
  }

  private func run(
    _ plan: Plan, _ store: MemoryStore, _ runner: RecordingRunner, _ resolver: MemoryResolver
  ) async -> RunOutcome {
    let lookup = SharedLookup(Lookup(store: store, resolver: resolver, journal: store))
    let executor = Executor(store: store, runner: runner, journal: store, jobs: 2) { _ in }
    return await executor.run(plan, statuses: lookup.statuses(of: plan), lookup: lookup)
  }

  @Test func runsEveryStepOnceAndThenNone() async throws {
    let (store, runner, resolver) = (try MemoryStore(), RecordingRunner(), MemoryResolver(files: ["m": "1", "d": "2"]))
    let first = await run(plan(), store, runner, resolver)
    #expect(runner.ran == ["build", "calibrate", "lower", "sanitize"])
    #expect(first.failures.isEmpty)
    runner.forget()
    let second = await run(plan(), store, runner, resolver)
    #expect(runner.ran == [])
    #expect(second.record(StepID(3))?.wasCached == true)
    #expect(second.record(StepID(3))?.outputs == first.record(StepID(3))?.outputs)
    #expect(try store.leftovers == [])
  }

  @Test func rerunsWhatAChangedSettingReaches() async throws {
    let (store, runner, resolver) = (try MemoryStore(), RecordingRunner(), MemoryResolver(files: ["m": "1", "d": "2"]))
    let settingInOutput = RecordingRunner { job, inputs in "\(job.step.action)" + inputs.joined() }
    _ = await run(plan(), store, settingInOutput, resolver)
    _ = await run(plan(method: "minmax"), store, runner, resolver)
    #expect(runner.ran == ["build", "calibrate", "lower"])
  }

  @Test func stopsWhereTheChangedStepGivesTheSameBytes() async throws {
    let (store, runner, resolver) = (try MemoryStore(), RecordingRunner(), MemoryResolver(files: ["m": "1", "d": "2"]))
    _ = await run(plan(), store, runner, resolver)
    runner.forget()
    _ = await run(plan(method: "minmax"), store, runner, resolver)
    #expect(runner.ran == ["calibrate"])
  }

  @Test func rerunsWhatANewToolReaches() async throws {
    let (store, runner) = (try MemoryStore(), RecordingRunner())
    let files = ["m": "1", "d": "2"]
    _ = await run(plan(), store, runner, MemoryResolver(files: files))
    runner.forget()
    _ = await run(plan(), store, runner, MemoryResolver(files: files, toolVersions: ["openvino": "2"]))
    #expect(runner.ran == ["build"])
  }

  @Test func keepsWhatFinishedAndSkipsWhatFollowsAFailure() async throws {
    let (store, resolver) = (try MemoryStore(), MemoryResolver(files: ["m": "1", "d": "2"]))
    let failing = RecordingRunner { job, inputs in
      if job.step.stage == .lower { throw InputError(in: "net", "no ranges") }
      return inputs.joined()
    }
    let outcome = await run(plan(), store, failing, resolver)
    #expect(outcome.failures.map(\.step.label) == ["lower"])
    #expect(outcome.failures.map { "\($0.error)" } == ["net: error: no ranges"])
    guard case .skipped(let because) = outcome[StepID(3)] else {
      Issue.record("build ran although lower failed")
      return
    }
    #expect(because == StepID(2))
    let runner = RecordingRunner()
    _ = await run(plan(), store, runner, resolver)
    #expect(runner.ran == ["build", "lower"])
    #expect(try store.leftovers == [])
  }

  @Test func aMissingInputFailsOnlyTheStepsThatNeedIt() async throws {
    let (store, runner) = (try MemoryStore(), RecordingRunner())
    let outcome = await run(plan(), store, runner, MemoryResolver(files: ["m": "1"]))
    #expect(runner.ran == ["sanitize"])
    #expect(outcome.failures.map { "\($0.error)" } == ["d: error: there is no such file"])
  }

  @Test func equalStepsOfTwoPlansRunOnce() async throws {
    let (store, runner, resolver) = (try MemoryStore(), RecordingRunner(), MemoryResolver(files: ["m": "1", "d": "2"]))
    let lookup = SharedLookup(Lookup(store: store, resolver: resolver, journal: store))
    let executor = Executor(store: store, runner: runner, journal: store, jobs: 2) { _ in }
    let plans = [plan(name: "a"), plan(name: "b")]
    let statuses = plans.map { lookup.statuses(of: $0) }
    async let first = executor.run(plans[0], statuses: statuses[0], lookup: lookup)
    async let second = executor.run(plans[1], statuses: statuses[1], lookup: lookup)
    let outcomes = await [first, second]
    #expect(outcomes.allSatisfy { $0.failures.isEmpty })
    #expect(runner.ran == ["build", "calibrate", "lower", "sanitize"])
  }

  @Test func saysWhichComponentOfAKeyChanged() async throws {
    let (store, runner, resolver) = (try MemoryStore(), RecordingRunner(), MemoryResolver(files: ["m": "1", "d": "2"]))
    _ = await run(plan(), store, runner, resolver)
    let statuses = Lookup(store: store, resolver: resolver, journal: store).statuses(of: plan(method: "minmax"))
    guard case .missing(_, let changes) = statuses[1] else {
      Issue.record("calibrate should have to run")
      return
    }
    #expect(changes == [KeyChange(name: "method", from: "entropy", to: "minmax")])
    guard case .waiting(let id) = statuses[2] else {
      Issue.record("lower should wait for calibrate")
      return
    }
    #expect(id == StepID(1))
  }
}
