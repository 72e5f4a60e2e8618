import Foundation
import IngotCore
import Testing

@testable import IngotGraph

/// What `make fuzz` found, one file a find: each once trapped, hung, or made a model that Ingot itself refuses.
@Suite struct CorpusReplayTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Golden/Corpus").path

  static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()

  @Test func thereIsACorpus() { #expect(!Self.names.isEmpty) }

  /// As Tests/Fuzz/FuzzTarget.swift does.
  @Test(.timeLimit(.minutes(1)), arguments: names) func survives(_ name: String) throws {
    let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: "\(Self.folder)/\(name)")))
    guard let model = try? read(bytes) else { return }
    let written = encode(model)
    #expect(encode(try read(written)) == written)
    _ = model.summary(includesNodes: true).description
    _ = model.text()
    var inferred = model
    try? inferShapes(&inferred)
    guard !model.check().contains(where: { $0.severity == .error }) else { return }
    var sanitized = model
    guard (try? sanitize(&sanitized)) != nil else { return }
    let again = try read(encode(sanitized))
    #expect(again.check().filter { $0.severity == .error }.map(\.description) == [])
  }
}
