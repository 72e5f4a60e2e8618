import Foundation
import Testing

/// What `make fuzz` found, one file a find: each once trapped, hung, or made a model that Ingot itself refuses.
@Suite struct CorpusReplayTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Golden/Corpus").path

  static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()

  @Test func thereIsACorpus() { #expect(!Self.names.isEmpty) }

  @Test(.timeLimit(.minutes(1)), arguments: names) func survives(_ name: String) throws {
    try FuzzExercise.run(Array(Data(contentsOf: URL(fileURLWithPath: "\(Self.folder)/\(name)"))))
  }
}
