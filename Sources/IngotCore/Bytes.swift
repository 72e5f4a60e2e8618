// A run of bytes that somebody else keeps: part of a mapped file, an array, or a recipe that makes them when they are read.
// Weights are values of this type, so that reading, rewriting and writing a model copies none of them.

internal import Glibc

/// A read-only slice of a mapped file, of an array or of computed bytes.
package struct Bytes: Sendable {
  private enum Storage: Sendable {
    case mapped(MappedFile)
    case array([UInt8])
    case computed(ComputedBytes)
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

  /// Bytes that are computed each time they are read, part by part.
  /// - Parameter sources: what `compute` reads, for `computationDepth` and `computationCost`.
  /// - Parameter compute: gives the bytes of a range inside `0..<count`; always the same ones.
  package init(count: Int, from sources: [Bytes], computedBy compute: @escaping @Sendable (Range<Int>) -> [UInt8]) {
    storage = .computed(ComputedBytes(byteCount: count, from: sources, isWhole: false, compute: compute))
    range = 0..<count
  }

  /// As above, for bytes that can only be made all at once.
  package init(count: Int, from sources: [Bytes], computedWholeBy compute: @escaping @Sendable () -> [UInt8]) {
    storage = .computed(
      ComputedBytes(byteCount: count, from: sources, isWhole: true) { range in
        let all = compute()
        return range.count == all.count ? all : Array(all[range])
      })
    range = 0..<count
  }

  private init(storage: Storage, range: Range<Int>) { (self.storage, self.range) = (storage, range) }

  package var count: Int { range.count }
  package var isEmpty: Bool { range.isEmpty }

  /// The file that these bytes are part of and where, or nil for bytes that are in no file.
  package var fileRange: (file: MappedFile, range: Range<Int>)? {
    if case .mapped(let file) = storage { (file, range) } else { nil }
  }

  /// The files that these bytes are read from.
  package var files: [MappedFile] {
    switch storage {
    case .mapped(let file): [file]
    case .array: []
    case .computed(let recipe): recipe.files
    }
  }

  /// How many recipes are computed one inside the other to read these bytes; 0 for bytes that are there.
  package var computationDepth: Int { if case .computed(let recipe) = storage { recipe.depth } else { 0 } }

  /// Bytes that are made to read all of these piece by piece, those of what they are made from among them; 0 for bytes that are
  /// there.
  package var computationCost: Int {
    guard case .computed(let recipe) = storage else { return 0 }
    if recipe.isWhole || range.count == recipe.byteCount { return recipe.cost }
    // A part of the same share; sizes of tensors times sizes of tensors fit a Double well enough.
    let share = Double(recipe.cost) * (Double(range.count) / Double(max(recipe.byteCount, 1)))
    return Int(exactly: share.rounded(.up)) ?? .max
  }

  /// What a recipe of so many bytes over these sources costs. What can only be made whole is made for every piece that is not.
  package static func computationCost(ofMaking count: Int, from sources: [Bytes], isWhole: Bool) -> Int {
    var cost = count
    for source in sources {
      let times = source.isWhole && !isWhole ? (count + pieceByteCount - 1) / pieceByteCount : 1
      let (product, isTooMuch) = source.computationCost.multipliedReportingOverflow(by: max(times, 1))
      let (sum, overflow) = cost.addingReportingOverflow(product)
      if isTooMuch || overflow { return .max }
      cost = sum
    }
    return cost
  }

  /// - Parameter bounds: offsets from the start of this slice, inside it.
  package subscript(bounds: Range<Int>) -> Bytes {
    precondition(bounds.lowerBound >= 0 && bounds.upperBound <= count, "a slice of \(count) bytes has no \(bounds)")
    return Bytes(storage: storage, range: range.lowerBound + bounds.lowerBound..<range.lowerBound + bounds.upperBound)
  }

  /// All bytes at once. Computed ones are made for the call and are gone after it; `forEachPiece` keeps less of them.
  package func withSpan<R: ~Copyable, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
    switch storage {
    case .mapped(let file): try file.withSpan { (span) throws(E) in try body(span.extracting(range)) }
    case .array(let array): try unsafe body(array.span.bytes.extracting(range))
    case .computed(let recipe): try unsafe body(recipe.bytes(range).span.bytes)
    }
  }

  /// All bytes in order: in one piece where they are in memory, in small ones where they are computed.
  package func forEachPiece<E: Error>(_ body: (RawSpan) throws(E) -> Void) throws(E) {
    for piece in madePieces { try piece.withSpan(body) }
  }

  /// Whether reading is computing, and a part costs as much as it is of the whole.
  var isMadeInPieces: Bool {
    if case .computed(let recipe) = storage { !recipe.isWhole && count > Self.pieceByteCount } else { false }
  }

  /// The parts that `forEachPiece` reads, one after the other.
  var madePieces: some Sequence<Bytes> {
    // Cut at multiples, so that no element of any type is in two pieces of a whole recipe.
    let step = isMadeInPieces ? Self.pieceByteCount : max(range.upperBound, 1)
    let first = range.lowerBound / step
    return (first..<max((range.upperBound + step - 1) / step, first + 1)).lazy.map { index in
      Bytes(storage: storage, range: max(index * step, range.lowerBound)..<min((index + 1) * step, range.upperBound))
    }
  }

  /// Of computed bytes as many are made at once; it fits into the second level cache.
  private static let pieceByteCount = 1 << 18

  /// A copy.
  package var array: [UInt8] {
    if case .array(let array) = storage, range.count == array.count { return array }
    if case .computed(let recipe) = storage { return recipe.bytes(range) }
    return withSpan { span in unsafe span.withUnsafeBytes { unsafe Array($0) } }
  }

  package var digest: Digest {
    guard computationDepth > 0 else { return withSpan { Digest(of: $0) } }
    var stream = DigestStream()
    forEachPiece { stream.update($0) }
    return stream.finalize()
  }

  /// A few bytes from the start, the middle and the end, all of them where they are few. Bytes that are equal have equal
  /// samples, and those of most that differ differ.
  package var sample: [UInt8] {
    guard case .computed(let recipe) = storage else { return takeSample() }
    return range.count == recipe.byteCount ? recipe.remembered(takeSample) : takeSample()
  }

  private func takeSample() -> [UInt8] {
    guard count > 96 else { return array }
    let starts = [0, count / 2, count - 32]
    guard case .computed(let recipe) = storage else { return starts.flatMap { self[$0..<$0 + 32].array } }
    if recipe.isWhole {
      let all = Bytes(array)
      return starts.flatMap { all[$0..<$0 + 32].array }
    }
    return starts.flatMap { recipe.bytes(range.lowerBound + $0..<range.lowerBound + $0 + 32) }
  }

  /// Whether both are the same slice of the same memory, file or recipe: then nothing need be read to compare them.
  private func isSameSlice(as other: Bytes) -> Bool {
    guard range == other.range else { return false }
    switch (storage, other.storage) {
    case (.mapped(let a), .mapped(let b)): return a === b
    case (.computed(let a), .computed(let b)): return a === b
    case (.array, _), (.mapped, _), (.computed, _): return false
    }
  }
}

extension Bytes: Equatable {
  package static func == (a: Bytes, b: Bytes) -> Bool {
    guard a.count == b.count else { return false }
    if a.isSameSlice(as: b) { return true }
    guard a.computationDepth > 0 || b.computationDepth > 0 else {
      return a.withSpan { left in b.withSpan { right in left.hasSameBytes(as: right) } }
    }
    guard a.sample == b.sample else { return false }
    // Piece by piece, so that neither is in memory as a whole.
    if b.computationDepth == 0 || b.isWhole { return b.withSpan { right in a.hasPieces(of: right) } }
    if a.isWhole { return a.withSpan { left in b.hasPieces(of: left) } }
    var start = 0
    while start < a.count {
      let bounds = start..<min(a.count, start + pieceByteCount)
      guard a[bounds].withSpan({ left in b[bounds].withSpan { left.hasSameBytes(as: $0) } }) else { return false }
      start = bounds.upperBound
    }
    return true
  }

  private var isWhole: Bool { if case .computed(let recipe) = storage { recipe.isWhole } else { false } }

  private func hasPieces(of span: RawSpan) -> Bool {
    var (offset, isEqual) = (0, true)
    forEachPiece { piece in
      isEqual = isEqual && span.extracting(offset..<offset + piece.byteCount).hasSameBytes(as: piece)
      offset += piece.byteCount
    }
    return isEqual
  }
}

extension RawSpan {
  package func hasSameBytes(as other: RawSpan) -> Bool {
    guard byteCount == other.byteCount else { return false }
    return unsafe withUnsafeBytes { left in
      unsafe other.withUnsafeBytes { right in
        guard let a = left.baseAddress, let b = right.baseAddress else { return true }
        return unsafe memcmp(a, b, left.count) == 0
      }
    }
  }
}
