// The elements of constants as text: numbers that read back to the same bits, or hexadecimal bytes for types that have
// no literal (4-bit integers, 8-bit floats, complex numbers).

internal import IngotCore

enum TensorText {
  /// `[1.0, 2.0]`, `["a"]`, `hex(0a1b)`, `external("file", 4096)` or `elided(1000)`.
  static func elements(of initializer: Initializer, limit: Int) -> String {
    let count = initializer.elementCount
    switch initializer.storage {
    case .sparse: return "sparse"  // the printer shows the parts
    case .external(let location, let offset, _): return "external(\(TextName.quoted(Array(location.utf8))), \(offset))"
    case .strings(let values):
      return count > limit ? "elided(\(count))" : "[\(values.map(TextName.quoted).joined(separator: ", "))]"
    case .raw(let bytes):
      if count > limit { return "elided(\(count))" }
      let tensor = Tensor(type: initializer.type, shape: initializer.shape, bytes: bytes)
      guard let texts = literals(of: tensor) else { return "hex(\(hex(bytes)))" }
      return "[\(texts.joined(separator: ", "))]"
    }
  }

  static func hex(_ bytes: Bytes) -> String {
    String(decoding: bytes.array.flatMap(TextName.hexDigits), as: UTF8.self)
  }

  static func number(_ value: Float) -> String { value.isNaN ? "nan" : "\(value)" }

  private static func literals(of tensor: Tensor) -> [String]? {
    switch tensor.type {
    case .float32: tensor.elements(as: Float.self).map(number)
    case .float64: tensor.elements(as: Double.self).map { $0.isNaN ? "nan" : "\($0)" }
    case .float16: tensor.elements(as: Float16.self).map { number(Float($0)) }
    case .bfloat16: tensor.elements(as: UInt16.self).map { number(Float(bitPattern: UInt32($0) << 16)) }
    case .uint8: tensor.elements(as: UInt8.self).map(String.init)
    case .int8: tensor.elements(as: Int8.self).map(String.init)
    case .uint16: tensor.elements(as: UInt16.self).map(String.init)
    case .int16: tensor.elements(as: Int16.self).map(String.init)
    case .uint32: tensor.elements(as: UInt32.self).map(String.init)
    case .int32: tensor.elements(as: Int32.self).map(String.init)
    case .uint64: tensor.elements(as: UInt64.self).map(String.init)
    case .int64: tensor.elements(as: Int64.self).map(String.init)
    case .bool: tensor.elements(as: UInt8.self).map { $0 == 0 ? "false" : "true" }
    case .string, .complex64, .complex128, .float8e4m3fn, .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz, .uint4, .int4,
      .float4e2m1, .float8e8m0, .uint2, .int2, .float6e2m3, .float6e3m2:
      nil
    }
  }

  /// - Parameter text: one number, `true` or `false`.
  /// - Returns: its little-endian bytes in the type, or nil where it is none or does not fit.
  static func bytes(of text: String, as type: ElementType) -> [UInt8]? {
    switch type {
    case .float32: Float(text).map { littleEndianBytes(of: [$0]) }
    case .float64: Double(text).map { littleEndianBytes(of: [$0]) }
    case .float16: Float(text).map { littleEndianBytes(of: [Float16($0)]) }
    case .bfloat16: Float(text).map { littleEndianBytes(of: [bfloat16Bits($0)]) }
    case .uint8: UInt8(text).map { [$0] }
    case .int8: Int8(text).map { littleEndianBytes(of: [$0]) }
    case .uint16: UInt16(text).map { littleEndianBytes(of: [$0]) }
    case .int16: Int16(text).map { littleEndianBytes(of: [$0]) }
    case .uint32: UInt32(text).map { littleEndianBytes(of: [$0]) }
    case .int32: Int32(text).map { littleEndianBytes(of: [$0]) }
    case .uint64: UInt64(text).map { littleEndianBytes(of: [$0]) }
    case .int64: Int64(text).map { littleEndianBytes(of: [$0]) }
    case .bool: text == "true" ? [1] : text == "false" ? [0] : nil
    case .string, .complex64, .complex128, .float8e4m3fn, .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz, .uint4, .int4,
      .float4e2m1, .float8e8m0, .uint2, .int2, .float6e2m3, .float6e3m2:
      nil
    }
  }

  /// Rounded to nearest, ties to even; a NaN stays one.
  private static func bfloat16Bits(_ value: Float) -> UInt16 {
    if value.isNaN { return 0x7fc0 }
    let bits = value.bitPattern
    return UInt16(truncatingIfNeeded: (bits &+ 0x7fff &+ (bits >> 16 & 1)) >> 16)
  }

  /// Elements `start`, `start + step`, …; integers wrap around.
  static func ramp(_ type: ElementType, count: Int, start: Double, step: Double) -> [UInt8]? {
    var result: [UInt8] = []
    for index in 0..<count {
      let value = start + step * Double(index)
      guard let bytes = rampElement(value, type) else { return nil }
      result += bytes
    }
    return result
  }

  private static func rampElement(_ value: Double, _ type: ElementType) -> [UInt8]? {
    switch type {
    case .float32: return littleEndianBytes(of: [Float(value)])
    case .float64: return littleEndianBytes(of: [value])
    case .float16: return littleEndianBytes(of: [Float16(value)])
    case .bfloat16: return littleEndianBytes(of: [bfloat16Bits(Float(value))])
    case .string, .complex64, .complex128, .float8e4m3fn, .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz, .uint4, .int4,
      .float4e2m1, .float8e8m0, .uint2, .int2, .float6e2m3, .float6e3m2:
      return nil
    case .bool: return [value == 0 ? 0 : 1]
    case .uint8, .int8, .uint16, .int16, .uint32, .int32, .uint64, .int64:
      guard let whole = Int64(exactly: value.rounded(.towardZero)), let byteCount = type.byteCount(of: 1) else {
        return nil
      }
      return Array(littleEndianBytes(of: [whole]).prefix(byteCount))
    }
  }
}
