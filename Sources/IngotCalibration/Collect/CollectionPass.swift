// One pass over the set: what a session shows of each batch becomes statistics, on as many threads as the session and the
// memory allow. What does not depend on the order of samples each thread keeps for itself until the end; what does goes
// through the queue, which merges batch after batch.

internal import IngotBackends
internal import IngotCore
internal import Synchronization

/// A tensor to collect, and what is wanted of it.
struct CollectedTensor: Hashable, Codable, Sendable {
  var name: String
  var hasRange: Bool
  /// Of the channels, where they are measured one by one.
  var channelAxis: Int?
}

/// What is known of a pass's tensors, by their numbers.
struct Collected: Codable, Sendable {
  var ranges: [ActivationStatistics]
  var channels: [ChannelStatistics?]
  /// Tensors whose channels are not the same ones in every sample.
  var changing: Set<Int> = []
  var averages: [AverageRange]
  /// Inputs that were one number everywhere so far, with its bytes; nil before the first batch.
  var constants: [String: [UInt8]]?
  /// What the runtime returned for the last batch.
  var byteCount = 0

  init(_ tensors: [CollectedTensor], method: CalibrationMethod) {
    ranges = tensors.map { _ in ActivationStatistics(collectsHistogram: method.needsHistogram) }
    channels = tensors.map { _ in nil }
    averages = tensors.map { _ in AverageRange() }
  }
}

/// What of a batch depends on its place among the others: by tensor, then by sample.
struct BatchPart: Sendable {
  let padding: Padding
  var channels: [Int: [ChannelStatistics]] = [:]
  var extremes: [Int: [SampleExtremes]] = [:]
  /// Inputs that are one number everywhere in the batch, with its bytes.
  var constants: [String: [UInt8]] = [:]
  /// What the runtime returned.
  var byteCount = 0
}

/// A pass over tensors that a session shows at once.
struct CollectionPass: Sendable {
  let set: CalibrationSet
  let inputs: [IOTensor]
  let method: CalibrationMethod
  let tensors: [CollectedTensor]
  private let numbers: [String: Int]
  /// Those of `tensors` that are inputs, and those that the session returns.
  private let inputNumbers: [Int]
  private let outputNumbers: [Int]

  init(set: CalibrationSet, inputs: [IOTensor], method: CalibrationMethod, tensors: [CollectedTensor]) {
    (self.set, self.inputs, self.method, self.tensors) = (set, inputs, method, tensors)
    numbers = Dictionary(tensors.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    let inputNames = Set(inputs.map(\.name))
    inputNumbers = tensors.indices.filter { inputNames.contains(tensors[$0].name) }
    outputNumbers = tensors.indices.filter { !inputNames.contains(tensors[$0].name) }
  }

  /// What is fed to the model.
  func feed(_ samples: Range<Int>) -> Result<[String: Tensor], CalibrationError> {
    var feed: [String: Tensor] = [:]
    for input in inputs {
      do {
        feed[input.name] = try set.tensor(input.name, samples: samples)
      } catch {
        return .failure(.input(error))
      }
    }
    return .success(feed)
  }

  /// Runs batches of the set through the model.
  /// - Parameter onBatch: called batch after batch with its number of samples; false ends the pass.
  /// - Returns: the bytes that the runtime returned for the last batch.
  func run(
    _ batches: [Range<Int>], session: any InferenceSession, threadCount: Int, into collected: inout Collected,
    onBatch: @escaping @Sendable (Int) -> Bool
  ) throws(CalibrationError) -> Int {
    // The queue's merging sees batches in order; threads add their own ranges when they are through.
    let shared = Mutex(collected)
    let queue = BatchQueue<BatchPart>(batches, threadCount: threadCount, read: feed) { samples, part in
      shared.withLock { $0.add(part) }
      return onBatch(samples.count) ? .success(()) : .failure(.cancelled)
    }
    if threadCount > 1, let concurrent = session as? any ConcurrentInferenceSession {
      withThreads(threadCount) { _ in work(queue, concurrent, shared) }
    } else {
      work(queue, session, shared)
    }
    if let error = queue.error { throw error }
    collected = shared.withLock { $0 }
    return collected.byteCount
  }

  private func work(
    _ queue: BatchQueue<BatchPart>, _ session: any InferenceSession, _ shared: borrowing Mutex<Collected>
  ) {
    var ranges = Collected(tensors, method: method).ranges
    while let batch = queue.take() {
      do {
        queue.finish(batch, .success(try collect(batch, session, into: &ranges)))
      } catch {
        queue.finish(batch, .failure(error))
      }
    }
    shared.withLock { for (number, range) in ranges.enumerated() { $0.ranges[number].add(range) } }
  }

  private func collect(
    _ batch: CalibrationBatch, _ session: any InferenceSession, into ranges: inout [ActivationStatistics]
  ) throws(CalibrationError) -> BatchPart {
    var part = BatchPart(padding: Padding(batch.feed))
    for (name, tensor) in batch.feed { part.constants[name] = tensor.onlyElement }
    for number in inputNumbers {
      guard let tensor = batch.feed[tensors[number].name] else { continue }
      let bad = tensor.withFloats { take($0, tensor.shape, number, batch, &part, &ranges) }
      if let bad { throw inputNotFinite(tensors[number].name, tensor, bad, batch) }
    }
    if outputNumbers.isEmpty { return part }
    var failure: CalibrationError?
    var shown: Set<Int> = []
    do {
      try session.run(batch.feed) { output, shape, bytes in
        part.byteCount += bytes.byteCount
        guard let number = numbers[output.name], output.type.isProcessorFloat else { return }
        shown.insert(number)
        if failure != nil { return }
        withFloats(bytes, output.type) { values in
          guard let bad = take(values, shape, number, batch, &part, &ranges) else { return }
          failure = notFinite(output.name, values[bad], at: bad, of: values.count, shape, batch)
        }
      }
    } catch {
      throw .backend(error)
    }
    if let failure { throw failure }
    if let missing = outputNumbers.first(where: { !shown.contains($0) }) {
      throw .notCollectable(tensor: tensors[missing].name, reason: "the runtime did not return its values")
    }
    return part
  }

  /// - Returns: the index of the first value that is not finite.
  private func take(
    _ values: Span<Float>, _ shape: [Int], _ number: Int, _ batch: CalibrationBatch, _ part: inout BatchPart,
    _ ranges: inout [ActivationStatistics]
  ) -> Int? {
    let samples = batch.samples.count
    if method == .movingAverage, tensors[number].hasRange {
      part.extremes[number] = SampleExtremes.bySample(values, shape: shape, sampleCount: samples)
    }
    guard let kept = part.padding.kept(of: shape) else {
      if let axis = tensors[number].channelAxis {
        part.channels[number] = ChannelStatistics.bySample(values, shape: shape, axis: axis, sampleCount: samples)
      }
      return ranges[number].add(values)
    }
    for run in kept.runs {
      let values = values.extracting(run)
      if let bad = ranges[number].add(values) { return run.lowerBound + bad }
      guard let axis = tensors[number].channelAxis else { continue }
      let rest = Array(shape[kept.axisCount...])
      let inRun = [values.count / rest.reduce(1, *)] + rest
      let axisInRun = axis < 0 ? axis : axis - kept.axisCount + 1
      if axisInRun == 0 { continue }
      part.channels[number, default: []] +=
        ChannelStatistics.bySample(values, shape: inRun, axis: axisInRun, sampleCount: 1) ?? []
    }
    return nil
  }

  /// Where an input is not finite, that is the cause of whatever else is not.
  private func notFinite(
    _ name: String, _ value: Float, at index: Int, of count: Int, _ shape: [Int], _ batch: CalibrationBatch
  ) -> CalibrationError {
    for (name, tensor) in batch.feed.sorted(by: { $0.key < $1.key }) where tensor.hasFloats {
      var statistics = ActivationStatistics(collectsHistogram: false)
      if let bad = tensor.withFloats({ statistics.add($0) }) { return inputNotFinite(name, tensor, bad, batch) }
    }
    let samples = sample(of: index, amongst: count, shape, batch.samples)
    return .notFinite(tensor: name, samples: samples, value: value)
  }

  private func inputNotFinite(
    _ name: String, _ tensor: Tensor, _ index: Int, _ batch: CalibrationBatch
  ) -> CalibrationError {
    let samples = sample(of: index, amongst: tensor.elementCount, tensor.shape, batch.samples)
    return .inputNotFinite(array: name, sample: samples.lowerBound, value: tensor.withFloats { $0[index] })
  }

  /// The sample that an element belongs to, where the tensor's first axis is the batch; else the whole batch.
  private func sample(of index: Int, amongst count: Int, _ shape: [Int], _ samples: Range<Int>) -> Range<Int> {
    guard shape.first == samples.count else { return samples }
    let sample = samples.lowerBound + index / max(count / samples.count, 1)
    return sample..<sample + 1
  }
}

extension Collected {
  fileprivate mutating func add(_ part: BatchPart) {
    byteCount = part.byteCount
    constants = constants.map { known in known.filter { part.constants[$0.key] == $0.value } } ?? part.constants
    for (number, samples) in part.extremes { for extremes in samples { averages[number].add(extremes) } }
    for (number, samples) in part.channels {
      for sample in samples {
        guard var known = channels[number] else {
          channels[number] = sample
          continue
        }
        if known.channelCount == sample.channelCount {
          channels[number] = nil
          known.add(sample)
          channels[number] = known
        } else {
          changing.insert(number)
        }
      }
    }
  }
}

extension Tensor {
  /// The bytes of an element, where all are the same; nil where there is none.
  fileprivate var onlyElement: [UInt8]? {
    let size = max(type.byteCount(of: 1) ?? 1, 1)
    guard bytes.count >= size else { return nil }
    return bytes.withSpan { span in
      for index in size..<span.byteCount where span.byte(index) != span.byte(index - size) { return nil }
      return (0..<size).map { span.byte($0) }
    }
  }
}

extension RawSpan {
  /// - Precondition: inside.
  fileprivate func byte(_ index: Int) -> UInt8 { unsafe unsafeLoad(fromByteOffset: index, as: UInt8.self) }
}
