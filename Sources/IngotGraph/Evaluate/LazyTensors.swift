// Results that are not kept: small ones are made at once, large ones when they are written.

internal import IngotCore

extension Tensor {
  /// Results up to this size are made at once.
  package static let eagerByteCount = 64 << 10
  /// A weight that went through more operations than this is left to the runtime: its elements would be computed over and over.
  static let depthLimit = 8
  /// Reading a weight may make eight times its bytes, up to `smallCost`; four times, where that is more. Without a limit a
  /// tensor that is added to itself, and the sum to itself again, costs twice as much each time.
  private static func costLimit(of byteCount: Int) -> Int {
    let (large, isLarge) = byteCount.multipliedReportingOverflow(by: 4)
    return isLarge ? .max : large >= smallCost ? large : min(2 * large, smallCost)
  }
  private static let smallCost = 96 << 20
  /// What is made all at once, with what it is made from, takes this much memory.
  private static let wholeCostLimit = 16 << 20

  /// - Parameter sources: what `make` reads.
  /// - Parameter isWhole: whether `make` is only ever asked for all elements.
  /// - Parameter make: the bytes of a range of elements. The range starts and ends at whole elements and bytes.
  /// - Returns: nil where sizes overflow and where too much would be computed to read one element.
  static func made(
    _ type: ElementType, _ shape: [Int], from sources: [Tensor], isWhole: Bool = false,
    _ make: @escaping @Sendable (Range<Int>) -> [UInt8]
  ) -> Tensor? {
    guard let count = Layout.count(shape), let byteCount = type.byteCount(of: count) else { return nil }
    if byteCount <= eagerByteCount { return Tensor(type: type, shape: shape, bytes: Bytes(make(0..<count))) }
    let bytes = sources.map(\.bytes)
    guard bytes.allSatisfy({ $0.computationDepth < depthLimit }) else { return nil }
    let limit = costLimit(of: byteCount)
    var isWhole = isWhole || type.isPacked
    let wholeCost = Bytes.computationCost(ofMaking: byteCount, from: bytes, isWhole: true)
    if !isWhole, Bytes.computationCost(ofMaking: byteCount, from: bytes, isWhole: false) > limit {
      guard wholeCost <= wholeCostLimit else { return nil }
      isWhole = true
    }
    guard wholeCost <= limit else { return nil }
    if isWhole {
      return Tensor(
        type: type, shape: shape, bytes: Bytes(count: byteCount, from: bytes, computedWholeBy: { make(0..<count) }))
    }
    let width = byteCount / count
    return Tensor(
      type: type, shape: shape,
      bytes: Bytes(count: byteCount, from: bytes) { range in
        let elements = range.lowerBound / width..<(range.upperBound + width - 1) / width
        let made = make(elements)
        let start = range.lowerBound - elements.lowerBound * width
        return made.count == range.count ? made : Array(made[start..<start + range.count])
      })
  }
}

extension Tensor {
  /// Whether these are more bytes in an array than should stay there until the model is written.
  var isKeptInMemory: Bool {
    bytes.count > Self.eagerByteCount && bytes.computationDepth == 0 && bytes.fileRange == nil
  }

  /// The same tensor as a recipe.
  func forgotten(sources: [Tensor], _ again: @escaping @Sendable () -> Tensor?) -> Tensor {
    let recipe = Bytes(count: bytes.count, from: sources.map(\.bytes), computedWholeBy: { again()?.bytes.array ?? [] })
    return Tensor(type: type, shape: shape, bytes: recipe)
  }
}

/// Bytes that are parts of several sources, one after the other.
struct JoinedBytes: Sendable {
  private let sources: [Bytes]
  private var parts: [(source: Int, start: Int)] = []
  /// Where each part ends in the whole.
  private var ends: [Int] = []

  init(_ sources: [Bytes]) { self.sources = sources }

  var count: Int { ends.last ?? 0 }
  var partCount: Int { parts.count }

  mutating func add(_ source: Int, _ range: Range<Int>) {
    guard !range.isEmpty else { return }
    if let last = parts.last, last.source == source,
      last.start + ends[parts.count - 1] - startOfLast == range.lowerBound
    {
      ends[parts.count - 1] += range.count
      return
    }
    parts.append((source, range.lowerBound))
    ends.append(count + range.count)
  }

  private var startOfLast: Int { ends.count > 1 ? ends[ends.count - 2] : 0 }

  func bytes(_ range: Range<Int>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(range.count)
    var index = firstPart(endingAfter: range.lowerBound)
    var start = range.lowerBound
    while start < range.upperBound, index < parts.count {
      let partStart = index == 0 ? 0 : ends[index - 1]
      let end = min(ends[index], range.upperBound)
      let offset = parts[index].start + start - partStart
      sources[parts[index].source][offset..<offset + end - start].withSpan { span in
        unsafe span.withUnsafeBytes { unsafe result.append(contentsOf: $0) }
      }
      (start, index) = (end, index + 1)
    }
    return result
  }

  private func firstPart(endingAfter offset: Int) -> Int {
    var (low, high) = (0, ends.count)
    while low < high {
      let middle = (low + high) / 2
      if ends[middle] > offset { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

extension Tensor {
  /// - Precondition: `joined` has exactly the bytes of the shape, and parts of whole elements.
  static func made(_ type: ElementType, _ shape: [Int], joining joined: JoinedBytes, of sources: [Tensor]) -> Tensor? {
    guard let width = type.bitCount.map({ $0 / 8 }), width > 0 else { return nil }
    // A recipe that can only be made whole would be made once a part.
    let isWhole = sources.contains { $0.bytes.computationDepth > 0 && joined.partCount > sources.count }
    return made(type, shape, from: sources, isWhole: isWhole) {
      joined.bytes($0.lowerBound * width..<$0.upperBound * width)
    }
  }
}
