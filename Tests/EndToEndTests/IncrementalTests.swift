// What a change makes run again, and what not: for each change the exact list of steps.

import Foundation
import IngotCore
import Testing

private let manifest = "Pipelines/digits.yaml"

/// Steps of these variants, in the order that `BuildReport.ran` has.
private func steps(of variants: [String], _ stages: [String], and more: [String] = []) -> [String] {
  (variants.flatMap { variant in stages.map { "\(variant)/\($0)" } } + more).sorted()
}

@Suite(.enabled(if: Installed.hasRuntimes, Installed.runtimesReason)) struct IncrementalTests {
  @Test func runsNothingForAComment() throws {
    let space = try BuiltDigits.copy()
    try space.write("# another first line\n" + space.read(manifest) + "\n# and a last one\n", to: manifest)
    try space.edit(manifest, "workspace: 1GiB", "workspace:   1024MiB   # the same, written otherwise")
    #expect(try space.plan(manifest).labels("cached").count == space.plan(manifest).steps.count)
    #expect(try space.ingot("plan", manifest, "--detailed-exitcode").status == 0)
    #expect(try space.build(manifest).ran == [])
  }

  /// One a family of backends.
  private static let lowerings = ["int8-onnxruntime/lower", "int8-openvino/lower", "int8-tensorrt/lower"]

  @Test func runsWhatFollowsFromAnotherMethodAndSaysWhy() throws {
    let space = try BuiltDigits.copy()
    try space.edit(manifest, "method: entropy", "method: minmax")

    let plan = try space.plan(manifest)
    #expect(plan.format == "ingot.plan/1")
    #expect(plan.labels("run") == ["calibrate"])
    let calibrate = try #require(plan.steps.first { $0.step == "calibrate" })
    #expect(calibrate.reason == "method changed from entropy to minmax")
    #expect(calibrate.changes == [.init(component: "method", from: "entropy", to: "minmax")])
    let variants = ["int8-cpu", "int8-ov", "int8-rtx"]
    #expect(plan.labels("wait") == steps(of: variants, ["build", "verify", "serialize"], and: Self.lowerings))
    #expect(plan.labels("blocked") == [])
    let text = try space.ingot("plan", manifest, "--detailed-exitcode")
    #expect(text.status == 2)
    #expect(text.output.contains(/\n  calibrate +run +method changed from entropy to minmax\n/))
    #expect(text.output.contains(/\n  int8-tensorrt\/lower +wait +for calibrate; runs if its output changes\n/))

    let run = try space.ingot("build", manifest, "--json", "--explain")
    #expect(run.status == 0)
    #expect(run.errors.contains("  digits/calibrate: method changed from entropy to minmax\n"))
    #expect(
      try run.decoded(BuildReport.self).ran
        == steps(of: variants, ["build", "verify", "serialize"], and: ["calibrate"] + Self.lowerings))
    #expect(try space.ingot("plan", manifest, "--detailed-exitcode").status == 0)

    // The old results are still there: going back runs nothing.
    try space.edit(manifest, "method: minmax", "method: entropy")
    #expect(try space.build(manifest).ran == [])
  }

  @Test func runsNothingForAnEqualCopyOfTheModel() throws {
    let space = try BuiltDigits.copy()
    let model = "Pipelines/models/digits.onnx"
    try space.build(manifest)
    let before = try FileStatus(ofFileAt: space.path(model))
    let bytes = try space.bytes(model)
    try space.write(bytes, to: "\(model).new")
    try FileManager.default.removeItem(atPath: space.path(model))
    try FileManager.default.moveItem(atPath: space.path("\(model).new"), toPath: space.path(model))
    let after = try FileStatus(ofFileAt: space.path(model))
    try #require(after.inode != before.inode && after.modified != before.modified)
    #expect(try space.ingot("plan", manifest, "--detailed-exitcode").status == 0)
    #expect(try space.build(manifest).ran == [])
  }

  /// Early cutoff: the model's bytes are others, the canonical model's are not.
  @Test func stopsAtSanitizeForADocString() throws {
    let space = try BuiltDigits.copy()
    let model = "Pipelines/models/digits.onnx"
    // ModelProto.doc_string: field 6, length-delimited. A later field of the same number wins.
    let text = Array("Exported on another day.".utf8)
    try space.write(try space.bytes(model) + [0x32, UInt8(text.count)] + text, to: model)

    let plan = try space.plan(manifest)
    #expect(plan.labels("run") == ["reference", "sanitize"])
    for step in plan.steps where step.state == "run" { #expect(step.reason.hasPrefix("input model changed from ")) }
    #expect(plan.labels("cached") == [])
    #expect(try space.build(manifest).ran == ["reference", "sanitize"])
    #expect(try space.build(manifest).ran == [])
  }

  @Test func stopsAtSanitizeForAnotherProducer() throws {
    let space = try Quick.space()
    let model = "Pipelines/models/digits.onnx"
    try space.build(Quick.path)
    // ModelProto: producer_name 2, producer_version 3.
    try space.write(try space.bytes(model) + [0x12, 3] + Array("abc".utf8) + [0x1a, 3] + Array("9.9".utf8), to: model)
    #expect(try space.build(Quick.path).ran == ["reference", "sanitize"])
  }

  @Test func runsOneTargetsBuildForItsOption() throws {
    let space = try BuiltDigits.copy()
    try space.edit(
      manifest, "cpu: { backend: onnxruntime }", "cpu: { backend: onnxruntime, build: { graph-optimization: basic } }")
    let variants = ["fp16-cpu", "fp32-cpu", "int8-cpu"]
    let plan = try space.plan(manifest)
    #expect(plan.labels("run") == steps(of: variants, ["build"]))
    for step in plan.steps where step.state == "run" {
      #expect(step.reason == "option graph-optimization is new: basic")
    }
    #expect(try space.build(manifest).ran == steps(of: variants, ["build", "verify", "serialize"]))
  }

  @Test func runsOnlyTheVerdictForAnotherGate() throws {
    let space = try Quick.space()
    try space.build(Quick.path)
    try space.edit(Quick.path, "cosine: 0.99", "cosine: 0.95")
    #expect(try space.build(Quick.path).ran == steps(of: ["fp32-cpu", "int8-cpu"], ["verify", "serialize"]))
  }

  @Test func runsWhatReadsTheCalibrationDataForAChangedSample() throws {
    let space = try Quick.space()
    try space.build(Quick.path)
    // Another set with other bytes: the held-out samples, which have the same arrays.
    try space.edit(Quick.path, "data: ../Calibration/digits\n", "data: ../Calibration/digits-eval\n")
    let plan = try space.plan(Quick.path)
    #expect(plan.labels("run") == ["calibrate"])
    #expect(plan.steps.first { $0.step == "calibrate" }?.reason.hasPrefix("input data changed from ") == true)
    let ran = try space.build(Quick.path).ran
    #expect(
      ran == steps(of: ["int8-cpu"], ["build", "verify", "serialize"], and: ["calibrate", "int8-onnxruntime/lower"]))
  }

  @Test func plansEverythingOfANewProject() throws {
    let space = try Quick.space()
    let plan = try space.plan(Quick.path)
    #expect(plan.labels("run") == ["reference", "sanitize"])
    #expect(plan.steps.filter { $0.state == "run" }.allSatisfy { $0.reason == "has not run yet" })
    #expect(plan.labels("cached") == [] && plan.labels("blocked") == [])
    #expect(try space.ingot("plan", Quick.path).status == 0)
    #expect(try space.ingot("plan", Quick.path, "--detailed-exitcode").status == 2)
    #expect(try space.files(below: "home/store/v1/actions") == [])
  }
}
