// Where an array's elements come from, and how a run of samples is taken out of there.
//
// Stored elements are slices of the mapped file: nothing is copied unless bytes must be swapped or lie where a
// processor would not have them. Deflated members are never held whole: they are inflated as a stream, a batch at a
// time. Reading on from where the last read ended costs nothing extra; going back starts the stream anew. Passes over
// a set go from front to back, so memory is one batch whatever the array's size and number, and each pass inflates
// once: 150 MB/s were measured on images of noise, less than a model takes for the same bytes.
//
// A ZIP member's CRC is checked once, before its first sample is handed out: that is one more pass over the member.

internal import IngotCore
internal import Synchronization

/// The elements of one array.
final class ArrayContents: Sendable {
  enum Source: Sendable {
    /// The elements as they lie in a file.
    case stored(Bytes)
    /// A deflated .npy file, and where the elements start in it.
    case deflated(Bytes, elementsOffset: Int)
    /// Image files, decoded whenever their samples are read.
    case images(ImageList)
  }

  /// What a ZIP file says of the member that the elements are in.
  struct Claim: Sendable {
    /// The whole member as it is stored.
    var member: Bytes
    var byteCount: Int
    var checksum: UInt32
  }

  let layout: ArrayLayout
  private let source: Source
  private let claim: Claim?
  private let state: Mutex<State>

  private struct State: ~Copyable {
    var isChecked = false
    var inflater: Inflater?
    /// Stored bytes that were handed out since their pages were given back.
    var heldByteCount = 0
  }

  init(_ source: Source, layout: ArrayLayout, claim: Claim? = nil) {
    (self.source, self.layout, self.claim) = (source, layout, claim)
    state = Mutex(State())
  }

  /// Little-endian elements of samples, row-major.
  /// - Parameter samples: inside the array.
  func bytes(ofSamples samples: Range<Int>) throws(ArrayProblem) -> Bytes {
    try check()
    let size = layout.sampleByteCount
    let range = samples.lowerBound * size..<samples.upperBound * size
    switch source {
    case .stored(let bytes):
      release(range.count, of: bytes)
      return usable(bytes[range])
    case .deflated(let member, let start):
      return usable(Bytes(try inflate(member, start + range.lowerBound, range.count)))
    case .images(let list): return try list.bytes(ofSamples: samples)
    }
  }

  /// Checks what the ZIP file says of the member; once.
  /// - Throws: where the bytes are not those that were written.
  func check() throws(ArrayProblem) {
    guard let claim else { return }
    try state.withLock { (state) throws(ArrayProblem) in
      if state.isChecked { return }
      let checksum: UInt32
      switch source {
      case .stored:
        var running = Checksum()
        running.update(claim.member)
        checksum = running.value
        for file in claim.member.files { file.releasePages() }
      case .deflated:
        var inflater = Inflater(claim.member)
        checksum = try inflater.checksumOfRest(byteCount: claim.byteCount)
      case .images: return
      }
      guard checksum == claim.checksum else {
        throw ArrayProblem("the data is damaged: its CRC-32 is \(hex(checksum)), not \(hex(claim.checksum))")
      }
      state.isChecked = true
    }
  }

  /// A pass over a large file would else end with all of it in memory.
  private func release(_ byteCount: Int, of bytes: Bytes) {
    let isFull = state.withLock { state in
      state.heldByteCount += byteCount
      guard state.heldByteCount > Self.heldByteLimit else { return false }
      state.heldByteCount = 0
      return true
    }
    if isFull { for file in bytes.files { file.releasePages() } }
  }

  private static let heldByteLimit = 16 << 20

  private func inflate(_ member: Bytes, _ offset: Int, _ count: Int) throws(ArrayProblem) -> [UInt8] {
    try state.withLock { (state) throws(ArrayProblem) in
      var inflater = state.inflater.take() ?? Inflater(member)
      if inflater.position > offset { inflater = Inflater(member) }
      try inflater.skip(offset - inflater.position)
      let bytes = try inflater.read(count)
      state.inflater = consume inflater
      return bytes
    }
  }

  /// In this machine's byte order, and where each element is aligned: runtimes take a pointer and expect it so.
  private func usable(_ bytes: Bytes) -> Bytes {
    if layout.isBigEndian { return Bytes(layout.swapped(bytes.array)) }
    if let (_, range) = bytes.fileRange, range.lowerBound % layout.elementByteCount != 0 { return Bytes(bytes.array) }
    return bytes
  }

  private func hex(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
