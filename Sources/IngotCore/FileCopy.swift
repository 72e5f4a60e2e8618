// Bytes from file to file without passing through this process: the kernel copies them, or only notes that both files have them
// (reflinks of XFS and Btrfs, where offsets are multiples of the block size).

internal import CSystem
internal import Glibc

extension FileSystem {
  /// Pieces of files from this size on share blocks with their source where the file system can.
  private static let sharedByteCount = 1 << 18
  private static let blockByteCount = 4096

  /// Has the file system set blocks aside in one step, which halves the time of a long write. It is a hint: where it cannot
  /// be done, the writes do it, or say what is wrong.
  static func reserve(_ byteCount: Int, in descriptor: Int32) {
    if byteCount >= 1 << 20 { _ = ingot_reserve(descriptor, UInt(byteCount)) }
  }

  /// Where many bytes are computed, a second thread computes while this one waits for the kernel.
  static func write(_ pieces: [Bytes], to descriptor: Int32, path: String) throws(SystemError) {
    let computed = pieces.reduce(0) { $0 + ($1.isMadeInPieces ? $1.count : 0) }
    if computed >= parallelByteCount {
      try PiecesAhead.forEach(pieces) { (piece) throws(SystemError) in try write(piece, to: descriptor, path: path) }
    } else {
      for piece in pieces { try write(piece, to: descriptor, path: path) }
    }
  }

  /// For fewer computed bytes no thread is started.
  private static let parallelByteCount = 4 << 20

  /// At the current offset of a file. Bytes of a file that cannot share its blocks are written from its mapping: into blocks that
  /// were set aside that takes half the time of copy_file_range (435 MB on ext4: 0.28 s, 0.52 s).
  static func write(_ piece: Bytes, to descriptor: Int32, path: String) throws(SystemError) {
    let shared = sharedByteCount(of: piece, at: descriptor)
    guard shared < piece.count else { return }
    try piece[shared..<piece.count].forEachPiece { (span) throws(SystemError) in
      try write(span, to: descriptor, path: path)
    }
  }

  /// Whole blocks only, at multiples of the block size in both files.
  /// - Returns: how many bytes are there now; the offset is after them.
  private static func sharedByteCount(of piece: Bytes, at descriptor: Int32) -> Int {
    guard piece.count >= sharedByteCount, let (file, range) = piece.fileRange, range.lowerBound % blockByteCount == 0
    else { return 0 }
    let position = lseek(descriptor, 0, SEEK_CUR)
    guard position >= 0, position % blockByteCount == 0, let source = reopened(file) else { return 0 }
    defer { close(source) }
    let count = piece.count / blockByteCount * blockByteCount
    guard ingot_share_range(source, UInt(range.lowerBound), descriptor, UInt(position), UInt(count)) == 0,
      lseek(descriptor, position + count, SEEK_SET) == position + count
    else { return 0 }
    return count
  }

  /// - Returns: how many bytes were copied, from the start of the range; fewer than asked for where the file ends before, and where
  ///   the kernel cannot copy between these files.
  static func copyRange(
    _ range: Range<Int>, of source: Int32, to destination: Int32, _ target: String
  ) throws(SystemError) -> Int {
    var copied = 0
    while copied < range.count {
      let count = ingot_copy_range(
        source, range.lowerBound + copied, destination, UInt(min(range.count - copied, 1 << 30)))
      if count == -Int(EINTR) { continue }
      // A full disk is an error here as elsewhere; anything else says that it must be done another way.
      if count == -Int(ENOSPC) || count == -Int(EDQUOT) {
        throw SystemError("copy_file_range", path: target, code: Int32(-count))
      }
      if count <= 0 { break }
      copied += count
    }
    return copied
  }

  /// The mapped file, unless its path leads to another one by now or it has changed.
  private static func reopened(_ file: MappedFile) -> Int32? {
    guard let descriptor = try? openFile(file.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) else { return nil }
    if let status = try? FileStatus(ofDescriptor: descriptor, path: file.path), status == file.status {
      return descriptor
    }
    close(descriptor)
    return nil
  }
}
