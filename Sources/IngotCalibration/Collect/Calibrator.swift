// Measuring ranges: samples go through the reference runtime batch by batch, and of every tensor only its statistics
// stay.

package import IngotBackends
package import IngotCore
internal import Synchronization

/// How far a calibration has come.
package struct CalibrationProgress: Hashable, Sendable {
  /// Samples that went through the model, over all passes.
  package var done: Int
  package var total: Int
  /// How many of `done` an earlier run had done.
  package var resumed = 0

  /// `sample 96 of 128, 14 s left`; how long is said once there is something to judge by.
  /// - Parameter elapsed: since the first sample.
  package func words(after elapsed: Duration) -> String {
    let seconds = elapsed / .seconds(1)
    guard seconds > 1, done > resumed + 1, done < total else { return "sample \(done) of \(total)" }
    let left = seconds / Double(done - resumed) * Double(total - done)
    let time = left < 90 ? "\(Int(left.rounded(.up))) s" : "\(Int((left / 60).rounded(.up))) min"
    return "sample \(done) of \(total), \(time) left"
  }
}

/// A measurement of a model's tensors on a calibration set.
///
/// Memory is bounded by `memoryBudget` (or one sample's tensors, where one of them alone is larger), the inputs of the
/// batches that are under way, and 32 KiB of histogram for each tensor and thread. The result does not depend on the
/// number of threads nor on how the samples are cut into batches, as far as the model's own results do not.
package struct Calibrator {
  /// Opens the model so that the tensors are among its outputs; tensors that are inputs need not be.
  package typealias SessionFactory = (_ tensors: [String]) throws(CalibrationError) -> any InferenceSession

  private let set: CalibrationSet
  private let setIdentity: String
  private let modelDigest: Digest?
  private let method: CalibrationMethod
  private let sampleLimit: Int?
  private let batchSize: Int
  private let memoryBudget: ByteCount
  private let threadCount: Int
  private let checkpoint: CheckpointFile?
  private let openSession: SessionFactory

  /// Tensors of a batch that a core still has in its cache when they are measured.
  private static let batchByteCount = 16 << 20

  /// - Parameter setIdentity: what names the set in the table: the caller's digest of `set.identity` and its files.
  /// - Parameter samples: how many of the set's first samples to use; nil means all.
  /// - Parameter batchSize: at most so many samples in one run; fewer where their tensors are large, and what the
  ///   model's inputs fix where they do.
  /// - Parameter threadCount: at most so many runs at once, where the session takes several and memory allows.
  /// - Parameter checkpointPath: a file for what is done so far, which a later calibration of the same model, set and
  ///   method goes on from; it is removed at the end.
  package init(
    set: CalibrationSet, setIdentity: String, modelDigest: Digest? = nil, method: CalibrationMethod,
    samples: Int? = nil, batchSize: Int = 32, memoryBudget: ByteCount = ByteCount(1 << 30), threadCount: Int = 1,
    checkpointPath: String? = nil, openSession: @escaping SessionFactory
  ) {
    (self.set, self.setIdentity, self.modelDigest, self.method, sampleLimit) = (
      set, setIdentity, modelDigest, method, samples
    )
    (self.batchSize, self.memoryBudget, self.threadCount) = (max(batchSize, 1), memoryBudget, max(threadCount, 1))
    (checkpoint, self.openSession) = (checkpointPath.map { CheckpointFile(path: $0) }, openSession)
  }

  /// Runs the set through the model.
  /// - Parameter tensors: names of floating-point values to find ranges of: inputs, outputs and what is between.
  /// - Parameter channelAxes: names of floating-point values to measure channel by channel, with the channels' axis; -1
  ///   is the last one. They need not be among `tensors`.
  /// - Parameter alternatives: methods to choose thresholds by besides this one, from what one run sees; where they need
  ///   histograms, this method must too.
  /// - Parameter onProgress: called after each batch, on one thread at a time; false stops the run with `.cancelled`.
  /// - Returns: one range per tensor, in that order; a name that is there twice counts once.
  package func run(
    tensors names: [String], channelAxes: [String: Int] = [:], alternatives: [CalibrationMethod] = [],
    onProgress: @escaping @Sendable (CalibrationProgress) -> Bool = { _ in true }
  ) throws(CalibrationError) -> Calibration {
    var seen: Set<String> = []
    let ranged = names.filter { seen.insert($0).inserted }
    let tensors =
      ranged.map { CollectedTensor(name: $0, hasRange: true, channelAxis: channelAxes[$0]) }
      + channelAxes.filter { !seen.contains($0.key) }.sorted { $0.key < $1.key }.map {
        CollectedTensor(name: $0.key, hasRange: false, channelAxis: $0.value)
      }
    var session = try openSession(tensors.map(\.name))
    let inputs = session.inputs
    let problems = set.problems(feeding: inputs)
    guard problems.isEmpty else { throw .input(InputError(problems)) }
    let sampleCount = try sampleCount(feeding: inputs)
    let groups = try groups(of: tensors, session)
    var state =
      checkpoint?.read(groups, sampleCount: sampleCount) ?? Checkpoint(groups: groups, sampleCount: sampleCount)
    let resumed = state.finished.count * sampleCount + (state.current?.done ?? 0)
    let progress = Mutex(
      CalibrationProgress(done: resumed, total: sampleCount * groups.count, resumed: resumed))
    func emptyTable(_ method: CalibrationMethod) -> RangeTable {
      RangeTable(
        method: method, setIdentity: setIdentity, sampleCount: sampleCount, modelDigest: modelDigest, tensors: [])
    }
    var calibration = Calibration(
      table: emptyTable(method), alternatives: alternatives.map(emptyTable), channels: [:], warnings: [])
    for (index, group) in groups.enumerated() where index >= state.finished.count {
      if groups.count > 1 { session = try openSession(group.map(\.name)) }
      let pass = CollectionPass(set: set, inputs: inputs, method: method, tensors: group)
      state.finished.append(
        try run(pass, session, &state) { count in
          onProgress(
            progress.withLock {
              $0.done += count
              return $0
            })
        })
      state.current = nil
      if index + 1 < groups.count { checkpoint?.write(state) }
    }
    for (group, collected) in zip(groups, state.finished) {
      try calibration.add(collected, of: group, threadCount: threadCount)
    }
    calibration.warnings = warnings(sampleCount, state.finished.first?.constants ?? [:])
    calibration.warnAboutZeros()
    // Groups have inputs first; the table has the order that was asked for.
    let order = Dictionary(ranged.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    calibration.table.tensors.sort { order[$0.name, default: 0] < order[$1.name, default: 0] }
    for index in calibration.alternatives.indices {
      calibration.alternatives[index].tensors.sort { order[$0.name, default: 0] < order[$1.name, default: 0] }
    }
    checkpoint?.remove()
    return calibration
  }

  /// As many samples are few for any method.
  private static let fewSamples = 32

  private func warnings(_ sampleCount: Int, _ constants: [String: [UInt8]]) -> [String] {
    var warnings: [String] = []
    if sampleCount < Self.fewSamples {
      let words = sampleCount == 1 ? "1 sample is" : "\(sampleCount) samples are"
      warnings.append("\(words) few: other data may go beyond these ranges; a hundred or more are usual")
    }
    for name in constants.keys.sorted() {
      warnings.append("the input '\(shown(name))' is one number in all samples: ranges are for that number only")
    }
    return warnings
  }

  /// A model of a fixed batch takes whole batches only.
  private func sampleCount(feeding inputs: [IOTensor]) throws(CalibrationError) -> Int {
    let unit = set.fixedBatchSize(of: inputs) ?? 1
    let available = min(sampleLimit ?? set.sampleCount, set.sampleCount)
    guard available >= unit else {
      throw .input(InputError(in: set.directory, "\(available) samples are no batch of \(unit), which the model takes"))
    }
    return available / unit * unit
  }

  /// Tensors that are collected in one pass; those that are inputs are taken in during the first.
  private func groups(
    of tensors: [CollectedTensor], _ session: any InferenceSession
  ) throws(CalibrationError) -> [[CollectedTensor]] {
    let shapes = Dictionary(set.arrays.map { ($0.name, $0.sampleShape) }, uniquingKeysWith: { first, _ in first })
    let plan = try CollectionPlan(
      tensors: tensors.map(\.name), inputs: session.inputs, outputs: session.outputs, sampleShapes: shapes,
      budget: memoryBudget.count)
    let byName = Dictionary(tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let groups = plan.groups.isEmpty ? [[]] : plan.groups
    return groups.enumerated().map { index, group in
      ((index == 0 ? plan.inputs : []) + group).compactMap { byName[$0] }
    }
  }

  /// The first run takes one unit and measures it; what it returned says how many samples go into the others and how
  /// many may run at once. The cut into batches does not depend on the number of threads.
  private func run(
    _ pass: CollectionPass, _ session: any InferenceSession, _ checkpoint: inout Checkpoint,
    onBatch: @escaping @Sendable (Int) -> Bool
  ) throws(CalibrationError) -> Collected {
    let unit = set.fixedBatchSize(of: pass.inputs)
    var state: PassState
    if let known = checkpoint.current {
      state = known
    } else {
      let first = 0..<(unit ?? 1)
      var collected = Collected(pass.tensors, method: method)
      let count = max(try pass.run([first], session: session, threadCount: 1, into: &collected, onBatch: onBatch), 1)
      let size = unit ?? max(1, min(batchSize, Self.batchByteCount / count, memoryBudget.count / count))
      state = PassState(
        done: first.count, batchSize: size, batchByteCount: count / first.count * size, collected: collected)
    }
    let threads = max(1, min(threadCount, memoryBudget.count / max(state.batchByteCount, 1)))
    let clock = ContinuousClock()
    var batchCount = Self.firstBatchCount * threads
    while state.done < checkpoint.sampleCount {
      let end = min(state.done + batchCount * state.batchSize, checkpoint.sampleCount)
      let batches = stride(from: state.done, to: end, by: state.batchSize).map {
        $0..<min($0 + state.batchSize, end)
      }
      let start = clock.now
      _ = try pass.run(batches, session: session, threadCount: threads, into: &state.collected, onBatch: onBatch)
      state.done = end
      if end == checkpoint.sampleCount { break }
      checkpoint.current = state
      self.checkpoint?.write(checkpoint)
      // The next ones take as long as one may lose, and not much longer than these.
      batchCount = max(
        threads, min(4 * batchCount, Int(Double(batchCount) * (Self.checkpointInterval / (clock.now - start)))))
    }
    return state.collected
  }

  /// Batches for each thread before anybody knows how long one takes.
  private static let firstBatchCount = 4
  /// How much work a kill may lose.
  private static let checkpointInterval = Duration.seconds(15)
}
