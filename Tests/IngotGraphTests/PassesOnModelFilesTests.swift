// Sanitizes the models of a folder, for comparing them with the originals under a runtime: runs only when asked to, with
// INGOT_SANITIZE_FROM=folder INGOT_SANITIZE_TO=folder. The figures go to `report.tsv` in the second folder. With the first
// variable alone the models are damaged at random instead.

import Foundation
import IngotCore
import Testing

@testable import IngotGraph

@Suite struct PassesOnModelFilesTests {
  private static let source = ProcessInfo.processInfo.environment["INGOT_SANITIZE_FROM"]
  private static let target = ProcessInfo.processInfo.environment["INGOT_SANITIZE_TO"]

  /// Damages every model of the folder in a few bytes, many times; what can still be read must not trap anywhere.
  @Test(.enabled(if: source != nil && target == nil, "set INGOT_SANITIZE_FROM to a folder of models"))
  func survivesDamagedModels() throws {
    let source = try #require(Self.source)
    var dice = Dice(state: 7)
    var (read, sanitized) = (0, 0)
    for name in try FileManager.default.contentsOfDirectory(atPath: source).sorted() where name.hasSuffix(".onnx") {
      let original = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(source)/\(name)")))
      for _ in 0..<(original.count < 100_000 ? 40 : 2) {
        var bytes = original
        for _ in 0..<Int.random(in: 1...4, using: &dice) {
          let index = Int.random(in: 0..<bytes.count, using: &dice)
          bytes[index] = [0, 1, 2, 0x7f, 0xff, bytes[index] ^ 1, bytes[index] &+ 1].randomElement(using: &dice) ?? 0
        }
        guard var model = try? Model.read(bytes: Bytes(bytes), path: name, baseDirectory: nil) else { continue }
        read += 1
        if (try? sanitize(&model)) != nil { sanitized += 1 }
      }
    }
    print("\(read) damaged models could be read and \(sanitized) of them sanitized")
  }

  @Test(
    .enabled(
      if: source != nil && target != nil,
      "set INGOT_SANITIZE_FROM and INGOT_SANITIZE_TO to folders: models in, models out"))
  func sanitizesTheModelsOfAFolder() throws {
    let (source, target) = (try #require(Self.source), try #require(Self.target))
    var lines = ["model\tnodes\tafter\tinitializers\tafter\tbytes\tafter\trounds\tmilliseconds\tpasses"]
    for name in try FileManager.default.contentsOfDirectory(atPath: source).sorted() where name.hasSuffix(".onnx") {
      var model = try Model.read(path: "\(source)/\(name)")
      let start = ContinuousClock.now
      let report: SanitizeReport
      do { report = try sanitize(&model) } catch {
        lines.append("\(name)\terror: \(error.description.replacing("\n", with: " "))")
        continue
      }
      let time = (ContinuousClock.now - start) / .milliseconds(1)
      let problems = model.graph.verify(requiresOrder: true)
      #expect(problems.isEmpty, "\(name): \(problems.map(\.description).joined(separator: "\n"))")
      try model.write(to: "\(target)/\(name)", isDurable: false)
      let passes = report.passes.map { "\($0.pass):-\($0.removed)~\($0.changed)" }.joined(separator: " ")
      let (a, b) = (report.before, report.after)
      lines.append(
        "\(name)\t\(a.nodes)\t\(b.nodes)\t\(a.initializers)\t\(b.initializers)\t\(a.initializerBytes)\t\(b.initializerBytes)"
          + "\t\(report.rounds)\t\(Int(time))\t\(passes)")
    }
    try (lines.joined(separator: "\n") + "\n").write(toFile: "\(target)/report.tsv", atomically: true, encoding: .utf8)
  }
}
