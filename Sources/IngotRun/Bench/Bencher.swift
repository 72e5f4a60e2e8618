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
    let backend = try runtimes.backend(for: ToolRequirement(backend: subject.backend.rawValue))
    let inputs = try BenchInputs(subject, dims: settings.dims)
    var benchmark = Benchmark(
      title: subject.title, backend: "\(subject.backend.rawValue) \(backend.identity.version)",
      device: "\(try Processor.current().name), \(Processor.coreCount) cores", options: subject.options,
      inputs: inputs.description, isSynthetic: inputs.isSynthetic, streams: settings.streams,
      withCopies: settings.withCopies)
    let before = MachineState()
    switch subject.source {
    case .engine(let path):
      let session = try backend.openEngine(at: path, options: subject.options)
      for batch in try batches(for: subject, inputs: session.inputs) {
        benchmark.rows.append(try time(session, inputs, batch: batch, of: subject))
      }
    case .model(let path):
      let declared = try readModel(path).inputTensors
      for batch in try batches(for: subject, inputs: declared) {
        let session = try build(path, declared, try inputs.shapes(of: declared, batch: batch), subject, backend)
        benchmark.rows.append(try time(session, inputs, batch: batch, of: subject))
      }
    }
    benchmark.peakBytes = ProcessUse.memory?.peak
    benchmark.notes =
      MachineState.notes(from: before, to: MachineState(), coreCount: Processor.coreCount)
      + benchmark.rows.compactMap(\.doubt)
    return benchmark
  }

  /// - Parameter inputs: the first axis of each is the batch; where it is fixed, there is one size.
  private func batches(for subject: BenchSubject, inputs: [IOTensor]) throws(InputError) -> [Int] {
    let asked = settings.batches
    if let fixed = inputs.compactMap({ $0.shape.first?.size }).first {
      guard let other = asked?.first(where: { $0 != fixed }) else { return [fixed] }
      throw InputError(in: subject.title, "takes batches of \(fixed), not of \(other)", hint: "drop --batch")
    }
    let batches = subject.admitted(asked ?? BenchSettings.usualBatches)
    if let asked, let other = asked.first(where: { !batches.contains($0) }) {
      throw InputError(
        in: subject.title, "its profiles take batches of \(subject.admittedText), not of \(other)",
        hint: "ask for such sizes, or build with another profile")
    }
    if !batches.isEmpty { return batches }
    return Set(subject.profiles.flatMap(\.inputs.values).compactMap(\.opt.first)).sorted()
  }

  private func build(
    _ path: String, _ inputs: [IOTensor], _ shapes: [[Int]], _ subject: BenchSubject, _ backend: any Backend
  ) throws -> any EngineSession {
    let extents = zip(inputs, shapes).map { ($0.name, OptimizationProfile.Extent(min: $1, opt: $1, max: $1)) }
    let isDynamic = inputs.contains { $0.shape.sizes == nil }
    let request = BuildRequest(
      modelPath: path,
      profiles: isDynamic ? [OptimizationProfile(inputs: Dictionary(extents) { first, _ in first })] : [],
      options: subject.options)
    onProgress("\(subject.title): building")
    try FileSystem.makeDirectory(scratch)
    let engine = FileSystem.join(scratch, "engine-\(FileSystem.uniqueSuffix())")
    // An open engine keeps its file.
    defer { try? FileSystem.remove(engine) }
    _ = try backend.build(request, to: engine) { _ in !Interrupt.wasRequested }
    return try backend.openEngine(at: engine, options: subject.options)
  }

  private func time(
    _ session: any EngineSession, _ inputs: BenchInputs, batch: Int, of subject: BenchSubject
  ) throws -> Benchmark.Row {
    onProgress("\(subject.title): batch \(batch)")
    let tensors = try inputs.tensors(for: session.inputs, batch: batch)
    let prepared = try (0..<settings.streams).map { _ in try session.prepare(tensors) }
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

extension [any PreparedRun] {
  /// For timing: each for a thread of its own.
  func calls(withCopies: Bool) -> [@Sendable () throws -> Void] {
    map { run in { try run.run(withCopies: withCopies) } }
  }
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
