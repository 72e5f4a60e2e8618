// What the executor does when things go wrong around it.

import IngotCore
import IngotPlan
import IngotRun
import IngotStore
import Synchronization
import Testing

/// Files whose contents can be changed while a run is on.
private final class ChangingResolver: InputResolver {
  private let state = Mutex(MemoryResolver(files: ["m": "1"]))
  func digest(ofModelAt path: String) throws -> Digest { try state.withLock { try $0.digest(ofModelAt: path) } }
  func digest(ofFileAt path: String) throws -> Digest { try state.withLock { try $0.digest(ofFileAt: path) } }
  func digest(ofCalibrationSetAt path: String) throws -> Digest {
    try state.withLock { try $0.digest(ofCalibrationSetAt: path) }
  }
  func digest(ofChannel name: String) throws -> Digest { try state.withLock { try $0.digest(ofChannel: name) } }
  func identity(of tool: ToolRequirement) throws -> ToolIdentity { try state.withLock { try $0.identity(of: tool) } }
  func set(_ path: String, to text: String) { state.withLock { $0.files[path] = text } }
  func set(version: String, of tool: String) { state.withLock { $0.toolVersions[tool] = version } }
}

private final class Events: Sendable {
  private let words = Mutex<[String]>([])
  func take(_ event: RunEvent) {
    let text: String? =
      switch event {
      case .failed(let label, let message): "failed \(label): \(message)"
      case .skipped(let label, let because): "skipped \(label): \(because)"
      case .started, .progress, .finished: nil
      }
    if let text { words.withLock { $0.append(text) } }
  }
  var all: [String] { words.withLock { $0.sorted() } }
}

@Suite(.timeLimit(.minutes(1))) struct TroubleTests {
  /// sanitize -> lower -> parse, and a reference beside them.
  private let plan = Plan(
    name: "net",
    steps: [
      Step(.sanitize(SanitizeSettings(inputs: [])), inputs: [StepInput("model", .model(path: "m"))], label: "sanitize"),
      Step(
        .lower(LowerSettings(precision: "fp16", fallback: "fp32", keepNodes: [], keepOps: [])),
        inputs: [StepInput("model", .output(of: StepID(0), name: "out"))], label: "lower"),
      Step(
        .parse(ParseSettings(backend: "openvino", profiles: [])),
        inputs: [StepInput("model", .output(of: StepID(1), name: "out"))],
        tools: [ToolRequirement(backend: "openvino")], label: "parse"),
      Step(.reference(ReferenceSettings()), inputs: [StepInput("model", .model(path: "m"))], label: "reference"),
    ])

  private func run(
    _ plans: [Plan], _ store: some ResultStore & KeyJournal, _ runner: some StepRunner, _ resolver: some InputResolver,
    jobs: Int = 2,
    _ events: Events = Events()
  ) async -> [RunOutcome] {
    let lookup = SharedLookup(Lookup(store: store, resolver: resolver, journal: store))
    let executor = Executor(store: store, runner: runner, journal: store, jobs: jobs) { events.take($0) }
    return await executor.run(plans, statuses: plans.map { lookup.statuses(of: $0) }, lookup: lookup)
  }

  @Test func anInterruptKeepsWhatWasDoneAndIsNoFailureOfAStep() async throws {
    let (store, resolver, events) = (try MemoryStore(), MemoryResolver(files: ["m": "1"]), Events())
    let interrupted = RecordingRunner { job, inputs in
      if job.step.stage == .lower { throw Interrupted() }
      return inputs.joined()
    }
    let outcome = await run([plan], store, interrupted, resolver, events)[0]
    #expect(outcome.failures.map(\.error.kind) == [.interrupted])
    #expect(
      events.all == [
        "skipped net/lower: interrupted", "skipped net/parse: a step that it needs did not finish",
      ])
    let runner = RecordingRunner()
    _ = await run([plan], store, runner, resolver)
    #expect(runner.ran == ["lower", "parse"])
    #expect(try store.leftovers == [])
  }

  @Test func aResultOfAnInputThatChangedMeanwhileIsNotKept() async throws {
    let (store, resolver, events) = (try MemoryStore(), ChangingResolver(), Events())
    let saving = RecordingRunner { job, inputs in
      if job.step.stage == .sanitize { resolver.set("m", to: "2") }
      return "bytes of 2"
    }
    let outcome = await run([Plan(name: "net", steps: Array(plan.steps[..<3]))], store, saving, resolver, events)[0]
    #expect(outcome.failures.map(\.step.label) == ["sanitize"])
    #expect(
      events.all.first
        == "failed net/sanitize: m changed while it was used, so the result was thrown away; build again when nothing writes to it"
    )
    // The old model again: nothing that was made of the new one may be found under its name.
    resolver.set("m", to: "1")
    let runner = RecordingRunner()
    let again = await run([plan], store, runner, resolver)[0]
    #expect(runner.ran == ["lower", "parse", "reference", "sanitize"] && again.failures.isEmpty)
  }

  @Test func aResultOfARuntimeThatWasReplacedMeanwhileIsNotKept() async throws {
    let (store, resolver) = (try MemoryStore(), ChangingResolver())
    let upgrading = RecordingRunner { job, inputs in
      if job.step.stage == .parse { resolver.set(version: "2", of: "openvino") }
      return inputs.joined()
    }
    let outcome = await run([plan], store, upgrading, resolver)[0]
    #expect(outcome.failures.map { "\($0.error)" }.count == 1)
    #expect(outcome.failures.first?.step.label == "parse")
  }

  @Test func aLostBlobFailsItsReaderOnceAndIsMadeAnew() async throws {
    let folder = try TestFolder()
    let store = try DiskStore(root: "\(folder.path)/store")
    let results = StoredResults(store, worker: "here") { Timestamp.now() }
    let journal = ExplainJournal(store: store)
    let executor = Executor(
      store: results, runner: RecordingRunner { job, inputs in job.step.label + inputs.joined() }, journal: journal,
      jobs: 2
    ) { _ in }
    func lookup(_ version: String) -> SharedLookup {
      let resolver = MemoryResolver(files: ["m": "1"], toolVersions: ["openvino": version])
      return SharedLookup(Lookup(store: results, resolver: resolver, journal: journal))
    }
    let first = lookup("1")
    let made = await executor.run(plan, statuses: first.statuses(of: plan), lookup: first)
    let lowered = try #require(made.record(StepID(1))?.output("out"))
    // Other bytes of the same length: only reading them shows it.
    let path = store.path(of: lowered.digest)
    try FileSystem.remove(path)
    try FileSystem.writeAtomically(String(repeating: "x", count: lowered.byteCount), to: path)

    let second = lookup("2")
    let statuses = second.statuses(of: plan)
    let broken = await executor.run(plan, statuses: statuses, lookup: second)
    #expect(broken.failures.map(\.step.label) == ["parse"])
    #expect((broken.failures.first?.error as? StoreError)?.isLostBlob == true)
    let mended = await executor.run(plan, statuses: second.statuses(of: plan), lookup: second)
    #expect(mended.failures.isEmpty)
    #expect(mended.record(StepID(1))?.wasCached == false)
    #expect(mended.record(StepID(1))?.outputs == made.record(StepID(1))?.outputs)
  }

  @Test func manyPlansOnOneThreadFinish() async throws {
    let (store, runner) = (try MemoryStore(), RecordingRunner())
    var files: [String: String] = [:]
    var plans: [Plan] = []
    for index in 0..<100 {
      // Ten models, so that equal steps of several plans wait for each other.
      let path = "m\(index % 10)"
      files[path] = path
      var copy = plan
      copy.name = "net\(index)"
      for step in [0, 3] { copy.steps[step].inputs = [StepInput("model", .model(path: path))] }
      plans.append(copy)
    }
    let outcomes = await run(plans, store, runner, MemoryResolver(files: files), jobs: 1)
    #expect(outcomes.allSatisfy { $0.failures.isEmpty && $0.steps.count == 4 })
    #expect(runner.ran.count == 40)
    #expect(outcomes.map(\.plan.name) == plans.map(\.name))
  }

  @Test func errorsOfAnyTypeAreReported() async throws {
    struct Strange: Error, CustomStringConvertible { var description: String { "strange" } }
    let failing = RecordingRunner { _, _ in throw Strange() }
    let outcome = await run([plan], try MemoryStore(), failing, MemoryResolver(files: ["m": "1"]))[0]
    // No step runs on a model that did not pass the check, not even the reference, which reads the original.
    #expect(outcome.failures.map { "\($0.step.stage): \($0.error)" } == ["sanitize: strange"])
    #expect(outcome.failures.allSatisfy { $0.error.kind == .step })
    #expect(failing.ran.count == 1)
  }
}
