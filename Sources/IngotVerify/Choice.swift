// Which of several engines is kept: under `precision: auto`, one engine a precision, all of the same model on the same target.
//
// `choice.json`, version 1:
//
//   choice       1
//   chosen       the precision that is kept
//   reason       why, in words
//   candidates   each { precision, passed, failed gates, rounds, p50, p90 (milliseconds), speedup, fasterRounds }; the first
//                one is the fallback, which the others must beat
//
// A field without a value is absent: an engine that failed its gates is not timed.

internal import FoundationEssentials

/// The engines that were there to choose from, and the choice.
package struct Choice: Codable, Sendable, Hashable {
  package struct Candidate: Codable, Sendable, Hashable {
    package var precision: String
    package var passed: Bool
    /// In words, one a gate.
    package var failedGates: [String]
    /// Timed rounds; in each round every candidate runs the same batch once.
    package var rounds: Int
    /// Milliseconds for one batch.
    package var p50: Double?
    package var p90: Double?
    /// The fallback's median time divided by this one's.
    package var speedup: Double?
    /// Rounds in which it was faster than the fallback.
    package var fasterRounds: Int?
  }

  package private(set) var choice = 1
  package private(set) var chosen: String
  package private(set) var reason: String
  package private(set) var candidates: [Candidate]

  /// What was measured of one candidate.
  package struct Entry: Sendable {
    package var precision: String
    package var failedGates: [String]
    /// One time a round, in the order of the rounds; empty where it was not timed.
    package var times: [Duration]
    package init(precision: String, failedGates: [String], times: [Duration]) {
      (self.precision, self.failedGates, self.times) = (precision, failedGates, times)
    }
  }

  /// A gain below this is not worth another precision: it is within what two runs of one engine differ by.
  fileprivate static let leastSpeedup = 1.02
  /// Of the rounds. Chance alone gives half of them.
  fileprivate static let leastShare = 2.0 / 3

  /// - Parameter entries: the fallback first; at least one.
  package init(among entries: [Entry]) {
    precondition(!entries.isEmpty, "a choice needs candidates")
    let fallback = entries[0]
    let measured = entries.map { Candidate($0, against: fallback) }
    candidates = measured
    let better = measured.indices.dropFirst().filter { measured[$0].beatsFallback }
    let best = better.min { measured[$0].p50 ?? .infinity < measured[$1].p50 ?? .infinity }
    guard let best, let speedup = measured[best].speedup else {
      chosen = fallback.precision
      reason = Self.reasonToStay(measured)
      return
    }
    chosen = measured[best].precision
    reason =
      "the fastest that passes its gates: \(Self.ratio(speedup)) times as fast as \(fallback.precision) in the median of "
      + "\(measured[best].rounds) rounds"
  }

  private static func reasonToStay(_ candidates: [Candidate]) -> String {
    let others = candidates.dropFirst()
    if others.allSatisfy({ !$0.passed }) { return "no other candidate passes its gates" }
    let fastest = others.compactMap(\.speedup).max().map { "; the next best is \(ratio($0)) times as fast" } ?? ""
    return "no other candidate that passes its gates is faster" + fastest
  }

  private static func ratio(_ value: Double) -> Double { (value * 100).rounded() / 100 }

  /// The file's bytes.
  package func json() -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(self) else { fatalError("BUG: a choice cannot be encoded") }
    return Array(data) + [UInt8(ascii: "\n")]
  }

  /// - Parameter json: a choice's file; a damaged one or one of another version gives nil.
  package init?(json: [UInt8]) {
    guard let choice = try? JSONDecoder().decode(Choice.self, from: Data(json)), choice.choice == 1 else { return nil }
    self = choice
  }
}

extension Choice.Candidate {
  fileprivate init(_ entry: Choice.Entry, against fallback: Choice.Entry) {
    precision = entry.precision
    (failedGates, passed) = (entry.failedGates, entry.failedGates.isEmpty)
    rounds = entry.times.count
    guard let own = LatencyStatistics(entry.times) else { return }
    (p50, p90) = (own.p50, own.p90)
    guard let other = LatencyStatistics(fallback.times), own.p50 > 0 else { return }
    speedup = other.p50 / own.p50
    fasterRounds = zip(entry.times, fallback.times).count { $0 < $1 }
  }

  fileprivate var beatsFallback: Bool {
    guard passed, let speedup, let fasterRounds, rounds > 0 else { return false }
    return speedup >= Choice.leastSpeedup && Double(fasterRounds) >= Choice.leastShare * Double(rounds)
  }
}
