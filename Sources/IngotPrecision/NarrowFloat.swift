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
    var bits = [UInt16](repeating: 0, count: values.count)
    if type == .bfloat16 {
      for index in values.indices { bits[index] = bfloat16Bits(values[index]) }
    } else {
      for index in values.indices {
        bits[index] = float16Bits(values[index], clipsInfinity: clipsInfinity, counting: &result)
      }
    }
    result.tensor = Tensor(type: type, shape: tensor.shape, bytes: Bytes(littleEndianBytes(of: bits)))
    return result
  }

  /// In integers: `Float16.init` is a call into the runtime for each element where the processor is not known to have F16C.
  /// Lowering a model of 600 million weights took 23 s with it, and takes 7 s with this.
  private static func float16Bits(_ value: Float, clipsInfinity: Bool, counting result: inout NarrowedTensor) -> UInt16
  {
    let magnitude = value.bitPattern & 0x7fff_ffff
    let sign = UInt16(truncatingIfNeeded: value.bitPattern >> 16) & 0x8000
    if magnitude > largestFloat16.bitPattern {
      if magnitude > 0x7f80_0000 { return sign | 0x7e00 | UInt16(truncatingIfNeeded: magnitude >> 13) & 0x3ff }  // NaN
      if magnitude == 0x7f80_0000 && !clipsInfinity { return sign | 0x7c00 }
      result.clippedCount += 1
      return sign | 0x7bff
    }
    // Normal numbers: the exponent's bias goes from 127 to 15, and 13 bits of the fraction are rounded away.
    if magnitude >= 0x3880_0000 {
      return sign | UInt16(truncatingIfNeeded: (magnitude &- 0x3800_0000 &+ 0xfff &+ (magnitude >> 13 & 1)) >> 13)
    }
    // Under 2^-14: adding a half lets the processor round at float16's last place, 2^-24.
    let rounded = (Float(bitPattern: magnitude) + 0.5).bitPattern &- Float(0.5).bitPattern
    if rounded != 0 || magnitude == 0 { return sign | UInt16(truncatingIfNeeded: rounded) }
    result.raisedCount += 1
    return sign | 1
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
