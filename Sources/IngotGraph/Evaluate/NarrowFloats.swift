// Floats of 8 bits and less: the formats of "FP8 Formats for Deep Learning" as ONNX numbers them, float4e2m1 and the
// exponents float8e8m0. Every one of them is exact as a Double.

internal import Glibc
internal import IngotCore

/// How the bits of a narrow float are to be read.
struct NarrowFloat {
  let exponentBits: Int
  let mantissaBits: Int
  let bias: Int
  let specials: Specials

  enum Specials {
    /// Infinities and NaNs as IEEE 754 has them.
    case ieee
    /// The pattern of all ones is NaN; there are no infinities.
    case allOnesIsNaN
    /// The pattern of minus zero is NaN; there are no infinities.
    case minusZeroIsNaN
    case none
  }

  init?(_ type: ElementType) {
    switch type {
    case .float8e4m3fn: self.init(exponentBits: 4, mantissaBits: 3, bias: 7, specials: .allOnesIsNaN)
    case .float8e4m3fnuz: self.init(exponentBits: 4, mantissaBits: 3, bias: 8, specials: .minusZeroIsNaN)
    case .float8e5m2: self.init(exponentBits: 5, mantissaBits: 2, bias: 15, specials: .ieee)
    case .float8e5m2fnuz: self.init(exponentBits: 5, mantissaBits: 2, bias: 16, specials: .minusZeroIsNaN)
    case .float4e2m1: self.init(exponentBits: 2, mantissaBits: 1, bias: 1, specials: .none)
    default: return nil
    }
  }

  private init(exponentBits: Int, mantissaBits: Int, bias: Int, specials: Specials) {
    (self.exponentBits, self.mantissaBits, self.bias, self.specials) = (exponentBits, mantissaBits, bias, specials)
  }

  private var signBit: UInt8 { 1 << UInt8(exponentBits + mantissaBits) }

  func value(_ bits: UInt8) -> Double {
    let isNegative = bits & signBit != 0
    let magnitude = Int(bits & (signBit - 1))
    let (exponent, mantissa) = (magnitude >> mantissaBits, magnitude & (1 << mantissaBits - 1))
    switch specials {
    case .ieee where exponent == 1 << exponentBits - 1:
      return mantissa != 0 ? .nan : isNegative ? -.infinity : .infinity
    case .allOnesIsNaN where magnitude == Int(signBit) - 1: return .nan
    case .minusZeroIsNaN where isNegative && magnitude == 0: return .nan
    case .ieee, .allOnesIsNaN, .minusZeroIsNaN, .none: break
    }
    let significand = exponent == 0 ? mantissa : mantissa + 1 << mantissaBits
    let value = ldexp(Double(significand), Int32(max(exponent, 1) - bias - mantissaBits))
    return isNegative ? -value : value
  }

  /// Rounded to nearest, ties to even.
  /// - Parameter saturates: whether what is too large becomes the largest number, not infinity or NaN.
  func bits(_ value: Double, saturates: Bool) -> UInt8 {
    if value.isNaN { return nanBits }
    let sign = value.sign == .minus ? signBit : 0
    let largest = largestMagnitude
    var magnitude = largest + 1
    if value.isFinite {
      let exponent = value == 0 ? 1 - bias : max(Int(value.exponent), 1 - bias)
      let scaled = ldexp(value.magnitude, Int32(mantissaBits - exponent)).rounded(.toNearestOrEven)
      let steps = Int(min(scaled, 0x1p20))
      magnitude = (exponent + bias - 1) << mantissaBits + steps
    }
    if magnitude > largest {
      if saturates || specials == .none { return sign | UInt8(largest) }
      return specials == .ieee ? sign | UInt8(largest + 1) : specials == .allOnesIsNaN ? sign | nanBits : nanBits
    }
    if magnitude == 0, specials == .minusZeroIsNaN { return 0 }
    return sign | UInt8(magnitude)
  }

  private var largestMagnitude: Int {
    switch specials {
    case .ieee: (1 << exponentBits - 1) << mantissaBits - 1
    case .allOnesIsNaN: Int(signBit) - 2
    case .minusZeroIsNaN, .none: Int(signBit) - 1
    }
  }

  private var nanBits: UInt8 {
    switch specials {
    case .ieee: UInt8((1 << exponentBits - 1) << mantissaBits + 1 << (mantissaBits - 1))
    case .allOnesIsNaN: signBit - 1
    case .minusZeroIsNaN: signBit
    // There is none; zero is what is least wrong.
    case .none: 0
    }
  }
}

extension ElementType {
  /// Whether several elements share a byte.
  var isPacked: Bool { (bitCount ?? 8) < 8 }

  /// Whether no element straddles two bytes, as those of 6 bits do.
  var fillsBytes: Bool { bitCount.map { $0 >= 8 || 8 % $0 == 0 } ?? true }

  /// Whether the elements of a packed type have a sign.
  private var isSigned: Bool { self == .int4 || self == .int2 }

  /// The elements of a packed type, a byte each.
  func unpacked(_ bytes: Bytes, count: Int) -> [UInt8] {
    guard let bitCount, bitCount < 8 else { return bytes.array }
    let (perByte, mask) = (8 / bitCount, UInt8(1 << bitCount - 1))
    let packed = bytes.array
    return (0..<count).map { packed[$0 / perByte] >> UInt8($0 % perByte * bitCount) & mask }
  }

  /// The first element in the low bits; what is left of the last byte is zero.
  func packed(_ elements: [UInt8]) -> [UInt8] {
    guard let bitCount, bitCount < 8 else { return elements }
    let (perByte, mask) = (8 / bitCount, UInt8(1 << bitCount - 1))
    var bytes = [UInt8](repeating: 0, count: (elements.count + perByte - 1) / perByte)
    for (index, element) in elements.enumerated() {
      bytes[index / perByte] |= (element & mask) << UInt8(index % perByte * bitCount)
    }
    return bytes
  }

  /// The number that the bits of an element of a packed type are.
  func integer(_ bits: UInt8) -> Int64 {
    guard let bitCount, isSigned, bits >> UInt8(bitCount - 1) & 1 == 1 else { return Int64(bits) }
    return Int64(bits) - 1 << Int64(bitCount)
  }
}
