// What a pass did, in numbers and a few names: for the record of a step, `ingot sanitize` and tests.

/// One pass's work, summed over all rounds.
package struct PassReport: Codable, Hashable, Sendable {
  package var pass: String
  /// Nodes that are gone, or for initializers and values their number.
  package var removed = 0
  /// Nodes and values that are different.
  package var changed = 0
  /// The first few of them.
  package var names: [String] = []
  /// What was left as it is although it was asked for, in words: the first few; nil for nothing.
  package var notes: [String]?

  package init(_ pass: String) { self.pass = pass }

  package var isEmpty: Bool { removed == 0 && changed == 0 }

  mutating func remove(_ name: String) {
    removed += 1
    note(name)
  }

  mutating func change(_ name: String) {
    changed += 1
    note(name)
  }

  mutating func merge(_ other: PassReport) {
    removed += other.removed
    changed += other.changed
    for name in other.names { note(name) }
    for text in other.notes ?? [] { add(note: text) }
  }

  mutating func add(note text: String) {
    let known = notes ?? []
    if known.count < 8, !known.contains(text) { notes = known + [text] }
  }

  private mutating func note(_ name: String) {
    if names.count < 8, !names.contains(name) { names.append(name) }
  }
}
