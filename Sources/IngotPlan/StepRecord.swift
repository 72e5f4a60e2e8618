// What is known of a step that is done: its key, its outputs and how long it took when it ran.

package import IngotCore

/// A named output: bytes in the store.
package struct StepOutput: Hashable, Sendable {
  package var name: String
  package var digest: Digest
  package var byteCount: Int
  package init(name: String, digest: Digest, byteCount: Int) {
    (self.name, self.digest, self.byteCount) = (name, digest, byteCount)
  }
}

package struct StepRecord: Hashable, Sendable {
  package var key: Digest
  package var outputs: [StepOutput]
  /// A few facts for tables, in the order in which the stage told them.
  package var facts: [NamedOption]
  /// How long the step took when it ran.
  package var duration: Duration
  /// True where the result came from the store.
  package var wasCached: Bool

  package init(key: Digest, outputs: [StepOutput], facts: [NamedOption], duration: Duration, wasCached: Bool) {
    (self.key, self.outputs, self.facts, self.duration, self.wasCached) = (key, outputs, facts, duration, wasCached)
  }

  package func output(_ name: String) -> StepOutput? { outputs.first { $0.name == name } }
  package func fact(_ name: String) -> String? { facts.first { $0.name == name }?.value }
}
