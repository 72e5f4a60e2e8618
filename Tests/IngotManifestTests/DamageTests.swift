// Damaged manifests: whatever is cut out of or changed in a good one, there is a manifest or an error with a place, and
// no crash.

import IngotCore
import IngotManifest
import Testing

@Suite struct DamageTests {
  /// A generator with a fixed start, so that a failure can be seen again.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 29
    }
  }

  @Test(arguments: ["resnet50.yaml", "long.yaml"]) func survivesEveryCut(name: String) throws {
    let text = try GoodManifestTests.text(name)
    for end in text.indices { expectAnAnswer(String(text[..<end])) }
  }

  @Test(arguments: ["resnet50.yaml", "long.yaml"]) func survivesRandomDamage(name: String) throws {
    let bytes = Array(try GoodManifestTests.text(name).utf8)
    let pieces = [
      "{", "}", "[", "]", ":", ": ", "\n", "- ", "&a ", "*a", "!!int ", "\"", "'", "-1", "99999999999999999999",
      "1e999", "~", "%", "|", ">", "#", "\t",
    ]
    var generator = Generator(state: 7)
    for _ in 0..<500 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let start = Int.random(in: 0..<damaged.count, using: &generator)
        let end = min(damaged.count, start + Int.random(in: 0...6, using: &generator))
        let piece = pieces.randomElement(using: &generator) ?? ""
        damaged.replaceSubrange(start..<end, with: Array(piece.utf8))
      }
      expectAnAnswer(String(decoding: damaged, as: UTF8.self))
    }
  }

  private func expectAnAnswer(_ text: String) {
    do {
      _ = try Manifest.parse(text: text, path: "m.yaml")
    } catch {
      let isClear =
        !error.diagnostics.isEmpty && error.diagnostics.allSatisfy { $0.place != nil || $0.severity == .note }
      if !isClear { Issue.record("no place in the error for\n\(text)\n\(error)") }
    }
  }
}
