// ActionResult as bytes. Field numbers are those of github.com/bazelbuild/remote-apis,
// build/bazel/remote/execution/v2/remote_execution.proto:
//
//   ActionResult            2 output_files  4 exit_code  5 stdout_raw  9 execution_metadata
//                           3, 6, 8, 10, 11, 12 name directories, links and more blobs: Ingot refuses them
//   OutputFile              1 path  2 digest
//   Digest                  1 hash (64 lower-case hexadecimal digits)  2 size_bytes
//   ExecutedActionMetadata  1 worker  7 execution_start_timestamp  8 execution_completed_timestamp
//                           11 auxiliary_metadata  12 virtual_execution_duration
//   Timestamp, Duration     1 seconds  2 nanos           Any  1 type_url  2 value           BytesValue  1 value
//
// A record is checked like everything that comes from outside: auxiliary_metadata holds one BytesValue, `ingot1` and
// the SHA-256 of the key and of the record without that value. So a record that was damaged, or filed under another
// key, is a miss and not a wrong engine. Unknown fields are skipped.

package import IngotCore

/// Why bytes are no usable record.
package enum RecordError: Error, Hashable, Sendable, CustomStringConvertible {
  case wire(WireError)
  case tooLarge(Int)
  case failedStep(Int32)
  case foreignField(Int)
  case badDigest, badOutputs(String), missing(String), failedCheck

  package var description: String {
    switch self {
    case .wire(let error): "\(error)"
    case .tooLarge(let count): "it has \(count) bytes or outputs, more than any record"
    case .failedStep(let code): "it is of a step that failed with \(code)"
    case .foreignField(let number): "field \(number) names outputs of a kind that Ingot does not make"
    case .badDigest: "a digest in it is not 64 lower-case hexadecimal digits and a size"
    case .badOutputs(let problem): problem
    case .missing(let what): "it has no \(what)"
    case .failedCheck: "its checksum is not that of its bytes and its key"
    }
  }
}

extension ActionResult {
  static let byteLimit = 8 << 20

  /// Equal results give equal bytes.
  package func encoded(key: Digest) -> [UInt8] {
    var check = Self.checkMark
    check += self.check(key: key).rawBytes
    return message(check: check).array
  }

  /// - Parameter bytes: not trusted.
  package init(decoding bytes: Bytes, key: Digest) throws(RecordError) {
    let draft = try ActionResultDraft(bytes)
    self = draft.result
    guard draft.check == Self.checkMark + check(key: key).rawBytes else { throw .failedCheck }
  }

  private static let checkMark = Array("ingot1".utf8)
  private static let checkType = "type.googleapis.com/google.protobuf.BytesValue"

  private func check(key: Digest) -> Digest { Digest(of: key.rawBytes + message(check: nil).array) }

  private func message(check: [UInt8]?) -> WireWriter {
    var writer = WireWriter()
    for output in outputs {
      var digest = WireWriter()
      digest.writeString(1, output.digest.hex)
      if output.byteCount != 0 { digest.writeVarint(2, UInt64(output.byteCount)) }
      var file = WireWriter()
      file.writeString(1, output.path)
      file.writeMessage(2, digest)
      writer.writeMessage(2, file)
    }
    if !stdoutRaw.isEmpty { writer.writeArray(5, stdoutRaw) }
    writer.writeMessage(9, execution.message(checkType: Self.checkType, check: check))
    return writer
  }
}

extension ActionResult.Execution {
  fileprivate func message(checkType: String, check: [UInt8]?) -> WireWriter {
    var writer = WireWriter()
    writer.writeString(1, worker)
    writer.writeMessage(7, Self.message(ofNanoseconds: started.nanoseconds, floor: true))
    writer.writeMessage(8, Self.message(ofNanoseconds: completed.nanoseconds, floor: true))
    if let check {
      var value = WireWriter()
      value.writeArray(1, check)
      var any = WireWriter()
      any.writeString(1, checkType)
      any.writeMessage(2, value)
      writer.writeMessage(11, any)
    }
    writer.writeMessage(12, Self.message(ofNanoseconds: duration, floor: false))
    return writer
  }

  /// A Timestamp's nanos are never negative; a Duration's have the sign of its seconds.
  private static func message(ofNanoseconds total: Int64, floor: Bool) -> WireWriter {
    var (seconds, nanos) = total.quotientAndRemainder(dividingBy: 1_000_000_000)
    if floor && nanos < 0 { (seconds, nanos) = (seconds - 1, nanos + 1_000_000_000) }
    var writer = WireWriter()
    if seconds != 0 { writer.writeVarint(1, UInt64(bitPattern: seconds)) }
    if nanos != 0 { writer.writeVarint(2, UInt64(bitPattern: nanos)) }
    return writer
  }
}
