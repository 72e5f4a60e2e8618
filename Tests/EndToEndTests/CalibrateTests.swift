// Ranges on their own: measured, shown, given to other tools and taken back.

import Foundation
import Testing

@Suite(.enabled(if: Installed.hasRuntimes, Installed.runtimesReason)) struct CalibrateTests {
  private struct Document: Decodable {
    var method: String
    var samples: Int
    var tensors: Int
    var warnings: [String]
  }

  private struct Ranges: Decodable {
    struct Row: Decodable {
      var name: String
      var amax: Float
      var clipped: Double?
    }
    var tensors: [Row]
  }

  private static let model = "Pipelines/models/digits.onnx"

  private func space() throws -> TestSpace {
    let space = try TestSpace()
    try space.addExamples()
    return space
  }

  @Test(arguments: ["minmax", "moving-average", "entropy", "percentile", "mse"])
  func measuresTheSameAgain(method: String) throws {
    let space = try space()
    let words = ["calibrate", Self.model, "--data", "Calibration/digits", "--method", method, "--samples", "100"]
    let run = try space.ingot(arguments: words + ["-o", "a.json", "--json"])
    #expect(run.status == 0, "\(run)")
    let document = try run.decoded(Document.self)
    #expect(try run.format() == "ingot.calibrate/1" && document.samples == 100 && document.tensors > 3)
    #expect(document.method.hasPrefix(method))
    // Another store, so that nothing is looked up.
    let small = try space.ingot(arguments: words + ["-o", "b.json", "--store", "other"])
    #expect(try small.status == 0 && space.bytes("a.json") == space.bytes("b.json"), "\(small)")
    let inspection = try space.ingot("inspect", "a.json", "--json")
    let ranges = try inspection.decoded(Ranges.self)
    #expect(ranges.tensors.count == document.tensors && ranges.tensors.allSatisfy { $0.amax > 0 })
    #expect(ranges.tensors.allSatisfy { ($0.clipped == nil) == (method == "minmax") })
    #expect(try space.ingot("inspect", "a.json").output.contains("tensors, \(document.method)\n"))
  }

  @Test(arguments: ["tensorrt", "modelopt", "onnxruntime", "ingot"])
  func rangesGoToOtherToolsAndComeBack(format: String) throws {
    let space = try space()
    let data = ["--data", "Calibration/digits", "--method", "minmax", "--samples", "64"]
    #expect(
      try space.ingot(arguments: ["calibrate", Self.model, "-o", "Pipelines/net.cache", "--export", format] + data)
        .status == 0)
    let again = try space.ingot(
      "calibrate", Self.model, "--import", "Pipelines/net.cache", "-o", "again", "--export", format)
    #expect(try again.status == 0 && space.bytes("again") == space.bytes("Pipelines/net.cache"), "\(again)")
    #expect(try space.ingot("inspect", "Pipelines/net.cache").isClean)
    try space.write(
      Quick.manifest.replacing(
        "data: ../Calibration/digits\n  method: minmax\n  samples: 64", with: "import: net.cache"),
      to: Quick.path)
    let build = try space.build(Quick.path)
    #expect(build.engines.map(\.variant).sorted() == ["fp32-cpu", "int8-cpu"])
  }

  @Test func whatIsMissingIsNamedAndNothingIsWritten() throws {
    let space = try space()
    try space.write("TRT-8601-EntropyCalibration2\nimage: 3c010204\nother:0: 3c010204\n", to: "a.cache")
    let run = try space.ingot("calibrate", Self.model, "--import", "a.cache", "-o", "ranges.json")
    #expect(run.status == 2 && run.errors.contains("a.cache: error: no range for "), "\(run)")
    #expect(run.errors.contains("warning: ranges of 1 tensors not used: other:0\n"))
    #expect(!space.exists("ranges.json"))
    try space.write("TRT-8601-EntropyCalibration2\nother:0: 3c010204\n", to: "b.cache")
    let none = try space.ingot("calibrate", Self.model, "--import", "b.cache", "-o", "ranges.json")
    #expect(none.status == 2 && none.errors.contains("none of its 1 tensors is one of the "), "\(none)")
  }

  @Test func fewSamplesAreToldEachTime() throws {
    let space = try space()
    for _ in 0..<2 {
      let run = try space.ingot(
        "calibrate", Self.model, "--data", "Calibration/digits", "--samples", "3", "-o", "ranges.json")
      #expect(run.status == 0 && run.errors.contains("warning: 3 samples are few"), "\(run)")
    }
  }
}
