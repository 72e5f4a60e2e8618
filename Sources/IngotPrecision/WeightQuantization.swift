// Weights in int8: symmetric, a scale per output channel, rounded to nearest with ties to even (Q1, Q2, Q5).

internal import IngotCore

struct QuantizedWeight {
  /// int8, the weight's shape.
  var values: Tensor
  /// float32, one per channel, each positive and exact in the type that it was rounded to.
  var scales: [Float]
  var zeroChannels: Int
}

enum QuantizationScale {
  /// The scale of a tensor or channel that is nothing but zeros: arbitrary, positive, exact in float16's neighbourhood
  /// of one step.
  static let ofZeros: Float = 1.0 / 128
  /// Under this a scale's inverse would not be finite in float32.
  private static let smallest: Float = 0x1p-100

  /// `amax` / 127 as a number that `type` holds exactly, never so small that `amax` leaves int8's range by more than
  /// rounding.
  ///
  /// - Parameters:
  ///   - amax: the largest magnitude, finite.
  ///   - type: the type that the scale is stored in: float32 or float16.
  static func value(amax: Float, storedAs type: ElementType) -> Float {
    guard amax > 0 else { return ofZeros }
    let exact = max(amax / 127, smallest)
    guard type == .float16 else { return exact }
    let narrow = Float16(min(exact, NarrowFloat.largestFloat16))
    return Float(max(narrow, Float16(NarrowFloat.smallestFloat16)))
  }

  /// - Returns: `value` in steps of `scale`, between -127 and 127.
  static func quantize(_ value: Float, scale: Float) -> Int8 {
    Int8(max(-127, min(127, (value / scale).rounded(.toNearestOrEven))))
  }
}

/// - Parameters:
///   - tensor: float32, not empty.
///   - axis: the output channels' axis.
///   - scaleType: the type that the scales will be stored in.
/// - Returns: nil where an element is NaN or infinite: `badElement` says which.
func quantizeWeight(
  _ tensor: Tensor, axis: Int, scaleType: ElementType
) -> Result<QuantizedWeight, NonFiniteElement> {
  let values = tensor.elements(as: Float.self)
  if let bad = values.firstIndex(where: { !$0.isFinite }) { return .failure(NonFiniteElement(index: bad)) }
  let channels = tensor.shape[axis]
  let inner = tensor.shape[(axis + 1)...].reduce(1, *)
  var largest = [Float](repeating: 0, count: channels)
  for (index, value) in values.enumerated() {
    let channel = index / inner % channels
    largest[channel] = max(largest[channel], value.magnitude)
  }
  let scales = largest.map { QuantizationScale.value(amax: $0, storedAs: scaleType) }
  var quantized: [Int8] = []
  quantized.reserveCapacity(values.count)
  for (index, value) in values.enumerated() {
    quantized.append(QuantizationScale.quantize(value, scale: scales[index / inner % channels]))
  }
  let bytes = Bytes(littleEndianBytes(of: quantized))
  return .success(
    QuantizedWeight(
      values: Tensor(type: .int8, shape: tensor.shape, bytes: bytes), scales: scales,
      zeroChannels: largest.count { $0 == 0 }))
}

struct NonFiniteElement: Error {
  var index: Int
}
