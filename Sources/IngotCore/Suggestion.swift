// The nearest known word to one that is not known: `did you mean`.

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

/// `a`, `a or b`, `a, b or c`.
package func alternatives(_ words: [String]) -> String {
  words.count < 2 ? words.first ?? "" : "\(words.dropLast().joined(separator: ", ")) or \(words[words.count - 1])"
}
