// FlatBuffers, as far as an engine's graph needs them. A table starts with the distance back to its list of fields; that list
// says where in the table each field is, 0 for those that are not there. Texts, vectors and other tables lie where an
// offset says. Every read is checked: what does not fit in the file reads as absent.

internal import IngotCore

/// A table in a buffer.
struct FlatTable {
  private let bytes: Bytes
  private let start: Int
  private let fields: Range<Int>

  /// The table that the buffer is about.
  init?(rootOf bytes: Bytes) {
    guard let offset = bytes.little(UInt32.self, at: 0) else { return nil }
    self.init(bytes, at: Int(offset))
  }

  private init?(_ bytes: Bytes, at start: Int) {
    guard let back = bytes.little(Int32.self, at: start) else { return nil }
    let list = start - Int(back)
    guard let size = bytes.little(UInt16.self, at: list), size >= 4, list + Int(size) <= bytes.count else { return nil }
    (self.bytes, self.start, fields) = (bytes, start, list + 4..<list + Int(size))
  }

  /// Where a field's value lies.
  private func place(_ field: Int) -> Int? {
    let entry = fields.lowerBound + 2 * field
    guard entry + 2 <= fields.upperBound, let offset = bytes.little(UInt16.self, at: entry), offset > 0 else {
      return nil
    }
    return start + Int(offset)
  }

  /// What the offset in a field, or in a vector, leads to.
  private func target(of place: Int) -> Int? { bytes.little(UInt32.self, at: place).map { place + Int($0) } }

  func number<Number: FixedWidthInteger & BitwiseCopyable>(_ field: Int, as: Number.Type) -> Number? {
    place(field).flatMap { bytes.little(Number.self, at: $0) }
  }

  func table(_ field: Int) -> FlatTable? { place(field).flatMap(target).flatMap { FlatTable(bytes, at: $0) } }

  func text(_ field: Int) -> String? { place(field).flatMap(target).flatMap { text(at: $0) } }

  func tables(_ field: Int) -> [FlatTable] {
    elements(field, size: 4).compactMap { target(of: $0).flatMap { FlatTable(bytes, at: $0) } }
  }

  func texts(_ field: Int) -> [String] {
    elements(field, size: 4).map { target(of: $0).flatMap { text(at: $0) } ?? "" }
  }

  func numbers(_ field: Int) -> [Int64] { elements(field, size: 8).compactMap { bytes.little(Int64.self, at: $0) } }

  /// Places of a vector's elements.
  private func elements(_ field: Int, size: Int) -> [Int] {
    guard let vector = place(field).flatMap(target), let count = bytes.little(UInt32.self, at: vector),
      Int(count) <= (bytes.count - vector - 4) / size
    else { return [] }
    return (0..<Int(count)).map { vector + 4 + $0 * size }
  }

  private func text(at place: Int) -> String? {
    guard let count = bytes.little(UInt32.self, at: place), Int(count) <= bytes.count - place - 4 else { return nil }
    return bytes[place + 4..<place + 4 + Int(count)].withSpan { span in
      unsafe span.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }
  }
}

extension Bytes {
  /// A number in little-endian order; nil outside the bytes.
  fileprivate func little<Number: FixedWidthInteger & BitwiseCopyable>(_: Number.Type, at place: Int) -> Number? {
    let size = Number.bitWidth / 8
    guard place >= 0, place <= count - size else { return nil }
    return self[place..<place + size].withSpan { $0.elements(as: Number.self).first }
  }
}
