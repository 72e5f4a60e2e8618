// choose: of several precisions of one engine, the fastest that passes its gates is kept. In: for each candidate its engine, build
// report, model, verdict and, where it was lowered, lowering report; where `max-drop` was searched for, that search; the evaluation
// set. Out: the same files of the one that is kept, and `choice.json`, which says what was measured (IngotVerify/Choice.swift).

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
    let files =
      try job.keepFiles(of: choice.chosen, level: verdicts[index].level) + [("choice.json", job.file("choice.json"))]
    return StageResult(
      files: files,
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
  /// - Parameter level: of its verdict.
  fileprivate func keepFiles(of precision: String, level: Verdict.Level) throws -> [(name: String, path: String)] {
    var files: [(name: String, path: String)] = []
    for (name, input) in [("engine", "engine"), ("build.json", "report"), ("verdict.json", "verdict")] {
      try FileSystem.duplicate(self.input("\(input)-\(precision)"), to: file(name), allowsHardLink: true)
      files.append((name, file(name)))
    }
    let model = try readModel(input("model-\(precision)"))
    files += try write(model)
    if let lowering = inputs["lowering-\(precision)"] {
      try FileSystem.duplicate(lowering, to: file("lower.json"), allowsHardLink: true)
    } else {
      let report = LoweringReport(unlowered: model)
      try FileSystem.writeAtomically([Bytes(report.json())], to: file("lower.json"), isDurable: false)
    }
    files.append(("lower.json", file("lower.json")))
    guard inputs.keys.contains(where: { $0.hasPrefix("search-") }) else { return files }
    if let search = inputs["search-\(precision)"] {
      try FileSystem.duplicate(search, to: file("search.json"), allowsHardLink: true)
      return files + [("search.json", file("search.json"))]
    }
    // What has nothing to fall back from keeps no node for it.
    return files + [try write(SearchReport(holds: true, level: level, kept: [], layers: 0), to: "search.json")]
  }
}
