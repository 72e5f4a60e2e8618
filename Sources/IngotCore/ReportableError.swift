// What all of Ingot's errors have in common. Each module has its own error type with its own facts; this says how a
// command ends because of it.

/// How a failure ends a command: the raw value is the process's exit code.
package enum FailureKind: Int32, Sendable {
  /// A step failed.
  case step = 1
  /// The command line, a manifest, a model or a data file is wrong.
  case input = 2
  /// A gate did not hold: accuracy, numbers, latency, policy.
  case gate = 3
  /// A runtime or a device that is needed is not here.
  case unavailable = 4
  /// The user stopped it.
  case interrupted = 130
}

/// An error written for a person: its `description` says what happened, where, and what to do next.
package protocol ReportableError: Error, CustomStringConvertible, Sendable {
  var kind: FailureKind { get }
}

/// The user pressed Ctrl-C; whatever was finished is kept.
package struct Interrupted: ReportableError {
  package init() {}
  package var kind: FailureKind { .interrupted }
  package var description: String { "interrupted; finished steps are kept and the next run goes on from them" }
}
