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
    if let source { return try source.repeatedSamples(for: inputs, batch: batch) }
    var tensors: [String: Tensor] = [:]
    let shapes = try shapes(of: inputs, batch: batch)
    for (index, (input, shape)) in zip(inputs, shapes).enumerated() {
      let bytes = try randomBytes(
        for: input, shape: shape, below: graph?.tableSize(readBy: input.name), seed: UInt64(index))
      tensors[input.name] = Tensor(type: input.type, shape: shape, bytes: Bytes(bytes))
    }
    return tensors
  }
}
