// Who moved which channel when: a file that is only appended to, one line of JSON with sorted keys for each move.

internal import FoundationEssentials
package import IngotCore

/// One move of a channel.
package struct AuditLine: Hashable, Sendable, Codable {
  package enum Action: String, Hashable, Sendable, Codable {
    case promote, rollback
    /// The move that the line before announced did not happen.
    case failed
  }

  package var action: Action
  package var channel: String
  /// Absent for a channel's first bundle.
  package var from: Digest?
  package var to: Digest
  package var title: String
  package var level: VerdictSummary.Level?
  /// True where the verdict rests on random inputs.
  package var synthetic: Bool?
  package var user: String
  package var reason: String
  /// ISO 8601, UTC.
  package var time: String
}

package struct AuditLog: Sendable {
  package let path: String
  package init(path: String) { self.path = path }

  /// In one write, on the disk when it returns. The caller holds the channels' lock.
  func append(_ line: AuditLine) throws(ReleaseError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(line) else { fatalError("BUG: an audit line cannot be written as JSON") }
    try release { () throws(SystemError) in
      // A line that a full disk cut off must not swallow this one.
      let start = try endsInsideALine() ? "\n" : ""
      try FileSystem.append("\(start)\(String(decoding: data, as: UTF8.self))\n", to: path)
    }
  }

  /// The lines, oldest first; a line that cannot be read is left out.
  package func lines() throws(ReleaseError) -> [AuditLine] {
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try FileSystem.read(path)
    } catch {
      if error.isNotFound { return [] }
      throw ReleaseError(.system(error))
    }
    return bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
      try? JSONDecoder().decode(AuditLine.self, from: Data(line))
    }
  }

  private func endsInsideALine() throws(SystemError) -> Bool {
    do throws(SystemError) {
      let bytes = Bytes(try MappedFile(path: path))
      return !bytes.isEmpty && bytes[bytes.count - 1..<bytes.count].array != [UInt8(ascii: "\n")]
    } catch {
      if error.isNotFound { return false }
      throw error
    }
  }
}
