import IngotCore
import IngotStore
import Testing

private let key = Digest(of: "key")

@Suite struct ActionResultCodingTests {
  @Test func writesTheRemoteExecutionAPIsFields() throws {
    let blob = Digest(of: [1, 2, 3])
    let result = ActionResult(
      outputs: [.init(path: "a", digest: blob, byteCount: 3)], execution: someExecution, stdoutRaw: [0x7b, 0x7d])
    let bytes = result.encoded(key: key)
    var expected: [UInt8] = []
    expected += [0x12, 73, 0x0a, 1, 0x61]  // output_files { path: "a"
    expected += [0x12, 68, 0x0a, 64] + Array(blob.hex.utf8) + [0x10, 3]  //   digest { hash, size_bytes: 3 } }
    expected += [0x2a, 2, 0x7b, 0x7d]  // stdout_raw
    expected += [0x4a, 124, 0x0a, 4] + Array("here".utf8)  // execution_metadata { worker
    expected += [0x3a, 6, 0x08, 0x80, 0xe2, 0xcf, 0xaa, 0x06]  //   execution_start_timestamp { seconds: 1700000000 }
    expected += [0x42, 6, 0x08, 0x82, 0xe2, 0xcf, 0xaa, 0x06]  //   execution_completed_timestamp { … 02 }
    expected += [0x5a, 90, 0x0a, 46] + Array("type.googleapis.com/google.protobuf.BytesValue".utf8)
    #expect(Array(bytes.prefix(expected.count)) == Array(expected.prefix(bytes.count)))
    #expect(Array(bytes.suffix(10)) == [0x62, 8, 0x08, 1, 0x10, 0x80, 0xca, 0xb5, 0xee, 0x01])  // 1 s, 500000000 ns
  }

  @Test func givesEqualBytesForEqualResultsAndReadsThemBack() throws {
    let outputs = ["b/c", "a", "ö"].map { ActionResult.Output(path: $0, digest: Digest(of: $0), byteCount: $0.count) }
    let result = ActionResult(outputs: outputs, execution: someExecution)
    let reversed = ActionResult(outputs: outputs.reversed(), execution: someExecution)
    #expect(result.encoded(key: key) == reversed.encoded(key: key))
    #expect(try ActionResult(decoding: Bytes(result.encoded(key: key)), key: key) == result)
    #expect(result.outputs.map(\.path) == ["a", "b/c", "ö"])
  }

  @Test func keepsTimesBefore1970AndWithFractions() throws {
    let execution = ActionResult.Execution(
      worker: "", started: Timestamp(nanoseconds: -1), completed: Timestamp(nanoseconds: 1), duration: -2_500_000_000)
    let result = ActionResult(outputs: [], execution: execution)
    #expect(try ActionResult(decoding: Bytes(result.encoded(key: key)), key: key) == result)
  }

  @Test func skipsFieldsThatItDoesNotKnow() throws {
    let result = ActionResult(outputs: [.init(path: "a", digest: key, byteCount: 0)], execution: someExecution)
    var foreign = WireWriter()
    foreign.writeVarint(99, 5)
    foreign.writeString(100, "later")
    foreign.writeFixed32(101, 7)
    let bytes = foreign.array + result.encoded(key: key) + foreign.array
    #expect(try ActionResult(decoding: Bytes(bytes), key: key) == result)
  }

  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var bytes: [UInt8]
    var error: String

    init(_ name: String, _ error: String, _ write: (inout WireWriter) -> Void) {
      var writer = WireWriter()
      write(&writer)
      (testDescription, bytes, self.error) = (name, writer.array, error)
    }
  }

  private static func file(_ path: String, hash: String, size: UInt64) -> WireWriter {
    var digest = WireWriter()
    digest.writeString(1, hash)
    digest.writeVarint(2, size)
    var file = WireWriter()
    file.writeString(1, path)
    file.writeMessage(2, digest)
    return file
  }

  private static let hash = Digest(of: "x").hex

  static let hostile: [Case] = [
    Case("nothing", "it has no execution_metadata") { _ in },
    Case("a failed step", "it is of a step that failed with 137") { $0.writeVarint(4, 137) },
    Case("an output directory", "field 3 names outputs of a kind that Ingot does not make") { $0.writeString(3, "") },
    Case("a symbolic link", "field 12 names outputs of a kind that Ingot does not make") { $0.writeString(12, "") },
    Case("a path that leaves the folder", "an output's path is not a plain relative one") {
      $0.writeMessage(2, file("../../etc/passwd", hash: hash, size: 1))
    },
    Case("an absolute path", "an output's path is not a plain relative one") {
      $0.writeMessage(2, file("/etc/passwd", hash: hash, size: 1))
    },
    Case("a path with a zero byte", "an output's path is not a plain relative one") {
      $0.writeMessage(2, file("a\0b", hash: hash, size: 1))
    },
    Case("no path", "it has no path of an output") { $0.writeString(2, "") },
    Case("a path twice", "an output is there twice") {
      $0.writeMessage(2, file("a", hash: hash, size: 1))
      $0.writeMessage(2, file("a", hash: hash, size: 2))
    },
    Case("a hash that is a path", "a digest in it is not 64 lower-case hexadecimal digits and a size") {
      $0.writeMessage(2, file("a", hash: "../../../../../../../../../../../../../../../../../etc/passwd..", size: 1))
    },
    Case("an upper-case hash", "a digest in it is not 64 lower-case hexadecimal digits and a size") {
      $0.writeMessage(2, file("a", hash: hash.uppercased(), size: 1))
    },
    Case("a negative size", "a digest in it is not 64 lower-case hexadecimal digits and a size") {
      $0.writeMessage(2, file("a", hash: hash, size: UInt64(bitPattern: -1)))
    },
    Case("more outputs than any step has", "it has 10001 bytes or outputs, more than any record") { writer in
      for number in 0...10_000 { writer.writeMessage(2, file("\(number)", hash: hash, size: 1)) }
    },
    Case("more fields than any record has", "it has 20001 bytes or outputs, more than any record") { writer in
      for _ in 0...30_000 { writer.writeVarint(77, 1) }
    },
    Case("a record without checksum", "its checksum is not that of its bytes and its key") {
      $0.writeMessage(9, WireWriter())
    },
    Case("a time that overflows", "it has no time between the years 1678 and 2262") {
      var time = WireWriter()
      time.writeVarint(1, UInt64(Int64.max))
      var metadata = WireWriter()
      metadata.writeMessage(7, time)
      $0.writeMessage(9, metadata)
    },
    Case("a length past the end", "at byte 1: a field says it has 100 bytes, more than are left") {
      $0.writeRaw(Bytes([0x12, 100]))
    },
  ]

  @Test(arguments: hostile)
  func refuses(_ record: Case) throws {
    let error = #expect(throws: RecordError.self) { try ActionResult(decoding: Bytes(record.bytes), key: key) }
    #expect(error?.description == record.error)
  }

  @Test func noChangeOfBytesGivesAnotherResult() throws {
    var generator = SplitMix(state: 42)
    let result = ActionResult(outputs: [.init(path: "a", digest: key, byteCount: 1)], execution: someExecution)
    let good = result.encoded(key: key)
    var refusedCount = 0
    for _ in 0..<20_000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...8, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
      }
      bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator) / 4)
      do throws(RecordError) {
        #expect(try ActionResult(decoding: Bytes(bytes), key: key) == result)
      } catch {
        refusedCount += 1
      }
    }
    #expect(refusedCount > 19_000)
  }
}

/// Random numbers that are the same in every run.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
