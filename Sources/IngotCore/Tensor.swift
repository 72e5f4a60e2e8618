// A tensor's value: element type, shape and little-endian bytes, as ONNX stores raw data.

/// Numbers with a type and a shape.
package struct Tensor: Sendable, Equatable {
  package var type: ElementType
  /// Sizes of the axes, outermost first; empty for a scalar.
  package var shape: [Int]
  /// Row-major, little endian; elements under 8 bits are packed with the first in the low bits.
  package var bytes: Bytes

  /// - Parameter bytes: exactly as many as type and shape say.
  package init(type: ElementType, shape: [Int], bytes: Bytes) {
    precondition(
      type.byteCount(of: shape.reduce(1, *)) == bytes.count, "\(type) \(shape) does not take \(bytes.count) bytes")
    (self.type, self.shape, self.bytes) = (type, shape, bytes)
  }

  package init(_ values: [Float], shape: [Int]? = nil) {
    self.init(type: .float32, shape: shape ?? [values.count], bytes: Bytes(littleEndianBytes(of: values)))
  }

  package init(_ values: [Int64], shape: [Int]? = nil) {
    self.init(type: .int64, shape: shape ?? [values.count], bytes: Bytes(littleEndianBytes(of: values)))
  }

  package var elementCount: Int { shape.reduce(1, *) }

  /// The elements, where the type is float32.
  package var floats: [Float]? { type == .float32 ? elements(as: Float.self) : nil }

  /// The elements, where the type is int64.
  package var int64s: [Int64]? { type == .int64 ? elements(as: Int64.self) : nil }

  /// The bytes read as elements of a type of the same size.
  package func elements<T: BitwiseCopyable>(as type: T.Type) -> [T] { bytes.withSpan { $0.elements(as: type) } }
}

extension RawSpan {
  /// The bytes read as elements of a type, as many as there are whole ones; they need not be aligned.
  package func elements<T: BitwiseCopyable>(as: T.Type) -> [T] {
    let count = byteCount / MemoryLayout<T>.size
    return unsafe Array(unsafeUninitializedCapacity: count) { buffer, initialized in
      unsafe withUnsafeBytes { source in
        _ = unsafe UnsafeMutableRawBufferPointer(buffer).copyBytes(from: source.prefix(count * MemoryLayout<T>.size))
      }
      initialized = count
    }
  }
}

/// The memory of an array of plain numbers; this machine is little endian, as everything Ingot runs on is.
package func littleEndianBytes<T: BitwiseCopyable>(of values: [T]) -> [UInt8] {
  unsafe values.withUnsafeBytes { unsafe Array($0) }
}
