// What `ingot build` makes of the example manifest, and that a second build makes nothing.

import Foundation
import IngotCore
import Testing

private let manifest = "Pipelines/digits.yaml"

@Suite(.enabled(if: Installed.hasRuntimes, Installed.runtimesReason)) struct BuildTests {
  static let variants = ["fp32", "fp16", "int8"].flatMap { precision in
    ["cpu", "ov", "rtx"].map { "\(precision)-\($0)" }
  }

  @Test func makesNineVerifiedEngines() throws {
    let report = try BuiltDigits.get().report()
    #expect(report.format == "ingot.build/1")
    #expect(report.engines.map(\.variant) == Self.variants)
    for engine in report.engines {
      #expect(engine.state == "passed", "\(engine.variant): \(engine.problems)")
      #expect(engine.problems.isEmpty)
      #expect(engine.level == (engine.target == "rtx" ? "graph" : "engine"), "\(engine.variant)")
      let (found, expected) = (try #require(engine.accuracy), try #require(engine.referenceAccuracy))
      #expect(engine.metric == "top1")
      #expect(expected > 0.95 && abs(found - expected) <= 0.01, "\(engine.variant): \(found), fp32 \(expected)")
      // A lowered graph that is the original in disguise, or noise, would lie outside.
      let bounds: [String: ClosedRange<Double>] = ["fp32": 90...400, "fp16": 50...90, "int8": 20...50]
      let sqnr = try #require(engine.sqnr)
      #expect(try #require(bounds[engine.precision]).contains(sqnr), "\(engine.variant): SQNR \(sqnr) dB")
      #expect(engine.steps.contains { !$0.wasCached } && engine.steps.last?.stage == "serialize")
    }
  }

  @Test func putsEveryFileThatABundleNamesIntoItsFolder() throws {
    let (space, report) = (try BuiltDigits.get().space, try BuiltDigits.get().report())
    for engine in report.engines {
      let folder = try #require(engine.path)
      #expect(folder == "out/digits/\(engine.variant)")
      #expect(engine.bundle == "\(Digest(of: try space.bytes("\(folder)/bundle.json")))")
      let bundle = try space.bundle(folder)
      #expect(try space.files(below: folder) == (bundle.files.map(\.path) + ["bundle.json"]).sorted())
      for file in bundle.files {
        let bytes = try space.bytes("\(folder)/\(file.path)")
        #expect(bytes.count == file.bytes && "\(Digest(of: bytes))" == file.digest, "\(folder)/\(file.path)")
      }
      #expect(bundle.files.first { $0.path == bundle.engine }?.bytes == engine.engineBytes)
      #expect(Set(bundle.steps.map(\.stage)).isSuperset(of: ["sanitize", "parse", "reference", "build", "verify"]))
    }
    #expect(try space.files(below: "out").filter { $0.hasSuffix("bundle.json") }.count == 9)
  }

  @Test func inspectsABundle() throws {
    let space = try BuiltDigits.get().space
    for (variant, level) in [("int8-cpu", "engine"), ("fp16-ov", "engine"), ("int8-rtx", "graph")] {
      let run = try space.ingot("inspect", "out/digits/\(variant)")
      #expect(run.status == 0 && run.errors == "")
      #expect(run.output.contains("name        digits \(variant)\n"))
      #expect(run.output.contains("verdict     passed (\(level), on "))
      #expect(run.output.contains("image: float32 [batch, 1, 8, 8]\n"))
    }
    for (file, format) in [
      ("int8-cpu", "inspect-bundle"), ("int8-cpu/bundle.json", "inspect-bundle"),
      ("int8-cpu/ranges.json", "inspect-ranges"),
      ("int8-rtx/engine.plan", "inspect-engine"),
    ] {
      #expect(try space.ingot("inspect", "out/digits/\(file)", "--json").format() == "ingot.\(format)/1")
    }
  }

  @Test func writesJUnitAndMarkdown() throws {
    let space = try BuiltDigits.get().space
    let junit = try space.read("reports/junit.xml")
    #expect(junit.contains("<testsuite name=\"digits\" tests=\"9\" failures=\"0\" errors=\"0\">"))
    for variant in Self.variants {
      #expect(junit.contains("<testcase classname=\"digits\" name=\"\(variant)\" time=\""))
    }
    let rows = try space.read("reports/table.md").split(separator: "\n").map { $0.split(separator: "|") }
    #expect(rows.count == 11 && Set(rows.map(\.count)).count == 1)
    #expect(rows.dropFirst(2).allSatisfy { $0[0].contains("digits") && $0.last?.contains("built") == true })
  }

  @Test func buildsNothingTheSecondTime() throws {
    // A project that was moved, as a checkout in another folder is: nothing depends on where it lies.
    let space = try BuiltDigits.copy()
    let before = try statuses(of: space)
    let report = try space.build(manifest)
    #expect(report.ran == [])
    #expect(report.engines.map(\.variant) == Self.variants)
    #expect(try statuses(of: space) == before)
    let run = try space.ingot("build", manifest)
    #expect(run.status == 0 && run.errors == "9 engines, 9 up to date\n")
    let rows = run.output.split(separator: "\n").dropFirst(2)
    #expect(rows.count == 9 && rows.allSatisfy { $0.hasPrefix("digits ") && $0.hasSuffix(" cached") })
  }

  @Test func finishesWhatAnotherFolderAlreadyHas() throws {
    let space = try BuiltDigits.copy()
    let report = try space.build(manifest, "--out", "elsewhere")
    #expect(report.ran == [])
    #expect(try space.files(below: "elsewhere") == (try BuiltDigits.get().space.files(below: "out")))
    // A file that somebody changed is put right, from the store.
    try space.write("changed", to: "elsewhere/digits/int8-cpu/build.json")
    #expect(try space.build(manifest, "--out", "elsewhere").ran == [])
    #expect(
      try space.read("elsewhere/digits/int8-cpu/build.json") == (try space.read("out/digits/int8-cpu/build.json")))
  }

  /// Path, inode and times of every file and folder below `out`: a file that is written anew gets others.
  private func statuses(of space: TestSpace) throws -> [String] {
    let paths = try FileManager.default.subpathsOfDirectory(atPath: space.path("out")).sorted()
    try #require(!paths.isEmpty)
    return try paths.map { path in
      let status = try FileStatus(ofFileAt: space.path("out/\(path)"))
      return "\(path) \(status)"
    }
  }
}
