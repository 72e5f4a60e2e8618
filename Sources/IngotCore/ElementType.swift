// The element types of tensors, as ONNX names and numbers them (onnx.proto, TensorProto.DataType).

/// The type of a tensor's elements; the raw value is ONNX's number.
package enum ElementType: Int32, Hashable, Sendable, CaseIterable, CustomStringConvertible {
  case float32 = 1, uint8, int8, uint16, int16, int32, int64, string, bool, float16, float64, uint32, uint64
  case complex64, complex128, bfloat16, float8e4m3fn, float8e4m3fnuz, float8e5m2, float8e5m2fnuz
  case uint4, int4, float4e2m1, float8e8m0, uint2, int2, float6e2m3, float6e3m2

  /// Bits of one element in memory; nil for strings.
  package var bitCount: Int? {
    switch self {
    case .string: nil
    case .uint2, .int2: 2
    case .uint4, .int4, .float4e2m1: 4
    case .float6e2m3, .float6e3m2: 6
    case .uint8, .int8, .bool, .float8e4m3fn, .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz, .float8e8m0: 8
    case .uint16, .int16, .float16, .bfloat16: 16
    case .float32, .int32, .uint32: 32
    case .int64, .uint64, .float64, .complex64: 64
    case .complex128: 128
    }
  }

  /// Bytes that `count` elements take, the last byte padded; nil for strings and where the number overflows.
  package func byteCount(of count: Int) -> Int? {
    guard let bitCount, count >= 0 else { return nil }
    let (bits, overflow) = count.multipliedReportingOverflow(by: bitCount)
    return overflow ? nil : bits / 8 + (bits % 8 == 0 ? 0 : 1)
  }

  /// Bytes that a tensor of these sizes takes; nil for strings, for a shape that is none, and where the number overflows.
  package func byteCount(of shape: some Sequence<Int>) -> Int? { elementCount(shape).flatMap(byteCount(of:)) }

  package var isFloatingPoint: Bool {
    switch self {
    case .float32, .float16, .float64, .bfloat16, .float8e4m3fn, .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz,
      .float4e2m1, .float8e8m0, .float6e2m3, .float6e3m2:
      true
    case .uint8, .int8, .uint16, .int16, .int32, .int64, .string, .bool, .uint32, .uint64, .complex64, .complex128,
      .uint4,
      .int4, .uint2, .int2:
      false
    }
  }

  /// The name that manifests, reports and `ingot inspect` use: `float32`, `int64`, `float8e4m3fn`.
  package var description: String {
    switch self {
    case .float32: "float32"
    case .uint8: "uint8"
    case .int8: "int8"
    case .uint16: "uint16"
    case .int16: "int16"
    case .int32: "int32"
    case .int64: "int64"
    case .string: "string"
    case .bool: "bool"
    case .float16: "float16"
    case .float64: "float64"
    case .uint32: "uint32"
    case .uint64: "uint64"
    case .complex64: "complex64"
    case .complex128: "complex128"
    case .bfloat16: "bfloat16"
    case .float8e4m3fn: "float8e4m3fn"
    case .float8e4m3fnuz: "float8e4m3fnuz"
    case .float8e5m2: "float8e5m2"
    case .float8e5m2fnuz: "float8e5m2fnuz"
    case .uint4: "uint4"
    case .int4: "int4"
    case .float4e2m1: "float4e2m1"
    case .float8e8m0: "float8e8m0"
    case .uint2: "uint2"
    case .int2: "int2"
    case .float6e2m3: "float6e2m3"
    case .float6e3m2: "float6e3m2"
    }
  }

  /// - Parameter name: as `description` writes it.
  package init?(name: some StringProtocol) {
    guard let found = Self.allCases.first(where: { $0.description == name }) else { return nil }
    self = found
  }
}

/// The product of sizes; nil where one is negative and where it overflows.
package func elementCount(_ shape: some Sequence<Int>) -> Int? {
  var count = 1
  for size in shape {
    let (product, overflow) = count.multipliedReportingOverflow(by: size)
    if size < 0 || overflow { return nil }
    count = product
  }
  return count
}
