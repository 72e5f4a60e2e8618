// Names of sizes: how a model's own names stand in expressions, and which are private to one inference.

internal import IngotCore

/// A model may call a size anything, `2*seq` and `batch-size` too. Such a name is one size, not a calculation with others, so it
/// stands in single quotes while inference runs, and goes back as it was.
enum SizeName {
  /// - Returns: nil for a name that takes the form of a placeholder.
  static func atom(_ name: String) -> String? {
    if name.utf8.contains(Dimension.placeholderMark) { return nil }
    if isPlain(name) { return name }
    return "'\(doubled(name))'"
  }

  /// Letters, digits and a few signs that no calculation has; no digit at the start.
  static func isPlain(_ name: String) -> Bool {
    var isFirst = true
    for byte in name.utf8 {
      guard isLetter(byte) || !isFirst && isInner(byte) else { return false }
      isFirst = false
    }
    return !isFirst
  }

  /// The name as the model has it, where the text is one quoted name and nothing else.
  static func unquoted(_ text: String) -> String? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 2, bytes[0] == quote, end(ofQuoteAt: 0, in: bytes) == bytes.count else { return nil }
    var (name, index) = ([UInt8](), 1)
    while index < bytes.count - 1 {
      name.append(bytes[index])
      index += bytes[index] == quote ? 2 : 1
    }
    return String(validating: name, as: UTF8.self)
  }

  /// - Returns: the index behind the closing quote.
  static func end(ofQuoteAt start: Int, in bytes: [UInt8]) -> Int? {
    var index = start + 1
    while index < bytes.count {
      if bytes[index] == quote {
        guard index + 1 < bytes.count, bytes[index + 1] == quote else { return index + 1 }
        index += 1
      }
      index += 1
    }
    return nil
  }

  static let quote = UInt8(ascii: "'")

  static func isLetter(_ byte: UInt8) -> Bool {
    let lower = byte | 0x20
    return byte == UInt8(ascii: "_") || lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z") || byte >= 0x80
  }

  static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

  static func isInner(_ byte: UInt8) -> Bool { isDigit(byte) || inner.contains(byte) }

  private static let inner = Array(".:$#@".utf8)

  private static func doubled(_ name: String) -> String {
    var text = ""
    for character in name.unicodeScalars {
      if character == "'" { text.unicodeScalars.append(character) }
      text.unicodeScalars.append(character)
    }
    return text
  }
}

extension Dimension {
  /// Stands before the number of a placeholder, and in no name.
  static let placeholderMark: UInt8 = 1

  /// An unknown size under a name of its own.
  static func placeholder(_ number: Int) -> Dimension { .symbolic("\u{1}\(number)") }

  var isName: Bool { if case .symbolic = self { true } else { false } }

  /// Whether the size, or a part of it, has a name that only this inference knows.
  var isPlaceholder: Bool {
    if case .symbolic(let text) = self { text.utf8.contains(Self.placeholderMark) } else { false }
  }

  /// Whether a placeholder with this number or a later one is in the size.
  func hasPlaceholder(since mark: Int) -> Bool {
    guard isPlaceholder, case .symbolic(let text) = self else { return false }
    var number: Int?
    for byte in text.utf8 {
      if byte == Self.placeholderMark {
        number = 0
      } else if let digits = number, SizeName.isDigit(byte) {
        let longer = digits &* 10 &+ Int(byte - UInt8(ascii: "0"))
        if longer >= mark { return true }
        number = longer
      } else {
        number = nil
      }
    }
    return false
  }

  /// A size as a graph declares it, for inference: a name that looks like a calculation is quoted, a negative size, which the
  /// checker reports, is none.
  var imported: Dimension {
    if case .fixed(let size) = self, size < 0 { return .unknown }
    guard case .symbolic(let name) = self else { return self }
    return SizeName.atom(name).map { .symbolic($0) } ?? .unknown
  }

  /// A size from inference, for a graph: without private names, and with the model's own names as they were.
  var exported: Dimension {
    guard case .symbolic(let text) = self else { return self }
    if isPlaceholder { return .unknown }
    guard text.utf8.first == SizeName.quote, let name = SizeName.unquoted(text) else { return self }
    return .symbolic(name)
  }
}

extension Array<Dimension> {
  var imported: [Dimension] { map(\.imported) }
  /// What a pass writes into a graph of a shape that it has from inference.
  var exported: [Dimension] { map(\.exported) }
}
