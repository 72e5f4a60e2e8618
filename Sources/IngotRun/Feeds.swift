// What a calibration set feeds to a session: whole batches, in the types that the session takes.

internal import IngotBackends
internal import IngotCalibration
internal import IngotCore

extension CalibrationSet {
  /// - Throws: every reason why the arrays cannot be fed to a model.
  func require(fits inputs: [IOTensor]) throws(InputError) {
    let problems = problems(feeding: inputs).filter { $0.severity == .error }
    guard problems.isEmpty else { throw InputError(problems) }
  }

  /// The same for a lowered form of the model that the set is for: what it takes in 16 bits is rounded from float32.
  func require(fitsRounded inputs: [IOTensor]) throws(InputError) {
    var wide = inputs
    for index in wide.indices where rounds(wide[index]) { wide[index].type = .float32 }
    try require(fits: wide)
  }

  private func rounds(_ input: IOTensor) -> Bool {
    [.float16, .bfloat16].contains(input.type) && array(named: input.name)?.type == .float32
  }

  /// Batches of a size that the model takes. Where it takes only whole batches of a fixed size, samples that fill none are left out.
  /// - Parameter least: samples that a batch must have.
  func wholeBatches(for inputs: [IOTensor], size: Int, least: Int = 1, limit: Int? = nil) -> [Range<Int>] {
    guard let fixed = fixedBatchSize(of: inputs) else {
      return batches(of: size, limit: limit).filter { $0.count >= least }
    }
    return batches(of: fixed, limit: limit).filter { $0.count == fixed }
  }

  func inputs(_ inputs: [IOTensor], samples: Range<Int>) throws(InputError) -> [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    for input in inputs {
      let tensor = try tensor(input.name, samples: samples)
      tensors[input.name] = rounds(input) ? tensor.rounded(to: input.type) : tensor
    }
    return tensors
  }

  private static let feedByteLimit = 4 << 30

  /// The first samples; where the set has fewer than the batch, they are repeated.
  func repeatedSamples(for inputs: [IOTensor], batch: Int) throws(InputError) -> [String: Tensor] {
    try require(fitsRounded: inputs)
    let tensors = try self.inputs(inputs, samples: 0..<min(batch, sampleCount))
    guard sampleCount < batch else { return tensors }
    let largest = tensors.values.map { $0.bytes.count / max($0.shape[0], 1) }.max() ?? 0
    guard batch <= Self.feedByteLimit / max(largest, 1) else {
      throw InputError(in: directory, "a batch of \(batch) would take more than 4 GiB", hint: "time smaller batches")
    }
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

extension Tensor {
  /// To the nearest, ties to even; beyond the range infinite, as a cast does it.
  /// - Precondition: the elements are float32; the type is float16 or bfloat16.
  fileprivate func rounded(to type: ElementType) -> Tensor {
    let values = elements(as: Float.self)
    let bits = values.map { value in
      type == .float16 ? Float16(value).bitPattern : value.bfloat16Bits
    }
    return Tensor(type: type, shape: shape, bytes: Bytes(littleEndianBytes(of: bits)))
  }
}

extension Float {
  fileprivate var bfloat16Bits: UInt16 {
    // A NaN whose rounding would carry into the exponent stays one.
    if isNaN { return UInt16(truncatingIfNeeded: bitPattern >> 16) | 0x40 }
    return UInt16(truncatingIfNeeded: (bitPattern &+ 0x7fff &+ (bitPattern >> 16 & 1)) >> 16)
  }
}
