// Bytes that do not exist until somebody reads them: a folded weight is a recipe over the file that it came from. A writer
// asks for one piece after the other, so that a model full of folded weights takes the memory of one piece.

internal import Synchronization

/// A recipe for bytes. It gives the same bytes each time that it is asked.
final class ComputedBytes: Sendable {
  let byteCount: Int
  /// How many recipes are computed one inside the other.
  let depth: Int
  /// Bytes that are made to read all of it, those of its sources and theirs among them.
  let cost: Int
  /// Whether any part costs as much as all of it.
  let isWhole: Bool
  /// What of it is read from files, each once.
  let files: [MappedFile]
  private let compute: @Sendable (Range<Int>) -> [UInt8]
  private let sample = Mutex<[UInt8]?>(nil)

  init(
    byteCount: Int, from sources: [Bytes], isWhole: Bool, compute: @escaping @Sendable (Range<Int>) -> [UInt8]
  ) {
    (self.byteCount, self.isWhole, self.compute) = (byteCount, isWhole, compute)
    depth = 1 + (sources.map(\.computationDepth).max() ?? 0)
    cost = Bytes.computationCost(ofMaking: byteCount, from: sources, isWhole: isWhole)
    var files: [MappedFile] = []
    for file in sources.flatMap(\.files) where !files.contains(where: { $0 === file }) { files.append(file) }
    self.files = files
  }

  func bytes(_ range: Range<Int>) -> [UInt8] {
    let bytes = compute(range)
    precondition(bytes.count == range.count, "a recipe for \(range.count) bytes made \(bytes.count)")
    return bytes
  }

  /// What `make` gives the first time: looking at a recipe again, round after round, computes nothing.
  func remembered(_ make: () -> [UInt8]) -> [UInt8] {
    if let known = sample.withLock({ $0 }) { return known }
    let made = make()
    sample.withLock { $0 = made }
    return made
  }
}
