// Why there is no engine: TensorRT's own words, and what to do about those that are known.

internal import IngotCore

extension TensorRTJob {
  /// After a build that gave no engine.
  var buildFailure: BackendError {
    let (facts, said) = (library.facts, listener.errors)
    let words = said.isEmpty ? ["it did not say why"] : said
    return BackendError(
      facts.kind, .failed("\(facts.name) built no engine:\n  \(words.joined(separator: "\n  "))"),
      hint: Self.advice.first { entry in words.contains { $0.contains(entry.words) } }?.hint
        ?? "another version of \(facts.kind.rawValue) may build it; the words are for its makers")
  }

  private static let advice = [
    ("workspace", "raise `workspace` in the manifest"),
    ("HW-specific datatypes", "leave those GPUs out of the target's `compute`, or choose another precision"),
    ("Cannot compile operation", "leave those GPUs out of the target's `compute`, or choose another precision"),
    ("timing cache", "build once without `deterministic`, which fills the timing cache"),
  ].map { (words: $0, hint: $1) }
}
