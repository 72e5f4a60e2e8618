// A step's action to the stage that does it. One file a stage lies beside this one: its inputs, its outputs, its facts.

internal import FoundationEssentials
internal import IngotBackends
package import IngotCore
internal import IngotPlan

/// Does the work of steps, with the runtimes of this machine.
package struct Stages: StepRunner {
  let runtimes: RuntimeSet
  /// What tensors may take that are in memory at once while ranges are measured. No result depends on it.
  let memoryBudget: ByteCount
  /// Samples that are run at once. Nor does any on it.
  let threadCount: Int
  /// Where builders keep what they measured of kernels; nil: nowhere.
  let timingCaches: String?

  package init(
    runtimes: RuntimeSet, memoryBudget: ByteCount = ByteCount(1 << 30), threadCount: Int = Processor.coreCount,
    timingCaches: String? = nil
  ) {
    (self.runtimes, self.memoryBudget, self.threadCount) = (runtimes, memoryBudget, threadCount)
    self.timingCaches = timingCaches
  }

  package func run(_ job: StageJob) throws -> StageResult {
    switch job.step.action {
    case .sanitize(let settings): try sanitize(job, settings)
    case .parse(let settings): try parse(job, settings)
    case .synthesize(let settings): try synthesize(job, settings)
    case .reference: try reference(job)
    case .calibrate(let settings): try calibrate(job, settings)
    case .search(let settings): try search(job, settings)
    case .lower(let settings): try lower(job, settings)
    case .build(let settings): try build(job, settings)
    case .serialize(let settings): try serialize(job, settings)
    case .verify(let settings): try verify(job, settings)
    case .choose(let settings): try choose(job, settings)
    }
  }
}

extension StageJob {
  /// - Precondition: the planner gave the step an input of that name.
  func input(_ name: String) -> String {
    guard let path = inputs[name] else { preconditionFailure("step \(step.label) has no input '\(name)'") }
    return path
  }

  func inputDigest(_ name: String) -> Digest {
    guard let digest = inputDigests[name] else { preconditionFailure("step \(step.label) has no input '\(name)'") }
    return digest
  }

  /// A file for an output, in the scratch folder.
  func file(_ name: String) -> String { "\(scratch)/\(name)" }

  /// Writes a document as JSON with sorted keys.
  func write(_ document: some Encodable, to name: String) throws -> (name: String, path: String) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    try FileSystem.writeAtomically([Bytes(Array(try encoder.encode(document)))], to: file(name), isDurable: false)
    return (name, file(name))
  }
}

func fact(_ name: String, _ value: some CustomStringConvertible) -> NamedOption {
  NamedOption(name: name, value: "\(value)")
}
