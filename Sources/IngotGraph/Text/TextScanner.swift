// Words, names, strings and punctuation of a graph's text, with the place of each for error messages.

internal import IngotCore

struct TextScanner {
  private let source: SourceText
  private let bytes: [UInt8]
  private var position = 0

  init(_ text: String, path: String) {
    source = SourceText(path: path, text: text)
    bytes = Array(text.utf8)
  }

  func failure(_ problem: String, hint: String? = nil) -> InputError {
    let before = bytes[..<position]
    let lineStart = (before.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let column = String(decoding: bytes[lineStart..<position], as: UTF8.self).count + 1
    return InputError([Diagnostic(at: Place(source: source, line: line, column: column), problem, hint: hint)])
  }

  var isAtEnd: Bool {
    mutating get {
      skipSpace()
      return position == bytes.count
    }
  }

  /// Moves past blanks and whole-line comments.
  mutating func skipSpace() {
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "#") {
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
      } else if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\t")
        || byte == UInt8(ascii: "\r")
      {
        position += 1
      } else {
        return
      }
    }
  }

  /// The text after `#` on the rest of this line, quoted or as it is; nil where there is none.
  mutating func takeNodeName() throws(InputError) -> String? {
    while position < bytes.count, bytes[position] == UInt8(ascii: " ") { position += 1 }
    guard position < bytes.count, bytes[position] == UInt8(ascii: "#") else { return nil }
    position += 1
    while position < bytes.count, bytes[position] == UInt8(ascii: " ") { position += 1 }
    if position < bytes.count, bytes[position] == UInt8(ascii: "\"") { return try utf8(takeString()) }
    let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
    defer { position = end }
    let text = String(decoding: bytes[position..<end], as: UTF8.self)
    return String(text.reversed().drop { $0 == " " || $0 == "\r" }.reversed())
  }

  mutating func take(_ token: String) -> Bool {
    skipSpace()
    guard bytes[position...].starts(with: token.utf8) else { return false }
    position += token.utf8.count
    return true
  }

  mutating func expect(_ token: String) throws(InputError) {
    if !take(token) { throw failure("expected '\(token)' here") }
  }

  /// A keyword: the word is taken only where it is exactly this one.
  mutating func takeWord(_ word: String) -> Bool {
    let start = position
    if peekWord() == word {
      position += word.utf8.count
      return true
    }
    position = start
    return false
  }

  mutating func peekWord() -> String {
    skipSpace()
    return String(decoding: bytes[position..<wordEnd()], as: UTF8.self)
  }

  /// A word or a quoted string.
  /// - Parameter kind: what it should be, for the message.
  mutating func takeWordOrString(_ kind: String) throws(InputError) -> String {
    skipSpace()
    if position < bytes.count, bytes[position] == UInt8(ascii: "\"") { return try utf8(takeString()) }
    let end = wordEnd()
    guard end > position else { throw failure("expected \(kind) here") }
    defer { position = end }
    return String(decoding: bytes[position..<end], as: UTF8.self)
  }

  /// A letter, digit or sign is next.
  var isAtNumber: Bool {
    mutating get {
      let word = peekWord()
      return word == "inf" || word == "nan" || word == "-inf" || word.utf8.first.map { $0 < 0x3a } ?? takesPlus
    }
  }

  private var takesPlus: Bool { position < bytes.count && bytes[position] == UInt8(ascii: "+") }

  /// A number, with sign and exponent (`1e+20`).
  mutating func takeNumber() throws(InputError) -> String {
    skipSpace()
    var end = position
    while end < bytes.count, TextName.isWordByte(bytes[end]) || bytes[end] == UInt8(ascii: "+") { end += 1 }
    guard end > position else { throw failure("expected a number here") }
    defer { position = end }
    return String(decoding: bytes[position..<end], as: UTF8.self)
  }

  mutating func isAt(_ token: String) -> Bool {
    skipSpace()
    return bytes[position...].starts(with: token.utf8)
  }

  mutating func takeString() throws(InputError) -> [UInt8] {
    try expect("\"")
    var result: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == UInt8(ascii: "\"") { return result }
      result.append(byte == UInt8(ascii: "\\") ? try takeEscape() : byte)
    }
    throw failure("the text ends inside a string")
  }

  private mutating func takeEscape() throws(InputError) -> UInt8 {
    guard position < bytes.count else { throw failure("the text ends inside a string") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "n"): return UInt8(ascii: "\n")
    case UInt8(ascii: "t"): return UInt8(ascii: "\t")
    case UInt8(ascii: "\\"), UInt8(ascii: "\""): return byte
    case UInt8(ascii: "x"):
      guard position + 2 <= bytes.count,
        let value = UInt8(String(decoding: bytes[position..<position + 2], as: UTF8.self), radix: 16)
      else { throw failure(#"expected two hexadecimal digits after \x"#) }
      position += 2
      return value
    default: throw failure(#"only \n, \t, \", \\ and \xHH can follow a backslash"#)
    }
  }

  func utf8(_ bytes: [UInt8]) throws(InputError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw failure("this string is not UTF-8") }
    return text
  }

  /// The end of the word at the current position; a colon belongs to it where another word byte or colon follows.
  private func wordEnd() -> Int {
    var end = position
    while end < bytes.count {
      let isColon = bytes[end] == UInt8(ascii: ":") && end > position
      guard TextName.isWordByte(bytes[end]) || isColon && colonBelongs(at: end) else { break }
      end += 1
    }
    return end
  }

  private func colonBelongs(at index: Int) -> Bool {
    let rest = bytes[index...].drop { $0 == UInt8(ascii: ":") }
    return rest.first.map(TextName.isWordByte) ?? false
  }
}
