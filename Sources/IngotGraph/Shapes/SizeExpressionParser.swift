// Reads the text of size expressions back.

extension SizeExpression {
  /// - Returns: nil for text that is no expression, or a longer one than there are.
  init?(text: String) {
    guard text.utf8.count <= Limit.textLength else { return nil }
    if SizeName.isPlain(text) {
      self.init(atom: text)
      return
    }
    var parser = SizeExpressionParser(Array(text.utf8))
    guard let terms = parser.takeAll() else { return nil }
    self.init(combining: terms)
  }
}

struct SizeExpressionParser {
  private let bytes: [UInt8]
  private var index = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func takeAll() -> [SizeExpression.Term]? {
    var terms: [SizeExpression.Term] = []
    var isNegative = take(UInt8(ascii: "-"))
    repeat {
      guard var term = takeTerm() else { return nil }
      if isNegative { term.coefficient = -term.coefficient }
      terms.append(term)
      if index == bytes.count { return terms }
      isNegative = take(UInt8(ascii: "-"))
    } while isNegative || take(UInt8(ascii: "+"))
    return nil
  }

  private mutating func takeTerm() -> SizeExpression.Term? {
    var term = SizeExpression.Term(factors: [], coefficient: 1)
    if index < bytes.count, SizeName.isDigit(bytes[index]) {
      guard let number = takeNumber() else { return nil }
      term.coefficient = number
      guard take(UInt8(ascii: "*")) else { return term }
    }
    repeat {
      guard let atom = takeAtom() else { return nil }
      term.factors.append(atom)
    } while take(UInt8(ascii: "*"))
    return term
  }

  private mutating func takeNumber() -> Int? {
    let start = index
    while index < bytes.count, SizeName.isDigit(bytes[index]) { index += 1 }
    return String(validating: bytes[start..<index], as: UTF8.self).flatMap { Int($0) }
  }

  /// A name, a quoted name, or a function with all that is in its parentheses.
  private mutating func takeAtom() -> String? {
    let start = index
    guard index < bytes.count else { return nil }
    if bytes[index] == SizeName.quote {
      guard let end = SizeName.end(ofQuoteAt: index, in: bytes) else { return nil }
      index = end
    } else {
      guard SizeName.isLetter(bytes[index]) || bytes[index] == 1 else { return nil }
      index += 1
      while index < bytes.count, SizeName.isLetter(bytes[index]) || SizeName.isInner(bytes[index]) { index += 1 }
      if index < bytes.count, bytes[index] == UInt8(ascii: "("), !skipParentheses() { return nil }
    }
    return String(validating: bytes[start..<index], as: UTF8.self)
  }

  private mutating func skipParentheses() -> Bool {
    guard let end = Self.end(ofParenthesesAt: index, in: bytes) else { return false }
    index = end
    return true
  }

  /// - Returns: the index behind the closing one.
  private static func end(ofParenthesesAt start: Int, in bytes: [UInt8]) -> Int? {
    var (depth, index) = (0, start)
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "("): depth += 1
      case UInt8(ascii: ")"):
        depth -= 1
        if depth == 0 { return index + 1 }
      case SizeName.quote:
        guard let end = SizeName.end(ofQuoteAt: index, in: bytes) else { return nil }
        index = end
        continue
      default: break
      }
      index += 1
    }
    return nil
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard index < bytes.count, bytes[index] == byte else { return false }
    index += 1
    return true
  }

  /// Cuts at a separator that is in no parentheses and no quotes.
  private static func parts(of bytes: ArraySlice<UInt8>, separator: UInt8) -> [ArraySlice<UInt8>]? {
    let all = Array(bytes)
    var (parts, start, index) = ([ArraySlice<UInt8>](), 0, 0)
    while index < all.count {
      switch all[index] {
      case SizeName.quote:
        guard let end = SizeName.end(ofQuoteAt: index, in: all) else { return nil }
        index = end
      case UInt8(ascii: "("):
        guard let end = end(ofParenthesesAt: index, in: all) else { return nil }
        index = end
      case separator:
        parts.append(all[start..<index])
        index += 1
        start = index
      default: index += 1
      }
    }
    return parts + [all[start...]]
  }

  /// What an atom is made of.
  static func atom(_ text: String) -> SizeAtom? {
    guard text.utf8.last == UInt8(ascii: ")") else { return .name }
    let bytes = Array(text.utf8)
    guard let open = bytes.firstIndex(of: UInt8(ascii: "(")) else { return nil }
    let inner = bytes[(open + 1)..<(bytes.count - 1)]
    func operands(_ separator: UInt8) -> [SizeExpression]? {
      guard let parts = parts(of: inner, separator: separator) else { return nil }
      let operands = parts.compactMap { operand($0) }
      return operands.count == parts.count ? operands : nil
    }
    switch String(validating: bytes[..<open], as: UTF8.self) {
    case "floor":
      guard let operands = operands(UInt8(ascii: "/")), operands.count == 2 else { return nil }
      return .floor(operands[0], operands[1])
    case "max": return operands(UInt8(ascii: ",")).map { .maximum($0) }
    case "min": return operands(UInt8(ascii: ",")).map { .minimum($0) }
    default: return nil
    }
  }

  private static func operand(_ bytes: ArraySlice<UInt8>) -> SizeExpression? {
    var bytes = Array(bytes)
    if bytes.first == UInt8(ascii: "("), end(ofParenthesesAt: 0, in: bytes) == bytes.count {
      bytes = Array(bytes[1..<(bytes.count - 1)])
    }
    return String(validating: bytes, as: UTF8.self).flatMap { SizeExpression(text: $0) }
  }
}

/// An atom taken apart.
enum SizeAtom {
  case name
  case floor(SizeExpression, SizeExpression)
  case maximum([SizeExpression])
  case minimum([SizeExpression])
}
