// The gates that an engine must pass.

/// What an engine is checked with and against.
package struct VerifySpec: Sendable, Hashable {
  /// A set of samples, relative to the manifest; nil only where `synthetic` is true.
  package var data: Located<String>?
  package var outputs: [OutputGate]
  package var accuracy: AccuracyGate?
  package var latency: LatencyGate?
  package var throughput: ThroughputGate?
  package var regression: RegressionGate?
  /// Whether random inputs are wanted; reports say so.
  package var synthetic: Bool
}

/// How near one output must be to the original model's. Nil means not judged.
package struct OutputGate: Sendable, Hashable {
  /// The output tensor.
  package var name: Located<String>
  /// At least, in -1...1.
  package var cosine: Located<Double>?
  /// At most.
  package var maxAbs: Located<Double>?
  /// At most, as a fraction.
  package var maxRelative: Located<Double>?
  /// At least, in decibels.
  package var sqnr: Located<Double>?
}

/// How good the engine must be at its task.
package struct AccuracyGate: Sendable, Hashable {
  package var metric: Located<Metric>
  /// The array of the data that holds the right answers.
  package var labels: Located<String>
  /// The output that holds the scores; nil where the model has one output.
  package var output: Located<String>?
  /// How far below the original model's, 0...1.
  package var maxDrop: Located<Double>?
  /// The least value, 0...1.
  package var min: Located<Double>?
}

/// How long a run may take, in seconds. Judged only on a real device of the target.
package struct LatencyGate: Sendable, Hashable {
  package var p50: Located<Double>?
  package var p90: Located<Double>?
  package var p95: Located<Double>?
  package var p99: Located<Double>?
}

/// How many samples a second the engine must take: whole batches one after the other, each run counted with all samples of its
/// batch. Judged only on a real device of the target.
package struct ThroughputGate: Sendable, Hashable {
  /// Samples a second, at least.
  package var min: Located<Double>
  /// Samples in a batch; nil takes what the profile calls common.
  package var batch: Located<Int>?
}

/// How much slower the engine may be than the one that a channel serves, timed in turn on the same batch. Judged only on a
/// real device of the target.
package struct RegressionGate: Sendable, Hashable {
  package var channel: Located<String>
  /// Of the channel's time, as a fraction.
  package var max: Located<Double>
}
