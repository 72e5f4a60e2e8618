// Projects that several tests start from: the example that is built once and copied, and a small one that is built
// often.

import Foundation
import IngotCore
import Testing

/// Pipelines/digits.yaml, built once for all tests of this run.
struct BuiltDigits: Sendable {
  /// Nobody changes it: a test that does takes a copy.
  nonisolated(unsafe) let space: TestSpace
  let report: @Sendable () throws -> BuildReport

  private static let shared = Result { try BuiltDigits() }
  static func get() throws -> BuiltDigits { try shared.get() }

  private init() throws {
    let space = try TestSpace()
    forgotten.append(space)
    atexit { for space in forgotten { space.remove() } }
    try space.addExamples()
    let run = try space.ingot(
      "build", "Pipelines/digits.yaml", "--json", "--junit", "reports/junit.xml", "--markdown", "reports/table.md")
    try #require(run.status == 0, "exit code \(run.status): \(run.errors.suffix(4000))")
    self.space = space
    report = { try run.decoded(BuildReport.self) }
  }

  /// The same project with everything built, at another path.
  static func copy() throws -> TestSpace {
    let original = try get().space
    let space = try TestSpace()
    for name in ["Pipelines", "Calibration", "out", "home/store"] {
      try FileManager.default.copyItem(atPath: original.path(name), toPath: space.path(name))
    }
    return space
  }
}

/// Spaces that outlive their tests and go when the process ends.
private nonisolated(unsafe) var forgotten: [TestSpace] = []

/// One model, one target, two precisions, few samples: every stage, in a fraction of a second.
enum Quick {
  static let manifest = """
    ingot: 1
    name: quick
    model:
      path: models/digits.onnx
    targets:
      cpu: { backend: onnxruntime }
    precision: int8
    matrix:
      precision: [fp32, int8]
    profiles:
      - batch: { min: 1, opt: 8, max: 32 }
    calibration:
      data: ../Calibration/digits
      method: minmax
      samples: 64
    verify:
      data: ../Calibration/digits-eval
      outputs: { logits: { cosine: 0.99 } }
      accuracy: { metric: top1, labels: labels, max-drop: 1% }

    """
  static let path = "Pipelines/quick.yaml"

  static func space() throws -> TestSpace {
    let space = try TestSpace()
    try space.addExamples()
    try space.write(manifest, to: path)
    return space
  }
}

extension TestSpace {
  /// What a killed or interrupted build must not leave once another one is done, as paths below the root.
  func leftovers() throws -> [String] {
    let isDigest = { (name: String) in name.count == 64 && name.allSatisfy(\.isHexDigit) }
    var found = try files(below: "home/store/v1/tmp").map { "tmp/\($0)" }
    for folder in ["v1/blobs/sha256", "v1/actions", "explain"] {
      found += try files(below: "home/store/\(folder)").filter { !isDigest($0) }.map { "\(folder)/\($0)" }
    }
    let names = try FileManager.default.subpathsOfDirectory(atPath: root.path)
    return found + names.filter { $0.hasSuffix(".tmp") || $0.hasSuffix(".ingot-part") || $0.contains(".ingot-part/") }
  }

  /// Blobs whose bytes are not what their names say.
  func damagedBlobs() throws -> [String] {
    let folder = "home/store/v1/blobs/sha256"
    let names = try files(below: folder)
    try #require(!names.isEmpty)
    return try names.filter { Digest(of: try bytes("\(folder)/\($0)")).hex != $0 }
  }
}
