// How long the engine takes, as far as gates ask: figures for a verdict.

/// What was timed, and what could not be.
package struct Times: Sendable, Hashable {
  package var latency: LatencyStatistics?
  package var throughput: Throughput?
  package var regression: Regression?
  /// Why a gate cannot be judged here, by the gate's name.
  package var obstacles: [String: String] = [:]
  package init() {}
}

/// Whole batches, one after the other on one stream.
package struct Throughput: Codable, Sendable, Hashable {
  package var batch: Int
  package var runCount: Int
  /// Of all batches, over the time from the first one's start to the last one's end.
  package var samplesPerSecond: Double

  package init(_ runs: TimedRuns, batch: Int) {
    (self.batch, runCount) = (batch, runs.times.count)
    samplesPerSecond = runs.runsPerSecond * Double(batch)
  }
}

/// The engine beside the one that a channel serves, in turn on the same batch.
package struct Regression: Codable, Sendable, Hashable {
  package var channel: String
  /// Digest of the channel's engine, "sha256:…".
  package var engine: String
  package var batch: Int
  /// Of this engine against the channel's.
  package var comparison: PairedComparison

  package init(channel: String, engine: String, batch: Int, comparison: PairedComparison) {
    (self.channel, self.engine, self.batch, self.comparison) = (channel, engine, batch, comparison)
  }
}
