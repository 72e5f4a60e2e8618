import Foundation
import IngotCore
import IngotRelease
import IngotStore
import Testing

private let clock: WallClock = { Timestamp(seconds: 1_800_000_000) }
private let time = "2027-01-15T08:00:00Z"

@Suite struct ChannelTests {
  private func audit(_ place: Workplace) throws -> String { try read(place.path("store/v1/audit.log")) }

  @Test func pointsToWhatWasPromotedAndGoesBack() throws {
    let place = try Workplace()
    let channels = Channels(in: place.store, clock: clock)
    #expect(try channels.list() == [])
    let first = try place.makeBundle("first").put(in: place.store).digest
    let second = try place.makeBundle("second").put(in: place.store).digest
    try channels.promote(first, to: "prod", by: "ada", reason: "release 1")
    try channels.promote(second, to: "prod", by: "ada", reason: "say \"2\"\n")
    try channels.promote(first, to: "a-staging", by: "bob", reason: "")
    #expect(try channels.list().map(\.name) == ["a-staging", "prod"])
    let current = try channels.channel("prod").current
    #expect(current.bundle == second && current.title == "digits/int8" && current.time == time)
    #expect(current.user == "ada" && current.reason == "say \"2\"\n")

    let other = Channels(in: try DiskStore(root: place.store.root), clock: clock)
    #expect(try other.rollback("prod", by: "eve", reason: "slow").current.bundle == first)
    #expect(try channels.channel("prod").entries.map(\.bundle) == [first])
    let error = #expect(throws: ReleaseError.self) { try channels.rollback("prod", by: "eve", reason: "") }
    #expect(error?.description == "channel 'prod' has held one bundle only; promote another one instead")
    #expect(
      try audit(place) == """
        {"action":"promote","channel":"prod","level":"engine","reason":"release 1","time":"\(time)",\
        "title":"digits/int8","to":"\(first)","user":"ada"}
        {"action":"promote","channel":"prod","from":"\(first)","level":"engine","reason":"say \\"2\\"\\n",\
        "time":"\(time)","title":"digits/int8","to":"\(second)","user":"ada"}
        {"action":"promote","channel":"a-staging","level":"engine","reason":"","time":"\(time)",\
        "title":"digits/int8","to":"\(first)","user":"bob"}
        {"action":"rollback","channel":"prod","from":"\(second)","level":"engine","reason":"slow","time":"\(time)",\
        "title":"digits/int8","to":"\(first)","user":"eve"}

        """)
  }

  @Test func letsNothingInThatDidNotPass() throws {
    let place = try Workplace()
    let channels = Channels(in: place.store, clock: clock)
    let cases: [(Bundle, String)] = [
      (
        try place.makeBundle(passed: false, gates: [passedGate, failedGate]),
        """
        digits/int8 did not pass its gates, so no channel may point to it:
          top1: 0.931, must be at least 0.968
          hint: change the precision or the calibration, or the gate if it asks for too much, and build again
        """
      ),
      (
        try place.makeBundle(passed: true, gates: [failedGate]),
        """
        digits/int8 did not pass its gates, so no channel may point to it:
          top1: 0.931, must be at least 0.968
          hint: change the precision or the calibration, or the gate if it asks for too much, and build again
        """
      ),
      (
        try place.makeBundle(passed: false),
        """
        digits/int8 did not pass its gates, so no channel may point to it:
          its verdict is a failure
          hint: change the precision or the calibration, or the gate if it asks for too much, and build again
        """
      ),
      (
        try place.makeBundle(passed: nil),
        "digits/int8 has not been verified; run `ingot build` with `verify` in its manifest"
      ),
      (
        try place.makeBundle(judged: Digest(of: "another engine")),
        "digits/int8: its verdict is about another engine than the one in it; run `ingot build` again"
      ),
    ]
    for (bundle, message) in cases {
      let digest = try bundle.put(in: place.store).digest
      let error = #expect(throws: ReleaseError.self) {
        try channels.promote(digest, to: "prod", by: "ada", reason: "")
      }
      #expect(error?.description == message)
      #expect(error?.kind == .gate && error?.kind.rawValue == 3)
    }
    #expect(try channels.list() == [])
    #expect(throws: (any Error).self) { try audit(place) }
  }

  @Test func refusesWhatIsNotThereOrCorrupt() throws {
    let place = try Workplace()
    let channels = Channels(in: place.store, clock: clock)
    let absent = Digest(of: "absent")
    #expect(throws: ReleaseError(.store(StoreError(.missingBlob(absent))))) {
      try channels.promote(absent, to: "prod", by: "ada", reason: "")
    }
    let digest = try place.makeBundle().put(in: place.store).digest
    let engine = place.store.path(of: Digest(of: "engine"))
    chmod(engine, 0o644)
    try write("ENGINE", to: engine)
    #expect(throws: ReleaseError(.store(StoreError(.missingBlob(Digest(of: "engine")))))) {
      try channels.promote(digest, to: "prod", by: "ada", reason: "")
    }
    #expect(try channels.list() == [])
  }

  @Test func namesAreChecked() throws {
    let place = try Workplace()
    let channels = Channels(in: place.store)
    for name in ["", "..", ".x", "a/b", "Prod", "ü", "a b", "-x", String(repeating: "x", count: 65)] {
      #expect(throws: ReleaseError(.badChannelName(name))) { try channels.channel(name) }
      #expect(throws: ReleaseError(.badChannelName(name))) {
        try channels.promote(Digest(of: ""), to: name, by: "", reason: "")
      }
    }
    let error = #expect(throws: ReleaseError.self) { try channels.channel("prod") }
    #expect(error?.description == "there is no channel 'prod'; none exists yet")
    let digest = try place.makeBundle().put(in: place.store).digest
    for name in ["dev", "prod-2.1"] { try channels.promote(digest, to: name, by: "", reason: "") }
    let known = #expect(throws: ReleaseError.self) { try channels.rollback("prod", by: "", reason: "") }
    #expect(known?.description == "there is no channel 'prod'; there are dev, prod-2.1")
  }

  @Test func promotersAtOnceAreAllAuditedAndOneWins() async throws {
    let place = try Workplace()
    let digests = try (0..<8).map { try place.makeBundle("engine \($0)").put(in: place.store).digest }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (number, digest) in digests.enumerated() {
        group.addTask {
          let store = try DiskStore(root: place.store.root)
          try Channels(in: store).promote(digest, to: "prod", by: "user \(number)", reason: "")
        }
      }
      try await group.waitForAll()
    }
    let lines = try AuditLog(path: place.path("store/v1/audit.log")).lines()
    #expect(Set(lines.map(\.to)) == Set(digests) && lines.count == 8)
    for (line, next) in zip(lines, lines.dropFirst()) { #expect(next.from == line.to) }
    let channel = try Channels(in: place.store).channel("prod")
    #expect(channel.entries.map(\.bundle) == lines.map(\.to))
  }

  @Test func collectionKeepsWhatAChannelMayGoBackTo() throws {
    let place = try Workplace()
    let channels = Channels(in: place.store)
    for name in ["first", "second"] {
      try channels.promote(place.makeBundle(name).put(in: place.store).digest, to: "prod", by: "", reason: "")
    }
    _ = try place.makeBundle("third").put(in: place.store)
    #expect(try place.store.collectGarbage(unusedFor: 0).removedBlobCount == 3)
    let bundle = try Bundle(channels.rollback("prod", by: "", reason: "").current.bundle, from: place.store)
    #expect(try bundle.write(to: place.path("out"), from: place.store))
    // What was rolled back is not kept any longer.
    #expect(try place.store.collectGarbage(unusedFor: 0).removedBlobCount == 3)
    #expect(try Bundle.read(place.path("out")).bundle == bundle)
  }

  @Test func aBrokenChannelIsNamed() throws {
    let place = try Workplace()
    let channels = Channels(in: place.store)
    try channels.promote(place.makeBundle().put(in: place.store).digest, to: "prod", by: "", reason: "")
    let path = place.path("store/v1/channels/prod")
    for (text, problem) in [
      ("{", "this is no channel"), ("{\"channel\":2,\"entries\":[]}", "its format is 2 and this Ingot reads format 1"),
      ("{\"channel\":1,\"entries\":[]}", "it points to nothing"),
    ] {
      try write(text, to: path)
      let error = #expect(throws: ReleaseError.self) { try channels.list() }
      #expect(
        error?.description == """
          \(path): \(problem); restore the channel from the last line about it in audit.log, or remove the file and \
          promote again
          """)
    }
  }

  @Test func aTornAuditLineDoesNotSwallowTheNext() throws {
    let place = try Workplace()
    try write("{\"action\":\"prom", to: place.path("store/v1/audit.log"))
    let digest = try place.makeBundle().put(in: place.store).digest
    try Channels(in: place.store).promote(digest, to: "prod", by: "", reason: "")
    #expect(try AuditLog(path: place.path("store/v1/audit.log")).lines().map(\.to) == [digest])
    #expect(try audit(place).hasPrefix("{\"action\":\"prom\n{\"action\":\"promote\""))
  }
}
