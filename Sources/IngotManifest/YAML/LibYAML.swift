// libyaml's events as Swift values. The only file that knows libyaml's C interface; it builds no tree and judges
// nothing.

internal import CYAML

/// A position as libyaml counts it: both from 0, columns in Unicode scalars.
struct YAMLMark: Hashable {
  var line: Int
  var column: Int

  init(_ mark: yaml_mark_t) { (line, column) = (Int(mark.line), Int(mark.column)) }
}

/// What a node's events have in common.
struct YAMLNodeStart {
  var mark: YAMLMark
  var anchor: String?
  var tag: String?
}

enum YAMLEvent {
  case documentStart(YAMLMark)
  case end
  case alias(String, YAMLMark)
  /// `isPlain`: without quotes and not a block, so that the schema may read a number in it.
  case scalar(String, isPlain: Bool, YAMLNodeStart)
  case sequenceStart(YAMLNodeStart)
  case mappingStart(YAMLNodeStart)
  case collectionEnd
}

/// Why libyaml stopped.
enum YAMLFailure: Error {
  case syntax(problem: String, at: YAMLMark, context: String?, since: YAMLMark)
  /// A character that YAML does not allow.
  case character(UInt32, byteOffset: Int)
  case outOfMemory
}

/// The events of one text, in order. It keeps a copy of the text, because libyaml reads it as it goes.
@safe struct YAMLEvents: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let input: UnsafeMutableBufferPointer<UInt8>

  /// - Parameter text: UTF-8.
  init(_ text: String) throws(YAMLFailure) {
    let bytes = text.utf8
    let input = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(bytes.count, 1))
    _ = unsafe input.initialize(from: bytes)
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    guard unsafe yaml_parser_initialize(parser) == 1 else {
      unsafe parser.deallocate()
      unsafe input.deallocate()
      throw .outOfMemory
    }
    unsafe yaml_parser_set_input_string(parser, input.baseAddress, bytes.count)
    unsafe (self.parser, self.input) = (parser, input)
  }

  deinit {
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
    unsafe input.deallocate()
  }

  mutating func next() throws(YAMLFailure) -> YAMLEvent {
    while true {
      var event = unsafe yaml_event_t()
      guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw failure }
      defer { unsafe yaml_event_delete(&event) }
      if let known = unsafe Self.event(event) { return known }
    }
  }

  /// Nil for events that say nothing to us.
  private static func event(_ event: yaml_event_t) -> YAMLEvent? {
    let mark = unsafe YAMLMark(event.start_mark)
    switch unsafe event.type {
    case YAML_SCALAR_EVENT:
      let scalar = unsafe event.data.scalar
      let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      let start = unsafe YAMLNodeStart(mark: mark, anchor: text(scalar.anchor), tag: text(scalar.tag))
      let isPlain = unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE
      return unsafe .scalar(String(decoding: bytes, as: UTF8.self), isPlain: isPlain, start)
    case YAML_MAPPING_START_EVENT:
      let mapping = unsafe event.data.mapping_start
      return unsafe .mappingStart(YAMLNodeStart(mark: mark, anchor: text(mapping.anchor), tag: text(mapping.tag)))
    case YAML_SEQUENCE_START_EVENT:
      let sequence = unsafe event.data.sequence_start
      return unsafe .sequenceStart(YAMLNodeStart(mark: mark, anchor: text(sequence.anchor), tag: text(sequence.tag)))
    case YAML_MAPPING_END_EVENT, YAML_SEQUENCE_END_EVENT: return .collectionEnd
    case YAML_ALIAS_EVENT: return unsafe .alias(text(event.data.alias.anchor) ?? "", mark)
    case YAML_DOCUMENT_START_EVENT: return .documentStart(mark)
    case YAML_STREAM_END_EVENT: return .end
    default: return nil
    }
  }

  private static func text(_ pointer: UnsafeMutablePointer<UInt8>?) -> String? {
    if let pointer = unsafe pointer { unsafe String(cString: pointer) } else { nil }
  }

  private var failure: YAMLFailure {
    let state = unsafe parser.pointee
    if unsafe state.error == YAML_MEMORY_ERROR { return .outOfMemory }
    if unsafe state.error == YAML_READER_ERROR {
      return unsafe .character(UInt32(truncatingIfNeeded: state.problem_value), byteOffset: Int(state.problem_offset))
    }
    return unsafe .syntax(
      problem: state.problem.map { unsafe String(cString: $0) } ?? "unknown problem", at: YAMLMark(state.problem_mark),
      context: state.context.map { unsafe String(cString: $0) }, since: YAMLMark(state.context_mark))
  }
}
