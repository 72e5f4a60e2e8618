// Opening an array in a .npy, .npz or raw file: headers are read and sizes are held to each other, elements are not
// touched.

internal import IngotCore

/// A file with arrays in it, mapped.
struct ArrayFile {
  /// By the ending of the file's name.
  enum Format: String {
    case npy, npz, raw

    init(fileName: String) {
      self = fileName.hasSuffix(".npz") ? .npz : fileName.hasSuffix(".npy") ? .npy : .raw
    }
  }

  let format: Format
  private let bytes: Bytes
  /// Of a .npz file.
  private let archive: ZipArchive?

  /// - Parameter path: its ending says the format.
  init(path: String) throws(ArrayProblem) {
    let file: MappedFile
    do {
      file = try MappedFile(path: path)
    } catch {
      throw ArrayProblem(error.isNotFound ? "the file is not there" : "the file cannot be read: \(error)")
    }
    format = Format(fileName: path)
    bytes = Bytes(file)
    guard !bytes.isEmpty else { throw ArrayProblem("the file is empty") }
    archive = format == .npz ? try ZipArchive(bytes) : nil
  }

  /// The array of a .npy file.
  func array() throws(ArrayProblem) -> ArrayContents { try Self.array(in: bytes, claim: nil) }

  /// An array of a .npz file.
  func array(key: String) throws(ArrayProblem) -> ArrayContents {
    guard let archive else { throw ArrayProblem("only .npz files have keys") }
    let member = try archive.member(forKey: key)
    let storage = try archive.storage(of: member)
    let claim = ArrayContents.Claim(member: storage, byteCount: member.byteCount, checksum: member.checksum)
    switch member.method {
    case .stored: return try Self.array(in: storage, claim: claim)
    case .deflated:
      var inflater = Inflater(storage)
      let header = try NumpyHeader(prefix: inflater.read(min(member.byteCount, NumpyHeader.prefixByteCount)))
      try Self.require(member.byteCount, header)
      return ArrayContents(.deflated(storage, elementsOffset: header.byteCount), layout: header.layout, claim: claim)
    }
  }

  /// The array of a raw file: little-endian elements, nothing else.
  func array(type: ElementType, shape: [Int]) throws(ArrayProblem) -> ArrayContents {
    let layout = try ArrayLayout(type: type, shape: shape)
    guard bytes.count == layout.byteCount else {
      throw ArrayProblem("\(type) \(shapeText(shape)) takes \(layout.byteCount) bytes; the file has \(bytes.count)")
    }
    return ArrayContents(.stored(bytes), layout: layout)
  }

  private static func array(in bytes: Bytes, claim: ArrayContents.Claim?) throws(ArrayProblem) -> ArrayContents {
    let header = try NumpyHeader(prefix: bytes[0..<min(bytes.count, NumpyHeader.prefixByteCount)].array)
    try require(bytes.count, header)
    return ArrayContents(.stored(bytes[header.byteCount..<bytes.count]), layout: header.layout, claim: claim)
  }

  private static func require(_ byteCount: Int, _ header: NumpyHeader) throws(ArrayProblem) {
    guard byteCount - header.byteCount == header.layout.byteCount else {
      let layout = header.layout
      throw ArrayProblem(
        "\(layout.type) \(shapeText(layout.shape)) takes \(layout.byteCount) bytes; "
          + "there are \(byteCount - header.byteCount)"
      )
    }
  }
}
