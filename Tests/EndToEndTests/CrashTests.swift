// Builds that are killed, interrupted, or run side by side: the next one always succeeds with the same results, and
// nothing unfinished is left.

import Foundation
import IngotCore
import Testing

/// SplitMix64: the same moments in every run of the tests.
private struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

extension TestSpace {
  /// As if nothing had been built; what is known of the runtimes' files stays.
  fileprivate func forgetResults() throws {
    for name in ["home/store/v1/actions", "home/store/v1/blobs", "home/store/explain", "out"] where exists(name) {
      try FileManager.default.removeItem(atPath: path(name))
    }
  }

  fileprivate func decided(_ name: String, _ variants: [String]) throws -> [[String]] {
    try variants.map { try bundle("out/\(name)/\($0)").decided }
  }
}

@Suite(.serialized, .enabled(if: Installed.hasRuntimes, Installed.runtimesReason)) struct CrashTests {
  /// Four times 24 moments, and four of the whole example below: 100. A build that was done before its moment does not
  /// count, and the moments after it come earlier.
  @Test(arguments: 1...4 as ClosedRange<UInt64>) func survivesKillsAtAnyMoment(seed: UInt64) throws {
    let space = try Quick.space()
    let variants = ["fp32-cpu", "int8-cpu"]
    try space.build(Quick.path)
    try space.forgetResults()
    var whole = try milliseconds { try space.build(Quick.path) }
    let (decided, files) = (try space.decided("quick", variants), try space.files(below: "out"))
    try #require(decided.allSatisfy { $0.count >= 2 })

    var generator = Seeded(state: seed)
    var kills = 0
    for _ in 0..<72 where kills < 24 {
      try space.forgetResults()
      let moment = Double.random(in: 0...whole, using: &generator)
      guard try kill(space, [Quick.path], after: moment, SIGKILL).status == 128 + SIGKILL else {
        whole *= 0.9
        continue
      }
      kills += 1
      let run = try space.ingot("build", Quick.path, "--quiet")
      #expect(run.status == 0, "killed after \(moment) ms, then: \(run.errors)")
      #expect(try space.decided("quick", variants) == decided, "killed after \(moment) ms")
      #expect(try space.files(below: "out") == files, "killed after \(moment) ms")
      #expect(try space.leftovers() == [], "killed after \(moment) ms")
    }
    #expect(kills == 24, "too many builds were done before they could be killed")
    #expect(try space.damagedBlobs() == [])
    #expect(try space.build(Quick.path).ran == [])
  }

  @Test func survivesKillsOfTheWholeExample() throws {
    let manifest = "Pipelines/digits.yaml"
    let space = try BuiltDigits.copy()
    let decided = try space.decided("digits", BuildTests.variants)
    var generator = Seeded(state: 100)
    try space.forgetResults()
    var whole = try milliseconds { try space.build(manifest) }
    try space.forgetResults()
    var kills = 0
    // One after the other on one store: each finds what the ones before it finished.
    for _ in 0..<24 where kills < 4 {
      let moment = Double.random(in: 0...whole, using: &generator)
      if try kill(space, [manifest], after: moment, SIGKILL).status == 128 + SIGKILL {
        kills += 1
      } else {
        whole *= 0.9
        try space.forgetResults()
      }
    }
    #expect(kills == 4, "too many builds were done before they could be killed")
    let report = try space.build(manifest)
    #expect(report.engines.allSatisfy { $0.state == "passed" })
    #expect(try space.decided("digits", BuildTests.variants) == decided)
    #expect(try space.files(below: "out") == (try BuiltDigits.get().space.files(below: "out")))
    #expect(try space.leftovers() == [])
    #expect(try space.damagedBlobs() == [])
    #expect(try space.build(manifest).ran == [])
  }

  @Test(arguments: [SIGINT, SIGTERM]) func stopsCleanlyWhenInterrupted(signal: Int32) throws {
    let manifest = "Pipelines/digits.yaml"
    let space = try BuiltDigits.copy()
    try space.forgetResults()
    // Where the machine is fast enough to be done by then, earlier.
    var run: Run?
    for moment in [400.0, 200, 100, 50] where run?.status != 130 {
      try space.forgetResults()
      run = try kill(space, [manifest], after: moment, signal)
    }
    let interrupted = try #require(run)
    #expect(interrupted.status == 130, "\(interrupted.errors)")
    // Unlike a killed one it tidies up itself, and what it had finished is not done again.
    #expect(try space.leftovers() == [])
    let finished = Set(try space.plan(manifest).labels("cached"))
    let report = try space.build(manifest)
    #expect(report.engines.allSatisfy { $0.state == "passed" })
    #expect(finished.isDisjoint(with: report.ran))
    #expect(try space.damagedBlobs() == [])
  }

  @Test func buildsSideBySideOnOneStore() throws {
    let manifest = "Pipelines/digits.yaml"
    let space = try BuiltDigits.copy()
    let decided = try space.decided("digits", BuildTests.variants)
    try space.forgetResults()
    // Two into one folder, one into another.
    let started = try ["out", "out", "elsewhere"].map {
      try space.start(["build", manifest, "--json", "--out", $0])
    }
    for run in try started.map({ try $0.finished() }) {
      #expect(run.status == 0, "\(run.errors)")
      let report = try run.decoded(BuildReport.self)
      #expect(report.engines.map(\.state) == Array(repeating: "passed", count: 9))
      #expect(
        report.engines.map(\.referenceAccuracy) == (try BuiltDigits.get().report().engines.map(\.referenceAccuracy)))
    }
    #expect(try space.decided("digits", BuildTests.variants) == decided)
    #expect(try space.files(below: "elsewhere") == (try BuiltDigits.get().space.files(below: "out")))
    #expect(try space.leftovers() == [])
    #expect(try space.damagedBlobs() == [])
    #expect(try space.build(manifest).ran == [])
    for variant in BuildTests.variants { #expect(try space.ingot("inspect", "elsewhere/digits/\(variant)").isClean) }
  }

  @Test func buildsManyTimesSideBySideOnANewStore() throws {
    let space = try Quick.space()
    for round in 0..<5 {
      let started = try (0..<3).map { _ in try space.start(["build", Quick.path, "--json"]) }
      for run in try started.map({ try $0.finished() }) {
        #expect(run.status == 0, "round \(round): \(run.errors)")
        #expect(try run.decoded(BuildReport.self).engines.map(\.state) == ["passed", "passed"])
      }
      #expect(try space.leftovers() == [] && space.damagedBlobs() == [])
      #expect(try space.build(Quick.path).ran == [])
      try FileManager.default.removeItem(atPath: space.path("home/store"))
    }
  }

  private func milliseconds<R>(_ body: () throws -> R) rethrows -> Double {
    try ContinuousClock().measure { _ = try body() } / .milliseconds(1)
  }

  /// Sends a signal to a build after so many milliseconds.
  private func kill(_ space: TestSpace, _ manifests: [String], after moment: Double, _ signal: Int32) throws -> Run {
    let started = try space.start(["build"] + manifests)
    Thread.sleep(forTimeInterval: moment / 1000)
    if started.process.isRunning { Foundation.kill(started.process.processIdentifier, signal) }
    return try started.finished()
  }
}

extension Run {
  /// Done, without a word of complaint.
  var isClean: Bool { status == 0 && errors.isEmpty }
}
