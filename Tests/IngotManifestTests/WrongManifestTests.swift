// Wrong manifests, each with the whole text of its error: Golden/Wrong/*.txt.

import Foundation
import IngotCore
import IngotManifest
import Testing

@Suite struct WrongManifestTests {
  static let files = [
    "yaml.txt", "manifest.txt", "model.txt", "targets.txt", "precision.txt", "profiles.txt", "build.txt", "verify.txt",
  ]

  @Test(arguments: files) func reportsEveryProblemOfAWrongManifest(file: String) throws {
    let cases = GoldenCases.read(file)
    try #require(!cases.isEmpty)
    var recorded: [GoldenCase] = []
    for var wrong in cases {
      let error = #expect(throws: InputError.self, "\(wrong.name)") {
        _ = try Manifest.parse(text: wrong.text, path: "m.yaml")
      }
      let text = error?.description ?? ""
      #expect(error?.kind == .input)
      if !GoldenCases.isRecording { #expect(text == wrong.error, "\(file): \(wrong.name)") }
      wrong.error = text
      recorded.append(wrong)
    }
    if GoldenCases.isRecording {
      try GoldenCases.write(recorded, to: file)
      Issue.record("recorded \(file); run again without INGOT_RECORD")
    }
  }

  @Test func holdsAtLeastSixtyCases() {
    #expect(Self.files.map { GoldenCases.read($0).count }.reduce(0, +) >= 60)
  }
}
