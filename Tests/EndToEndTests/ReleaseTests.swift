// Channels: which verified bundle is served, who moved it, and the way back.

import Foundation
import IngotCore
import Testing

@Suite(.enabled(if: Installed.hasRuntimes, Installed.runtimesReason)) struct ReleaseTests {
  private struct Channel: Decodable {
    struct Entry: Decodable, Equatable {
      var bundle: String
      var title: String
      var user: String
      var reason: String
    }

    var format: String?
    var name: String
    var current: Entry
    var history: [Entry]
  }

  private struct Channels: Decodable { var channels: [Channel] }

  /// One line of audit.log.
  private struct Line: Decodable {
    var action: String
    var channel: String
    var from: String?
    var to: String
    var user: String
    var reason: String
    var time: String
  }

  private func audit(_ space: TestSpace) throws -> [Line] {
    let path = try #require(try space.files(below: "home/store").first { $0.hasSuffix("audit.log") })
    return try space.read("home/store/\(path)").split(separator: "\n").map {
      try JSONDecoder().decode(Line.self, from: Data($0.utf8))
    }
  }

  @Test func movesAChannelAndBack() throws {
    let space = try BuiltDigits.copy()
    let report = try BuiltDigits.get().report()
    let first = try #require(report["int8-cpu"]?.bundle)
    let second = try #require(report["fp16-rtx"]?.bundle)
    #expect(try space.ingot("channels").output == "")
    #expect(try space.ingot("rollback", "production").status == 2)

    let byFolder = try space.ingot(
      "promote", "out/digits/int8-cpu", "--to", "production", "--reason", "the first", "--json")
    #expect(byFolder.status == 0, "\(byFolder)")
    let moved = try byFolder.decoded(Channel.self)
    #expect(moved.format == "ingot.channel/1" && moved.name == "production" && moved.history.count == 1)
    #expect(moved.current == .init(bundle: first, title: "digits/int8-cpu", user: "tester", reason: "the first"))
    #expect(try space.ingot("rollback", "production").status == 2, "there is nothing to roll back to")

    let byDigest = try space.ingot("promote", second, "--to", "production")
    #expect(byDigest.isClean && byDigest.output.contains("production  \(second)  digits/fp16-rtx  "), "\(byDigest)")
    #expect(try space.ingot("promote", "out/digits/fp32-ov", "--to", "staging").isClean)
    let list = try space.ingot("channels", "--json")
    #expect(try list.format() == "ingot.channels/1")
    #expect(try list.decoded(Channels.self).channels.map(\.name) == ["production", "staging"])
    #expect(try space.ingot("channels").output.split(separator: "\n").count == 2)

    let back = try space.ingot("rollback", "production", "--reason", "too slow", "--json")
    #expect(try back.decoded(Channel.self).current.bundle == first)
    let lines = try audit(space)
    #expect(lines.map(\.action) == ["promote", "promote", "promote", "rollback"])
    #expect(lines.map(\.channel) == ["production", "production", "staging", "production"])
    #expect(lines.map(\.from) == [nil, first, nil, second])
    #expect(lines.map(\.to) == [first, second, try #require(report["fp32-ov"]?.bundle), first])
    #expect(lines.map(\.reason) == ["the first", "", "", "too slow"])
    #expect(lines.allSatisfy { $0.user == "tester" && $0.time.contains(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d.*Z$/) })
  }

  @Test func refusesWhatIsNoVerifiedBundle() throws {
    let space = try BuiltDigits.copy()
    let unknown = "sha256:" + String(repeating: "0", count: 64)
    let refused = try space.ingot("promote", unknown, "--to", "production")
    #expect([1, 2].contains(refused.status) && refused.errors.contains(unknown), "\(refused)")
    for words in [
      ["out/digits", "--to", "production"], ["nowhere", "--to", "production"],
      ["out/digits/int8-cpu", "--to", "no channel"],
    ] {
      let run = try space.start(["promote"] + words).finished()
      #expect(run.status == 2 && run.output == "", "\(words): \(run)")
    }
    // An engine that somebody touched is not the one that was verified.
    let engine = "out/digits/int8-cpu/model.ort"
    try space.write(try space.bytes(engine) + [0], to: engine)
    let touched = try space.ingot("promote", "out/digits/int8-cpu", "--to", "production")
    #expect(touched.status == 2 && touched.errors.contains("model.ort"), "\(touched)")
    #expect(try space.ingot("channels").output == "")
  }

  @Test func refusesABundleWithoutAVerdict() throws {
    let space = try Quick.space()
    let text = try space.read(Quick.path)
    try space.write(String(try #require(text.components(separatedBy: "verify:").first)), to: Quick.path)
    let report = try space.build(Quick.path)
    #expect(report.engines.allSatisfy { $0.state == "passed" && $0.level == nil && $0.accuracy == nil })
    let run = try space.ingot("promote", "out/quick/int8-cpu", "--to", "production")
    #expect(run.status == 3 && run.errors.contains("has not been verified"), "\(run)")
  }

  @Test func takesInABundleOfAnotherMachine() throws {
    let (builder, server) = (try BuiltDigits.copy(), try TestSpace())
    try FileManager.default.copyItem(atPath: builder.path("out"), toPath: server.path("received"))
    let run = try server.ingot("promote", "received/digits/int8-ov", "--to", "production")
    #expect(run.isClean, "\(run)")
    #expect(run.output.contains(try #require(BuiltDigits.get().report()["int8-ov"]?.bundle)))
    #expect(try server.damagedBlobs() == [])
  }
}
