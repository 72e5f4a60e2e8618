// HTML that cannot be broken from outside: only literals of this program's text are markup; every text that is put into one
// is escaped, for content and for quoted attributes alike.

internal import IngotCore

/// A piece of a page.
struct HTML: Sendable, Hashable, ExpressibleByStringInterpolation {
  private(set) var text: String

  init(stringLiteral value: StaticString) { text = "\(value)" }
  init(stringInterpolation interpolation: Pieces) { text = interpolation.text }

  struct Pieces: StringInterpolationProtocol {
    fileprivate var text = ""
    init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity) }

    mutating func appendLiteral(_ literal: StaticString) { text += "\(literal)" }
    mutating func appendInterpolation(_ piece: HTML) { text += piece.text }
    mutating func appendInterpolation(_ pieces: [HTML]) { for piece in pieces { text += piece.text } }
    mutating func appendInterpolation(_ outside: String) { text += HTML.escaped(outside) }
    mutating func appendInterpolation(_ number: Int) { text += String(number) }
    /// A coordinate of a picture.
    mutating func appendInterpolation(_ number: Double) { text += HTML.plain(number) }
  }

  static let nothing: HTML = ""

  static func + (a: HTML, b: HTML) -> HTML { "\(a)\(b)" }

  /// Longer texts are cut: a name may have a megabyte.
  private static let lengthLimit = 1000

  /// Characters that mean something to HTML as references. What cannot be seen, or turns the text around it, as its number.
  private static func escaped(_ outside: String) -> String {
    var result = ""
    for (index, scalar) in outside.unicodeScalars.enumerated() {
      if index == lengthLimit { return result + "…" }
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\n": result += "\n"
      case _ where isUnseen(scalar): result += "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func isUnseen(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case ..<0x20, 0x7f...0x9f, 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfeff, 0xfff9...0xfffb: true
    default: false
    }
  }

  /// With one digit behind the point where it needs one.
  private static func plain(_ number: Double) -> String {
    let text = fixed(number, digits: 1)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
