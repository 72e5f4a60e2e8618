// What benchmarks measured, as a table and the words that belong to it.

internal import IngotCore
package import IngotVerify

extension TextTable {
  /// A row an engine and size of batch.
  package init(benchmarks: [Benchmark]) {
    self.init(
      header: [
        "engine", "batch", "p50 ms", "p90 ms", "p95 ms", "p99 ms", "runs", "samples/s", "cores", "drift", "variation",
        "memory",
      ],
      rows: benchmarks.flatMap { benchmark in benchmark.rows.map { $0.cells(benchmark.title) } },
      numeric: Set(1...11))
  }
}

extension TextTable {
  /// The layers that take longest; nil where none were timed.
  package init?(layersOf benchmarks: [Benchmark]) {
    let rows = benchmarks.flatMap { benchmark in
      benchmark.rows.flatMap { row in (row.layers ?? []).map { $0.cells(benchmark.title, batch: row.batch) } }
    }
    if rows.isEmpty { return nil }
    self.init(header: ["engine", "batch", "layer ms", "share", "kind", "layer"], rows: rows, numeric: Set(1...3))
  }
}

extension Benchmark.Layer {
  fileprivate func cells(_ title: String, batch: Int) -> [String] {
    [title, "\(batch)", significant(milliseconds), "\(fixed(share * 100, digits: 1))%", kind, name]
  }
}

extension TextTable {
  /// A row a size of batch.
  package init(_ comparison: BenchComparison) {
    self.init(
      header: [
        "batch", "\(comparison.first.title) ms", "\(comparison.second.title) ms", "second/first", "95% interval",
        "rounds",
        "the second one is",
      ],
      rows: comparison.rows.map { row in
        let found = row.comparison
        return [
          "\(row.batch)", significant(row.first), significant(row.second),
          found.map { fixed($0.ratio, digits: 3) } ?? "-",
          found.map { "\(fixed($0.low, digits: 3)) to \(fixed($0.high, digits: 3))" } ?? "-",
          found.map { "\($0.rounds)" } ?? "-", found?.words ?? "not compared: too few rounds",
        ]
      }, numeric: Set(0...5))
  }
}

extension PairedComparison {
  fileprivate var words: String {
    switch finding {
    case .faster: "faster"
    case .slower: "slower"
    case .same: "not shown to differ"
    }
  }
}

extension Benchmark.Row {
  fileprivate func cells(_ title: String) -> [String] {
    let latency = [latency.p50, latency.p90, latency.p95, latency.p99].map(significant)
    return [title, "\(batch)"] + latency + [
      "\(self.latency.runCount)", significant(samplesPerSecond), fixed(cores, digits: 2),
      stability.map { signedPercent($0.drift) } ?? "-",
      stability.map { "\(fixed($0.variation * 100, digits: 0))%" } ?? "-",
      residentBytes.map { "\(ByteCount($0))" } ?? "-",
    ]
  }
}

extension Benchmark {
  /// What the figures are of, a line each.
  package var conditions: [String] {
    let given = options.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    return [
      "\(title): \(backend) on \(device)" + (given.isEmpty ? "" : "; \(given.joined(separator: ", "))"),
      "  inputs: \(inputs)",
      withCopies
        ? "  copies: each run takes its inputs from the host's memory and brings its outputs there"
        : "  copies: none; inputs and outputs stay where the engine has them",
      "  \(streams) run\(streams == 1 ? "" : "s") at a time; "
        + (options["cuda-graphs"] == "on" ? "each launched as a CUDA graph" : "no CUDA graphs")
        + (peakBytes.map { "; the process had at most \(ByteCount($0))" } ?? ""),
    ] + notes.map { "  \($0)" }
  }
}

/// Four digits.
func significant(_ value: Double) -> String {
  let digits = value < 1 ? 4 : value < 10 ? 3 : value < 100 ? 2 : value < 1000 ? 1 : 0
  return fixed(value, digits: digits)
}

private func signedPercent(_ fraction: Double) -> String {
  "\(fraction > 0 ? "+" : "")\(fixed(fraction * 100, digits: 1))%"
}
