// The asynchronous half of a run: steps that are not done are run as soon as their inputs are, side by side, and what they made is
// committed to the store one by one, so that a run that is stopped loses nothing that was finished.

package import IngotCore
package import IngotPlan
internal import IngotStore

/// How a run of one plan ended: one entry a step, in plan order.
package struct RunOutcome: Sendable {
  package enum StepOutcome: Sendable {
    case done(FinishedStep)
    case failed(any ReportableError)
    /// A step that it needs failed.
    case skipped(because: StepID)
  }

  package var plan: Plan
  package var steps: [StepOutcome]

  package subscript(id: StepID) -> StepOutcome { steps[id.index] }

  package func record(_ id: StepID?) -> StepRecord? {
    if let id, case .done(let finished) = steps[id.index] { finished.record } else { nil }
  }

  /// The errors of the steps that failed themselves, in plan order.
  package var failures: [(step: Step, error: any ReportableError)] {
    zip(plan.steps, steps).compactMap { step, outcome in
      if case .failed(let error) = outcome { (step, error) } else { nil }
    }
  }
}

/// Runs plans. One executor serves one invocation.
package final class Executor: Sendable {
  private let store: any ResultStore
  private let runner: any StepRunner
  private let journal: any KeyJournal
  private let pool: BlockingPool
  /// Lookups go one at a time, and may have to hash a runtime's libraries first.
  private let lookups = BlockingPool(threadCount: 1)
  private let inFlight = InFlight()
  private let onEvent: @Sendable (RunEvent) -> Void

  /// - Parameter jobs: how many steps may run at once.
  package init(
    store: any ResultStore, runner: any StepRunner, journal: any KeyJournal, jobs: Int,
    onEvent: @escaping @Sendable (RunEvent) -> Void
  ) {
    (self.store, self.runner, self.journal, self.onEvent) = (store, runner, journal, onEvent)
    pool = BlockingPool(threadCount: jobs)
  }

  /// Runs plans side by side.
  /// - Parameter statuses: what `lookup` said about each plan's steps.
  package func run(_ plans: [Plan], statuses: [[StepStatus]], lookup: SharedLookup) async -> [RunOutcome] {
    await withTaskGroup(of: (Int, RunOutcome).self) { group in
      var outcomes = plans.map { RunOutcome(plan: $0, steps: []) }
      for (index, plan) in plans.enumerated() {
        let finished = statuses[index].compactMap(\.finished)
        if finished.count == plan.steps.count {
          outcomes[index].steps = finished.map { .done($0) }
        } else {
          group.addTask { (index, await self.run(plan, statuses: statuses[index], lookup: lookup)) }
        }
      }
      for await (index, outcome) in group { outcomes[index] = outcome }
      return outcomes
    }
  }

  /// - Parameter statuses: what `lookup` said about the plan's steps.
  package func run(_ plan: Plan, statuses: [StepStatus], lookup: SharedLookup) async -> RunOutcome {
    var tasks: [Task<FinishedStep, any Error>] = []
    for (index, step) in plan.steps.enumerated() {
      if case .done(let finished) = statuses[index] {
        tasks.append(Task { finished })
        continue
      }
      let label = "\(plan.name)/\(step.label)"
      let dependencies = plan.needs(of: StepID(index)).map { (id: $0, task: tasks[$0.index]) }
      tasks.append(Task { try await self.run(step, label: label, after: dependencies, lookup: lookup) })
    }
    var outcomes: [RunOutcome.StepOutcome] = []
    for task in tasks { outcomes.append(await Self.outcome(of: task)) }
    return RunOutcome(plan: plan, steps: outcomes)
  }

  private static func outcome(of task: Task<FinishedStep, any Error>) async -> RunOutcome.StepOutcome {
    do {
      return .done(try await task.value)
    } catch let skipped as Skipped {
      return .skipped(because: skipped.because)
    } catch let error as any ReportableError {
      return .failed(error)
    } catch {
      return .failed(UnexpectedError(error))
    }
  }

  private func run(
    _ step: Step, label: String, after dependencies: [(id: StepID, task: Task<FinishedStep, any Error>)],
    lookup: SharedLookup
  ) async throws -> FinishedStep {
    var before: [StepID: FinishedStep] = [:]
    for dependency in dependencies {
      do {
        before[dependency.id] = try await dependency.task.value
      } catch {
        onEvent(.skipped(label: label, because: "a step that it needs did not finish"))
        throw Skipped(because: (error as? Skipped)?.because ?? dependency.id)
      }
    }
    do {
      let known = before
      let resolved = try await lookups.run { () throws(StepFailure) in
        try lookup.resolve(step, records: known.mapValues(\.record))
      }
      let record = try await inFlight.once(resolved.key) {
        try await self.make(step, resolved, label: label, from: known, lookup: lookup)
      }
      return FinishedStep(step: step, resolved: resolved, record: record)
    } catch {
      let reported = (error as? StepFailure)?.error ?? error
      if (reported as? any ReportableError)?.kind == .interrupted {
        onEvent(.skipped(label: label, because: "interrupted"))
      } else if (reported as? StoreError)?.isLostBlob == true {
        onEvent(.skipped(label: label, because: "what it reads was lost from the store"))
      } else {
        onEvent(.failed(label: label, message: "\(reported)"))
      }
      throw reported
    }
  }

  /// Takes the result from the store or runs the step.
  private func make(
    _ step: Step, _ resolved: ResolvedStep, label: String, from before: [StepID: FinishedStep], lookup: SharedLookup
  ) async throws -> StepRecord {
    if let record = store.record(for: resolved.key) {
      onEvent(.finished(label: label, record))
      return record
    }
    let record = try await pool.run { () throws(StepFailure) -> StepRecord in
      do {
        try Interrupt.check()
        self.onEvent(.started(label: label))
        let record = try self.runNow(step, resolved, label: label, from: before, lookup: lookup)
        self.journal.remember(step.components(inputs: resolved.inputs, tools: resolved.tools), for: label)
        return record
      } catch let failure as StepFailure {
        throw failure
      } catch let error as any ReportableError {
        throw StepFailure(error: error)
      } catch {
        throw StepFailure(error: UnexpectedError(error))
      }
    }
    onEvent(.finished(label: label, record))
    return record
  }

  private func runNow(
    _ step: Step, _ resolved: ResolvedStep, label: String, from before: [StepID: FinishedStep], lookup: SharedLookup
  ) throws -> StepRecord {
    let scratch = try store.makeScratch()
    defer { store.removeScratch(scratch) }
    var job = StageJob(
      step: step, key: resolved.key, inputs: [:], inputDigests: [:], tools: resolved.tools, before: before,
      scratch: scratch,
      onProgress: { [onEvent] phase, fraction in onEvent(.progress(label: label, phase: phase, fraction: fraction)) })
    job.unfinished = store.unfinishedPath(for: resolved.key)
    for (input, digest) in zip(step.inputs, resolved.inputs) {
      guard let path = try stage(input, from: before, below: scratch) else { continue }
      job.inputs[input.name] = path
      job.inputDigests[input.name] = digest
    }
    let clock = ContinuousClock()
    let start = clock.now
    let result = try CrashReport.labeling(label) { try runner.run(job) }
    let duration = clock.now - start
    try lookup.requireUnchanged(step, resolved)
    return try store.commit(key: resolved.key, result, duration: duration)
  }

  /// Makes an input available under its own file name: the model's data file must lie beside it.
  /// - Returns: nil for an optional one that the step before had no reason to write.
  private func stage(_ input: StepInput, from before: [StepID: FinishedStep], below scratch: String) throws -> String? {
    switch input.source {
    case .model(let path), .calibrationSet(let path), .file(let path): return path
    case .channel(let name):
      let folder = "\(scratch)/inputs/\(input.name)"
      try store.stageBundle(ofChannel: name, at: folder)
      return folder
    case .output(let id, let name):
      guard let record = before[id]?.record else {
        preconditionFailure("an input's record is there before the step runs")
      }
      let outputs = record.outputs(belongingTo: name)
      if outputs.isEmpty && input.isOptional { return nil }
      let folder = "\(scratch)/inputs/\(input.name)"
      try FileSystem.makeDirectory(folder)
      for output in outputs {
        try FileSystem.duplicate(try store.path(of: output), to: "\(folder)/\(output.name)", allowsHardLink: true)
      }
      return "\(folder)/\(name)"
    }
  }
}

/// A step did not run because an earlier one failed.
private struct Skipped: Error { var because: StepID }

/// Makes equal steps of several plans run once.
private actor InFlight {
  private var tasks: [Digest: Task<StepRecord, any Error>] = [:]

  func once(_ key: Digest, _ body: @escaping @Sendable () async throws -> StepRecord) async throws -> StepRecord {
    if let task = tasks[key] { return try await task.value }
    let task = Task { try await body() }
    tasks[key] = task
    defer { tasks[key] = nil }
    return try await task.value
  }
}

extension Plan {
  /// The steps that must be done before a step runs: those whose outputs it reads; for `serialize`, whose bundle tells
  /// where everything came from, all steps behind those; and for `reference`, which gives the original model to a
  /// runtime, the check of that model in `sanitize`.
  func needs(of id: StepID) -> [StepID] {
    let direct = self[id].inputs.compactMap { if case .output(let source, _) = $0.source { source } else { nil } }
    switch self[id].stage {
    case .serialize: return ancestors(of: direct)
    case .reference:
      let model = self[id].inputs.first?.source
      let check = steps.prefix(id.index).firstIndex { $0.stage == .sanitize && $0.inputs.first?.source == model }
      return direct + (check.map { [StepID($0)] } ?? [])
    case .sanitize, .parse, .synthesize, .calibrate, .search, .lower, .build, .verify, .choose: return direct
    }
  }
}
