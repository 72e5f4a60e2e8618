// Names come from models, and models from outside: a name may have a megabyte, or the escape sequences of a terminal.

extension String {
  /// This name as a message shows it: control characters written `\u{1b}`, and at most 200 characters.
  package var shown: String {
    if utf8.count <= 200, !unicodeScalars.contains(where: Self.isControl) { return self }
    let clipped = unicodeScalars.prefix(200).map { scalar in
      Self.isControl(scalar) ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
    }
    return clipped.joined() + (unicodeScalars.count > 200 ? "…" : "")
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
  }
}
