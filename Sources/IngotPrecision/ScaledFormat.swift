// The formats that numbers are stored in with a scale: int8, int4 and float8 (E4M3), their rounding and their scales.

internal import IngotCore

/// Numbers that stand for themselves times a scale. All are symmetric around zero (Q1).
enum ScaledFormat: Hashable {
  case int8, int4, float8

  init?(_ type: ElementType) {
    switch type {
    case .int8: self = .int8
    case .int4: self = .int4
    case .float8e4m3fn: self = .float8
    default: return nil
    }
  }

  var type: ElementType {
    switch self {
    case .int8: .int8
    case .int4: .int4
    case .float8: .float8e4m3fn
    }
  }

  /// What the largest magnitude becomes.
  var largest: Float {
    switch self {
    case .int8: 127
    case .int4: 7
    case .float8: 448
    }
  }

  /// Of int8 the number below stays unused for the symmetry; of the few of int4 none is left out.
  var smallest: Float { self == .int4 ? -8 : -largest }

  /// The scale of a group that is nothing but zeros: arbitrary, positive, exact in 16 bits too.
  static let scaleOfZeros: Float = 1.0 / 128

  /// The first operator set whose Q and DQ have the format (Q7); with scales of 16 bits where `scaleType` is one.
  func firstOpset(scaleType: ElementType) -> Int64 {
    switch self {
    case .int8: scaleType == .float32 ? 13 : 19
    case .float8: 19
    case .int4: 21
    }
  }

  /// A positive number that `type` holds exactly (Q2).
  ///
  /// - Parameter amax: the magnitude that becomes `largest`, finite and not negative; zero gives a scale of no consequence.
  func scale(amax: Float, storedAs type: ElementType) -> Float {
    guard amax > 0 else { return Self.scaleOfZeros }
    return stored(amax / largest, as: type)
  }

  /// The number nearest to a positive one that `type` holds exactly and that can be a scale.
  func stored(_ scale: Float, as type: ElementType) -> Float {
    // Under 2^-100 a scale's inverse would not be finite.
    let exact = max(scale, 0x1p-100)
    switch type {
    case .float16:
      return Float(max(Float16(min(exact, NarrowFloat.largestFloat16)), Float16(NarrowFloat.smallestFloat16)))
    case .bfloat16: return Float(bitPattern: (exact.bitPattern &+ 0x7fff &+ (exact.bitPattern >> 16 & 1)) & 0xffff_0000)
    default: return exact
    }
  }

  /// Added to a number of few bits it leaves no room for a fraction, so that the processor rounds to nearest with ties to
  /// even; the integer is in the lowest bits.
  static let rounder: Float = 0x1.8p23

  /// The bits of `value` / `scale`, rounded to nearest with ties to even and kept in range (Q5); an int4 in the low bits.
  @inline(__always)
  func bits(_ value: Float, scale: Float) -> UInt8 {
    let scaled = max(smallest, min(largest, value / scale))
    switch self {
    case .int8, .int4: return UInt8(truncatingIfNeeded: (scaled + Self.rounder).bitPattern)
    case .float8: return Self.float8Bits(scaled)
    }
  }

  /// What the bits stand for: `value` rounded to a multiple of `scale` or to a float8 of it.
  @inline(__always)
  func rounded(_ value: Float, scale: Float) -> Float {
    let scaled = max(smallest, min(largest, value / scale))
    switch self {
    case .int8, .int4: return (scaled + Self.rounder - Self.rounder) * scale
    case .float8: return Self.float8(Self.float8Bits(scaled)) * scale
    }
  }

  /// - Parameter value: between -448 and 448.
  static func float8Bits(_ value: Float) -> UInt8 {
    let bits = value.bitPattern
    let magnitude = bits & 0x7fff_ffff
    let sign = UInt8(truncatingIfNeeded: bits >> 24) & 0x80
    // From 2^-6 on: the exponent's bias goes from 127 to 7, and 20 bits of the fraction are rounded away.
    guard magnitude < 0x3c80_0000 else {
      return sign | UInt8(truncatingIfNeeded: (magnitude &- 0x3c00_0000 &+ 0x7_ffff &+ (magnitude >> 20 & 1)) >> 20)
    }
    // Adding 2^14 lets the processor round at the last place, 2^-9.
    return sign
      | UInt8(truncatingIfNeeded: (Float(bitPattern: magnitude) + 0x1p14).bitPattern &- Float(0x1p14).bitPattern)
  }

  /// - Parameter bits: of no NaN.
  static func float8(_ bits: UInt8) -> Float {
    let magnitude = UInt32(bits & 0x7f)
    let value = magnitude < 8 ? Float(magnitude) * 0x1p-9 : Float(bitPattern: magnitude << 20 &+ 0x3c00_0000)
    return bits & 0x80 == 0 ? value : -value
  }
}
