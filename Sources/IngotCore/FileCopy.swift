// Bytes from file to file without passing through this process: the kernel copies them, or only notes that both files have them
// (reflinks of XFS and Btrfs, where offsets are multiples of the block size).

internal import CSystem
internal import Glibc

extension FileSystem {
  /// Pieces of files under this size are written from memory.
  private static let kernelCopyByteCount = 1 << 18

  /// At the current offset of a file.
  static func write(_ piece: Bytes, to descriptor: Int32, path: String) throws(SystemError) {
    var written = 0
    if piece.count >= kernelCopyByteCount, let (file, range) = piece.fileRange, let source = reopened(file) {
      defer { close(source) }
      written = try copyRange(range, of: source, to: descriptor, path)
    }
    guard written < piece.count else { return }
    try piece[written..<piece.count].withSpan { (span) throws(SystemError) in
      try write(span, to: descriptor, path: path)
    }
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
