// A run of bytes that somebody else keeps: part of a mapped file, or an array. Weights are values of this type, so that
// reading, rewriting and writing a model copies none of them.

/// A read-only slice of a mapped file or of an array.
package struct Bytes: Sendable {
  private enum Storage: Sendable {
    case mapped(MappedFile)
    case array([UInt8])
  }

  private let storage: Storage
  private let range: Range<Int>

  package init(_ array: [UInt8] = []) {
    storage = .array(array)
    range = 0..<array.count
  }

  /// The whole file.
  package init(_ file: MappedFile) {
    storage = .mapped(file)
    range = 0..<file.byteCount
  }

  private init(storage: Storage, range: Range<Int>) { (self.storage, self.range) = (storage, range) }

  package var count: Int { range.count }
  package var isEmpty: Bool { range.isEmpty }

  /// The file that these bytes are part of and where, or nil for bytes in memory.
  package var fileRange: (file: MappedFile, range: Range<Int>)? {
    if case .mapped(let file) = storage { (file, range) } else { nil }
  }

  /// - Parameter bounds: offsets from the start of this slice, inside it.
  package subscript(bounds: Range<Int>) -> Bytes {
    precondition(bounds.lowerBound >= 0 && bounds.upperBound <= count, "a slice of \(count) bytes has no \(bounds)")
    return Bytes(storage: storage, range: range.lowerBound + bounds.lowerBound..<range.lowerBound + bounds.upperBound)
  }

  package func withSpan<R: ~Copyable, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
    switch storage {
    case .mapped(let file): try file.withSpan { (span) throws(E) in try body(span.extracting(range)) }
    case .array(let array): try unsafe body(array.span.bytes.extracting(range))
    }
  }

  /// A copy.
  package var array: [UInt8] {
    if case .array(let array) = storage, range.count == array.count { return array }
    return withSpan { span in unsafe span.withUnsafeBytes { unsafe Array($0) } }
  }

  package var digest: Digest { withSpan { Digest(of: $0) } }
}

extension Bytes: Equatable {
  package static func == (a: Bytes, b: Bytes) -> Bool {
    a.count == b.count && a.withSpan { left in b.withSpan { right in left.hasSameBytes(as: right) } }
  }
}

extension RawSpan {
  package func hasSameBytes(as other: RawSpan) -> Bool {
    guard byteCount == other.byteCount else { return false }
    return unsafe withUnsafeBytes { left in unsafe other.withUnsafeBytes { right in unsafe left.elementsEqual(right) } }
  }
}
