// synthesize: random samples to verify with, where a manifest says that it has no data. In: the canonical model. Out: `set.yaml`
// with one raw file an input beside it, a calibration set like any other.
//
// The numbers are the same on every machine. Floats are nearly normal (the sum of twelve uniform numbers less six); whole
// numbers that choose rows of a table (Gather) lie inside the table, others are 0 or 1, as in masks.

internal import FoundationEssentials
internal import IngotBackends
internal import IngotCalibration
internal import IngotCore
internal import IngotGraph
internal import IngotPlan

/// At least; a model that takes a fixed number of samples at once gets whole batches.
private let sampleCount = 32

extension Stages {
  func synthesize(_ job: StageJob, _ settings: SynthesizeSettings) throws -> StageResult {
    let model = try readModel(job.input("model"))
    let inputs = model.inputTensors
    let profiles = try resolveProfiles(settings.profiles, inputs: inputs, in: job.step.label, needsProfiles: false)
    let shapes = try inputs.map { try sampleShape(of: $0, profiles.first) }
    let batch = inputs.compactMap { $0.shape.first?.size }.first ?? 1
    let count = (sampleCount + batch - 1) / max(batch, 1) * batch
    var lines = ["set: 1", "description: random numbers", "arrays:"]
    var files: [(name: String, path: String)] = []
    for (index, (input, shape)) in zip(inputs, shapes).enumerated() {
      let name = "\(CalibrationSet.fileName).\(index)"
      let bytes = try randomBytes(
        for: input, shape: [count] + shape, below: model.graph.tableSize(readBy: input.name), seed: UInt64(index))
      try FileSystem.writeAtomically([Bytes(bytes)], to: job.file(name), isDurable: false)
      files.append((name, job.file(name)))
      lines.append("  \(try quoted(input.name)): { file: \(name), type: \(input.type), shape: \([count] + shape) }")
    }
    let text = lines.joined(separator: "\n") + "\n"
    try FileSystem.writeAtomically([Bytes(Array(text.utf8))], to: job.file(CalibrationSet.fileName), isDurable: false)
    return StageResult(
      files: [(CalibrationSet.fileName, job.file(CalibrationSet.fileName))] + files, facts: [fact("samples", count)])
  }
}

extension StageJob {
  /// The set that the manifest names, or the one that `synthesize` made in its place.
  func samples() throws(InputError) -> CalibrationSet {
    let path = input("data")
    return try CalibrationSet.open(directory: hasSyntheticSamples ? FileSystem.parent(of: path) : path)
  }

  /// Whether the samples are random numbers, which every report must say.
  var hasSyntheticSamples: Bool {
    step.inputs.contains { input in
      if case .output = input.source { input.name == "data" } else { false }
    }
  }
}

/// Without the batch.
private func sampleShape(of input: IOTensor, _ profile: OptimizationProfile?) throws(InputError) -> [Int] {
  guard !input.shape.isEmpty else {
    throw InputError(
      in: "input '\(input.name)'", "is a single number, which is no batch of samples",
      hint: "name a set in verify.data that fits, or drop `verify`")
  }
  var shape: [Int] = []
  for (axis, dimension) in input.shape.enumerated().dropFirst() {
    guard let size = dimension.size ?? profile?.inputs[input.name]?.opt[axis] else {
      throw InputError(
        in: "input '\(input.name)'", "axis \(axis) of \(input.shape.shapeText) has no size for random samples",
        hint: "add a profile: its `opt` says the size")
    }
    shape.append(size)
  }
  return shape
}

/// - Parameter bound: of whole numbers; nil makes them 0 and 1.
func randomBytes(
  for input: IOTensor, shape: [Int], below bound: Int?, seed: UInt64
) throws(InputError) -> [UInt8] {
  guard let count = elementCount(shape), count <= elementLimit else {
    throw InputError(
      in: "input '\(input.name)'", "\(shape) is too much for random samples",
      hint: "give smaller sizes in `opt` of the first profile, or name a set in verify.data")
  }
  var random = SplitMix64(state: seed)
  func fill<T: BitwiseCopyable>(_ next: (inout SplitMix64) -> T) -> [UInt8] {
    littleEndianBytes(of: (0..<count).map { _ in next(&random) })
  }
  let most = UInt64(bound ?? 2)
  switch input.type {
  case .float32: return fill { $0.normal() }
  case .float64: return fill { Double($0.normal()) }
  case .float16: return fill { Float16($0.normal()) }
  case .bfloat16: return fill { UInt16(truncatingIfNeeded: $0.normal().bitPattern >> 16) }
  case .int64, .uint64: return fill { $0.next() % most }
  case .int32, .uint32: return fill { UInt32($0.next() % min(most, 1 << 31)) }
  case .int16, .uint16: return fill { UInt16($0.next() % min(most, 1 << 15)) }
  case .int8, .uint8: return fill { UInt8($0.next() % min(most, 1 << 7)) }
  case .bool: return fill { UInt8($0.next() % 2) }
  default:
    throw InputError(
      in: "input '\(input.name)'", "there are no random samples of type \(input.type)",
      hint: "name a set in verify.data")
  }
}

/// Of all samples of an input.
private let elementLimit = 1 << 28

/// Sebastiano Vigna's generator of 64 bits (https://prng.di.unimi.it/splitmix64.c).
private struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Of mean 0 and variance 1; without functions whose last bit differs between libraries.
  mutating func normal() -> Float {
    var sum: Float = -6
    for _ in 0..<12 { sum += Float(next() >> 40) * 0x1p-24 }
    return sum
  }
}

extension Graph {
  /// Rows of the smallest table that a Gather takes rows from as this input says; nil where none is.
  func tableSize(readBy name: String) -> Int? {
    let steps: Set = ["Cast", "Identity", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Transpose", "Expand"]
    var reached: Set<ValueID> = Set(inputs.filter { self[$0].name == name })
    var smallest: Int?
    for node in nodes where node.domain.isEmpty {
      if steps.contains(node.opType), let first = node.inputs.first, let first, reached.contains(first) {
        reached.formUnion(node.outputs.compactMap { $0 })
      }
      guard node.opType == "Gather", node.inputs.count == 2, let table = node.inputs[0], let row = node.inputs[1],
        reached.contains(row), let shape = self[table].shape, !shape.isEmpty
      else { continue }
      let axis = Int(node.int("axis") ?? 0)
      guard let size = shape[wrapping: axis]?.size, size > 0 else { continue }
      smallest = min(smallest ?? size, size)
    }
    return smallest
  }
}

extension Array {
  fileprivate subscript(wrapping index: Int) -> Element? {
    let place = index < 0 ? index + count : index
    return indices.contains(place) ? self[place] : nil
  }
}

/// As YAML and JSON both read it.
private func quoted(_ name: String) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = .withoutEscapingSlashes
  return String(decoding: try encoder.encode(name), as: UTF8.self)
}
