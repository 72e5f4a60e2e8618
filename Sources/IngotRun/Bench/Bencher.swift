// Times engines on this machine: a sweep over sizes of batches, each warmed up and then run for a while. No result is kept in the
// store: a benchmark is of this moment.

internal import IngotBackends
internal import IngotCore
internal import IngotPlan
package import IngotVerify

package struct BenchSettings: Sendable {
  /// Nil takes those of `usualBatches` that the engine takes.
  package var batches: [Int]?
  /// Sizes of open dimensions, by name.
  package var dims: [String: Int]
  package var streams: Int
  package var withCopies: Bool
  package var plan: TimingPlan
  /// So many layers of each size are shown with their times; 0: none are timed.
  package var layerCount = 0

  package init(batches: [Int]?, dims: [String: Int], streams: Int, withCopies: Bool, plan: TimingPlan) {
    (self.batches, self.dims, self.streams) = (batches, dims, streams)
    (self.withCopies, self.plan) = (withCopies, plan)
  }

  package static let usualBatches = [1, 8, 16, 32, 64]
}

package struct Bencher {
  private let runtimes: RuntimeSet
  private let settings: BenchSettings
  /// Where engines of models are built.
  private let scratch: String
  private let onProgress: (String) -> Void

  package init(
    _ runtimes: RuntimeSet, _ settings: BenchSettings, scratch: String, onProgress: @escaping (String) -> Void
  ) {
    (self.runtimes, self.settings, self.scratch, self.onProgress) = (runtimes, settings, scratch, onProgress)
  }

  package func run(_ subject: BenchSubject) throws -> Benchmark {
    let before = MachineState()
    let opened = try open(subject)
    var benchmark = opened.conditions
    for batch in opened.batches {
      onProgress("\(subject.title): batch \(batch)")
      let prepared = try opened.prepare(batch)
      var row = try time(prepared.runs, batch: batch)
      if settings.layerCount > 0 { row.layers = longest(try prepared.timeLayers()) }
      benchmark.rows.append(row)
    }
    finish(&benchmark, since: before)
    benchmark.notes += benchmark.rows.compactMap(\.doubt)
    return benchmark
  }

  /// Both in turn, round after round, on the sizes of batches that both take.
  package func compare(_ first: BenchSubject, _ second: BenchSubject, rounds: RoundPlan) throws -> BenchComparison {
    let before = MachineState()
    let (a, b) = (try open(first), try open(second))
    let batches = a.batches.filter(b.batches.contains)
    guard !batches.isEmpty else {
      throw InputError(
        in: "\(first.title) and \(second.title)", "take no batch of the same size", hint: "name one: --batch N")
    }
    var result = BenchComparison(first: a.conditions, second: b.conditions, rows: [])
    for batch in batches {
      let contestants = try [a, b].map { try $0.prepare(batch).runs.calls(withCopies: settings.withCopies) }
      let turns = try timeRounds(rounds, of: contestants, clock: ContinuousClock()) { round in
        onProgress("batch \(batch), round \(round + 1)")
      }
      try Interrupt.check()
      let times = turns.map { $0.map(\.median) }
      let medians = times.map { LatencyStatistics($0)?.p50 ?? .nan }
      result.rows.append(
        BenchComparison.Row(
          batch: batch, first: medians[0], second: medians[1], comparison: PairedComparison(times[0], times[1])))
    }
    finish(&result.second, since: before)
    return result
  }

  private func longest(_ layers: [LayerTime]) -> [Benchmark.Layer] {
    let all = layers.reduce(.zero) { $0 + $1.time }
    return layers.sorted { ($1.time, $0.layer) < ($0.time, $1.layer) }.prefix(settings.layerCount).map {
      Benchmark.Layer(
        name: $0.layer, kind: $0.kind, milliseconds: $0.time / .milliseconds(1),
        share: $0.time / max(all, .nanoseconds(1)))
    }
  }

  private func finish(_ benchmark: inout Benchmark, since before: MachineState) {
    benchmark.peakBytes = ProcessUse.memory?.peak
    benchmark.notes = MachineState.notes(from: before, to: MachineState(), coreCount: Processor.coreCount)
  }

  /// A subject that is ready: what is true of all of its runs, the sizes that it is run on, and the way to its runs.
  private struct Opened {
    var conditions: Benchmark
    var batches: [Int]
    var prepare: (Int) throws -> Prepared
  }

  /// For one size of batch.
  private struct Prepared {
    var runs: [any PreparedRun]
    var timeLayers: () throws -> [LayerTime]
  }

  private static let layerRuns = 10

  private func open(_ subject: BenchSubject) throws -> Opened {
    let kind = subject.backend.running(with: subject.options)
    let backend = try runtimes.backend(for: ToolRequirement(backend: kind.rawValue))
    let inputs = try BenchInputs(subject, dims: settings.dims)
    let conditions = Benchmark(
      title: subject.title, backend: "\(kind.rawValue) \(backend.identity.version)",
      device: try kind.gpuNumber(subject.options).flatMap { CUDADriver.probe().name(ofGPU: $0) }
        ?? "\(Processor.current().name), \(Processor.coreCount) cores", options: subject.options,
      inputs: inputs.description, isSynthetic: inputs.isSynthetic, streams: settings.streams,
      withCopies: settings.withCopies)
    func prepare(
      _ session: any EngineSession, of file: EngineFile, _ code: EngineCode, batch: Int
    ) throws -> Prepared {
      let tensors = try inputs.tensors(for: session.inputs, batch: batch)
      return Prepared(runs: try (0..<settings.streams).map { _ in try session.prepare(tensors) }) {
        try backend.timeLayers(
          ofEngineAt: file.path, options: subject.options, code: code, inputs: tensors, runs: Self.layerRuns,
          scratch: scratch)
      }
    }
    switch subject.source {
    case .engine(let path):
      let session = try backend.openEngine(at: path, options: subject.options, code: subject.code)
      let batches = try batches(for: subject, inputs: session.inputs)
      return Opened(conditions: conditions, batches: batches) {
        try prepare(session, of: EngineFile(path), subject.code, batch: $0)
      }
    case .model(let path):
      let declared = try readModel(path).inputTensors
      let batches = try batches(for: subject, inputs: declared)
      let code = EngineCode(isTrusted: true)
      return Opened(conditions: conditions, batches: batches) { batch in
        let shapes = try inputs.shapes(of: declared, batch: batch)
        let engine = try build(path, declared, shapes, subject, backend)
        let session = try backend.openEngine(at: engine.path, options: subject.options, code: code)
        return try prepare(session, of: engine, code, batch: batch)
      }
    }
  }

  /// - Parameter inputs: the first axis of each is the batch; where it is fixed, there is one size.
  private func batches(for subject: BenchSubject, inputs: [IOTensor]) throws(InputError) -> [Int] {
    let asked = settings.batches
    if let fixed = inputs.compactMap({ $0.shape.first?.size }).first {
      guard let other = asked?.first(where: { $0 != fixed }) else { return [fixed] }
      throw InputError(in: subject.title, "takes batches of \(fixed), not of \(other)", hint: "drop --batch")
    }
    let batches = (asked ?? BenchSettings.usualBatches).filter(subject.profiles.admit)
    if let asked, let other = asked.first(where: { !batches.contains($0) }) {
      throw InputError(
        in: subject.title, "its profiles take batches of \(subject.profiles.batchText), not of \(other)",
        hint: "ask for such sizes, or build with another profile")
    }
    if !batches.isEmpty { return batches }
    return Set(subject.profiles.flatMap(\.inputs.values).compactMap(\.opt.first)).sorted()
  }

  private func build(
    _ path: String, _ inputs: [IOTensor], _ shapes: [[Int]], _ subject: BenchSubject, _ backend: any Backend
  ) throws -> EngineFile {
    let extents = zip(inputs, shapes).map { ($0.name, OptimizationProfile.Extent(min: $1, opt: $1, max: $1)) }
    let isDynamic = inputs.contains { $0.shape.sizes == nil }
    let request = BuildRequest(
      modelPath: path,
      profiles: isDynamic ? [OptimizationProfile(inputs: Dictionary(extents) { first, _ in first })] : [],
      options: subject.options)
    onProgress("\(subject.title): building")
    let engine = EngineFile(FileSystem.join(scratch, "engine-\(FileSystem.uniqueSuffix())"), isTemporary: true)
    _ = try backend.build(request, to: engine.path) { _ in !Interrupt.wasRequested }
    return engine
  }

  private func time(_ prepared: [any PreparedRun], batch: Int) throws -> Benchmark.Row {
    let (runs, cores) = try measure(prepared)
    guard let latency = LatencyStatistics(runs.times, batch: batch) else { throw Interrupted() }
    return Benchmark.Row(
      batch: batch, latency: latency, samplesPerSecond: runs.runsPerSecond * Double(batch),
      stability: Stability(runs.times), cores: cores, residentBytes: ProcessUse.memory?.resident)
  }

  private func measure(_ prepared: [any PreparedRun]) throws -> (TimedRuns, cores: Double) {
    let clock = ContinuousClock()
    let (start, used) = (clock.now, ProcessUse.processorTime)
    let runs = try timeRuns(settings.plan, on: prepared.calls(withCopies: settings.withCopies), clock: clock)
    try Interrupt.check()
    // The warm-up is in both.
    return (runs, (ProcessUse.processorTime - used) / (clock.now - start))
  }
}

/// A temporary one goes away with the value.
private final class EngineFile {
  let path: String
  private let isTemporary: Bool

  init(_ path: String, isTemporary: Bool = false) { (self.path, self.isTemporary) = (path, isTemporary) }

  deinit { if isTemporary { try? FileSystem.remove(path) } }
}

extension [any PreparedRun] {
  /// For timing: each for a thread of its own.
  func calls(withCopies: Bool) -> [@Sendable () throws -> Void] {
    map { run in { try run.run(withCopies: withCopies) } }
  }
}

extension TimedRuns {
  /// Of its runs; at least one.
  var median: Duration { times.sorted()[times.count / 2] }
}

extension Benchmark.Row {
  /// Why its figures may not be those of another day.
  fileprivate var doubt: String? {
    guard let stability else {
      return "batch \(batch): \(latency.runCount) runs are too few to tell how stable they are"
    }
    guard !stability.isStable else { return nil }
    let drift = fixed(stability.drift * 100, digits: 1), variation = fixed(stability.variation * 100, digits: 0)
    return
      "batch \(batch): not stable: \(drift)% drift from the first third of the runs to the last, \(variation)% variation"
  }
}
