// The elements of a tensor as numbers to calculate with, and back. Integers are widened to Int64 and wrap when they go back;
// floats are widened to Double and rounded once, which for + - * / and sqrt is the same as calculating in the narrow type.

internal import IngotCore

enum Numbers {
  case integers([Int64])
  case floats([Double])

  /// - Returns: nil for types that are not calculated with: uint64, strings, complex and types of 8 bits and less that are floats.
  init?(_ tensor: Tensor) {
    switch tensor.type {
    case .int64: self = .integers(tensor.elements(as: Int64.self))
    case .int32: self = .integers(tensor.elements(as: Int32.self).map { Int64($0) })
    case .int16: self = .integers(tensor.elements(as: Int16.self).map { Int64($0) })
    case .int8: self = .integers(tensor.elements(as: Int8.self).map { Int64($0) })
    case .uint32: self = .integers(tensor.elements(as: UInt32.self).map { Int64($0) })
    case .uint16: self = .integers(tensor.elements(as: UInt16.self).map { Int64($0) })
    case .uint8: self = .integers(tensor.elements(as: UInt8.self).map { Int64($0) })
    case .bool: self = .integers(tensor.elements(as: UInt8.self).map { $0 == 0 ? 0 : 1 })
    case .float64: self = .floats(tensor.elements(as: Double.self))
    case .float32: self = .floats(tensor.elements(as: Float.self).map { Double($0) })
    case .float16: self = .floats(tensor.elements(as: Float16.self).map { Double($0) })
    case .bfloat16: self = .floats(tensor.elements(as: UInt16.self).map { Double(Float(bitPattern: UInt32($0) << 16)) })
    default: return nil
    }
  }

  var count: Int {
    switch self {
    case .integers(let values): values.count
    case .floats(let values): values.count
    }
  }
}

extension Tensor {
  /// - Returns: nil where the numbers are of the other kind than the type, or do not fill the shape.
  init?(_ numbers: Numbers, type: ElementType, shape: [Int]) {
    guard Layout.count(shape) == numbers.count else { return nil }
    let bytes: [UInt8]? =
      switch numbers {
      case .integers(let values): Self.bytes(of: values, as: type)
      case .floats(let values): Self.bytes(of: values, as: type)
      }
    guard let bytes else { return nil }
    self.init(type: type, shape: shape, bytes: Bytes(bytes))
  }

  private static func bytes(of values: [Int64], as type: ElementType) -> [UInt8]? {
    switch type {
    case .int64: littleEndianBytes(of: values)
    case .int32: littleEndianBytes(of: values.map { Int32(truncatingIfNeeded: $0) })
    case .int16: littleEndianBytes(of: values.map { Int16(truncatingIfNeeded: $0) })
    case .int8: littleEndianBytes(of: values.map { Int8(truncatingIfNeeded: $0) })
    case .uint32: littleEndianBytes(of: values.map { UInt32(truncatingIfNeeded: $0) })
    case .uint16: littleEndianBytes(of: values.map { UInt16(truncatingIfNeeded: $0) })
    case .uint8: littleEndianBytes(of: values.map { UInt8(truncatingIfNeeded: $0) })
    case .bool: values.map { $0 == 0 ? 0 : 1 }
    default: nil
    }
  }

  private static func bytes(of values: [Double], as type: ElementType) -> [UInt8]? {
    switch type {
    case .float64: littleEndianBytes(of: values)
    case .float32: littleEndianBytes(of: values.map { Float($0) })
    case .float16: littleEndianBytes(of: values.map { Float16($0) })
    case .bfloat16: littleEndianBytes(of: values.map { bfloat16Bits(Float($0)) })
    default: nil
    }
  }

  /// Round to nearest, ties to even; a NaN stays one.
  private static func bfloat16Bits(_ value: Float) -> UInt16 {
    if value.isNaN { return 0x7fc0 }
    let bits = value.bitPattern
    return UInt16(truncatingIfNeeded: (bits &+ 0x7fff &+ (bits >> 16 & 1)) >> 16)
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

  /// Elements picked by their row-major indices; nil for strings and elements that share a byte.
  /// - Precondition: every index is inside the tensor and there are as many as `shape` says.
  func taking(_ indices: [Int], shape: [Int]) -> Tensor? {
    func take<T: BitwiseCopyable>(_: T.Type) -> Tensor {
      let elements = elements(as: T.self)
      return Tensor(type: type, shape: shape, bytes: Bytes(littleEndianBytes(of: indices.map { elements[$0] })))
    }
    return switch type.bitCount {
    case 8: take(UInt8.self)
    case 16: take(UInt16.self)
    case 32: take(UInt32.self)
    case 64: take(UInt64.self)
    default: nil
    }
  }

  func reshaped(_ shape: [Int]) -> Tensor? {
    guard Layout.count(shape) == elementCount else { return nil }
    return Tensor(type: type, shape: shape, bytes: bytes)
  }
}
