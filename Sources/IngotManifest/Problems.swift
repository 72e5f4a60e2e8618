// How problems are collected and worded: an order, a bound, and quotes.

internal import IngotCore

extension InputError {
  /// How many problems of one file are shown.
  static let shownProblemCount = 50

  /// In the order of the text, each once: a value that aliases repeat is wrong in one place.
  init(collected problems: [Diagnostic]) {
    let numbered = problems.enumerated().sorted { a, b in
      let (left, right) = (a.element.place, b.element.place)
      return (left?.line ?? 0, left?.column ?? 0, a.offset) < (right?.line ?? 0, right?.column ?? 0, b.offset)
    }
    var shown: [Diagnostic] = []
    var seen: Set<Diagnostic> = []
    for (_, problem) in numbered where seen.insert(problem).inserted {
      if shown.count < Self.shownProblemCount { shown.append(problem) }
    }
    if seen.count > shown.count {
      shown.append(
        Diagnostic(.note, in: problems.first?.place?.source.path, "and \(seen.count - shown.count) more problems"))
    }
    self.init(shown)
  }
}

/// Text from a file as a message shows it: in backquotes, escaped, cut after 60 characters.
func quoted(_ text: some StringProtocol) -> String {
  var shown = ""
  for scalar in text.unicodeScalars.prefix(60) {
    shown += scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : String(scalar)
  }
  return text.unicodeScalars.count > 60 ? "`\(shown)…`" : "`\(shown)`"
}
