// Reading a mapping whose keys are known: what is missing and what is unknown is reported at once.

package import IngotCore

/// A mapping with known keys.
///
/// ```swift
/// guard let reader = MappingReader(field, required: ["path"], optional: ["digest"], &problems) else { return nil }
/// let path = reader["path"]?.text(&problems)
/// ```
package struct MappingReader: Sendable {
  private let entries: [YAMLEntry]
  /// Keys that unknown keys look like.
  private var misspelt: [String] = []
  private let isIncomplete: Bool

  /// Nil where the value is no mapping; that, missing keys and unknown keys are added to the problems.
  /// - Parameter hint: what to write where the value is no mapping.
  package init?(
    _ field: YAMLField, required: [String], optional: [String] = [], _ problems: inout [Diagnostic],
    hint: @autoclosure () -> String? = nil
  ) {
    guard case .mapping(let entries) = field.node.content else {
      field.refuseType("a mapping", &problems, hint: hint())
      return nil
    }
    self.entries = entries
    isIncomplete = field.node.isIncomplete
    for entry in entries where !required.contains(entry.key) && !optional.contains(entry.key) {
      let known = required + optional
      let near = suggestion(for: entry.key, among: known)
      if let near { misspelt.append(near) }
      problems.append(
        Diagnostic(
          at: entry.keyPlace, "unknown key \(quoted(entry.key)) in \(field.shown)",
          hint: near.map { "did you mean `\($0)`?" } ?? "known keys: \(known.joined(separator: ", "))"))
    }
    for key in required where lacks(key) {
      problems.append(Diagnostic(at: field.keyPlace, "\(field.shown) has no `\(key)`"))
    }
  }

  /// Whether a key is missing and nothing else looks like it.
  package func lacks(_ key: String) -> Bool {
    !isIncomplete && !misspelt.contains(key) && !entries.contains { $0.key == key }
  }

  /// The value of a key, or nil where the mapping does not have it.
  package subscript(key: String) -> YAMLField? {
    for entry in entries where entry.key == key { return YAMLField(entry) }
    return nil
  }
}
