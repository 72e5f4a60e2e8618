import Foundation
import IngotBackends
import IngotCore
import Testing

@Suite(.enabled(if: TestRuntimes.onnxRuntime != nil, TestRuntimes.comment))
struct OnnxRuntimeBuildTests {
  let folder = TestFolder()
  let backend: OnnxRuntimeBackend

  init() throws { backend = try OnnxRuntimeBackend(libraryPath: #require(TestRuntimes.onnxRuntime)) }

  private func build(_ path: String, _ options: [String: String] = [:]) throws -> (path: String, report: BuildReport) {
    let engine = "\(folder.path)/engine-\(UUID().uuidString)"
    let report = try backend.build(BuildRequest(modelPath: path, options: options), to: engine) { _ in true }
    return (engine, report)
  }

  @Test(arguments: ["ort", "onnx"], ["none", "basic", "extended", "all"])
  func buildsAnEngineThatRuns(format: String, level: String) throws {
    let built = try build(folder.write(.relu), ["format": format, "graph-optimization": level])
    #expect(built.report.facts["format"] == format)
    #expect(built.report.warnings == [])
    let isORT = try Array(Data(contentsOf: URL(fileURLWithPath: built.path))[4..<8]) == Array("ORTM".utf8)
    #expect(isORT == (format == "ort"))
    let session = try backend.openEngine(at: built.path, options: ["threads": "1"])
    #expect(session.inputs == [IOTensor(name: "x", type: .float32, shape: [.symbolic("n"), .fixed(4)])])
    #expect(try session.run(["x": floats([-1, 2, -3, 4], [1, 4])]) == ["y": floats([0, 2, 0, 4], [1, 4])])
  }

  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: TestRuntimes.model("digits.onnx")), "the models are not here"))
  func buildsARealModelThatAgreesWithTheReference() throws {
    let path = TestRuntimes.model("digits.onnx")
    let report = try backend.parse(modelPath: path)
    #expect(report.unsupported == [])
    #expect(
      report.inputs == [
        IOTensor(name: "image", type: .float32, shape: [.symbolic("batch"), .fixed(1), .fixed(8), .fixed(8)])
      ])
    let engine = try backend.openEngine(at: build(path).path), reference = try backend.openModel(at: path)
    for batch in [1, 3, 16] {
      let pixels = (0..<batch * 64).map { Float($0 * 7 % 17) / 16 }
      let input = ["image": Tensor(pixels, shape: [batch, 1, 8, 8])]
      let expected = try #require(try reference.run(input)["logits"]?.floats)
      let got = try #require(try engine.run(input)["logits"]?.floats)
      #expect(expected.count == batch * 10)
      #expect(zip(expected, got).allSatisfy { abs($0 - $1) < 1e-4 * max(1, abs($0)) })
      #expect(try reference.run(input)["logits"]?.floats == expected)
    }
  }

  @Test func saysThatTheWidestOptimizationStaysOnThisMachine() throws {
    let model = try folder.write(.relu)
    #expect(
      try build(model).report.facts == [
        "format": "ort", "graph-optimization": "all",
        "portability":
          "laid out for this machine's processor; build with graph-optimization: extended for an engine that moves",
        "profiles": "not bound: it takes every size that the model takes",
      ])
    #expect(
      try build(model, ["graph-optimization": "extended"]).report.facts["portability"]
        == "any x86-64 machine with ONNX Runtime 1.31.1")
  }

  @Test(arguments: [
    (
      ["levl": "3"],
      "there is no build option 'levl'\n  hint: its options are graph-optimization, format, threads, inter-threads, "
        + "memory-arena, deterministic, provider, device-id, tf32"
    ),
    (
      ["graph-optimization": "9"],
      "build option 'graph-optimization' cannot be '9'; expected none, basic, extended or all"
    ),
    (["threads": "-1"], "build option 'threads' cannot be '-1'; expected an integer from 0 to 1024"),
  ])
  func refusesOptionsThatItDoesNotHave(options: [String: String], words: String) throws {
    let model = try folder.write(.relu)
    let error = #expect(throws: BackendError.self) { try build(model, options) }
    #expect(error?.description == "onnxruntime: \(words)")
  }

  @Test func leavesNothingWhenCancelled() throws {
    let model = try folder.write(.relu)
    for last in [nil, 1.0] {
      let error = #expect(throws: BackendError.self) {
        try backend.build(BuildRequest(modelPath: model), to: "\(folder.path)/engine") { $0.fraction != last }
      }
      #expect(error?.kind == .interrupted)
      #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/engine"))
    }
  }

  @Test func refusesEnginesThatAreNone() throws {
    let garbage = try folder.write(Array("\0\0\0\0ORTM and then nothing that could be a model".utf8), as: "model.ort")
    let error = #expect(throws: BackendError.self) { try backend.openEngine(at: garbage) }
    #expect(error?.kind == .step)
    let missing = #expect(throws: BackendError.self) { try backend.openEngine(at: "/nowhere/model.ort") }
    #expect(missing?.description == "onnxruntime: /nowhere/model.ort: stat failed: No such file or directory")
    let built = try build(folder.write(.relu))
    let whole = try Data(contentsOf: URL(fileURLWithPath: built.path))
    for count in [0, 4, 8, 100, whole.count / 2, whole.count - 64] {
      let cut = try folder.write(Array(whole.prefix(count)), as: "cut-\(count).ort")
      #expect(throws: BackendError.self, "\(count) of \(whole.count)") { try backend.openEngine(at: cut) }
    }
  }
}
