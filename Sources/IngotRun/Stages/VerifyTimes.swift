// The part of verify that takes time: the engine's runs of whole batches for the gates on latency and throughput, and rounds in
// turn with the engine that a channel serves for the gate on regressions.

internal import IngotBackends
internal import IngotCore
internal import IngotPlan
internal import IngotRelease
internal import IngotStore
internal import IngotVerify

extension Stages {
  /// What the gates on times ask for; nothing where what ran is not the engine.
  func times(
    of candidate: Candidate, _ evaluation: Evaluation, _ job: StageJob, _ settings: VerifySettings
  ) throws -> Times {
    var times = Times()
    guard candidate.level == .engine, let session = candidate.session as? any EngineSession else { return times }
    func runs(_ batch: Int?) throws -> (runs: TimedRuns, batch: Int) {
      let feed = try evaluation.batch(of: batch, for: session.inputs)
      job.onProgress("timing batches of \(feed.size)", nil)
      let prepared = try session.prepare(feed.tensors)
      let runs = try timeRuns(.gate, on: [prepared].calls(withCopies: false), clock: ContinuousClock())
      try Interrupt.check()
      return (runs, feed.size)
    }
    let isCommonBatchAsked = !settings.latency.isEmpty || settings.throughput.map { $0.batch == nil } ?? false
    let common = isCommonBatchAsked ? try runs(nil) : nil
    if !settings.latency.isEmpty, let common {
      times.latency = LatencyStatistics(common.runs.times, batch: common.batch)
    }
    if let gate = settings.throughput {
      let measured = try gate.batch == nil ? common : runs(gate.batch)
      times.throughput = measured.map { Throughput($0.runs, batch: $0.batch) }
    }
    guard let gate = settings.regression else { return times }
    do {
      times.regression = try regression(of: session, against: gate.channel, evaluation, job)
    } catch let error as NoBaseline {
      times.obstacles[Gate.slowdown(channel: gate.channel, atMostPercent: gate.max).name] = error.reason
    }
    return times
  }

  /// Both run in turn, round after round: what the machine does besides slows both.
  private func regression(
    of session: any EngineSession, against channel: String, _ evaluation: Evaluation, _ job: StageJob
  ) throws -> Regression {
    let folder = job.input("baseline")
    guard (try? FileStatus(ofFileAt: folder)) != nil else {
      throw NoBaseline(reason: "the channel serves no bundle yet")
    }
    var subject = try BenchSubject(bundleAt: folder)
    // A person put it into the channel.
    subject.code = EngineCode(plugins: try job.find(subject.plugins), isTrusted: true)
    let feed = try evaluation.batch(for: session.inputs)
    let prepared = [
      try prepare(subject, evaluation, batch: feed.size), try session.prepare(feed.tensors),
    ]
    let turns = try timeRounds(
      Self.regressionRounds, of: prepared.map { [$0].calls(withCopies: false) }, clock: ContinuousClock()
    ) { job.onProgress("timing round \($0 + 1) beside \(channel)", nil) }
    try Interrupt.check()
    let times = turns.map { $0.map(\.median) }
    guard let comparison = PairedComparison(times[0], times[1]) else {
      throw NoBaseline(reason: "a run takes less time than this machine's clock shows")
    }
    return Regression(
      channel: channel, engine: try Blob(hashingFileAt: subject.source.path).digest.description, batch: feed.size,
      comparison: comparison)
  }

  private static let regressionRounds = RoundPlan(
    warmUpRounds: 3, leastRounds: 20, mostRounds: 1000, duration: .seconds(4), turn: .milliseconds(20))

  /// - Throws: `NoBaseline` where the channel's engine does not run here, or not on this batch.
  private func prepare(_ subject: BenchSubject, _ evaluation: Evaluation, batch: Int) throws -> any PreparedRun {
    guard subject.profiles.admit(batch: batch) else {
      throw NoBaseline(
        reason: "the profiles of the channel's engine take batches of \(subject.profiles.batchText), not of \(batch)")
    }
    let kind = subject.backend.running(with: subject.options)
    do {
      let backend = try runtimes.backend(for: ToolRequirement(backend: kind.rawValue))
      let session = try backend.openEngine(at: subject.source.path, options: subject.options, code: subject.code)
      return try session.prepare(try evaluation.batch(of: batch, for: session.inputs).tensors)
    } catch let error as BackendError where error.kind == .unavailable || error.kind == .input {
      // What may go right the next time, as where memory ran out, is a failure: a verdict without it would stay.
      throw NoBaseline("the channel's engine does not run here", error)
    } catch let error as InputError {
      throw NoBaseline("the channel's engine takes other inputs", error)
    }
  }
}

extension StageJob {
  /// The manifest's libraries with the same bytes, whatever their names are.
  /// - Throws: `NoBaseline` where one is not among them.
  fileprivate func find(_ recorded: [Compatibility.Plugin]) throws -> [PluginLibrary] {
    try recorded.map { plugin in
      if plugin.isSerialized { return PluginLibrary(path: plugin.name, isSerialized: true) }
      guard let known = plugins.first(where: { $0.digest == plugin.digest }) else {
        throw NoBaseline(
          reason: "the channel's engine calls a \(plugin.name) that is not among the manifest's plug-ins")
      }
      return PluginLibrary(path: known.path)
    }
  }
}

/// Why there is nothing to compare an engine with.
private struct NoBaseline: Error {
  var reason: String
  init(reason: String) { self.reason = reason }
  init(_ reason: String, _ error: some ReportableError) {
    self.reason = "\(reason): " + error.description.split(separator: "\n").joined(separator: ";")
  }
}
