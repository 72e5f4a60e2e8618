// What int8 must look like for each family of backends: their kernels want different types, and Q/DQ at different places.

internal import IngotCore

/// A family of backends that want the same int8 graph.
package enum Int8Form: String, Codable, Sendable, CaseIterable {
  /// Signed and symmetric, biases and results of linear nodes float (Q1, Q9, P2, P4).
  case tensorrt
  /// Unsigned activations: on x86 its kernels for signed ones are slower than float (O1). A convolution is an int8 kernel only
  /// where its result is quantized too (O2), a product with a bias only where the bias is int32 (O3), and a transposed
  /// convolution never (O4).
  case onnxruntime
  /// Unsigned activations where none is negative, else signed and symmetric: with a zero point its matrix products are slower
  /// than float (V1). Without VNNI it is the sums for signed activations that cost: as much as the product of a few rows. There
  /// products in int8 take 0.9 to 1.4 times as long as in float, medians of single layers; as convolutions 0.7 to 1.0 times (V2).
  case openvino

  /// - Parameter isMatrix: whether the tensor has two axes, so that products of it have few rows: a batch, no sequence.
  func isUnsigned(_ range: ActivationRange, isMatrix: Bool, products: ByteProducts) -> Bool {
    switch self {
    case .tensorrt: false
    case .onnxruntime: true
    case .openvino: range.min >= 0 || products == .saturating && isMatrix
    }
  }

  /// Whether the backend runs on the processor, so that its kernels depend on `ByteProducts`.
  var isForProcessors: Bool { self != .tensorrt }

  /// Whether a Concat of branches with different scales is an integer kernel too (P5).
  var hasConcatOfScales: Bool { self == .onnxruntime }

  /// Whether values from which their smallest was taken have unsigned codes, those of its faster kernels (C1).
  var centersUnsigned: Bool { self == .openvino }

  /// Whether quantized products become convolutions (V2).
  func writesConvolutions(_ products: ByteProducts) -> Bool { self == .openvino && products == .saturating }

  /// Whether weights are scaled so that no two that are added up reach too far.
  func boundsNeighbours(_ products: ByteProducts) -> Bool { isForProcessors && products == .saturating }
}

/// How a processor adds up products of bytes, on which the kernels of ONNX Runtime and OpenVINO depend.
package enum ByteProducts: String, Codable, Sendable, CaseIterable {
  /// In 32 bits: x86 with VNNI, and every other processor.
  case exact
  /// x86 without VNNI: two products of an unsigned and a signed byte are added in 16 bits, which saturate (B1). Weights are
  /// then scaled so that two neighbours never add up to more than 128, since 255 * 128 is below 2^15.
  case saturating
}

/// The values of a tensor that int8 spans; what is beyond is clipped.
package struct ActivationRange: Hashable, Sendable {
  /// Smallest and largest value seen, and the largest magnitude that the codes reach.
  package var min: Float
  package var max: Float
  package var amax: Float
  package init(min: Float, max: Float, amax: Float) { (self.min, self.max, self.amax) = (min, max, amax) }
  /// Symmetric.
  package init(amax: Float) { self.init(min: -amax, max: amax, amax: amax) }
}

/// How an activation's codes map to its values: value = (code - zeroPoint) * scale + center.
struct ActivationCodes: Hashable {
  var type: ElementType
  var scale: Float
  var zeroPoint: Int
  /// What is taken from the values before they are quantized (C1).
  var center: Float = 0

  /// - Parameter canCenter: whether the readers can do with values from which a constant was taken.
  init(
    _ range: ActivationRange, form: Int8Form, isMatrix: Bool = false, products: ByteProducts = .exact,
    scaleType: ElementType, canCenter: Bool = false
  ) {
    let (low, high) = range.ends
    let isUnsigned = form.isUnsigned(range, isMatrix: isMatrix, products: products)
    // The scale of 127 steps to each side, for a range of 255 steps in all.
    let unsignedScale = ScaledFormat.int8.scale(amax: (high - low) / 255 * 127, storedAs: scaleType)
    // A bfloat16 has no more digits than a code: what is taken would cost the small values theirs. A float16 ends early.
    let holdsCenter = scaleType == .float32 || scaleType == .float16 && max(high, -low) <= NarrowFloat.largestFloat16
    let centers = canCenter && !isUnsigned && range.isLopsided && holdsCenter
    switch (isUnsigned, centers) {
    case (true, _):
      (type, scale) = (.uint8, unsignedScale)
      zeroPoint = Int(Swift.max(0, Swift.min(255, (-low / scale).rounded(.toNearestOrEven))))
    case (false, true) where form.centersUnsigned:
      (type, scale, zeroPoint, center) = (.uint8, unsignedScale, 0, low)
    case (false, true):
      (type, zeroPoint, center) = (.int8, 0, (low + high) / 2)
      scale = ScaledFormat.int8.scale(amax: (high - low) / 2, storedAs: scaleType)
    case (false, false):
      (type, scale, zeroPoint) = (.int8, ScaledFormat.int8.scale(amax: range.amax, storedAs: scaleType), 0)
    }
    if scaleType == .float16 { center = Float(Float16(center)) }
  }

  /// Symmetric.
  init(_ format: ScaledFormat, scale: Float) { (type, self.scale, zeroPoint) = (format.type, scale, 0) }

  /// The values of the smallest and the largest code.
  var span: [Float] {
    let (low, high) = type == .int8 ? (-127, 127) : (0, 255)
    return [Float(low - zeroPoint) * scale + center, Float(high - zeroPoint) * scale + center]
  }
}
