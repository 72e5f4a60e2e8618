// How names from files are shown in messages.

/// Text from a file, escaped and cut, so that no file writes to the terminal through an error.
package func shown(_ text: some StringProtocol) -> String {
  var result = ""
  for scalar in text.unicodeScalars.prefix(80) {
    result += scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : String(scalar)
  }
  return text.unicodeScalars.count > 80 ? result + "…" : result
}

/// A shape that is known: `[500, 3, 8, 8]`.
func shapeText(_ shape: some Sequence<Int>) -> String { "[\(shape.map(String.init).joined(separator: ", "))]" }
