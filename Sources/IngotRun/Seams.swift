// What the executor needs from outside, as protocols: the disk and the runtimes stand behind them in the program, values in a
// dictionary behind them in the tests.

package import IngotCore
package import IngotPlan

/// Where results are kept.
package protocol ResultStore: Sendable {
  /// The finished step of this key, if all its outputs are there.
  func record(for key: Digest) -> StepRecord?

  /// An empty folder on the store's own file system for one step's files.
  func makeScratch() throws -> String
  func removeScratch(_ path: String)

  /// Takes a finished step's files into the store, then the record that names them.
  func commit(key: Digest, _ result: StageResult, duration: Duration) throws -> StepRecord

  /// Where a step may keep what it has done so far, for a later run of the same key; nil where nothing is kept. The
  /// folder may be missing, and what is in the file is whatever an earlier run left.
  func unfinishedPath(for key: Digest) -> String?

  /// The path of a file with the bytes of an output; nobody may write into it.
  func path(of output: StepOutput) throws -> String

  /// Makes a folder of the bundle that a channel serves; makes nothing where it serves none.
  func stageBundle(ofChannel name: String, at folder: String) throws
}

extension ResultStore {
  package func unfinishedPath(for key: Digest) -> String? { nil }
}

/// What turns the names in a plan into digests.
package protocol InputResolver: Sendable {
  /// Covers the external data that the model refers to.
  func digest(ofModelAt path: String) throws -> Digest
  /// Covers the arrays and how they reach the model.
  func digest(ofCalibrationSetAt path: String) throws -> Digest
  func digest(ofFileAt path: String) throws -> Digest
  /// Covers the engine that the channel serves and what it needs to run; of nothing where it serves none.
  func digest(ofChannel name: String) throws -> Digest
  func identity(of tool: ToolRequirement) throws -> ToolIdentity
}

/// What does a step's work. Blocks; called on a `BlockingPool`.
package protocol StepRunner: Sendable {
  func run(_ job: StageJob) throws -> StageResult
}

/// A step that is ready to run.
package struct StageJob: Sendable {
  package var step: Step
  package var key: Digest
  /// Paths of the inputs, by the names that the step gives them.
  package var inputs: [String: String]
  /// The digests behind `inputs`, as they went into the key.
  package var inputDigests: [String: Digest]
  package var tools: [ToolIdentity]
  /// The steps that had to be done first, with what they were made from.
  package var before: [StepID: FinishedStep]
  /// An empty folder for everything that the stage writes.
  package var scratch: String
  /// A file for what is done so far, which a later run of the same key finds; nil where nothing is kept.
  package var unfinished: String? = nil
  /// Called with what is being done now and how far it is, 0...1.
  package var onProgress: @Sendable (String, Double?) -> Void
}

/// What a stage made.
package struct StageResult: Sendable {
  /// Output name and the file that holds it.
  package var files: [(name: String, path: String)]
  /// A few facts for tables.
  package var facts: [NamedOption]
  package init(files: [(name: String, path: String)], facts: [NamedOption] = []) {
    (self.files, self.facts) = (files, facts)
  }
}

/// Remembers what a step's key was made of when it last ran, for explanations only.
package protocol KeyJournal: Sendable {
  func components(of label: String) -> [KeyComponent]?
  func remember(_ components: [KeyComponent], for label: String)
}

/// What happens during a run, for people.
package enum RunEvent: Sendable {
  case started(label: String)
  case progress(label: String, phase: String, fraction: Double?)
  case finished(label: String, StepRecord)
  case failed(label: String, message: String)
  case skipped(label: String, because: String)
}
