// Wrong models, array files and manifests through the real program: one clear error with a place, exit code 2, and
// never a crash.

import Foundation
import IngotCore
import Testing

/// A manifest for `models/broken.onnx`, or for a set.
private func manifest(model: String = "broken", calibration: String = "digits") -> String {
  """
  ingot: 1
  name: broken
  model: { path: models/\(model).onnx }
  targets: { cpu: { backend: onnxruntime } }
  precision: int8
  calibration: { data: ../Calibration/\(calibration), method: minmax }
  verify: { data: ../Calibration/digits-eval, outputs: { logits: { cosine: 0.99 } } }

  """
}

@Suite(.enabled(if: Installed.hasBinary, Installed.binaryReason)) struct BrokenInputTests {
  private static let model = "Pipelines/models/broken.onnx"

  @Test(arguments: BrokenModel.all) func refusesABrokenModel(broken: BrokenModel) throws {
    let space = try TestSpace()
    try space.addExamples()
    try space.write(try broken.make(space), to: Self.model)
    try space.write(manifest(), to: "Pipelines/broken.yaml")
    for verb in [
      ["sanitize", Self.model, "-o", "out.onnx"], ["validate", "Pipelines/broken.yaml"],
      ["plan", "Pipelines/broken.yaml"],
      ["build", "Pipelines/broken.yaml"],
    ] {
      // Without a runtime everything but the model's own errors is out of reach of `plan` and `build`.
      if verb[0] == "build" && !Installed.hasRuntimes { continue }
      let run = try space.start(verb).finished()
      let said = run.output + run.errors
      if verb[0] == "plan" && run.status == 0 { continue }  // What is wrong is seen when the model is sanitized.
      #expect(run.status == 2, "\(verb[0]): \(run)")
      #expect(said.contains("broken.onnx: error: "), "\(verb[0]): \(run)")
      #expect(said.contains(broken.words), "\(verb[0]): \(run)")
      #expect(!said.contains("error: error") && !said.contains("Fatal"), "\(verb[0]): \(run)")
      if verb[0] != "plan" { #expect(run.errors.ranges(of: ": error: ").count == 1, "one error, not more: \(run)") }
    }
    #expect(!space.exists("out.onnx"))
    #expect(try space.leftovers() == [])
  }

  @Test func namesAModelThatIsNotThere() throws {
    let space = try TestSpace()
    try space.addExamples()
    try space.write(manifest(model: "nowhere"), to: "Pipelines/m.yaml")
    for verb in [
      ["sanitize", "nowhere.onnx", "-o", "x"], ["validate", "Pipelines/m.yaml"], ["inspect", "nowhere.onnx"],
    ] {
      let run = try space.start(verb).finished()
      #expect(run.status == 2 && run.errors.contains("nowhere.onnx: error: there is no such "), "\(verb): \(run)")
    }
    let run = try space.ingot("build", "Pipelines/nowhere.yaml")
    #expect(run.status == 2 && run.errors.contains("Pipelines/nowhere.yaml"), "\(run)")
  }

  @Test(arguments: BrokenArray.all) func refusesABrokenArray(broken: BrokenArray) throws {
    let space = try TestSpace()
    try space.addExamples()
    try space.write(manifest(model: "digits", calibration: "broken"), to: "Pipelines/broken.yaml")
    let entry = broken.file.hasSuffix(".npz") ? "{ file: \(broken.file), key: image }" : "{ file: \(broken.file) }"
    try space.write("set: 1\narrays:\n  image: \(entry)\n", to: "Calibration/broken/set.yaml")
    try space.write(broken.bytes, to: "Calibration/broken/\(broken.file)")
    let run = try space.ingot("validate", "Pipelines/broken.yaml")
    #expect(run.status == 2, "\(run)")
    #expect(run.errors.contains("Calibration/broken/set.yaml:3:18: error: array `image`"), "\(run)")
    #expect(run.errors.contains(broken.words), "\(run)")
    #expect(run.errors.ranges(of: ": error: ").count == 1, "\(run)")
    let json = try space.ingot("validate", "Pipelines/broken.yaml", "--json")
    #expect(try json.status == 2 && json.format() == "ingot.validate/1")
  }

  /// Damage that only reading the samples shows is found when they are read.
  @Test(.enabled(if: Installed.hasRuntimes, Installed.runtimesReason), arguments: ["digits", "digits-eval"])
  func refusesDamagedSamples(set: String) throws {
    let space = try Quick.space()
    let file = "Calibration/\(set)/digits.npz"
    var bytes = try space.bytes(file)
    bytes[4000] ^= 0x10
    try space.write(bytes, to: file)
    let run = try space.ingot("build", Quick.path)
    #expect(run.status == 2 && run.errors.contains("\(set)/set.yaml:"), "\(run)")
    #expect(run.errors.contains(": error: array `image`: the compressed data "), "\(run)")
  }

  @Test(arguments: WrongManifest.all) func refusesAWrongManifest(wrong: WrongManifest) throws {
    let space = try TestSpace()
    // The cases are of a manifest outside of any project.
    try FileManager.default.removeItem(atPath: space.path(".ingot"))
    try space.write(wrong.text, to: "m.yaml")
    let run = try space.ingot("validate", "m.yaml")
    #expect(run.status == 2)
    #expect(run.errors == wrong.error + "\n")
    #expect(run.output == "")
  }

  @Test func hasAsManyCasesAsItClaims() {
    #expect(BrokenModel.all.count >= 20 && BrokenArray.all.count >= 15 && WrongManifest.all.count >= 60)
  }

  @Test func reportsEveryManifestOfACommandAtOnce() throws {
    let space = try TestSpace()
    try space.addExamples()
    try space.write("ingot: 1\n", to: "Pipelines/a.yaml")
    try space.write("ingot: 1\nnmae: b\n", to: "Pipelines/b.yaml")
    for verb in ["build", "plan", "validate"] {
      let run = try space.ingot(verb, "Pipelines/a.yaml", "Pipelines/digits.yaml", "Pipelines/b.yaml")
      #expect(run.status == 2 && run.errors.contains("Pipelines/a.yaml:1:1: error: "), "\(run)")
      #expect(run.errors.contains("Pipelines/b.yaml:2:1: error: unknown key `nmae`"), "\(run)")
    }
    #expect(!space.exists("out"))
  }
}

/// A case of the manifest tests' golden files, with the whole error.
struct WrongManifest: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var text: String
  var error: String

  static let all: [WrongManifest] = {
    let folder = TestSpace.repository.appending(path: "Tests/IngotManifestTests/Golden/Wrong")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()) ?? []
    return names.flatMap { name -> [WrongManifest] in
      let whole = (try? String(contentsOf: folder.appending(path: name), encoding: .utf8)) ?? ""
      return whole.components(separatedBy: "#### ").dropFirst().map { part in
        let halves = part.components(separatedBy: "\n---- error\n")
        let head = halves[0].split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        return WrongManifest(
          testDescription: "\(name): \(head[0])", text: head.count > 1 ? String(head[1]) : "",
          error: (halves.last ?? "").trimmingCharacters(in: .newlines))
      }
    }
  }()
}
