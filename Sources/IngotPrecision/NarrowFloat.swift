// Float32 numbers in 16 bits: rounding to nearest, ties to even; what does not fit is clipped and counted, never
// silently. And back, which is exact.

internal import IngotCore

/// How a tensor came through the conversion.
struct NarrowedTensor {
  var tensor: Tensor
  /// Elements over the type's range, now at its end with their sign.
  var clippedCount = 0
  /// Elements that would have become zero, now the type's smallest number with their sign.
  var raisedCount = 0
}

enum NarrowFloat {
  static let largestFloat16: Float = 65504
  /// 2^-24, float16's smallest positive number.
  static let smallestFloat16: Float = 0x1p-24

  /// - Parameters:
  ///   - tensor: float32.
  ///   - type: float16 or bfloat16.
  ///   - clipsInfinity: makes infinities the largest finite number; they stay what they are otherwise, as NaN does.
  static func convert(_ tensor: Tensor, to type: ElementType, clipsInfinity: Bool = false) -> NarrowedTensor {
    var result = NarrowedTensor(tensor: tensor)
    let values = tensor.elements(as: Float.self)
    var bits: [UInt16] = []
    bits.reserveCapacity(values.count)
    for value in values {
      if type == .bfloat16 {
        bits.append(bfloat16Bits(value))
      } else {
        bits.append(float16(value, clipsInfinity: clipsInfinity, counting: &result).bitPattern)
      }
    }
    result.tensor = Tensor(type: type, shape: tensor.shape, bytes: Bytes(littleEndianBytes(of: bits)))
    return result
  }

  private static func float16(_ value: Float, clipsInfinity: Bool, counting result: inout NarrowedTensor) -> Float16 {
    guard value.isFinite || clipsInfinity && !value.isNaN else { return Float16(value) }
    if value.magnitude > largestFloat16 {
      result.clippedCount += 1
      return Float16(value.sign == .minus ? -largestFloat16 : largestFloat16)
    }
    let narrow = Float16(value)
    guard narrow == 0, value != 0 else { return narrow }
    result.raisedCount += 1
    return Float16(value.sign == .minus ? -smallestFloat16 : smallestFloat16)
  }

  /// - Parameter tensor: float16 or bfloat16.
  /// - Returns: the same numbers in float32.
  static func widen(_ tensor: Tensor) -> Tensor {
    let values =
      tensor.type == .bfloat16
      ? tensor.elements(as: UInt16.self).map { Float(bitPattern: UInt32($0) << 16) }
      : tensor.elements(as: Float16.self).map(Float.init)
    return Tensor(values, shape: tensor.shape)
  }

  static func bfloat16Bits(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    if value.isNaN { return UInt16(truncatingIfNeeded: bits >> 16) | 0x40 }
    return UInt16(truncatingIfNeeded: (bits + 0x7fff + (bits >> 16 & 1)) >> 16)
  }
}
