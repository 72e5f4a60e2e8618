// A tensor's elements as float32, without a copy where they are that already.

internal import IngotCore

extension Tensor {
  /// - Precondition: `hasFloats`.
  func withFloats<R>(_ body: (Span<Float>) -> R) -> R { bytes.withSpan { IngotCalibration.withFloats($0, type, body) } }

  /// Whether its elements are floating-point numbers of a type that processors have.
  var hasFloats: Bool { type.isProcessorFloat }
}

extension ElementType {
  var isProcessorFloat: Bool { [.float32, .float64, .float16, .bfloat16].contains(self) }
}

/// - Precondition: the type `isProcessorFloat`, and the bytes are whole elements of it.
func withFloats<R>(_ bytes: RawSpan, _ type: ElementType, _ body: (Span<Float>) -> R) -> R {
  unsafe bytes.withUnsafeBytes { buffer in
    let isAligned = UInt(bitPattern: buffer.baseAddress) % UInt(MemoryLayout<Float>.alignment) == 0
    if type == .float32, isAligned { return unsafe body(Span(_unsafeElements: buffer.bindMemory(to: Float.self))) }
    let values: [Float] =
      switch type {
      case .float64: unsafe converted(buffer) { (value: Double) in Float(value) }
      case .float16: unsafe converted(buffer) { (bits: UInt16) in Float(Float16(bitPattern: bits)) }
      case .bfloat16: unsafe converted(buffer) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
      default: unsafe converted(buffer) { (value: Float) in value }
      }
    return body(values.span)
  }
}

private func converted<T: BitwiseCopyable>(_ buffer: UnsafeRawBufferPointer, _ convert: (T) -> Float) -> [Float] {
  let size = MemoryLayout<T>.size
  return (0..<buffer.count / size).map { index in
    unsafe convert(buffer.loadUnaligned(fromByteOffset: index * size, as: T.self))
  }
}
