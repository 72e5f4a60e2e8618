// What a search for `max-drop` found, as files: `search.json` for people and bundles, `kept.json` for the lower stage, which so
// depends on the answer alone.

internal import FoundationEssentials
internal import IngotCore
package import IngotVerify

/// `search.json`. A field without a value is absent.
package struct SearchReport: Codable, Sendable {
  /// One model that was evaluated.
  package struct Trial: Codable, Sendable {
    /// How many nodes were kept.
    package var kept: Int
    package var holds: Bool
    /// How many samples it took: a run ends where a gate fails whatever comes.
    package var samples: Int
  }

  /// A node that has the precision, and the noise that it makes.
  package struct Layer: Codable, Sendable {
    package var node: String
    /// Noise to signal of its result where it reads exact tensors.
    package var noise: Double
  }

  /// Version of this format.
  package var search = 1
  /// Whether the gates hold with the kept nodes. Where not, these are all but one: the best that there is.
  package var holds: Bool
  /// What was run: the engine, or the lowered model in the reference runtime.
  package var level: Verdict.Level
  /// Names of nodes of the canonical model, the noisiest first.
  package var kept: [String]
  /// How many nodes have the precision where none is kept.
  package var layers: Int
  package var trials: [Trial]
  /// The gates without kept nodes and with them.
  package var before: [GateResult]
  package var after: [GateResult]
  /// The noisiest first; empty where nothing had to be kept.
  package var ranking: [Layer]

  static let keptFileName = "kept.json"

  /// - Parameter path: of a `kept.json` that a search wrote.
  static func keptNodes(path: String) throws -> [String] {
    guard let names = try? JSONDecoder().decode([String].self, from: Data(try FileSystem.read(path))) else {
      throw InputError(in: path, "this is no list of nodes", hint: "remove it from the store: `ingot cache verify`")
    }
    return names
  }

  /// - Parameter json: a `search.json`; a damaged one or one of another version gives nil.
  package init?(json: [UInt8]) {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let report = try? decoder.decode(SearchReport.self, from: Data(json)), report.search == 1 else { return nil }
    self = report
  }

  init(holds: Bool, level: Verdict.Level, kept: [String], layers: Int) {
    (self.holds, self.level, self.kept, self.layers) = (holds, level, kept, layers)
    (trials, before, after, ranking) = ([], [], [], [])
  }

  /// `2 of 31 layers kept after 7 evaluations: top1 drop 0.042000 -> 0.002000`.
  package var words: String {
    let counts =
      "\(kept.count) of \(layers) layers kept after \(trials.count) \(trials.count == 1 ? "evaluation" : "evaluations")"
    let changes = after.filter { gate in
      before.contains { $0.name == gate.name && (!$0.passed || !gate.passed) }
    }.map { gate in
      let old = before.first { $0.name == gate.name }.map { "\($0.measuredText) -> " } ?? ""
      return "\(gate.name) \(old)\(gate.measuredText), must be \(gate.boundText)"
    }
    return ([counts] + changes).joined(separator: "; ")
  }
}
