// `max-drop`: layers fall back until it holds, with few evaluations, and the manifest can take what was found.

import Foundation
import IngotCore
import Testing

@Suite(.enabled(if: Installed.hasRuntimes, Installed.runtimesReason)) struct SearchTests {
  private struct Found: Decodable {
    struct Trial: Decodable {
      var kept: Int
      var holds: Bool
      var samples: Int
    }
    var holds: Bool
    var level: String
    var kept: [String]
    var layers: Int
    var trials: [Trial]
  }

  private func space(targets: String = "cpu: { backend: onnxruntime }", gate: String = "cosine: 0.9") throws
    -> TestSpace
  {
    let space = try Quick.space()
    try space.edit(
      Quick.path, "precision: int8\nmatrix:\n  precision: [fp32, int8]",
      "precision:\n  type: int8  # for speed\n  max-drop: { top1: 0.3% }")
    try space.edit(Quick.path, "cpu: { backend: onnxruntime }", targets)
    try space.edit(Quick.path, "cosine: 0.99", gate)
    return space
  }

  private func found(_ space: TestSpace, _ variant: String = "int8-cpu") throws -> Found {
    try JSONDecoder().decode(Found.self, from: Data(try space.bytes("out/quick/\(variant)/search.json")))
  }

  @Test func oneEvaluationIsEnoughWherePlainInt8Holds() throws {
    let space = try space()
    let run = try space.ingot("build", Quick.path, "--write-keep")
    #expect(run.status == 0, "\(run)")
    #expect(run.errors.contains("quick/int8-cpu: max-drop holds with 0 of "), "\(run)")
    let found = try found(space)
    #expect(found.holds && found.kept == [] && found.level == "engine")
    #expect(found.trials.map(\.kept) == [0] && found.trials.map(\.holds) == [true])
    #expect(try !space.read(Quick.path).contains("keep"))
    #expect(try space.read("out/quick/int8-cpu/verdict.json").contains("\"name\" : \"top1 drop\""))
    #expect(try space.build(Quick.path).ran == [])
  }

  /// A bound between what all layers in int8 and what few of them reach.
  @Test func layersFallBackUntilEveryGateHolds() throws {
    let space = try space(
      targets: "cpu: { backend: onnxruntime }\n  rtx: { backend: tensorrt-rtx, compute: [sm_86] }", gate: "sqnr: 45")
    let run = try space.ingot("build", Quick.path, "--json")
    #expect(run.status == 0, "\(run)")
    #expect(try run.decoded(BuildReport.self).engines.map(\.state) == ["passed", "passed"])
    for (variant, level) in [("int8-cpu", "engine"), ("int8-rtx", "graph")] {
      let found = try found(space, variant)
      #expect(found.holds && found.level == level)
      #expect(!found.kept.isEmpty && found.kept.count < found.layers && found.trials.count <= 10, "\(found)")
      let lowering = try space.read("out/quick/\(variant)/lower.json")
      for node in found.kept {
        #expect(lowering.contains("\"node\" : \"\(node)\",\n      \"op\""), "\(node)")
        #expect(lowering.contains("kept by 'max-drop'"))
      }
      #expect(run.errors.contains("    keep: { nodes: [\"\(found.kept[0])\""), "\(run.errors)")
    }

    // With the nodes in the manifest nothing is left to search for.
    let before = try space.read(Quick.path)
    #expect(try space.ingot("build", Quick.path, "--write-keep", "--quiet").status == 0)
    let after = try space.read(Quick.path)
    #expect(after.contains("type: int8  # for speed\n  keep: { nodes: [\"") && after != before)
    let again = try space.ingot("build", Quick.path)
    #expect(again.status == 0 && again.errors.contains("max-drop holds with 0 of "), "\(again)")
    #expect(try found(space).trials.map(\.kept) == [0])
  }

  /// The set is float32, the engine's ports are not: what goes in is rounded, what comes out is compared as it is.
  @Test func portsOfSixteenBitsAreFedFromAFloatSet() throws {
    let space = try space(
      targets:
        "cpu: { backend: onnxruntime }\n  ov: { backend: openvino }\n  rtx: { backend: tensorrt-rtx, compute: [sm_86] }"
    )
    try space.edit(
      Quick.path, "type: int8  # for speed\n  max-drop: { top1: 0.3% }", "type: fp16\n  io: [\"*\"]")
    let run = try space.ingot("build", Quick.path, "--json")
    #expect(run.status == 0, "\(run)")
    #expect(try run.decoded(BuildReport.self).engines.map(\.state) == ["passed", "passed", "passed"])
    let words = try space.ingot("inspect", "out/quick/fp16-cpu").output
    #expect(words.contains("image: float16 [") && words.contains("logits: float16 ["), "\(words)")
  }

  @Test func whatNoLayerBringsBackIsAGateThatFailed() throws {
    let space = try space(gate: "sqnr: 500")
    for _ in 0..<2 {
      let run = try space.ingot("build", Quick.path, "--quiet")
      #expect(run.status == 3, "\(run)")
      #expect(
        run.errors.contains("quick/int8-cpu: max-drop cannot be held: ")
          && run.errors.contains("hint: allow a larger drop"),
        "\(run)")
      #expect(run.errors.contains(", must be at least 500.000000"))
    }
    let found = try found(space)
    // All but one: without any there would be no int8.
    #expect(!found.holds && found.kept.count == found.layers - 1 && found.trials.last?.kept == found.layers - 1)
  }

  /// The bundle of what `auto` chose says what was found for it; float32 has nothing to fall back from.
  @Test func whatWasFoundForACandidateIsInItsBundle() throws {
    let space = try space()
    try space.edit(Quick.path, "type: int8  # for speed", "type: auto")
    let run = try space.ingot("build", Quick.path)
    #expect(run.status == 0, "\(run)")
    let isFloat = try space.read("out/quick/auto-cpu/choice.json").contains("\"chosen\" : \"fp32\"")
    #expect(space.exists("out/quick/auto-cpu/search.json") == !isFloat)
    if isFloat { return }
    let found = try found(space, "auto-cpu")
    #expect(found.holds && found.kept == [] && found.layers > 0)
  }
}
