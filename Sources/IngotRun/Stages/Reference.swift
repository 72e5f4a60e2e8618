// reference: the original model, as it is, answers the evaluation set. In: the model file, the set. Out: `reference.json` with one data
// file an output (see ReferenceOutputs.swift).

internal import IngotBackends
internal import IngotCalibration
internal import IngotCore

/// Samples that a session takes at once where its model leaves that open.
private let referenceBatchSize = 32

extension Stages {
  func reference(_ job: StageJob) throws -> StageResult {
    let session = try openOriginal(at: job.input("model"))
    let set = try job.samples()
    try set.require(fits: session.inputs)
    var recorder = OutputRecorder(session.outputs.map(\.name), folder: job.scratch)
    for samples in set.wholeBatches(for: session.inputs, size: referenceBatchSize) {
      try Interrupt.check()
      job.onProgress(
        "sample \(samples.upperBound) of \(set.sampleCount)", Double(samples.upperBound) / Double(set.sampleCount))
      try recorder.append(try session.run(try set.inputs(session.inputs, samples: samples)), count: samples.count)
    }
    let description = try recorder.finish()
    let path = job.file(ReferenceOutputs.fileName)
    try FileSystem.writeAtomically([Bytes(try description.encoded())], to: path, isDurable: false)
    let data = description.outputs.indices.map { ReferenceOutputs.dataFileName($0) }
    return StageResult(files: [(ReferenceOutputs.fileName, path)] + data.map { ($0, job.file($0)) })
  }
}

extension Stages {
  private func openOriginal(at path: String) throws -> any InferenceSession {
    do {
      return try runtimes.reference().openModel(at: path)
    } catch var error as BackendError {
      if case .refused = error.reason {
        error.hint =
          "verification runs the original in ONNX Runtime: leave `verify` out for a model that it does not take"
      }
      throw error
    }
  }
}

/// Writes outputs as they come, one file each.
private struct OutputRecorder {
  private let names: [String]
  private let folder: String
  private var sampleCount = 0
  private var outputs: [ReferenceOutputs.Output] = []

  init(_ names: [String], folder: String) { (self.names, self.folder) = (names, folder) }

  /// - Parameter count: samples in the batch; an output's first axis must be it.
  mutating func append(_ batch: [String: Tensor], count: Int) throws {
    for (index, name) in names.enumerated() {
      guard let tensor = batch[name] else { preconditionFailure("a session returns all of its outputs") }
      guard tensor.shape.first == count else {
        throw InputError(
          in: "output '\(name)'", "has the shape \(tensor.shape) for a batch of \(count) samples",
          hint: "verification compares sample by sample: the output's first axis must be the batch")
      }
      let shape = Array(tensor.shape.dropFirst())
      if outputs.count <= index {
        outputs.append(ReferenceOutputs.Output(name: name, type: tensor.type.description, sampleShape: shape))
      } else if outputs[index].sampleShape != shape {
        throw InputError(
          in: "output '\(name)'", "has the shape \(shape) for one sample and \(outputs[index].sampleShape) for another",
          hint: "verify with samples of one size")
      }
      try FileSystem.extend("\(folder)/\(ReferenceOutputs.dataFileName(index))", with: tensor.bytes)
    }
    sampleCount += count
  }

  func finish() throws(InputError) -> ReferenceOutputs {
    guard sampleCount > 0 else {
      throw InputError(in: "evaluation set", "has too few samples for one batch of the model", hint: "add samples")
    }
    return ReferenceOutputs(sampleCount: sampleCount, outputs: outputs)
  }
}
