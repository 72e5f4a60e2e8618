// Sanitizes the models of a folder, for comparing them with the originals under a runtime: runs only when asked to, with
// INGOT_SANITIZE_FROM=folder INGOT_SANITIZE_TO=folder. The figures go to `report.tsv` in the second folder.

import Foundation
import IngotCore
import Testing

@testable import IngotGraph

@Suite struct PassesOnModelFilesTests {
  private static let source = ProcessInfo.processInfo.environment["INGOT_SANITIZE_FROM"]
  private static let target = ProcessInfo.processInfo.environment["INGOT_SANITIZE_TO"]

  @Test(.enabled(if: source != nil && target != nil)) func sanitizesTheModelsOfAFolder() throws {
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
