// What plain scalars are in YAML 1.2's core schema. Manifests have many numbers, so this reads bytes, not characters.

extension YAMLScalar {
  package var value: YAMLValue {
    guard isPlain else { return .string }
    // Nearly all plain scalars are words: one look at the first byte settles them.
    guard let first = text.utf8.first else { return .null }
    switch first {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."):
      return Self.number(text)
    case UInt8(ascii: "~"), UInt8(ascii: "n"), UInt8(ascii: "N"):
      return text == "~" || text == "null" || text == "Null" || text == "NULL" ? .null : .string
    case UInt8(ascii: "t"), UInt8(ascii: "T"):
      return text == "true" || text == "True" || text == "TRUE" ? .bool(true) : .string
    case UInt8(ascii: "f"), UInt8(ascii: "F"):
      return text == "false" || text == "False" || text == "FALSE" ? .bool(false) : .string
    default: return .string
    }
  }

  private static func number(_ text: String) -> YAMLValue {
    let bytes = text.utf8.span
    let isNegative = bytes[0] == UInt8(ascii: "-")
    let start = isNegative || bytes[0] == UInt8(ascii: "+") ? 1 : 0
    if bytes.count > 2, bytes[0] == UInt8(ascii: "0") {
      if bytes[1] == UInt8(ascii: "x") {
        return integer(bytes.extracting(2...), radix: 16, isNegative: false) ?? .string
      }
      if bytes[1] == UInt8(ascii: "o") {
        return integer(bytes.extracting(2...), radix: 8, isNegative: false) ?? .string
      }
    }
    if let value = integer(bytes.extracting(start...), radix: 10, isNegative: isNegative) { return value }
    if isDecimal(bytes.extracting(start...)), let value = Double(text) { return .float(value) }
    switch text.dropFirst(start) {
    case ".inf", ".Inf", ".INF": return .float(isNegative ? -.infinity : .infinity)
    case ".nan" where start == 0, ".NaN" where start == 0, ".NAN" where start == 0: return .float(.nan)
    default: return .string
    }
  }

  /// Digits alone; nil for anything else.
  private static func integer(_ digits: Span<UInt8>, radix: Int, isNegative: Bool) -> YAMLValue? {
    guard !digits.isEmpty else { return nil }
    var value = 0
    var isHuge = false
    for index in digits.indices {
      guard let digit = digit(digits[index]), digit < radix else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: radix)
      let (sum, carry) =
        isNegative ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
      isHuge = isHuge || overflow || carry
      value = sum
    }
    return isHuge ? .hugeInt : .int(value)
  }

  private static func digit(_ byte: UInt8) -> Int? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(byte - UInt8(ascii: "a")) + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): Int(byte - UInt8(ascii: "A")) + 10
    default: nil
    }
  }

  /// `( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
  private static func isDecimal(_ text: Span<UInt8>) -> Bool {
    var index = 0
    func skip(_ first: Character, or second: Character) -> Bool {
      guard index < text.count, text[index] == first.asciiValue || text[index] == second.asciiValue else {
        return false
      }
      index += 1
      return true
    }
    func skipDigits() -> Int {
      let start = index
      while index < text.count, let digit = digit(text[index]), digit < 10 { index += 1 }
      return index - start
    }
    var digitCount = skipDigits()
    if skip(".", or: ".") { digitCount += skipDigits() }
    guard digitCount > 0 else { return false }
    if skip("e", or: "E") {
      _ = skip("-", or: "+")
      guard skipDigits() > 0 else { return false }
    }
    return index == text.count
  }
}
