// The first and the last thing that one does with a project: a manifest from a model, and a look at what was kept.

import Foundation
import Testing

@Suite(.enabled(if: Installed.hasBinary, Installed.binaryReason)) struct InitTests {
  @Test(arguments: ["digits", "digits-hard"])
  func whatItWritesIsValid(model: String) throws {
    let space = try TestSpace()
    try space.addExamples()
    let manifest = "Pipelines/new-\(model).yaml"
    let written = try space.ingot("init", "Pipelines/models/\(model).onnx", "-o", manifest)
    #expect(written.status == 0 && written.output == "")
    #expect(try space.read(manifest).contains("  path: models/\(model).onnx\n"))
    #expect(try space.read(manifest).contains("    image: [batch, 1, 8, 8]\n"))
    let valid = try space.ingot("validate", manifest)
    #expect(valid.status == 0 && valid.errors.hasPrefix("1 manifest valid, for 1 engine"), "\(valid.errors)")
  }

  @Test func doesNotOverwriteAndRefusesWhatIsNoModel() throws {
    let space = try TestSpace()
    try space.addExamples()
    let before = try space.read("Pipelines/digits.yaml")
    let taken = try space.ingot("init", "Pipelines/models/digits.onnx", "-o", "Pipelines/digits.yaml")
    #expect(taken.status == 2 && taken.errors.contains("the file is there already"))
    #expect(try space.read("Pipelines/digits.yaml") == before)
    #expect(try space.ingot("init", "Pipelines/digits.yaml").status == 2)
    #expect(try space.ingot("init", "Pipelines/models/digits.onnx", "--json").format() == "ingot.init/1")
  }
}

@Suite(.enabled(if: Installed.hasRuntimes, Installed.runtimesReason)) struct CacheTests {
  private struct Facts: Decodable { var facts: [String: Int] }

  private func facts(_ space: TestSpace, _ words: String...) throws -> [String: Int] {
    let run = try space.start(["cache"] + words + ["--json"]).finished()
    #expect(try run.status == 0 && run.format() == "ingot.cache/1", "\(run.errors)")
    return try run.decoded(Facts.self).facts
  }

  @Test func countsChecksAndRemoves() throws {
    let space = try Quick.space()
    _ = try space.build(Quick.path)
    let built = try facts(space, "stats")
    let blobs = try space.files(below: "home/store/v1/blobs/sha256")
    #expect(built["blobs"] == blobs.count && built["temporary-files"] == 0)
    #expect(try facts(space, "verify")["removed-blobs"] == 0)

    let victim = "home/store/v1/blobs/sha256/\(try #require(blobs.first))"
    try Damage.oneBitFlipped.happen(to: victim, of: space)
    #expect(try facts(space, "verify")["removed-blobs"] == 1)
    #expect(!space.exists(victim))
    _ = try space.build(Quick.path)
    let mended = try facts(space, "verify")
    // An engine that is built anew may have other bytes: ONNX Runtime's differ from build to build.
    #expect(mended["removed-blobs"] == 0 && (mended["checked-blobs"] ?? 0) >= blobs.count)

    // Everything was used today.
    #expect(try facts(space, "gc")["removed-results"] == 0)
    #expect(try space.ingot("promote", "out/quick/int8-cpu", "--to", "live").status == 0)
    let kept = try facts(space, "gc", "--days", "0")
    #expect((kept["removed-results"] ?? 0) > 0 && (kept["kept-blobs"] ?? 0) > 0)
    let promoted = try space.ingot("promote", "out/quick/int8-cpu", "--to", "again")
    #expect(promoted.status == 0, "what a channel serves stays: \(promoted.errors)")
  }

  @Test func refusesOtherWords() throws {
    let run = try TestSpace().ingot("cache", "clean")
    #expect(run.status == 2)
    #expect(
      run.errors == """
        ingot cache: say `stats`, `verify` or `gc`
          hint: `ingot cache --help` explains the command

        """)
  }
}
