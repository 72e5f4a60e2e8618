// How problems are collected and worded: an order, a bound, quotes, and the nearest known word.

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

/// The candidate that a person most likely meant, or nil where none is near.
///
/// Near is an edit distance (insert, delete, replace, swap neighbours; letter case and `_` for `-` are free) of at most
/// a third of the length of the word.
package func suggestion(for word: String, among candidates: some Sequence<String>) -> String? {
  guard word.utf8.count <= 64 else { return nil }
  let normalized = normalizedForSuggestion(word)
  let limit = max(1, normalized.count / 3)
  var best: (candidate: String, distance: Int)?
  for candidate in candidates where candidate != word {
    let other = normalizedForSuggestion(candidate)
    guard abs(other.count - normalized.count) <= limit else { continue }
    let distance = editDistance(normalized, other)
    // A word of which every letter differs is not near, however short.
    if distance <= limit, distance < max(normalized.count, other.count), distance < best?.distance ?? .max {
      best = (candidate, distance)
    }
  }
  return best?.candidate
}

/// `a`, `a or b`, `a, b or c`.
func alternatives(_ words: [String]) -> String {
  words.count < 2 ? words.first ?? "" : "\(words.dropLast().joined(separator: ", ")) or \(words[words.count - 1])"
}

private func normalizedForSuggestion(_ word: String) -> [UInt8] {
  word.lowercased().utf8.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }
}

/// Optimal string alignment.
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...b.count)
  for i in 0..<a.count {
    var row = [i + 1]
    for j in 0..<b.count {
      var best = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, beforeLast[j - 1] + 1) }
      row.append(best)
    }
    (beforeLast, last) = (last, row)
  }
  return last[b.count]
}
