// The file of weights that is written beside a model.

internal import IngotCore

/// Weights one after the other, each on a page of its own so that it can be mapped.
struct DataFile {
  let name: String
  private(set) var pieces: [Bytes] = []
  private var byteCount = 0
  private var offsets: [Slice: Int] = [:]

  /// A part of a mapped file; tensors that share one share it here too.
  private struct Slice: Hashable {
    var file: ObjectIdentifier
    var range: Range<Int>
  }

  private static let pageByteCount = 4096
  private static let padding = Bytes([UInt8](repeating: 0, count: pageByteCount))

  init(name: String) { self.name = name }

  /// - Returns: where in the file the bytes are.
  mutating func add(_ bytes: Bytes) -> Int {
    let slice = bytes.fileRange.map { Slice(file: ObjectIdentifier($0.file), range: $0.range) }
    if let slice, let offset = offsets[slice] { return offset }
    let over = byteCount % Self.pageByteCount
    if over > 0 {
      pieces.append(Self.padding[0..<Self.pageByteCount - over])
      byteCount += Self.pageByteCount - over
    }
    let offset = byteCount
    pieces.append(bytes)
    byteCount += bytes.count
    if let slice { offsets[slice] = offset }
    return offset
  }
}
