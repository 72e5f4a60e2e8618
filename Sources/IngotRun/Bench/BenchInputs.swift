// What is fed while an engine is timed: one batch of each size, from a set of samples or of random numbers.

internal import IngotBackends
internal import IngotCalibration
internal import IngotCore
internal import IngotGraph

struct BenchInputs {
  private let source: CalibrationSet?
  /// The graph that random numbers must fit.
  private let graph: Graph?
  /// Sizes of open dimensions, by name.
  private let dims: [String: Int]
  private let profile: OptimizationProfile?

  init(_ subject: BenchSubject, dims: [String: Int]) throws {
    source = try subject.data.map { try CalibrationSet.open(directory: $0) }
    graph = try subject.model.map { try readModel($0).graph }
    (self.dims, profile) = (dims, subject.profiles.first)
  }

  var isSynthetic: Bool { source == nil }

  /// In words.
  var description: String {
    guard let source else {
      return graph == nil
        ? "random numbers; whole numbers are 0 or 1, because the model's tables are not known"
        : "random numbers"
    }
    return "\(source.directory), \(source.sampleCount) samples, the first of them again and again"
  }

  /// - Parameter inputs: the engine's, or the model's.
  /// - Returns: the shape of each input in a batch.
  func shapes(of inputs: [IOTensor], batch: Int) throws(InputError) -> [[Int]] {
    // A name means one size: what the batch is called counts the batch wherever it stands.
    var sizes = dims
    for case .symbolic(let name) in inputs.compactMap(\.shape.first) { sizes[name] = batch }
    var shapes: [[Int]] = []
    for input in inputs {
      let known = source?.array(named: input.name)?.sampleShape
      var shape: [Int] = []
      for (axis, dimension) in input.shape.enumerated() {
        if axis == 0, dimension.size == nil {
          shape.append(batch)
          continue
        }
        var size = dimension.size
        if case .symbolic(let name) = dimension { size = sizes[name] }
        if let known, axis > 0, axis - 1 < known.count { size = known[axis - 1] }
        let common = profile?.inputs[input.name]?.opt
        size = size ?? common.flatMap { axis < $0.count ? $0[axis] : nil }
        guard let size else {
          throw InputError(
            in: "input '\(input.name)'", "axis \(axis) of \(input.shape.shapeText) has no size",
            hint: "say it: --dim NAME=SIZE, or feed a set: --data DIR")
        }
        shape.append(size)
      }
      shapes.append(shape)
    }
    return shapes
  }

  func tensors(for inputs: [IOTensor], batch: Int) throws(InputError) -> [String: Tensor] {
    if let source { return try samples(of: source, for: inputs, batch: batch) }
    var tensors: [String: Tensor] = [:]
    let shapes = try shapes(of: inputs, batch: batch)
    for (index, (input, shape)) in zip(inputs, shapes).enumerated() {
      let bytes = try randomBytes(
        for: input, shape: shape, below: graph?.tableSize(readBy: input.name), seed: UInt64(index))
      tensors[input.name] = Tensor(type: input.type, shape: shape, bytes: Bytes(bytes))
    }
    return tensors
  }

  /// The first samples; where the set has fewer than the batch, they are repeated.
  private func samples(
    of set: CalibrationSet, for inputs: [IOTensor], batch: Int
  ) throws(InputError) -> [String: Tensor] {
    try set.require(fitsRounded: inputs)
    let tensors = try set.inputs(inputs, samples: 0..<min(batch, set.sampleCount))
    guard set.sampleCount < batch else { return tensors }
    return tensors.mapValues { tensor in
      let sample = tensor.bytes.count / max(tensor.shape[0], 1)
      let all = tensor.bytes.array
      var bytes: [UInt8] = []
      bytes.reserveCapacity(sample * batch)
      while bytes.count < sample * batch { bytes += all.prefix(sample * batch - bytes.count) }
      return Tensor(type: tensor.type, shape: [batch] + tensor.shape.dropFirst(), bytes: Bytes(bytes))
    }
  }
}
