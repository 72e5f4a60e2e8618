// A YAML document as a tree of values with places. It knows YAML 1.2's core schema and nothing of manifests.

package import IngotCore

/// A value of a YAML document and where it stands.
package struct YAMLNode: Sendable {
  package enum Content: Sendable {
    case scalar(YAMLScalar)
    case sequence([YAMLNode])
    case mapping([YAMLEntry])
  }

  package var content: Content
  package var place: Place
  /// Whether entries of the mapping were left out because of problems, which are reported.
  package var isIncomplete = false

  package var scalar: YAMLScalar? { if case .scalar(let scalar) = content { scalar } else { nil } }
}

/// A key of a mapping and its value, in the order of the text.
package struct YAMLEntry: Sendable {
  package var key: String
  package var keyPlace: Place
  package var value: YAMLNode
}

/// A value that is neither a list nor a mapping.
package struct YAMLScalar: Sendable, Hashable {
  package var text: String
  /// Whether the type is found by what the text looks like: it has no quotes, is no block, and has no tag `!!str`.
  package var isPlain: Bool
}

/// What a scalar is in YAML 1.2's core schema (YAML 1.2.2, 10.3.2): `no`, `on` and `12:30` are strings.
package enum YAMLValue: Sendable, Hashable {
  case null
  case bool(Bool)
  case int(Int)
  /// A whole number that 64 bits do not hold.
  case hugeInt
  case float(Double)
  case string
}

extension YAMLScalar {
  package var value: YAMLValue {
    guard isPlain else { return .string }
    // Nearly all plain scalars are words: one look at the first byte settles them.
    guard let first = text.utf8.first else { return .null }
    switch first {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."):
      return Self.number(text) ?? .string
    case UInt8(ascii: "~"), UInt8(ascii: "n"), UInt8(ascii: "N"):
      return ["~", "null", "Null", "NULL"].contains(text) ? .null : .string
    case UInt8(ascii: "t"), UInt8(ascii: "T"):
      return ["true", "True", "TRUE"].contains(text) ? .bool(true) : .string
    case UInt8(ascii: "f"), UInt8(ascii: "F"):
      return ["false", "False", "FALSE"].contains(text) ? .bool(false) : .string
    default: return .string
    }
  }

  private static func number(_ text: String) -> YAMLValue? {
    if text.hasPrefix("0x") { return integer(text.dropFirst(2), radix: 16) }
    if text.hasPrefix("0o") { return integer(text.dropFirst(2), radix: 8) }
    let unsigned = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : Substring(text)
    if integer(unsigned, radix: 10) != nil { return Int(text).map { .int($0) } ?? .hugeInt }
    if [".inf", ".Inf", ".INF"].contains(unsigned) { return .float(text.hasPrefix("-") ? -.infinity : .infinity) }
    if [".nan", ".NaN", ".NAN"].contains(text) { return .float(.nan) }
    return isDecimal(unsigned.utf8) ? Double(text).map { .float($0) } : nil
  }

  /// Digits alone, no sign.
  private static func integer(_ digits: Substring, radix: Int) -> YAMLValue? {
    let areDigits = digits.allSatisfy { $0.isASCII && $0.hexDigitValue.map { $0 < radix } ?? false }
    guard areDigits, !digits.isEmpty else { return nil }
    return Int(digits, radix: radix).map { .int($0) } ?? .hugeInt
  }

  /// `( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
  private static func isDecimal(_ text: Substring.UTF8View) -> Bool {
    var rest = text[...]
    func digits() -> Int {
      let count = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
      rest = rest.dropFirst(count)
      return count
    }
    var digitCount = digits()
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      digitCount += digits()
    }
    guard digitCount > 0 else { return false }
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      rest = rest.dropFirst()
      if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
      guard digits() > 0 else { return false }
    }
    return rest.isEmpty
  }
}
