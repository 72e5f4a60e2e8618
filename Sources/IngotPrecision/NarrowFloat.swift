// Float32 numbers in 16 bits: rounding to nearest, ties to even; what does not fit is counted before anything is
// converted, never lost silently. And back, which is exact. A weight becomes a recipe over the file that it is in, so
// that a model's weights are converted piece by piece as they are written.

internal import IngotCore

/// What a 16-bit type would do to a tensor's numbers, counted in one pass over them.
struct NarrowingCensus: Hashable {
  /// Finite elements over the type's range.
  var overRange = 0
  /// For float16: elements other than zero that would become zero.
  var tiny = 0
  /// Infinities and NaN, which stay what they are.
  var nonFinite = 0

  /// - Parameters:
  ///   - tensor: float32.
  ///   - type: float16 or bfloat16.
  init(_ tensor: Tensor, as type: ElementType) {
    let isHalf = type == .float16
    let largest = isHalf ? NarrowFloat.largestFloat16.bitPattern : NarrowFloat.largestForBfloat16
    let smallest: UInt32 = isHalf ? 0x3300_0000 : 0
    tensor.forEachPiece(as: UInt32.self) { piece in
      // As wide as the elements, so that several are counted at once.
      var (over, special, small): (UInt32, UInt32, UInt32) = (0, 0, 0)
      for bits in piece {
        let magnitude = bits & 0x7fff_ffff
        over &+= magnitude > largest ? 1 : 0
        special &+= magnitude >= 0x7f80_0000 ? 1 : 0
        // 1 ... 2^-25, which is half of float16's smallest number and a tie with zero.
        small &+= magnitude &- 1 < smallest ? 1 : 0
      }
      overRange += Int(over - special)
      nonFinite += Int(special)
      tiny += Int(small)
    }
  }

  /// Whether rounding is all that happens.
  fileprivate var isPlain: Bool { overRange + tiny + nonFinite == 0 }
}

enum NarrowFloat {
  static let largestFloat16: Float = 65504
  /// 2^-24, float16's smallest positive number.
  static let smallestFloat16: Float = 0x1p-24
  /// The bits of the largest float32 number that rounds to a finite bfloat16.
  fileprivate static let largestForBfloat16: UInt32 = 0x7f7f_7fff

  /// The end of the range, for messages.
  static func rangeText(of type: ElementType) -> String { type == .float16 ? "65504" : "3.39e38" }

  /// What is over the range becomes the end of it, what would become zero the smallest number, both with their sign.
  ///
  /// - Parameters:
  ///   - tensor: float32.
  ///   - type: float16 or bfloat16.
  ///   - census: of the tensor; counted where nil.
  static func convert(_ tensor: Tensor, to type: ElementType, census: NarrowingCensus? = nil) -> Tensor {
    if type == .bfloat16 { return tensor.mappingElements(to: type) { narrowed($0, bfloat16Bits) } }
    if (census ?? NarrowingCensus(tensor, as: type)).isPlain {
      return tensor.mappingElements(to: type) { narrowed($0, roundedBits) }
    }
    return tensor.mappingElements(to: type) { narrowed($0, float16Bits) }
  }

  @inline(__always)
  private static func narrowed(_ bits: [UInt32], _ narrow: (UInt32) -> UInt16) -> [UInt8] {
    var result = [UInt16](repeating: 0, count: bits.count)
    for index in bits.indices { result[index] = narrow(bits[index]) }
    return littleEndianBytes(of: result)
  }

  /// Of a number that is 0 or from 2^-25 to 65504 in magnitude. In integers and without branches, so that it is done for
  /// several numbers at once; `Float16.init` is a call into the runtime where the processor is not known to have F16C.
  @inline(__always)
  private static func roundedBits(_ bits: UInt32) -> UInt16 {
    let magnitude = bits & 0x7fff_ffff
    // Normal numbers: the exponent's bias goes from 127 to 15, and 13 bits of the fraction are rounded away.
    let normal = (magnitude &- 0x3800_0000 &+ 0xfff &+ (magnitude >> 13 & 1)) >> 13
    // Under 2^-14: adding a half lets the processor round at float16's last place, 2^-24.
    let small = (Float(bitPattern: magnitude) + 0.5).bitPattern &- Float(0.5).bitPattern
    let rounded = magnitude >= 0x3880_0000 ? normal : small
    return UInt16(truncatingIfNeeded: bits >> 16 & 0x8000 | rounded)
  }

  @inline(__always)
  private static func float16Bits(_ bits: UInt32) -> UInt16 {
    let magnitude = bits & 0x7fff_ffff
    let sign = UInt16(truncatingIfNeeded: bits >> 16) & 0x8000
    if magnitude > 0x7f80_0000 { return sign | 0x7e00 | UInt16(truncatingIfNeeded: magnitude >> 13) & 0x3ff }  // NaN
    if magnitude == 0x7f80_0000 { return sign | 0x7c00 }
    if magnitude > largestFloat16.bitPattern { return sign | 0x7bff }
    let rounded = roundedBits(bits)
    return rounded & 0x7fff == 0 && magnitude != 0 ? sign | 1 : rounded
  }

  @inline(__always)
  private static func bfloat16Bits(_ bits: UInt32) -> UInt16 {
    let magnitude = bits & 0x7fff_ffff
    let isFinite = magnitude < 0x7f80_0000
    // A NaN stays one, whatever its lowest bits are.
    let special = bits >> 16 | (magnitude > 0x7f80_0000 ? 0x40 : 0)
    let clipped =
      isFinite && magnitude > largestForBfloat16
      ? bits >> 16 & 0x8000 | 0x7f7f : (bits &+ 0x7fff &+ (bits >> 16 & 1)) >> 16
    return UInt16(truncatingIfNeeded: isFinite ? clipped : special)
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
}
