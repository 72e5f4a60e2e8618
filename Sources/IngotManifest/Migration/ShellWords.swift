// A command as somebody typed it into a shell or a script, taken apart into its words: quotes, backslashes, lines that go on.

/// - Returns: nil where a quote is not closed. Variables stay as they are written: nobody here knows their values.
func shellWords(_ text: String) -> [String]? {
  var words: [String] = []
  var word: String?
  var quote: Character?
  var characters = text.makeIterator()
  while let character = characters.next() {
    switch (character, quote) {
    case ("\\", let open) where open != "'":
      guard let next = characters.next() else { return nil }
      if next == "\n" || next == "\r\n" { continue }
      // Inside double quotes a backslash is itself but before these.
      word = (word ?? "") + (open == "\"" && !"\"\\$`".contains(next) ? "\\\(next)" : String(next))
    case (let character, .some(let open)) where character == open: quote = nil
    case ("'", nil), ("\"", nil):
      quote = character
      word = word ?? ""
    case (let character, nil) where character.isWhitespace:
      if let finished = word { words.append(finished) }
      word = nil
    default: word = (word ?? "") + String(character)
    }
  }
  guard quote == nil else { return nil }
  return words + (word.map { [$0] } ?? [])
}
