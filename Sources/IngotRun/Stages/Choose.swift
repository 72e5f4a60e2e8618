// choose: of several precisions of one engine, the fastest that passes its gates is kept. In: for each candidate its engine, model,
// verdict and all other documents of a bundle that it has; the evaluation set. Out: the same files of the one that is kept, and
// `choice.json`, which says what was measured (IngotVerify/Choice.swift).

internal import IngotBackends
internal import IngotCalibration
internal import IngotCore
internal import IngotPlan
internal import IngotPrecision
internal import IngotVerify

extension Stages {
  func choose(_ job: StageJob, _ settings: ChooseSettings) throws -> StageResult {
    let verdicts = try settings.candidates.map { try Verdict(path: job.input("verdict-\($0)")) }
    // The fallback is what the others are measured against, even where it fails a gate.
    let timed = settings.candidates.indices.filter { $0 == 0 || verdicts[$0].passed }
    let times = timed.count > 1 ? try race(timed.map { settings.candidates[$0] }, job, settings) : []
    let choice = Choice(
      among: settings.candidates.indices.map { index in
        Choice.Entry(
          precision: settings.candidates[index],
          failedGates: verdicts[index].gates.filter { !$0.passed }.map(\.failureText),
          times: times.isEmpty ? [] : timed.firstIndex(of: index).map { times[$0] } ?? [])
      })
    guard let index = settings.candidates.firstIndex(of: choice.chosen) else {
      preconditionFailure("a choice is one of the candidates")
    }
    try FileSystem.writeAtomically([Bytes(choice.json())], to: job.file("choice.json"), isDurable: false)
    return StageResult(
      files: try job.keepFiles(of: choice.chosen) + [("choice.json", job.file("choice.json"))],
      facts: verdicts[index].facts(metric: settings.metric)
        + [fact("chosen", choice.chosen), fact("reason", choice.reason)])
  }

  /// Runs the candidates in turn on the same batch, round after round, so that a busy moment of the machine hits them all.
  /// - Returns: for each candidate one time a round.
  private func race(
    _ candidates: [String], _ job: StageJob, _ settings: ChooseSettings
  ) throws -> [[Duration]] {
    let backend = try runtimes.backend(for: job.step.tools[0])
    let sessions = try candidates.map {
      try backend.openEngine(at: job.input("engine-\($0)"), options: settings.options.valuesByName)
    }
    let set = try job.samples()
    try set.require(fits: sessions[0].inputs)
    let batch = try profiledBatch(settings.profiles, of: readModel(job.input("model-\(candidates[0])")).inputTensors)
    guard
      let samples = set.wholeBatches(for: sessions[0].inputs, size: batch.size, least: batch.least).first
    else {
      throw InputError(in: set.directory, "has too few samples for one batch of the model", hint: "add samples")
    }
    let inputs = try set.inputs(sessions[0].inputs, samples: samples)
    let prepared = try sessions.map { [try $0.prepare(inputs)].calls(withCopies: false) }
    let rounds = try timeRounds(Self.rounds, of: prepared, clock: ContinuousClock()) { round in
      job.onProgress("timing round \(round + 1)", nil)
    }
    try Interrupt.check()
    return rounds.map { $0.flatMap(\.times) }
  }

  /// One run a turn.
  private static let rounds = RoundPlan(
    warmUpRounds: 3, leastRounds: 15, mostRounds: 200, duration: .seconds(5), turn: .zero)
}

extension StageJob {
  /// The files of the candidate that is kept, under the names that its own steps gave them.
  fileprivate func keepFiles(of precision: String) throws -> [(name: String, path: String)] {
    let files = try inputs.keys.filter { $0.hasSuffix("-\(precision)") && $0 != "model-\(precision)" }.sorted()
      .map { input in
        let name = FileSystem.name(of: self.input(input))
        try FileSystem.duplicate(self.input(input), to: file(name), allowsHardLink: true)
        return (name, file(name))
      }
    return try files + write(readModel(input("model-\(precision)")))
  }
}
