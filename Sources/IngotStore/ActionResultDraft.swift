// Reading an ActionResult. Nothing is believed: sizes are bounded, and what is missing is decided at the end. In
// Protocol Buffers a field may come twice: the last one counts, and repeated ones add up.

internal import IngotCore

/// A message taken apart, its fields in the order of the bytes.
private struct WireMessage {
  enum Value {
    case varint(UInt64)
    case bytes(Bytes)
    case fixed
  }

  struct Field {
    var number: Int
    var value: Value
  }

  private(set) var fields: [Field] = []

  /// More fields than this are refused, so that the fields never take much more memory than the bytes.
  static let fieldLimit = 2 * ActionResult.outputLimit

  init(_ bytes: Bytes) throws(RecordError) {
    do throws(WireError) {
      fields = try bytes.withSpan { (span) throws(WireError) in
        var fields: [Field] = []
        var reader = WireReader(span)
        while fields.count <= Self.fieldLimit, let field = try reader.nextField() {
          switch field.type {
          case .varint: fields.append(Field(number: field.number, value: .varint(try reader.readVarint())))
          case .bytes: fields.append(Field(number: field.number, value: .bytes(bytes[try reader.readBytes()])))
          case .fixed32, .fixed64, .startGroup, .endGroup:
            try reader.skip(field)
            fields.append(Field(number: field.number, value: .fixed))
          }
        }
        return fields
      }
    } catch {
      throw .wire(error)
    }
    guard fields.count <= Self.fieldLimit else { throw .tooLarge(fields.count) }
  }

  func bytes(_ number: Int) -> Bytes? {
    var last: Bytes?
    for field in fields where field.number == number { if case .bytes(let bytes) = field.value { last = bytes } }
    return last
  }

  func message(_ number: Int) throws(RecordError) -> WireMessage? {
    guard let bytes = bytes(number) else { return nil }
    return try WireMessage(bytes)
  }

  /// Zero where the field is absent, as in every message of proto3.
  func varint(_ number: Int) -> UInt64 {
    var last: UInt64 = 0
    for field in fields where field.number == number { if case .varint(let value) = field.value { last = value } }
    return last
  }

  func text(_ number: Int) throws(RecordError) -> String? {
    guard let bytes = bytes(number) else { return nil }
    guard let text = String(validating: bytes.array, as: UTF8.self) else { throw .missing("text in field \(number)") }
    return text
  }
}

/// A result and the checksum that came with it.
struct ActionResultDraft {
  let result: ActionResult
  let check: [UInt8]?

  init(_ bytes: Bytes) throws(RecordError) {
    guard bytes.count <= ActionResult.byteLimit else { throw .tooLarge(bytes.count) }
    let message = try WireMessage(bytes)
    if let foreign = message.fields.first(where: { [3, 6, 8, 10, 11, 12].contains($0.number) }) {
      throw .foreignField(foreign.number)
    }
    let exitCode = Int32(truncatingIfNeeded: message.varint(4))
    guard exitCode == 0 else { throw .failedStep(exitCode) }
    var outputs: [ActionResult.Output] = []
    for field in message.fields where field.number == 2 {
      guard case .bytes(let file) = field.value else { throw .badOutputs("an output is no message") }
      outputs.append(try Self.output(WireMessage(file)))
    }
    guard outputs.count <= ActionResult.outputLimit else { throw .tooLarge(outputs.count) }
    outputs.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    if let problem = ActionResult.problem(ofPaths: outputs) { throw .badOutputs(problem) }
    let stdoutRaw = message.bytes(5)?.array ?? []
    guard stdoutRaw.count <= ActionResult.stdoutLimit else { throw .tooLarge(stdoutRaw.count) }
    guard let execution = try message.message(9) else { throw .missing("execution_metadata") }
    result = ActionResult(outputs: outputs, execution: try Self.execution(execution), stdoutRaw: stdoutRaw)
    check = try execution.message(11)?.message(2)?.bytes(1)?.array
  }

  private static func output(_ file: WireMessage) throws(RecordError) -> ActionResult.Output {
    guard let path = try file.text(1) else { throw .missing("path of an output") }
    guard let blob = try file.message(2), let hash = try blob.text(1) else { throw .badDigest }
    let isCanonical = hash.utf8.allSatisfy { !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    guard hash.utf8.count == 64, isCanonical, let digest = Digest(hex: hash) else { throw .badDigest }
    guard let byteCount = Int(exactly: blob.varint(2)) else { throw .badDigest }
    return ActionResult.Output(path: path, digest: digest, byteCount: byteCount)
  }

  private static func execution(_ message: WireMessage) throws(RecordError) -> ActionResult.Execution {
    ActionResult.Execution(
      worker: try message.text(1) ?? "",
      started: Timestamp(nanoseconds: try nanoseconds(message.message(7))),
      completed: Timestamp(nanoseconds: try nanoseconds(message.message(8))),
      duration: try nanoseconds(message.message(12)))
  }

  private static func nanoseconds(_ time: WireMessage?) throws(RecordError) -> Int64 {
    guard let time else { return 0 }
    let (scaled, tooLong) = Int64(bitPattern: time.varint(1)).multipliedReportingOverflow(by: 1_000_000_000)
    let (total, tooLarge) = scaled.addingReportingOverflow(Int64(bitPattern: time.varint(2)))
    guard !tooLong, !tooLarge else { throw .missing("time between the years 1678 and 2262") }
    return total
  }
}
