// What of a calibration is done, in a file, so that one that was stopped goes on from there.
//
// The file is a line with the digest of what follows, and JSON. Whatever does not fit (another cut into passes, a torn
// or damaged file) is a calibration from the start. The caller's path stands for everything that decides the numbers:
// it is named after the key of the step.

internal import FoundationEssentials
internal import IngotCore

struct Checkpoint: Codable {
  /// Tensors of every pass.
  var groups: [[CollectedTensor]]
  var sampleCount: Int
  /// Of the passes that are through.
  var finished: [Collected] = []
  var current: PassState?
}

/// A pass that is under way.
struct PassState: Codable {
  /// Samples that went through the model.
  var done: Int
  /// Samples in a batch, and what the runtime returns for one.
  var batchSize: Int
  var batchByteCount: Int
  var collected: Collected
}

/// Where a calibration keeps its checkpoint.
struct CheckpointFile {
  private static let byteLimit = 1 << 30

  let path: String

  /// - Returns: nil where there is none that fits.
  func read(_ groups: [[CollectedTensor]], sampleCount: Int) -> Checkpoint? {
    guard let bytes = try? FileSystem.read(path, limit: Self.byteLimit),
      let end = bytes.firstIndex(of: UInt8(ascii: "\n"))
    else { return nil }
    let body = Array(bytes[(end + 1)...])
    guard bytes[..<end].elementsEqual(Digest(of: body).description.utf8),
      let checkpoint = try? Self.decoder.decode(Checkpoint.self, from: Data(body)), checkpoint.groups == groups,
      checkpoint.sampleCount == sampleCount
    else { return nil }
    return checkpoint
  }

  /// What cannot be written is only work that an interruption would lose.
  func write(_ checkpoint: Checkpoint) {
    guard let body = try? Self.encoder.encode(checkpoint) else { return }
    let bytes = Array(body)
    let head = Array("\(Digest(of: bytes))\n".utf8)
    try? FileSystem.makeDirectory(FileSystem.parent(of: path))
    try? FileSystem.writeAtomically([Bytes(head), Bytes(bytes)], to: path, isDurable: false)
  }

  func remove() { try? FileSystem.remove(path) }

  private static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return encoder
  }

  private static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return decoder
  }
}
