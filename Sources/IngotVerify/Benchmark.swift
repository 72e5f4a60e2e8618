// What a benchmark measured, as a value: for tables, pages and programs. Times are in milliseconds.

/// Two engines on this machine, in turn.
package struct BenchComparison: Codable, Sendable, Hashable {
  package struct Row: Codable, Sendable, Hashable {
    package var batch: Int
    /// Medians of the round medians, in milliseconds.
    package var first: Double
    package var second: Double
    /// Of the second one against the first; nil for too few rounds.
    package var comparison: PairedComparison?
    package init(batch: Int, first: Double, second: Double, comparison: PairedComparison?) {
      (self.batch, self.first, self.second, self.comparison) = (batch, first, second, comparison)
    }
  }

  /// Without rows of their own.
  package var first: Benchmark
  package var second: Benchmark
  package var rows: [Row]
  package init(first: Benchmark, second: Benchmark, rows: [Row]) {
    (self.first, self.second, self.rows) = (first, second, rows)
  }
}

/// An engine on this machine.
package struct Benchmark: Codable, Sendable, Hashable {
  /// A layer under the runtime's own profiler.
  package struct Layer: Codable, Sendable, Hashable {
    package var name: String
    /// The runtime's word for what it does; empty where it tells none.
    package var kind: String
    /// Of a run, the mean of a few.
    package var milliseconds: Double
    /// Of all layers' time, 0...1.
    package var share: Double
    package init(name: String, kind: String, milliseconds: Double, share: Double) {
      (self.name, self.kind, self.milliseconds, self.share) = (name, kind, milliseconds, share)
    }
  }

  /// One size of batch.
  package struct Row: Codable, Sendable, Hashable {
    package var batch: Int
    package var latency: LatencyStatistics
    /// Over all streams.
    package var samplesPerSecond: Double
    /// Nil for too few runs.
    package var stability: Stability?
    /// Processor time over the time that passed: how many cores were at work.
    package var cores: Double
    /// Resident memory of the process after the runs, in bytes.
    package var residentBytes: Int?
    /// Those that take longest, longest first; nil where nobody asked.
    package var layers: [Layer]?

    package init(
      batch: Int, latency: LatencyStatistics, samplesPerSecond: Double, stability: Stability?, cores: Double,
      residentBytes: Int?
    ) {
      (self.batch, self.latency, self.samplesPerSecond) = (batch, latency, samplesPerSecond)
      (self.stability, self.cores, self.residentBytes) = (stability, cores, residentBytes)
    }
  }

  /// What is measured: a bundle's title, or a model's file.
  package var title: String
  /// The runtime and its version.
  package var backend: String
  /// What the engine ran on, in words.
  package var device: String
  /// As the runtime was given them, by name.
  package var options: [String: String]
  /// What was fed, in words.
  package var inputs: String
  /// Whether the inputs are random numbers.
  package var isSynthetic: Bool
  /// Calls that run at once, each on a thread of its own.
  package var streams: Int
  /// Whether each run moves inputs from the host's memory and outputs to it.
  package var withCopies: Bool
  package var rows: [Row]
  /// The most memory that the process ever had, in bytes: with the library, the engine and its inputs.
  package var peakBytes: Int?
  /// What the machine tells of its load, clock and heat, and what is doubtful in the figures.
  package var notes: [String]

  package init(
    title: String, backend: String, device: String, options: [String: String], inputs: String, isSynthetic: Bool,
    streams: Int, withCopies: Bool
  ) {
    (self.title, self.backend, self.device, self.options) = (title, backend, device, options)
    (self.inputs, self.isSynthetic, self.streams, self.withCopies) = (inputs, isSynthetic, streams, withCopies)
    (rows, notes) = ([], [])
  }
}
