// A bundle of two small files, and a store that has them.

import Foundation
import IngotCore
import IngotRelease
import IngotStore
import Testing

// Foundation has a Bundle too.
typealias Bundle = IngotRelease.Bundle

/// A store in a folder of its own, which goes away with the value.
final class Workplace: Sendable {
  let path: String
  let store: DiskStore

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("ingot-test-\(UUID().uuidString)").path
    store = try DiskStore(root: path + "/store")
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func path(_ name: String) -> String { "\(path)/\(name)" }

  /// Another open store on the same root, as the next process has it.
  func nextStore() throws -> DiskStore {
    store.close()
    return try DiskStore(root: path + "/store")
  }

  /// - Parameter engine: the engine's bytes; a bundle with other ones is another bundle.
  func makeBundle(
    _ engine: String = "engine", passed: Bool? = true, gates: [VerdictSummary.Gate] = [], judged: Digest? = nil
  ) throws -> Bundle {
    let engineBlob = try store.put(Array(engine.utf8))
    let ranges = try store.put(Array("ranges".utf8))
    let verdict = try store.put(Array("verdict on \(engine)".utf8))
    let summary = passed.map {
      VerdictSummary(
        level: .engine, passed: $0, gates: gates, engine: judged ?? engineBlob.digest, verdict: verdict.digest,
        device: "cpu")
    }
    let step = BundleStep(
      stage: "build", key: Digest(of: "key"), inputs: [.init(name: "model.onnx", digest: Digest(of: "model"))],
      outputs: [.init(name: "engine.plan", digest: engineBlob.digest)],
      tools: [.init(name: "onnxruntime", version: "1.22.0", digest: Digest(of: "library"))])
    return Bundle(
      name: "digits", variant: "int8", target: "cpu", precision: "int8", engine: "engine.plan",
      files: [.init(path: "ranges.json", ranges), .init(path: "engine.plan", engineBlob)],
      signature: IOSignature(
        inputs: [.init(name: "image", type: .float32, shape: [.symbolic("batch"), .fixed(1), .unknown])],
        outputs: [.init(name: "scores", type: .float32, shape: [.symbolic("batch"), .fixed(10)])]),
      compatibility: Compatibility(backend: "onnxruntime", version: "1.22.0", facts: ["architecture": "x86_64"]),
      steps: [step], verdict: summary)
  }
}

func read(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

func write(_ text: String, to path: String) throws {
  try Data(text.utf8).write(to: URL(fileURLWithPath: path))
}

let failedGate = VerdictSummary.Gate(name: "top1", measured: "0.931", bound: "at least 0.968", passed: false)
let passedGate = VerdictSummary.Gate(name: "cosine", measured: "0.9998", bound: "at least 0.999", passed: true)
