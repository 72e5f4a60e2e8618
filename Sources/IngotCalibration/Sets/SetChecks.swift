// Whether a set fits a model, and whether its data is what one calibrates with.

package import IngotBackends
package import IngotCore
internal import IngotManifest

extension CalibrationSet {
  /// What keeps the set's arrays from being fed to a model. An input's first axis is the batch: it takes any number
  /// of samples where it is dynamic, and exactly its size where it is fixed.
  /// - Returns: empty where every input has an array of its type and shape.
  package func problems(feeding inputs: [IOTensor]) -> [Diagnostic] {
    var problems: [Diagnostic] = []
    var sizes: [String: (size: Int, input: String)] = [:]
    for input in inputs {
      guard let array = array(named: input.name) else {
        let near = suggestion(for: input.name, among: arrays.map(\.name))
        problems.append(
          Diagnostic(
            in: "\(directory)/\(Self.fileName)", "the model's input `\(shown(input.name))` has no array in the set",
            hint: near.map { "should `\(shown($0))` be named `\(shown(input.name))`?" }
              ?? "add `\(shown(input.name))` under `arrays`: \(input.type) \(input.shape.shapeText)"))
        continue
      }
      if let problem = Self.mismatch(array, input) {
        problems.append(
          Diagnostic(at: array.place, problem, hint: "the model takes \(input.type) \(input.shape.shapeText)"))
        continue
      }
      for (dimension, size) in zip(input.shape, [nil] + array.sampleShape.map(Optional.some)) {
        guard case .symbolic(let name) = dimension, let size else { continue }
        if let known = sizes[name], known.size != size {
          problems.append(
            Diagnostic(
              at: array.place,
              "the model's dimension `\(shown(name))` is \(known.size) by the array `\(shown(known.input))` "
                + "and \(size) by `\(shown(input.name))`"))
        } else {
          sizes[name] = (size, input.name)
        }
      }
    }
    if problems.isEmpty, let size = fixedBatchSize(of: inputs), size > sampleCount {
      problems.append(
        Diagnostic(in: directory, "the model takes \(size) samples at once; the set has \(sampleCount)"))
    }
    return problems
  }

  /// How many samples the model takes at once, where its inputs fix that; nil where they leave it open.
  package func fixedBatchSize(of inputs: [IOTensor]) -> Int? { inputs.compactMap { $0.shape.first?.size }.first }

  private static func mismatch(_ array: SampleArray, _ input: IOTensor) -> String? {
    let both = "array `\(shown(array.name))` is \(array.shapeDescription)"
    if array.type != input.type { return "\(both); the model's input is of type \(input.type)" }
    if input.shape.isEmpty { return "\(both); the model's input is a single number, which is no batch of samples" }
    if input.shape.count != array.sampleShape.count + 1 {
      return "\(both); the model's input has \(input.shape.count) axes"
    }
    for (axis, (dimension, size)) in zip(input.shape.dropFirst(), array.sampleShape).enumerated() {
      if let fixed = dimension.size, fixed != size {
        return "\(both); axis \(axis + 1) of the model's input is \(fixed)"
      }
    }
    return nil
  }

  /// Fewer samples than this leave the tails of most tensors unseen.
  package static let fewSamples = 100

  /// Reads all data of the named arrays once, a part at a time.
  /// - Parameter names: arrays of the set; others are passed over.
  /// - Parameter limit: how many samples; nil means all.
  /// - Returns: warnings: values that are not finite, arrays of one value, few samples.
  /// - Throws: where data is damaged.
  package func warnings(about names: [String], limit: Int? = nil) throws(InputError) -> [Diagnostic] {
    var warnings: [Diagnostic] = []
    let used = min(limit ?? sampleCount, sampleCount)
    if used < Self.fewSamples {
      warnings.append(
        Diagnostic(
          .warning, in: "\(directory)/\(Self.fileName)",
          "\(used) samples are few: ranges come from what is seen, and 100 to 1000 samples are usual"))
    }
    for array in arrays where names.contains(array.name) && array.type == .float32 {
      if let warning = try Self.warning(
        about: array, samples: used, batches: batches(of: array.batchSizeForScan, limit: used))
      {
        warnings.append(warning)
      }
    }
    return warnings
  }

  private static func warning(
    about array: SampleArray, samples: Int, batches: [Range<Int>]
  ) throws(InputError) -> Diagnostic? {
    var statistics = ActivationStatistics(collectsHistogram: false)
    for batch in batches {
      let tensor = try array.tensor(samples: batch)
      guard let index = tensor.withFloats({ statistics.add($0) }) else { continue }
      let sample = batch.lowerBound + index / max(tensor.elementCount / batch.count, 1)
      return Diagnostic(
        .warning, at: array.place, "array `\(shown(array.name))` has a value that is not finite in sample \(sample)",
        hint: "remove the sample, or mend what made it")
    }
    guard statistics.min == statistics.max else { return nil }
    return Diagnostic(
      .warning, at: array.place, "every value of array `\(shown(array.name))` is \(statistics.min)",
      hint: "a constant input tells nothing about ranges")
  }
}

extension SampleArray {
  /// Some 16 MiB at a time.
  fileprivate var batchSizeForScan: Int { max(1, (16 << 20) / max(sampleByteCount, 1)) }
}
