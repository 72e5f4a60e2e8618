// From the old world: a calibration cache and a trtexec line become a manifest, and the manifest an engine.

import Foundation
import IngotCore
import Testing

@Suite(.enabled(if: Installed.hasRuntimes, Installed.runtimesReason)) struct MigrateTests {
  private struct Document: Decodable {
    struct Change: Decodable { var kind, flag, text: String }
    var manifest: String
    var changes: [Change]
  }

  private static let line = """
    trtexec --onnx=Pipelines/models/digits.onnx --int8 --fp16 --calib=Pipelines/digits.cache --minShapes=image:1x1x8x8 \
    --optShapes=image:8x1x8x8 --maxShapes=image:32x1x8x8 --workspace=4096 --saveEngine=digits.plan
    """

  @Test(arguments: ["onnxruntime", "tensorrt-rtx"]) func aCacheAndALineBecomeAnEngine(target: String) throws {
    let space = try TestSpace()
    try space.addExamples()
    let cache = try space.ingot(
      "calibrate", "Pipelines/models/digits.onnx", "--data", "Calibration/digits", "--method", "entropy", "--export",
      "tensorrt", "-o", "Pipelines/digits.cache")
    #expect(cache.status == 0, "\(cache)")
    let migration = try space.ingot("migrate", Self.line, "--target", target, "-o", "Pipelines/old.yaml", "--json")
    #expect(migration.status == 0, "\(migration)")
    let document = try migration.decoded(Document.self)
    #expect(try migration.format() == "ingot.migrate/1")
    #expect(
      document.manifest.contains("  import: digits.cache\n") && document.manifest.contains("path: models/digits.onnx"))
    #expect(Set(document.changes.filter { $0.kind == "changed" }.map(\.flag)) == ["--int8", "--fp16", "--calib"])
    #expect(try space.ingot("validate", "Pipelines/old.yaml").status == 0)
    let build = try space.ingot("build", "Pipelines/old.yaml", "--json")
    #expect(build.status == 0, "\(build)")
    #expect(try space.ingot("migrate", Self.line, "-o", "Pipelines/old.yaml").status == 2, "nothing is overwritten")
  }

  @Test func aFlagThatNobodyHasIsRefused() throws {
    let space = try TestSpace()
    let run = try space.ingot("migrate", "--", "trtexec", "--onnx=m.onnx", "--fp61")
    #expect(run.status == 2 && run.errors.contains("did you mean --fp16?"), "\(run)")
  }
}
