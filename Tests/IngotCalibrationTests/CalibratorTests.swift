// The calibrator with a session that computes a few tensors itself and counts how it is called.

import IngotBackends
import IngotCore
import Synchronization
import Testing

@testable import IngotCalibration

/// A model of one input `x` [batch, width]: `double` is 2x, `relu` its positive part, `sum` [batch, 1], `mixed` [1,
/// batch * width].
private class FakeSession: InferenceSession, @unchecked Sendable {
  let inputs: [IOTensor]
  let outputs: [IOTensor]
  let log: Log
  /// Replaces elements of `double`, by the sample's first value.
  var poison: [Float: Float] = [:]

  final class Log: Sendable {
    private let state = Mutex<(opened: [[String]], batches: [Int])>(([], []))
    var opened: [[String]] { state.withLock(\.opened) }
    var batches: [Int] { state.withLock(\.batches) }
    func open(_ names: [String]) { state.withLock { $0.opened.append(names) } }
    func run(_ count: Int) { state.withLock { $0.batches.append(count) } }
  }

  required init(_ names: [String], width: Int, batch: Dimension = .symbolic("batch"), log: Log) {
    self.log = log
    log.open(names)
    inputs = [IOTensor(name: "x", type: .float32, shape: [batch, .fixed(width)])]
    let shapes: [String: [Dimension]] = [
      "double": [batch, .fixed(width)], "relu": [batch, .fixed(width)], "sum": [batch, .fixed(1)],
      "mixed": [.fixed(1), .unknown],
    ]
    outputs =
      names.compactMap { name in shapes[name].map { IOTensor(name: name, type: .float32, shape: $0) } }
      + (names.contains("ids") ? [IOTensor(name: "ids", type: .int64, shape: [batch])] : [])
  }

  func run(_ tensors: [String: Tensor]) throws(BackendError) -> [String: Tensor] {
    guard let x = tensors["x"], let values = x.floats else { throw BackendError(.onnxruntime, .refused("no x")) }
    let (count, width) = (x.shape[0], x.shape[1])
    log.run(count)
    var results: [String: Tensor] = [:]
    for output in outputs {
      switch output.name {
      case "double":
        var doubled = values.map { $0 * 2 }
        for at in 0..<count {
          if let value = poison[values[at * width]] { doubled[at * width + 1] = value }
        }
        results["double"] = Tensor(doubled, shape: x.shape)
      case "relu": results["relu"] = Tensor(values.map { max($0, 0) }, shape: x.shape)
      case "sum":
        let sums = (0..<count).map { values[$0 * width..<($0 + 1) * width].reduce(0, +) }
        results["sum"] = Tensor(sums, shape: [count, 1])
      default: results["mixed"] = Tensor(values, shape: [1, values.count])
      }
    }
    return results
  }
}

/// The same, from several threads at once.
private final class FakeConcurrentSession: FakeSession, ConcurrentInferenceSession, @unchecked Sendable {}

@Suite struct CalibratorTests {
  private let folder: TestFolder
  private let set: CalibrationSet
  private let values: [Float]

  init() throws {
    var random = Numbers(seed: 9)
    values = (0..<300 * 16).map { _ in random.bell() }
    folder = try TestFolder(["x.npy": npy("'<f4'", "(300, 16)", data: floats(values))])
    try folder.write(Array("set: 1\narrays:\n  x: { file: x.npy }\n".utf8), to: "set.yaml")
    set = try CalibrationSet.open(directory: folder.path)
  }

  private func calibrate(
    _ tensors: [String], method: CalibrationMethod = .entropy, samples: Int? = nil, batchSize: Int = 32,
    budget: Int = 1 << 20, batch: Dimension = .symbolic("batch"), poison: [Int: Float] = [:]
  ) throws -> (RangeTable, FakeSession.Log) {
    let (calibration, log) = try measure(
      tensors, method: method, samples: samples, batchSize: batchSize, budget: budget, batch: batch, poison: poison)
    return (calibration.table, log)
  }

  /// - Parameter poison: what samples give instead of their second value of `double`.
  private func measure(
    _ tensors: [String], channelAxes: [String: Int] = [:], method: CalibrationMethod = .entropy, samples: Int? = nil,
    batchSize: Int = 32, budget: Int = 1 << 20, threadCount: Int? = nil, batch: Dimension = .symbolic("batch"),
    poison: [Int: Float] = [:]
  ) throws -> (Calibration, FakeSession.Log) {
    let log = FakeSession.Log()
    let calibrator = Calibrator(
      set: set, setIdentity: "sha256:set", method: method, samples: samples, batchSize: batchSize,
      memoryBudget: ByteCount(budget), threadCount: threadCount ?? 1
    ) { names in
      let kind = threadCount == nil ? FakeSession.self : FakeConcurrentSession.self
      let session = kind.init(names, width: 16, batch: batch, log: log)
      for (sample, value) in poison { session.poison[values[sample * 16]] = value }
      return session
    }
    return (try calibrator.run(tensors: tensors, channelAxes: channelAxes), log)
  }

  @Test func measuresInputsAndWhatIsBetween() throws {
    let (table, log) = try calibrate(["x", "double", "relu", "double"], method: .minmax)
    let (low, high) = (values.min() ?? 0, values.max() ?? 0)
    let largest = max(-low, high)
    #expect(
      table
        == RangeTable(
          method: .minmax, setIdentity: "sha256:set", sampleCount: 300,
          tensors: [
            TensorRange(name: "x", min: low, max: high, amax: largest, valueCount: 4800, zeroCount: 0),
            TensorRange(name: "double", min: 2 * low, max: 2 * high, amax: 2 * largest, valueCount: 4800, zeroCount: 0),
            TensorRange(
              name: "relu", min: 0, max: high, amax: high, valueCount: 4800, zeroCount: values.count { $0 <= 0 }),
          ]))
    #expect(log.opened == [["x", "double", "relu"]])
    // One sample to see what it takes, then batches of 32.
    #expect(log.batches == [1] + [Int](repeating: 32, count: 9) + [11])
  }

  @Test(arguments: [CalibrationMethod.entropy, .minmax])
  func theBatchSizeChangesNothing(method: CalibrationMethod) throws {
    let tensors = ["x", "double", "relu", "sum", "mixed"]
    let (expected, _) = try calibrate(tensors, method: method, batchSize: 300)
    for batchSize in [1, 7, 32] {
      #expect(try calibrate(tensors, method: method, batchSize: batchSize).0.text == expected.text)
    }
    // Three tensors of 64 bytes and one of 4 for one sample: in a budget of 100 each large one needs a pass of its own.
    let (grouped, log) = try calibrate(tensors, method: method, budget: 100)
    #expect(grouped.text == expected.text)
    #expect(log.opened == [tensors, ["x", "double"], ["relu", "sum"], ["mixed"]])
    #expect(log.batches == [Int](repeating: 1, count: 900))
  }

  @Test(arguments: [CalibrationMethod.entropy, .minmax, .movingAverage])
  func theNumberOfThreadsChangesNothing(method: CalibrationMethod) throws {
    // What mixes samples has no average of theirs.
    let tensors = ["x", "double", "sum"] + (method == .movingAverage ? [] : ["mixed"])
    let axes = ["relu": 1, "double": -1]
    let (expected, _) = try measure(tensors, channelAxes: axes, method: method, batchSize: 300)
    for (threadCount, batchSize) in [(1, 5), (2, 1), (3, 7), (8, 2)] {
      let (found, log) = try measure(
        tensors, channelAxes: axes, method: method, batchSize: batchSize, threadCount: threadCount)
      #expect(found.table.text == expected.table.text && found.channels == expected.channels)
      #expect(log.batches.reduce(0, +) == 300)
    }
  }

  @Test func channelsAreMeasured() throws {
    let (found, _) = try measure([], channelAxes: ["relu": 1, "x": -1])
    #expect(found.table.tensors == [] && found.channels.keys.sorted() == ["relu", "x"])
    let relu = try #require(found.channels["relu"])
    for channel in [0, 15] {
      let column = (0..<300).map { values[$0 * 16 + channel] }
      #expect(relu.max[channel] == column.max() && relu.min[channel] == 0 && relu.valueCount == 300)
      let mean = column.reduce(0) { $0 + Double(max($1, 0)) } / 300
      #expect(abs(relu.mean[channel] - mean) < 1e-12)
    }
    let error = #expect(throws: CalibrationError.self) { try measure([], channelAxes: ["relu": 2]) }
    #expect(
      error?.description
        == "the tensor 'relu' has no range to measure: it has no axis 2, or channels that change in number")
  }

  @Test func theEarliestSampleThatFailsIsNamed() throws {
    for threadCount in [1, 4] {
      let error = #expect(throws: CalibrationError.self) {
        try measure(
          ["double"], batchSize: 1, threadCount: threadCount, poison: [37: .nan, 38: .infinity, 39: .nan, 40: .nan])
      }
      #expect(error?.description.hasPrefix("the tensor 'double' is nan in sample 37 of the calibration set") == true)
    }
  }

  @Test func aMovingAverageForgetsWhatWasOnce() throws {
    var spiked = values
    spiked[3] = 1000
    try folder.write(npy("'<f4'", "(300, 16)", data: floats(spiked)), to: "x.npy")
    let set = try CalibrationSet.open(directory: folder.path)
    let table = try Calibrator(set: set, setIdentity: "s", method: .movingAverage) {
      FakeSession($0, width: 16, log: FakeSession.Log())
    }.run(tensors: ["x"]).table
    let range = table.tensors[0]
    #expect(range.max == 1000 && range.amax > 1 && range.amax < 6)
    #expect(range.quality?.clipped ?? 0 > 0)
  }

  @Test func usesTheFirstSamples() throws {
    let (table, log) = try calibrate(["x"], method: .minmax, samples: 10)
    #expect(table.sampleCount == 10 && table.tensors[0].valueCount == 160)
    #expect(table.tensors[0].max == values[..<160].max())
    #expect(log.batches == [])
  }

  @Test func aFixedBatchIsFedWhole() throws {
    let (table, log) = try calibrate(["double"], method: .minmax, batch: .fixed(8))
    #expect(log.batches == [Int](repeating: 8, count: 37))
    #expect(table.sampleCount == 296)
  }

  @Test(arguments: [(Float.nan, "nan"), (-.infinity, "-inf")])
  func valuesThatAreNotFiniteAreNamed(value: Float, word: String) throws {
    let error = #expect(throws: CalibrationError.self) { try calibrate(["relu", "double"], poison: [137: value]) }
    #expect(error?.kind == .input)
    #expect(
      error?.description == """
        the tensor 'double' is \(word) in sample 137 of the calibration set
          hint: the model itself overflows or divides by zero there; mend it, or leave the sample out
        """)
  }

  @Test func anInputThatIsNotFiniteIsTheCause() throws {
    var broken = values
    broken[16 * 44 + 3] = .infinity
    try folder.write(npy("'<f4'", "(300, 16)", data: floats(broken)), to: "x.npy")
    let set = try CalibrationSet.open(directory: folder.path)
    let log = FakeSession.Log()
    for tensors in [["x"], ["double"]] {
      let calibrator = Calibrator(set: set, setIdentity: "s", method: .entropy) { FakeSession($0, width: 16, log: log) }
      let error = #expect(throws: CalibrationError.self) { try calibrator.run(tensors: tensors) }
      #expect(
        error?.description == """
          the array 'x' of the calibration set holds inf in sample 44
            hint: remove the sample, or mend what made it
          """)
    }
  }

  @Test func whatCannotBeMeasuredIsNamed() throws {
    let missing = #expect(throws: CalibrationError.self) { try calibrate(["double", "tripled"]) }
    #expect(
      missing?.description
        == "the tensor 'tripled' has no range to measure: the model, opened with it as an output, does not return it")
    let whole = #expect(throws: CalibrationError.self) { try calibrate(["ids"]) }
    #expect(
      whole?.description
        == "the tensor 'ids' has no range to measure: it is int64, and only floating-point tensors are quantized")
  }

  @Test func aSetThatDoesNotFitIsRefusedBeforeAnythingRuns() throws {
    let log = FakeSession.Log()
    let calibrator = Calibrator(set: set, setIdentity: "s", method: .entropy) { FakeSession($0, width: 17, log: log) }
    let error = #expect(throws: CalibrationError.self) { try calibrator.run(tensors: ["double"]) }
    #expect(
      error?.description.replacing(folder.path, with: "SET") == """
        SET/set.yaml:3:14: error: array `x` is float32 [300, 16]; axis 1 of the model's input is 17
            x: { file: x.npy }
                       ^
          hint: the model takes float32 [batch, 17]
        """)
    #expect(log.batches == [])
  }

  @Test func reportsProgressAndStopsWhenTold() throws {
    let log = FakeSession.Log()
    let calibrator = Calibrator(set: set, setIdentity: "s", method: .minmax, batchSize: 100) {
      FakeSession($0, width: 16, log: log)
    }
    let seen = Mutex<[CalibrationProgress]>([])
    let error = #expect(throws: CalibrationError.self) {
      try calibrator.run(tensors: ["double"]) { progress in
        seen.withLock { $0.append(progress) }
        return progress.done < 150
      }
    }
    #expect(seen.withLock { $0.map(\.done) } == [1, 101, 201] && seen.withLock { $0.allSatisfy { $0.total == 300 } })
    #expect(error?.kind == .interrupted)
  }
}

@Suite struct CalibrationProgressTests {
  @Test(arguments: [
    (CalibrationProgress(done: 1, total: 10), 5.0, "sample 1 of 10"),
    (CalibrationProgress(done: 4, total: 10), 0.5, "sample 4 of 10"),
    (CalibrationProgress(done: 4, total: 10), 6, "sample 4 of 10, 9 s left"),
    (CalibrationProgress(done: 6, total: 10, resumed: 4), 6, "sample 6 of 10, 12 s left"),
    (CalibrationProgress(done: 10, total: 1000), 6, "sample 10 of 1000, 10 min left"),
    (CalibrationProgress(done: 10, total: 10), 6, "sample 10 of 10"),
  ])
  func saysHowLongItStillTakes(progress: CalibrationProgress, seconds: Double, words: String) {
    #expect(progress.words(after: .seconds(seconds)) == words)
  }
}

@Suite struct CheckpointTests {
  private let folder: TestFolder
  private let set: CalibrationSet

  init() throws {
    var random = Numbers(seed: 4)
    let values = (0..<200 * 16).map { _ in random.bell() }
    folder = try TestFolder(["x.npy": npy("'<f4'", "(200, 16)", data: floats(values))])
    try folder.write(Array("set: 1\narrays:\n  x: { file: x.npy }\n".utf8), to: "set.yaml")
    set = try CalibrationSet.open(directory: folder.path)
  }

  private func calibrator(_ method: CalibrationMethod, budget: Int, _ log: FakeSession.Log, checkpoint: String? = nil)
    -> Calibrator
  {
    Calibrator(
      set: set, setIdentity: "s", method: method, batchSize: 1, memoryBudget: ByteCount(budget),
      checkpointPath: checkpoint
    ) { FakeSession($0, width: 16, log: log) }
  }

  @Test(arguments: [CalibrationMethod.entropy, .movingAverage, .minmax], [100, 1 << 20])
  func goesOnWhereItWasStopped(method: CalibrationMethod, budget: Int) throws {
    let tensors = ["x", "double", "relu", "sum"]
    let axes = ["relu": 1]
    let expected = try calibrator(method, budget: budget, FakeSession.Log()).run(tensors: tensors, channelAxes: axes)
    let path = "\(folder.path)/unfinished/key"
    let total = budget == 100 ? 400 : 200
    var (runs, firstDone) = (0, [Int]())
    while true {
      runs += 1
      let log = FakeSession.Log()
      let seen = Mutex<[Int]>([])
      let calibrator = calibrator(method, budget: budget, log, checkpoint: path)
      do {
        let found = try calibrator.run(tensors: tensors, channelAxes: axes) { progress in
          seen.withLock { $0.append(progress.done) }
          return log.batches.count < 90
        }
        #expect(found.table.text == expected.table.text && found.channels == expected.channels)
        break
      } catch CalibrationError.cancelled {
        let first = seen.withLock { $0.first }
        firstDone.append(try #require(first))
      }
      try #require(runs < 20)
    }
    #expect(runs > 1 && firstDone[0] == 1 && firstDone.dropFirst().allSatisfy { $0 > 50 && $0 < total }, "\(firstDone)")
    #expect((try? FileStatus(ofFileAt: path)) == nil)
  }

  @Test func whatIsDamagedIsNotUsed() throws {
    let path = "\(folder.path)/key"
    let log = FakeSession.Log()
    let error = #expect(throws: CalibrationError.self) {
      try calibrator(.minmax, budget: 1 << 20, log, checkpoint: path).run(tensors: ["double"]) { $0.done < 100 }
    }
    #expect(error?.kind == .interrupted)
    var bytes = try FileSystem.read(path)
    bytes[bytes.count / 2] ^= 1
    try folder.write(bytes, to: "key")
    let again = FakeSession.Log()
    _ = try calibrator(.minmax, budget: 1 << 20, again, checkpoint: path).run(tensors: ["double"])
    #expect(again.batches.count == 200)
  }
}
