// What passes ask of constants, types and attributes.

internal import IngotCore

extension Tensor {
  /// Whether there is at least one element and all are this number; 0 is also -0. Large tensors are weights, which are not
  /// read.
  func isFilled(with number: Double) -> Bool {
    guard bytes.count <= 64 << 10, let width = type.bitCount.map({ $0 / 8 }), width > 0, bytes.count >= width else {
      return false
    }
    let first = Tensor(type: type, shape: [], bytes: bytes[0..<width])
    // All are equal where each equals the next one.
    guard bytes.count == width || bytes[0..<bytes.count - width] == bytes[width..<bytes.count] else { return false }
    return switch Numbers(first) {
    case .integers(let values): values.first.map { Double($0) == number } ?? false
    case .unsigned(let values): values.first.map { Double($0) == number } ?? false
    case .floats(let values): values.first == number
    case nil: false
    }
  }
}

extension ElementType {
  /// Whether every number of this type is one of the other.
  func fits(in other: ElementType) -> Bool { self == other || Self.wider[self]?.contains(other) ?? false }

  private static let wider: [ElementType: Set<ElementType>] = [
    .bool: [
      .uint8, .int8, .uint16, .int16, .uint32, .int32, .uint64, .int64, .float16, .bfloat16, .float32, .float64,
    ],
    .uint8: [.uint16, .int16, .uint32, .int32, .uint64, .int64, .float16, .bfloat16, .float32, .float64],
    .int8: [.int16, .int32, .int64, .float16, .bfloat16, .float32, .float64],
    .uint16: [.uint32, .int32, .uint64, .int64, .float32, .float64], .int16: [.int32, .int64, .float32, .float64],
    .uint32: [.uint64, .int64, .float64], .int32: [.int64, .float64], .float16: [.float32, .float64],
    .bfloat16: [.float32, .float64], .float32: [.float64],
  ]
}

extension Node {
  func floats(_ name: String) -> [Float]? {
    if case .floats(let values) = attribute(name) { values } else { nil }
  }

  mutating func removeAttribute(_ name: String) { attributes.removeAll { $0.name == name } }
}
