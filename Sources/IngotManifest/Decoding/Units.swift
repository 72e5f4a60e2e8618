// Values that are a number and a unit, a digest, or a name: their forms, and what to write where they are wrong.

internal import IngotCore

extension YAMLField {
  /// `0.5%` as 0.005. A bare number is refused: 1 may mean 1% or all of it.
  func percent(in range: ClosedRange<Double> = 0...1, _ problems: inout [Diagnostic]) -> Located<Double>? {
    guard let scalar = node.scalar, !isNull else { return mistyped("a percentage", &problems) }
    guard let quantity = Quantity(scalar.text), ["%", ""].contains(quantity.unit) else {
      return refuse("\(shown) must be a percentage, not \(quoted(scalar.text))", &problems, hint: "write it as `0.5%`")
    }
    guard quantity.unit == "%" else {
      return refuse(
        "\(shown) has no unit", &problems, hint: "write `\(quantity.digits)%` if that many percent are meant")
    }
    let value = quantity.number(timesTenToThe: -2)
    if range.contains(value) { return Located(value, at: place) }
    let bounds = "\(percentText(range.lowerBound)) and \(percentText(range.upperBound))"
    return refuse("\(shown) must be between \(bounds), not \(quoted(scalar.text))", &problems)
  }

  /// `5ms` as 0.005 seconds.
  func duration(_ problems: inout [Diagnostic]) -> Located<Double>? {
    guard let scalar = node.scalar, !isNull else { return mistyped("a duration", &problems) }
    guard let quantity = Quantity(scalar.text) else {
      return refuse(
        "\(shown) must be a duration, not \(quoted(scalar.text))", &problems, hint: "write it as `5ms` or `1.2s`")
    }
    let exponent: Int
    switch quantity.unit {
    case "s": exponent = 0
    case "ms": exponent = -3
    case "us", "\u{B5}s", "\u{3BC}s": exponent = -6
    case "":
      return refuse("\(shown) has no unit", &problems, hint: "write `\(quantity.digits)ms` or `\(quantity.digits)s`")
    default:
      return refuse("unknown unit \(quoted(quantity.unit)) in \(shown)", &problems, hint: "units of time: s, ms, us")
    }
    let seconds = quantity.number(timesTenToThe: exponent)
    if seconds > 0, seconds.isFinite { return Located(seconds, at: place) }
    return refuse("\(shown) must be more than nothing, and finite", &problems)
  }

  /// `2000/s` as 2000.
  func rate(_ problems: inout [Diagnostic]) -> Located<Double>? {
    guard let scalar = node.scalar, !isNull else { return mistyped("a number a second", &problems) }
    guard let quantity = Quantity(scalar.text), ["/s", ""].contains(quantity.unit) else {
      return refuse(
        "\(shown) must be a number a second, not \(quoted(scalar.text))", &problems, hint: "write it as `2000/s`")
    }
    guard quantity.unit == "/s" else {
      return refuse("\(shown) has no unit", &problems, hint: "write `\(quantity.digits)/s`")
    }
    if quantity.number > 0, quantity.number.isFinite { return Located(quantity.number, at: place) }
    return refuse("\(shown) must be more than nothing, and finite", &problems)
  }

  /// A number of decibels, with or without `dB` after it.
  func decibels(_ problems: inout [Diagnostic]) -> Located<Double>? {
    if case .string = node.scalar?.value, let text = node.scalar?.text {
      let isNegative = text.hasPrefix("-")
      guard let quantity = Quantity(text.dropFirst(isNegative ? 1 : 0)), quantity.unit == "dB", quantity.number <= 1000
      else {
        return refuse("\(shown) must be decibels, not \(quoted(text))", &problems, hint: "write it as `30dB`")
      }
      return Located(isNegative ? -quantity.number : quantity.number, at: place)
    }
    return number(in: -1000...1000, &problems)
  }

  /// `4GiB`, at least one byte.
  func byteCount(_ problems: inout [Diagnostic]) -> Located<ByteCount>? {
    guard let scalar = node.scalar, !isNull else { return mistyped("an amount of memory", &problems) }
    if let bytes = ByteCount(scalar.text) {
      if bytes.count > 0 { return Located(bytes, at: place) }
      return refuse("\(shown) must be more than nothing", &problems)
    }
    let units = "B, kB, MB, GB, TB (powers of 1000), KiB, MiB, GiB, TiB (powers of 1024)"
    guard let quantity = Quantity(scalar.text) else {
      return refuse(
        "\(shown) must be an amount of memory, not \(quoted(scalar.text))", &problems, hint: "write it as `4GiB`")
    }
    if quantity.unit.isEmpty {
      return refuse("\(shown) has no unit", &problems, hint: "write `\(quantity.digits)MiB` or `\(quantity.digits)GiB`")
    }
    if ByteCount("1\(quantity.unit)") != nil {
      return refuse("\(quoted(scalar.text)) is no whole number of bytes that 64 bits hold", &problems)
    }
    let near = ["GiB", "MiB", "KiB", "TiB", "GB", "MB", "kB", "TB", "B"].first {
      $0.lowercased() == quantity.unit.lowercased() || $0.first == quantity.unit.first && quantity.unit.count == 1
    }
    return refuse(
      "unknown unit \(quoted(quantity.unit)) in \(shown)", &problems,
      hint: near.map { "did you mean `\(quantity.digits)\($0)`?" } ?? "units: \(units)")
  }

  func digest(_ problems: inout [Diagnostic]) -> Located<Digest>? {
    guard let text = text(&problems) else { return nil }
    guard text.value.hasPrefix("sha256:"), let digest = Digest(hex: text.value) else {
      let count = text.value.hasPrefix("sha256:") ? text.value.count - 7 : nil
      return refuse(
        "\(shown) must be `sha256:` and 64 hexadecimal digits" + (count.map { $0 == 64 ? "" : ", not \($0)" } ?? ""),
        &problems,
        hint: "`sha256sum FILE` prints the digits")
    }
    return Located(digest, at: text.place)
  }

  private func mistyped<T>(_ expected: String, _ problems: inout [Diagnostic]) -> T? {
    refuseType(expected, &problems)
    return nil
  }

  private func percentText(_ fraction: Double) -> String { "\(fixed(fraction * 100, digits: 0))%" }
}

/// A decimal number and what follows it.
private struct Quantity {
  var digits: Substring
  var number: Double
  var unit: Substring

  init?(_ text: some StringProtocol) {
    let text = Substring(text)
    let isDigit = { (byte: UInt8) in UInt8(ascii: "0") <= byte && byte <= UInt8(ascii: "9") }
    let digits = text.utf8.prefix { isDigit($0) || $0 == UInt8(ascii: ".") }
    guard let first = digits.first, isDigit(first), let last = digits.last, isDigit(last) else { return nil }
    self.digits = Substring(digits)
    guard let number = Double(self.digits) else { return nil }
    self.number = number
    unit = Substring(text.utf8.dropFirst(digits.count).drop { $0 == UInt8(ascii: " ") })
  }

  /// Rounded once, as the shifted decimal number would be: 99.99% is the same Double as 0.9999.
  func number(timesTenToThe exponent: Int) -> Double { Double("\(digits)e\(exponent)") ?? .nan }
}

/// Why a text is no name that is fit for files and tags, or nil where it is one.
func problemOfName(_ name: String) -> String? {
  let isPlain = name.utf8.allSatisfy { byte in
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
  if !isPlain { return "may hold only letters, digits, `.`, `_` and `-`" }
  if ["", ".", "_", "-"].contains(name.prefix(1)) { return "must begin with a letter or a digit" }
  return name.utf8.count > 64 ? "may have at most 64 characters" : nil
}
