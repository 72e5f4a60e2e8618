// The part of Python's literals that .npy headers are written in: dictionaries, tuples, lists, strings, whole
// numbers, True and False. Nothing is evaluated.

/// A literal of a .npy header.
indirect enum PythonLiteral: Hashable {
  case string(String)
  case int(Int)
  case bool(Bool)
  case tuple([PythonLiteral])
  case list([PythonLiteral])
  case dictionary([Entry])

  struct Entry: Hashable {
    var key: String
    var value: PythonLiteral
  }

  /// - Parameter offset: of the text in its file, for messages.
  static func parse(_ text: [UInt8], offset: Int) throws(ArrayProblem) -> PythonLiteral {
    var parser = PythonLiteralParser(text: text, offset: offset)
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.isAtEnd else { throw parser.problem("text after the dictionary") }
    return value
  }
}

private struct PythonLiteralParser {
  private let text: [UInt8]
  private let offset: Int
  private var position = 0

  /// Structured types nest; four levels are more than any that is meant.
  private static let depthLimit = 8

  init(text: [UInt8], offset: Int) { (self.text, self.offset) = (text, offset) }

  var isAtEnd: Bool { position == text.count }
  private var byte: UInt8? { position < text.count ? text[position] : nil }

  func problem(_ what: String) -> ArrayProblem {
    ArrayProblem("the .npy header is not understood at byte \(offset + position): \(what)")
  }

  mutating func skipSpace() {
    while let byte, [UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\t")].contains(byte) { position += 1 }
  }

  mutating func value(depth: Int) throws(ArrayProblem) -> PythonLiteral {
    guard depth < Self.depthLimit else { throw problem("brackets nest too deep") }
    skipSpace()
    guard let byte else { throw problem("it ends early") }
    switch byte {
    case UInt8(ascii: "{"): return .dictionary(try entries(depth: depth + 1))
    case UInt8(ascii: "("): return .tuple(try items(until: UInt8(ascii: ")"), depth: depth + 1))
    case UInt8(ascii: "["): return .list(try items(until: UInt8(ascii: "]"), depth: depth + 1))
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return .string(try string(quote: byte))
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .int(try int())
    default:
      if take("True") { return .bool(true) }
      if take("False") { return .bool(false) }
      throw problem("no value starts here")
    }
  }

  private mutating func entries(depth: Int) throws(ArrayProblem) -> [PythonLiteral.Entry] {
    position += 1
    var entries: [PythonLiteral.Entry] = []
    while true {
      skipSpace()
      if take("}") { return entries }
      guard let quote = byte, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
        throw problem("a key is expected")
      }
      let key = try string(quote: quote)
      skipSpace()
      guard take(":") else { throw problem("':' is expected") }
      entries.append(PythonLiteral.Entry(key: key, value: try value(depth: depth)))
      skipSpace()
      guard take(",") || byte == UInt8(ascii: "}") else { throw problem("',' or '}' is expected") }
    }
  }

  private mutating func items(until close: UInt8, depth: Int) throws(ArrayProblem) -> [PythonLiteral] {
    position += 1
    var items: [PythonLiteral] = []
    while true {
      skipSpace()
      if byte == close {
        position += 1
        return items
      }
      items.append(try value(depth: depth))
      skipSpace()
      guard take(",") || byte == close else { throw problem("',' or a closing bracket is expected") }
    }
  }

  private mutating func string(quote: UInt8) throws(ArrayProblem) -> String {
    position += 1
    let start = position
    while let byte, byte != quote {
      guard byte != UInt8(ascii: "\\") else { throw problem("an escape in a string") }
      position += 1
    }
    guard byte == quote else { throw problem("a string does not end") }
    defer { position += 1 }
    return String(decoding: text[start..<position], as: UTF8.self)
  }

  private mutating func int() throws(ArrayProblem) -> Int {
    let start = position
    if byte == UInt8(ascii: "-") { position += 1 }
    while let byte, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    guard let value = Int(String(decoding: text[start..<position], as: UTF8.self)) else {
      position = start
      throw problem("a number that 64 bits do not hold")
    }
    // Python 2 wrote long integers so.
    _ = take("L")
    return value
  }

  private mutating func take(_ word: String) -> Bool {
    guard text[position...].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    return true
  }
}
