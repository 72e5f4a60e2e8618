// Which tensors are collected together. All at once where one unit of samples fits the memory budget; in groups, each
// with a pass over the set, where it does not. It runs nothing.

internal import IngotBackends
internal import IngotCore

/// Tensors to collect, in groups of at most the budget for one unit.
struct CollectionPlan: Hashable {
  /// Inputs of the model: read from the set, not from the model.
  var inputs: [String]
  /// Values that the model returns, in the order that was asked for.
  var groups: [[String]]

  /// - Parameter names: tensors to collect.
  /// - Parameter sampleShapes: of the arrays that are fed, by input name, without the axis of the samples.
  /// - Parameter budget: bytes of tensors that a run may return for one unit: one sample, or the batch that the
  ///   model's inputs fix.
  init(
    tensors names: [String], inputs: [IOTensor], outputs: [IOTensor], sampleShapes: [String: [Int]], budget: Int
  ) throws(CalibrationError) {
    let sizes = Self.dimensionSizes(inputs, sampleShapes)
    var byteCounts: [Int?] = []
    var wanted: [IOTensor] = []
    self.inputs = []
    for name in names {
      if let input = inputs.first(where: { $0.name == name }) {
        try Self.requireFloats(input)
        self.inputs.append(name)
      } else if let output = outputs.first(where: { $0.name == name }) {
        try Self.requireFloats(output)
        wanted.append(output)
        byteCounts.append(Self.byteCount(output, sizes))
      } else {
        throw .notCollectable(tensor: name, reason: "the model, opened with it as an output, does not return it")
      }
    }
    // A tensor whose size nobody knows before a run is taken to be as large as the largest that is known.
    let guess = byteCounts.compactMap { $0 }.max() ?? 0
    groups = []
    var room = 0
    for (tensor, known) in zip(wanted, byteCounts) {
      let byteCount = known ?? guess
      if groups.isEmpty || byteCount > room {
        groups.append([])
        room = budget
      }
      groups[groups.count - 1].append(tensor.name)
      room -= min(byteCount, room)
    }
  }

  /// Names of dimensions and their sizes for one unit. An input's first axis is 1 where it is dynamic.
  private static func dimensionSizes(_ inputs: [IOTensor], _ shapes: [String: [Int]]) -> [String: Int] {
    var sizes: [String: Int] = [:]
    for input in inputs {
      for (dimension, size) in zip(input.shape, [1] + (shapes[input.name] ?? [])) {
        if case .symbolic(let name) = dimension { sizes[name] = size }
      }
    }
    return sizes
  }

  private static func byteCount(_ tensor: IOTensor, _ sizes: [String: Int]) -> Int? {
    var count = 1
    for (axis, dimension) in tensor.shape.enumerated() {
      let size: Int
      switch dimension {
      case .fixed(let fixed): size = fixed
      case .symbolic(let name):
        guard let known = sizes[name] ?? (axis == 0 ? 1 : nil) else { return nil }
        size = known
      case .unknown:
        guard axis == 0 else { return nil }
        size = 1
      }
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      if overflow { return nil }
      count = product
    }
    return tensor.type.byteCount(of: count)
  }

  private static func requireFloats(_ tensor: IOTensor) throws(CalibrationError) {
    guard [.float32, .float64, .float16, .bfloat16].contains(tensor.type) else {
      throw .notCollectable(
        tensor: tensor.name, reason: "it is \(tensor.type), and only floating-point tensors are quantized")
    }
  }
}
