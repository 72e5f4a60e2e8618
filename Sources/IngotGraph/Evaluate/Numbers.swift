// The elements of a tensor as numbers to calculate with, and back. Integers are widened to Int64 and wrap when they go back;
// floats are widened to Double and rounded once, which for + - * / and sqrt is the same as calculating in the narrow type.

internal import Glibc
internal import IngotCore

enum Numbers: Sendable {
  case integers([Int64])
  /// Of uint64, which Int64 does not hold.
  case unsigned([UInt64])
  case floats([Double])

  /// - Returns: nil for strings, complex numbers and elements that straddle bytes.
  init?(_ tensor: Tensor) { self.init(tensor.bytes, type: tensor.type, count: tensor.elementCount) }

  /// - Parameter bytes: exactly as many as `count` elements take.
  init?(_ bytes: Bytes, type: ElementType, count: Int) {
    func elements<T: BitwiseCopyable>(_: T.Type) -> [T] {
      Tensor(type: type, shape: [count], bytes: bytes).elements(as: T.self)
    }
    switch type {
    case .int64: self = .integers(elements(Int64.self))
    case .uint64: self = .unsigned(elements(UInt64.self))
    case .int32: self = .integers(elements(Int32.self).map { Int64($0) })
    case .int16: self = .integers(elements(Int16.self).map { Int64($0) })
    case .int8: self = .integers(elements(Int8.self).map { Int64($0) })
    case .uint32: self = .integers(elements(UInt32.self).map { Int64($0) })
    case .uint16: self = .integers(elements(UInt16.self).map { Int64($0) })
    case .uint8: self = .integers(elements(UInt8.self).map { Int64($0) })
    case .bool: self = .integers(elements(UInt8.self).map { $0 == 0 ? 0 : 1 })
    case .int4, .uint4, .int2, .uint2:
      self = .integers(type.unpacked(bytes, count: count).map { type.integer($0) })
    case .float64: self = .floats(elements(Double.self))
    case .float32: self = .floats(elements(Float.self).map { Double($0) })
    case .float16: self = .floats(elements(Float16.self).map { Double($0) })
    case .bfloat16: self = .floats(elements(UInt16.self).map { Double(Float(bitPattern: UInt32($0) << 16)) })
    case .float8e8m0: self = .floats(elements(UInt8.self).map { $0 == 255 ? .nan : ldexp(1, Int32($0) - 127) })
    case .float8e4m3fn, .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz, .float4e2m1:
      guard let format = NarrowFloat(type) else { return nil }
      self = .floats(type.unpacked(bytes, count: count).map { format.value($0) })
    case .string, .complex64, .complex128, .float6e2m3, .float6e3m2: return nil
    }
  }

  var count: Int {
    switch self {
    case .integers(let values): values.count
    case .unsigned(let values): values.count
    case .floats(let values): values.count
    }
  }

  /// - Parameter saturates: whether numbers too large for a float of 8 bits become the largest one.
  /// - Returns: nil where the numbers are of the other kind than the type.
  func bytes(as type: ElementType, saturates: Bool = true) -> [UInt8]? {
    switch self {
    case .integers(let values): Self.bytes(of: values, as: type)
    case .unsigned(let values): type == .uint64 ? littleEndianBytes(of: values) : nil
    case .floats(let values): Self.bytes(of: values, as: type, saturates: saturates)
    }
  }

  private static func bytes(of values: [Int64], as type: ElementType) -> [UInt8]? {
    switch type {
    case .int64: littleEndianBytes(of: values)
    case .uint64: littleEndianBytes(of: values.map { UInt64(bitPattern: $0) })
    case .int32: littleEndianBytes(of: values.map { Int32(truncatingIfNeeded: $0) })
    case .int16: littleEndianBytes(of: values.map { Int16(truncatingIfNeeded: $0) })
    case .int8: littleEndianBytes(of: values.map { Int8(truncatingIfNeeded: $0) })
    case .uint32: littleEndianBytes(of: values.map { UInt32(truncatingIfNeeded: $0) })
    case .uint16: littleEndianBytes(of: values.map { UInt16(truncatingIfNeeded: $0) })
    case .uint8: littleEndianBytes(of: values.map { UInt8(truncatingIfNeeded: $0) })
    case .int4, .uint4, .int2, .uint2: type.packed(values.map { UInt8(truncatingIfNeeded: $0) })
    case .bool: values.map { $0 == 0 ? 0 : 1 }
    default: nil
    }
  }

  private static func bytes(of values: [Double], as type: ElementType, saturates: Bool) -> [UInt8]? {
    switch type {
    case .float64: return littleEndianBytes(of: values)
    case .float32: return littleEndianBytes(of: values.map { Float($0) })
    case .float16: return littleEndianBytes(of: values.map { Float16($0) })
    case .bfloat16: return littleEndianBytes(of: values.map { bfloat16Bits(Float($0)) })
    default:
      guard let format = NarrowFloat(type) else { return nil }
      return type.packed(values.map { format.bits($0, saturates: saturates) })
    }
  }

  /// Round to nearest, ties to even; a NaN stays one.
  private static func bfloat16Bits(_ value: Float) -> UInt16 {
    if value.isNaN { return 0x7fc0 }
    let bits = value.bitPattern
    return UInt16(truncatingIfNeeded: (bits &+ 0x7fff &+ (bits >> 16 & 1)) >> 16)
  }
}

extension ElementType {
  /// Whether the evaluators calculate with it: not with truths, nor with types that are only for storage.
  var isArithmetic: Bool {
    switch self {
    case .float32, .float64, .float16, .bfloat16, .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64: true
    default: false
    }
  }
}

extension Tensor {
  /// - Returns: nil where the numbers are of the other kind than the type, or do not fill the shape.
  init?(_ numbers: Numbers, type: ElementType, shape: [Int]) {
    guard Layout.count(shape) == numbers.count, let bytes = numbers.bytes(as: type) else { return nil }
    self.init(type: type, shape: shape, bytes: Bytes(bytes))
  }

  /// The elements of an int64 or int32 tensor.
  var integers: [Int64]? {
    guard type == .int64 || type == .int32, case .integers(let values)? = Numbers(self) else { return nil }
    return values
  }

  /// The one element of a tensor of integers.
  var singleInteger: Int64? {
    guard elementCount == 1, let integers else { return nil }
    return integers[0]
  }

  /// The one element of a tensor of floats.
  var singleFloat: Double? {
    guard elementCount == 1, case .floats(let values)? = Numbers(self) else { return nil }
    return values[0]
  }

  /// Elements picked by their row-major indices; nil for strings.
  /// - Precondition: every index is inside the tensor and there are as many as `shape` says.
  func taking(_ indices: [Int], shape: [Int]) -> Tensor? {
    func take<T: BitwiseCopyable>(_: T.Type) -> Tensor {
      let elements = elements(as: T.self)
      return Tensor(type: type, shape: shape, bytes: Bytes(littleEndianBytes(of: indices.map { elements[$0] })))
    }
    switch type.bitCount {
    case 2, 4:
      let elements = type.unpacked(bytes, count: elementCount)
      return Tensor(type: type, shape: shape, bytes: Bytes(type.packed(indices.map { elements[$0] })))
    case 8: return take(UInt8.self)
    case 16: return take(UInt16.self)
    case 32: return take(UInt32.self)
    case 64: return take(UInt64.self)
    case 128: return take(SIMD2<UInt64>.self)
    default: return nil
    }
  }

  func reshaped(_ shape: [Int]) -> Tensor? {
    guard Layout.count(shape) == elementCount else { return nil }
    return Tensor(type: type, shape: shape, bytes: bytes)
  }
}
