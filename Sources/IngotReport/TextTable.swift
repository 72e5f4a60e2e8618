// Results as a table for terminals and as Markdown for a pull request.

internal import IngotCore
internal import IngotPlan

/// Columns of text.
package struct TextTable: Sendable {
  package var header: [String]
  package var rows: [[String]]
  /// Columns that hold numbers are right-aligned.
  package var numeric: Set<Int>

  package init(header: [String], rows: [[String]] = [], numeric: Set<Int> = []) {
    (self.header, self.rows, self.numeric) = (header, rows, numeric)
  }

  package var text: String {
    let widths = header.indices.map { column in (rows + [header]).map { $0[column].count }.max() ?? 0 }
    let lines = ([header, widths.map { String(repeating: "-", count: $0) }] + rows).map { row in
      row.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - row[column].count)
        return numeric.contains(column) ? padding + row[column] : row[column] + padding
      }.joined(separator: "  ").trimmingTrailingSpaces
    }
    return lines.joined(separator: "\n")
  }

  package var markdown: String {
    let rule = header.indices.map { numeric.contains($0) ? "--:" : "---" }
    return ([header, rule] + rows).map { "| \($0.map { $0.escapedForMarkdown }.joined(separator: " | ")) |" }.joined(
      separator: "\n")
  }

  /// A row an engine: accuracy, closeness, verdict level, size, and how long its stages took when they ran.
  package init(_ engines: [EngineSummary]) {
    // Few manifests ask for a search.
    let stages = [Stage.sanitize, .calibrate, .search, .lower, .build, .verify].filter { stage in
      stage != .search || engines.contains { $0.seconds(of: .search) != nil }
    }
    let accuracyName = engines.lazy.compactMap(\.metric).first ?? "top1"
    header =
      ["model", "precision", "target", accuracyName, "fp32", "SQNR dB", "verdict", "engine"] + stages.map(\.rawValue)
      + ["result"]
    rows = engines.map { engine in
      [
        engine.manifest, engine.precision, engine.target, percent(engine.accuracy), percent(engine.referenceAccuracy),
        engine.sqnr.map { fixed($0, digits: 1) } ?? "-", engine.verdict,
        engine.engineBytes.map { "\(ByteCount($0))" } ?? "-",
      ] + stages.map { stage in engine.seconds(of: stage).map(durationText) ?? "-" }
        + [engine.state == .failed ? "failed" : engine.wasCached ? "cached" : "built"]
    }
    numeric = Set([3, 4, 5, 7] + stages.indices.map { 8 + $0 })
  }
}

extension EngineSummary {
  /// `passed (engine)`, `FAILED (graph)`, `passed (engine, random inputs)`, `not verified`.
  package var verdict: String {
    let level = level.map { synthetic == true ? "\($0), random inputs" : $0 }
    return switch (state, level) {
    case (.failed, _): "-"
    case (_, nil): "not verified"
    case (.passed, let level?): "passed (\(level))"
    case (.rejected, let level?): "FAILED (\(level))"
    }
  }
}

private func percent(_ value: Double?) -> String { value.map { "\(fixed($0 * 100, digits: 2))%" } ?? "-" }

/// `12 ms`, `34.5 s`.
package func durationText(_ seconds: Double) -> String {
  seconds < 10 ? "\(fixed(seconds * 1000, digits: 0)) ms" : "\(fixed(seconds, digits: 1)) s"
}

extension String {
  fileprivate var trimmingTrailingSpaces: String {
    var text = self[...]
    while text.last == " " { text = text.dropLast() }
    return String(text)
  }

  fileprivate var escapedForMarkdown: String {
    split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
  }
}
