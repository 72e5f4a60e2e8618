// The elements of a tensor as Doubles, whatever their type.

package import IngotCore

extension Tensor {
  /// - Returns: nil for types that are not compared (strings, complex numbers, floats and integers under 8 bits).
  ///   64-bit integers over 2^53 are rounded.
  package var doubles: [Double]? {
    switch type {
    case .float32: elements(as: Float.self).map { Double($0) }
    case .float64: elements(as: Double.self)
    case .float16: elements(as: Float16.self).map { Double($0) }
    case .bfloat16: elements(as: UInt16.self).map { Double(Float(bitPattern: UInt32($0) << 16)) }
    case .int8: elements(as: Int8.self).map { Double($0) }
    case .uint8, .bool: elements(as: UInt8.self).map { Double($0) }
    case .int16: elements(as: Int16.self).map { Double($0) }
    case .uint16: elements(as: UInt16.self).map { Double($0) }
    case .int32: elements(as: Int32.self).map { Double($0) }
    case .uint32: elements(as: UInt32.self).map { Double($0) }
    case .int64: elements(as: Int64.self).map { Double($0) }
    case .uint64: elements(as: UInt64.self).map { Double($0) }
    case .string, .complex64, .complex128, .float8e4m3fn, .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz, .float8e8m0,
      .uint4, .int4, .float4e2m1, .uint2, .int2, .float6e2m3, .float6e3m2:
      nil
    }
  }
}
