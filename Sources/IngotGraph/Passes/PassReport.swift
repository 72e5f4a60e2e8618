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
  }

  private mutating func note(_ name: String) {
    if names.count < 8, !names.contains(name) { names.append(name) }
  }
}
