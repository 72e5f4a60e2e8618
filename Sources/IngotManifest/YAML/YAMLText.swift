// What must hold of a text before it is parsed, and libyaml's failures in words.

internal import IngotCore

enum YAMLText {
  /// UTF-8 text, without a byte order mark.
  static func decoded(_ bytes: [UInt8], path: String) throws(InputError) -> String {
    try checkSize(bytes.count, path: path)
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    if let text = String(validating: bytes[start...], as: UTF8.self) { return text }
    throw invalidUTF8(bytes[start...], path: path)
  }

  /// Refuses a text that is too long, and line ends that YAML 1.1, which libyaml speaks, and YAML 1.2 count
  /// differently.
  static func check(_ source: SourceText) throws(InputError) {
    try checkSize(source.text.utf8.count, path: source.path)
    if let (offset, name) = ambiguousLineEnd(in: source.text.utf8.span) {
      throw InputError([
        Diagnostic(
          at: place(ofByte: offset, in: source),
          "the character \(name) is a line end for some YAML readers and none for others",
          hint: "remove it, or write it as an escape in double quotes")
      ])
    }
  }

  private static func ambiguousLineEnd(in text: Span<UInt8>) -> (offset: Int, name: String)? {
    for index in text.indices where text[index] >= 0x80 && index > 0 {
      switch (text[index - 1], text[index]) {
      case (0xC2, 0x85): return (index - 1, "U+0085")
      case (0x80, 0xA8) where index > 1 && text[index - 2] == 0xE2: return (index - 2, "U+2028")
      case (0x80, 0xA9) where index > 1 && text[index - 2] == 0xE2: return (index - 2, "U+2029")
      default: continue
      }
    }
    return nil
  }

  private static func checkSize(_ count: Int, path: String) throws(InputError) {
    if count > YAMLLimits.byteCount {
      throw InputError(in: path, "the file has \(count) bytes; at most \(YAMLLimits.byteCount) are read")
    }
  }

  private static func invalidUTF8(_ bytes: ArraySlice<UInt8>, path: String) -> InputError {
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var text = ""
    decoding: while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar): text.unicodeScalars.append(scalar)
      case .emptyInput, .error: break decoding
      }
    }
    // The rest with U+FFFD in place of what is wrong, so that the line can be shown.
    let source = SourceText(path: path, text: String(decoding: bytes, as: UTF8.self))
    return InputError([
      Diagnostic(
        at: place(ofByte: text.utf8.count, in: source), "the file is not valid UTF-8", hint: "save it as UTF-8")
    ])
  }

  /// - Parameter offset: of a byte before which the source's text is what was read.
  static func place(ofByte offset: Int, in source: SourceText) -> Place {
    let utf8 = source.text.utf8
    let end = utf8.index(utf8.startIndex, offsetBy: offset, limitedBy: utf8.endIndex) ?? utf8.endIndex
    let before = SourceText(path: "", text: String(decoding: utf8[..<end], as: UTF8.self)).lines
    return Place(source: source, line: before.count, column: (before.last?.unicodeScalars.count ?? 0) + 1)
  }
}

extension YAMLFailure {
  func inputError(in source: SourceText) -> InputError {
    switch self {
    case .outOfMemory: InputError(in: source.path, "there is not enough memory to parse the file")
    case .character(let value, let offset):
      InputError([
        Diagnostic(
          at: YAMLText.place(ofByte: offset, in: source), "YAML does not allow the character \(Self.codePoint(value))",
          hint: "remove it, or write it as an escape in double quotes")
      ])
    case .syntax(let problem, let mark, let context, let since):
      InputError([Self.diagnostic(problem, mark, context, since, in: source)])
    }
  }

  private static func codePoint(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return "U+\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)"
  }

  private static func diagnostic(
    _ problem: String, _ mark: YAMLMark, _ context: String?, _ since: YAMLMark, in source: SourceText
  ) -> Diagnostic {
    let lines = source.lines
    let isAtEnd = mark.line >= lines.count || mark.line == lines.count - 1 && lines[mark.line].isEmpty
    if let context, isAtEnd {
      // The end of the file is where it was noticed; where the unfinished thing began is what a person looks for.
      let start = Place(source: source, line: since.line + 1, column: since.column + 1)
      switch problem {
      case "found unexpected end of stream": return Diagnostic(at: start, "the quote that opens here is not closed")
      case "did not find expected ',' or ']'", "did not find expected ',' or '}'":
        return Diagnostic(at: start, "the bracket that opens here is not closed")
      default: return Diagnostic(at: start, "\(problem) \(context)", hint: hint(for: problem, at: nil))
      }
    }
    let place = Place(source: source, line: mark.line + 1, column: mark.column + 1)
    let whereItBegan = since.line == mark.line ? "" : ", which begins at line \(since.line + 1)"
    let whole = context.map { "\(problem) \($0)\(whereItBegan)" } ?? problem
    let character = lines.dropFirst(mark.line).first?.unicodeScalars.dropFirst(mark.column).first
    return Diagnostic(at: place, whole, hint: hint(for: problem, at: character))
  }

  private static func hint(for problem: String, at character: Unicode.Scalar?) -> String? {
    switch problem {
    case "found character that cannot start any token", "found a tab character that violates indentation",
      "found a tab character where an indentation space is expected":
      switch character {
      case "\t": "YAML takes no tabs for indentation; use spaces"
      case .some(let character): "a value that begins with `\(character)` must be in quotes"
      case nil: nil
      }
    case "mapping values are not allowed in this context":
      "a value that holds `: ` must be in quotes; or a line's indentation is wrong"
    case "did not find expected key", "did not find expected '-' indicator", "could not find expected ':'":
      "check that this line is indented like its neighbours and that the line above is complete"
    case "did not find expected ',' or ']'", "did not find expected ',' or '}'":
      "a bracket is not closed, or a comma is missing"
    default: nil
    }
  }
}
