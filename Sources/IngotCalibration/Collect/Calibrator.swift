// Measuring ranges: samples go through the reference runtime batch by batch, and of every tensor only its statistics
// stay.

package import IngotBackends
package import IngotCore

/// How far a calibration has come.
package struct CalibrationProgress: Hashable, Sendable {
  /// Samples that went through the model, over all passes.
  package var done: Int
  package var total: Int
}

/// A measurement of a model's tensors on a calibration set.
///
/// Memory is bounded by `memoryBudget` (or the one largest tensor of a sample, where that is larger) for the tensors
/// of a batch, one batch of inputs, and 32 KiB of histogram for each tensor. The table does not depend on how the
/// samples are cut into batches, as far as the model's own results do not.
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
  private let openSession: SessionFactory

  /// - Parameter setIdentity: what names the set in the table: the caller's digest of `set.identity` and its files.
  /// - Parameter samples: how many of the set's first samples to use; nil means all.
  /// - Parameter batchSize: at most so many samples in one run; fewer where the memory budget says so, and what the
  ///   model's inputs fix where they do.
  package init(
    set: CalibrationSet, setIdentity: String, modelDigest: Digest? = nil, method: CalibrationMethod,
    samples: Int? = nil,
    batchSize: Int = 32, memoryBudget: ByteCount = ByteCount(1 << 30), openSession: @escaping SessionFactory
  ) {
    (self.set, self.setIdentity, self.modelDigest, self.method, sampleLimit) = (
      set, setIdentity, modelDigest, method, samples
    )
    (self.batchSize, self.memoryBudget, self.openSession) = (max(batchSize, 1), memoryBudget, openSession)
  }

  /// Runs the set through the model.
  /// - Parameter tensors: names of floating-point values: inputs, outputs and what is between.
  /// - Parameter onProgress: called after each batch; false stops the run with `.cancelled`.
  /// - Returns: one range per tensor, in that order; a name that is there twice counts once.
  package func run(
    tensors names: [String], onProgress: (CalibrationProgress) -> Bool = { _ in true }
  ) throws(CalibrationError) -> RangeTable {
    var seen: Set<String> = []
    let tensors = names.filter { seen.insert($0).inserted }
    var session = try openSession(tensors)
    let inputs = session.inputs
    let problems = set.problems(feeding: inputs)
    guard problems.isEmpty else { throw .input(InputError(problems)) }
    let shapes = Dictionary(set.arrays.map { ($0.name, $0.sampleShape) }, uniquingKeysWith: { first, _ in first })
    let plan = try CollectionPlan(
      tensors: tensors, inputs: inputs, outputs: session.outputs, sampleShapes: shapes, budget: memoryBudget.count)
    let unit = set.fixedBatchSize(of: inputs)
    // A model of a fixed batch takes whole batches only.
    let available = min(sampleLimit ?? set.sampleCount, set.sampleCount)
    let sampleCount = available / (unit ?? 1) * (unit ?? 1)
    guard sampleCount > 0 else {
      throw .input(
        InputError(in: set.directory, "\(available) samples are no batch of \(unit ?? 1), which the model takes"))
    }
    var statistics: [String: ActivationStatistics] = [:]
    for name in tensors { statistics[name] = ActivationStatistics(collectsHistogram: method.needsHistogram) }
    // Tensors that are inputs are taken in during the first pass, and a set of inputs alone is a pass without outputs.
    let groups = plan.groups.isEmpty ? [[]] : plan.groups
    var progress = CalibrationProgress(done: 0, total: sampleCount * groups.count)
    for (index, group) in groups.enumerated() {
      if groups.count > 1 { session = try openSession(group) }
      var pass = Pass(session: session, inputs: inputs, collectedInputs: index == 0 ? plan.inputs : [], outputs: group)
      try run(&pass, sampleCount: sampleCount, unit: unit, into: &statistics) { (done) throws(CalibrationError) in
        progress.done += done
        if !onProgress(progress) { throw .cancelled }
      }
    }
    return try table(of: tensors, statistics, sampleCount: sampleCount)
  }

  private struct Pass {
    var session: any InferenceSession
    var inputs: [IOTensor]
    var collectedInputs: [String]
    var outputs: [String]
  }

  /// The first run takes one unit and measures it; what it returned says how many samples fit the budget in the others.
  private func run(
    _ pass: inout Pass, sampleCount: Int, unit: Int?, into statistics: inout [String: ActivationStatistics],
    onBatch: (Int) throws(CalibrationError) -> Void
  ) throws(CalibrationError) {
    var start = 0
    var size = unit ?? 1
    while start < sampleCount {
      let batch = start..<min(start + size, sampleCount)
      let byteCount = try collect(pass, batch, into: &statistics)
      if start == 0, unit == nil { size = min(batchSize, max(1, memoryBudget.count / max(byteCount, 1))) }
      start = batch.upperBound
      try onBatch(batch.count)
    }
  }

  /// - Returns: how many bytes the runtime returned.
  private func collect(
    _ pass: Pass, _ batch: Range<Int>, into statistics: inout [String: ActivationStatistics]
  ) throws(CalibrationError) -> Int {
    var feed: [String: Tensor] = [:]
    for input in pass.inputs {
      do {
        feed[input.name] = try set.tensor(input.name, samples: batch)
      } catch {
        throw .input(error)
      }
    }
    for name in pass.collectedInputs {
      guard let tensor = feed[name], let index = statistics[name]?.add(tensor) else { continue }
      throw .inputNotFinite(
        array: name, sample: sample(of: index, in: tensor, batch).lowerBound, value: tensor.float(at: index))
    }
    if pass.outputs.isEmpty { return 0 }
    let results: [String: Tensor]
    do {
      results = try pass.session.run(feed)
    } catch {
      throw .backend(error)
    }
    for name in pass.outputs {
      guard let tensor = results[name], tensor.hasFloats else {
        throw .notCollectable(tensor: name, reason: "the runtime did not return its values")
      }
      guard let index = statistics[name]?.add(tensor) else { continue }
      try reportInputs(feed, batch)
      throw .notFinite(tensor: name, samples: sample(of: index, in: tensor, batch), value: tensor.float(at: index))
    }
    return results.values.reduce(0) { $0 + $1.bytes.count }
  }

  /// Where an input is not finite, that is the cause of whatever else is not.
  private func reportInputs(_ feed: [String: Tensor], _ batch: Range<Int>) throws(CalibrationError) {
    for (name, tensor) in feed.sorted(by: { $0.key < $1.key }) where tensor.hasFloats {
      var statistics = ActivationStatistics(collectsHistogram: false)
      guard let index = statistics.add(tensor) else { continue }
      throw .inputNotFinite(
        array: name, sample: sample(of: index, in: tensor, batch).lowerBound, value: tensor.float(at: index))
    }
  }

  /// The sample that an element belongs to, where the tensor's first axis is the batch; else the whole batch.
  private func sample(of index: Int, in tensor: Tensor, _ batch: Range<Int>) -> Range<Int> {
    guard tensor.shape.first == batch.count else { return batch }
    let sample = batch.lowerBound + index / max(tensor.elementCount / batch.count, 1)
    return sample..<sample + 1
  }

  private func table(
    of names: [String], _ statistics: [String: ActivationStatistics], sampleCount: Int
  ) throws(CalibrationError) -> RangeTable {
    var ranges: [TensorRange] = []
    for name in names {
      guard let collected = statistics[name], collected.valueCount > 0 else {
        throw .notCollectable(tensor: name, reason: "it has no elements")
      }
      ranges.append(collected.range(named: name, method: method))
    }
    return RangeTable(
      method: method, setIdentity: setIdentity, sampleCount: sampleCount, modelDigest: modelDigest, tensors: ranges)
  }
}

extension ActivationStatistics {
  /// - Returns: the index of the first element that is not finite.
  mutating func add(_ tensor: Tensor) -> Int? {
    tensor.withFloats { add($0) }
  }
}

extension Tensor {
  fileprivate func float(at index: Int) -> Float { withFloats { $0[index] } }
}
