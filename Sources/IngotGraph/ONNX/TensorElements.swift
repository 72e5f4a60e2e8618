// The typed fields of TensorProto as little-endian bytes. Which field holds which type, and how, is onnx.proto's
// comment on each: int32_data also holds 8- and 16-bit integers, bool, the bits of 16- and 8-bit floats, and bytes of
// packed 4- and 2-bit elements.

internal import IngotCore

extension ElementType {
  /// The number of the typed field that holds elements of this type.
  var dataField: Int {
    switch self {
    case .float32, .complex64: TensorField.floatData
    case .int64: TensorField.int64Data
    case .string: TensorField.stringData
    case .float64, .complex128: TensorField.doubleData
    case .uint32, .uint64: TensorField.uint64Data
    case .int32, .uint8, .int8, .uint16, .int16, .bool, .float16, .bfloat16, .float8e4m3fn, .float8e4m3fnuz,
      .float8e5m2, .float8e5m2fnuz, .float8e8m0, .uint4, .int4, .float4e2m1, .uint2, .int2, .float6e2m3, .float6e3m2:
      TensorField.int32Data
    }
  }
}

/// A typed field of one tensor.
struct TensorElements {
  /// The file.
  let bytes: Bytes
  let path: String
  let type: ElementType
  let shape: [Int]
  let count: Int
  let field: Int

  /// - Parameter range: the tensor's extent.
  func read(_ file: RawSpan, _ range: Range<Int>) throws(TensorFailure) -> Initializer.Storage {
    do throws(ModelError) {
      switch field {
      case TensorField.stringData: return .strings(try readStrings(file, range))
      case TensorField.floatData: return .raw(try readFixed(file, range, .fixed32))
      case TensorField.doubleData: return .raw(try readFixed(file, range, .fixed64))
      default: return .raw(try readInts(file, range))
      }
    } catch {
      guard case .tensor(let problem, _, _) = error.reason else { throw .model(error) }
      throw .tensor(problem)
    }
  }

  private func problem(_ problem: ModelError.TensorProblem) -> ModelError {
    ModelError(path, .tensor(problem, name: "", offset: 0))
  }

  private var form: String { TensorField.name(ofData: field) }

  private func countProblem(found: Int, expected: Int) -> ModelError {
    problem(.elementCount(found: found, expected: expected, form: form, type: type, shape: shape))
  }

  private func readStrings(_ file: RawSpan, _ range: Range<Int>) throws(ModelError) -> [[UInt8]] {
    var message = MessageReader(file, range, .tensor, path: path)
    var strings: [[UInt8]] = []
    while let next = try message.next() {
      if next.number == field { strings.append(try message.array(next)) } else { try message.skip(next) }
      if strings.count > count { throw countProblem(found: strings.count, expected: count) }
    }
    guard strings.count == count else { throw countProblem(found: strings.count, expected: count) }
    return strings
  }

  /// One packed field is a slice of the file; several, or unpacked ones, are copied together.
  private func readFixed(_ file: RawSpan, _ range: Range<Int>, _ width: WireType) throws(ModelError) -> Bytes {
    var message = MessageReader(file, range, .tensor, path: path)
    var only: Range<Int>?
    var copy: [UInt8] = []
    while let next = try message.next() {
      guard next.number == field else {
        try message.skip(next)
        continue
      }
      let part = try message.fixedRange(next, width)
      if only == nil && copy.isEmpty {
        only = part
      } else {
        copy += only.map { bytes[$0].array } ?? []
        only = nil
        copy += bytes[part].array
      }
    }
    let data = only.map { bytes[$0] } ?? Bytes(copy)
    guard let expected = type.byteCount(of: count), data.count == expected else {
      throw problem(
        .byteCount(found: data.count, expected: type.byteCount(of: count) ?? 0, form: form, type: type, shape: shape))
    }
    return data
  }

  private func readInts(_ file: RawSpan, _ range: Range<Int>) throws(ModelError) -> Bytes {
    let values = try readVarints(file, range)
    switch type {
    case .int64, .uint64: return Bytes(littleEndianBytes(of: values))
    case .int32: return try narrow(values, as: Int32.self, orAs: UInt32.self)
    case .float6e2m3, .float6e3m2: return try packSixBits(values)
    case .uint32: return try narrow(values, as: UInt32.self, orAs: UInt32.self)
    case .uint16, .int16, .float16, .bfloat16: return try narrow(values, as: UInt16.self, orAs: Int16.self)
    default: return try narrow(values, as: UInt8.self, orAs: Int8.self)
    }
  }

  /// As many as the shape takes: one per element, or one per byte of packed elements.
  private func readVarints(_ file: RawSpan, _ range: Range<Int>) throws(ModelError) -> [Int64] {
    let isPacked = type.bitCount == 4 || type.bitCount == 2
    guard let expected = isPacked ? type.byteCount(of: count) : count else {
      throw problem(.shape(shape.map(Int64.init)))
    }
    var message = MessageReader(file, range, .tensor, path: path)
    var values: [Int64] = []
    while let next = try message.next() {
      if next.number == field { try message.appendInts(next, to: &values) } else { try message.skip(next) }
    }
    guard values.count == expected else { throw countProblem(found: values.count, expected: expected) }
    return values
  }

  /// Six bits of each value, the first in the lowest bits of the first byte.
  private func packSixBits(_ values: [Int64]) throws(ModelError) -> Bytes {
    var result: [UInt8] = []
    result.reserveCapacity(values.count / 4 * 3 + 3)
    var (bits, bitCount): (UInt32, Int) = (0, 0)
    for (index, value) in values.enumerated() {
      guard (0..<64).contains(value) else { throw problem(.valueOutOfRange(value, index: index, type)) }
      bits |= UInt32(value) << UInt32(bitCount)
      bitCount += 6
      while bitCount >= 8 {
        result.append(UInt8(truncatingIfNeeded: bits))
        (bits, bitCount) = (bits >> 8, bitCount - 8)
      }
    }
    if bitCount > 0 { result.append(UInt8(truncatingIfNeeded: bits)) }
    return Bytes(result)
  }

  /// A value may stand in the file as the signed or as the unsigned number of its bits.
  private func narrow<A: FixedWidthInteger & BitwiseCopyable, B: FixedWidthInteger>(
    _ values: [Int64], as: A.Type, orAs: B.Type
  ) throws(ModelError) -> Bytes {
    var result: [A] = []
    result.reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      guard A(exactly: value) != nil || B(exactly: value) != nil else {
        throw problem(.valueOutOfRange(value, index: index, type))
      }
      result.append(A(truncatingIfNeeded: value))
    }
    return Bytes(littleEndianBytes(of: result))
  }
}
