// A tensor's elements as float32, without a copy where they are that already.

internal import IngotCore

extension Tensor {
  /// - Precondition: `hasFloats`.
  func withFloats<R>(_ body: (Span<Float>) -> R) -> R {
    if type == .float32, isAligned {
      return bytes.withSpan { raw in
        unsafe raw.withUnsafeBytes { buffer in
          unsafe body(Span(_unsafeElements: buffer.bindMemory(to: Float.self)))
        }
      }
    }
    let values = convertedFloats
    return body(values.span)
  }

  /// Whether its elements are floating-point numbers of a type that processors have.
  var hasFloats: Bool { [.float32, .float64, .float16, .bfloat16].contains(type) }

  private var isAligned: Bool {
    bytes.withSpan { raw in
      unsafe raw.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) % UInt(MemoryLayout<Float>.alignment) == 0 }
    }
  }

  private var convertedFloats: [Float] {
    switch type {
    case .float64: elements(as: Double.self).map { Float($0) }
    case .float16: elements(as: UInt16.self).map { Float(Float16(bitPattern: $0)) }
    case .bfloat16: elements(as: UInt16.self).map { Float(bitPattern: UInt32($0) << 16) }
    default: elements(as: Float.self)
    }
  }
}
