// Exit codes 3 and 4: a gate that does not hold, and a runtime that is not here.

import Foundation
import IngotCore
import Testing

@Suite(.enabled(if: Installed.hasRuntimes, Installed.runtimesReason)) struct GateTests {
  @Test(arguments: [
    ("cosine: 0.99", "sqnr: 500", "logits sqnr is ", ", must be at least 500.000000"),
    ("cosine: 0.99", "max-abs: 0.0000000001", "logits max-abs is ", ", must be at most 0.000000"),
    ("max-drop: 1%", "min: 100%", "top1 is 0.99", ", must be at least 1.000000"),
  ])
  func endsWithThreeWhenAGateDoesNotHold(from: String, to: String, start: String, end: String) throws {
    let space = try Quick.space()
    try space.edit(Quick.path, from, to)
    var errors: [String] = []
    for attempt in 0..<2 {
      let run = try space.ingot("build", Quick.path, "--json", "--quiet", "--junit", "junit.xml")
      #expect(run.status == 3, "\(run)")
      let report = try run.decoded(BuildReport.self)
      // The second time the verdict is known; it is the same.
      #expect(attempt == 0 ? report.ran.count > 5 : report.ran == [])
      for engine in report.engines {
        #expect(engine.state == "gate-failed" && engine.problems.count == 1)
        let problem = engine.problems.first ?? ""
        #expect(problem.hasPrefix(start) && problem.hasSuffix(end), "\(problem)")
      }
      #expect(try space.read("junit.xml").contains("tests=\"2\" failures=\"2\" errors=\"0\""))
      errors.append(report.engines.flatMap(\.problems).joined(separator: "\n"))
    }
    #expect(errors[0] == errors[1])
    // The numbers are there also without --json and with --quiet.
    let words = try space.ingot("build", Quick.path, "--quiet")
    #expect(words.status == 3 && words.output == "" && words.errors.contains("quick/int8-cpu: \(start)"), "\(words)")

    for variant in ["fp32-cpu", "int8-cpu"] {
      let promotion = try space.ingot("promote", "out/quick/\(variant)", "--to", "production")
      #expect(promotion.status == 3 && promotion.output == "", "\(promotion)")
      #expect(
        promotion.errors.contains("did not pass its gates") && promotion.errors.contains(end.dropFirst(2)),
        "\(promotion)")
    }
    #expect(try space.ingot("channels").output == "")
    #expect(try space.ingot("inspect", "out/quick/int8-cpu").output.contains("verdict     FAILED (engine, on "))
  }

  /// Nothing runs 1e9 samples a second, and everything more than one; the batch is what the profile calls common, or what is asked.
  @Test(arguments: [
    ("min: 1/s", 0, "throughput at batch 8 (samples/s) is ", ", at least 1.000000"),
    ("min: 1/s, batch: 200", 2, "the profiles take batches of 1 to 32, not of 200", ""),
    (
      "min: 1000000000/s, batch: 2", 3, "throughput at batch 2 (samples/s) is ",
      ", must be at least 1000000000.000000"
    ),
  ])
  func holdsAnEngineToItsThroughput(gate: String, status: Int32, start: String, end: String) throws {
    let space = try Quick.space()
    try space.edit(Quick.path, "precision: [fp32, int8]", "precision: [fp32]")
    try space.edit(Quick.path, "  accuracy:", "  throughput: { \(gate) }\n  accuracy:")
    let run = try space.ingot("build", Quick.path, "--junit", "junit.xml", "--html", "pages")
    #expect(run.status == status, "\(run)")
    if status == 2 {
      #expect(run.errors.contains(start), "\(run)")
      return
    }
    let junit = try space.read("junit.xml")
    #expect(junit.contains(start) && junit.contains(end), "\(junit)")
    #expect(junit.contains("failures=\"\(status == 3 ? 1 : 0)\""))
    let name = start.replacing(" is ", with: "")
    for text in [try space.read("pages/quick/fp32-cpu.html"), try space.ingot("inspect", "out/quick/fp32-cpu").output] {
      #expect(text.contains(name) && text.contains(end.replacing(", must be ", with: "").replacing(", ", with: "")))
    }
  }

  /// From a channel that serves nothing to one that serves the same engine, a faster one, and a slower one. One thread: on a
  /// machine that is busy with other tests, threads that wait for each other take any time.
  @Test func holdsAnEngineToTheOneThatAChannelServes() throws {
    let space = try Quick.space()
    try space.edit(Quick.path, "cpu: { backend: onnxruntime }", "cpu: { backend: onnxruntime, build: { threads: 1 } }")
    try space.edit(Quick.path, "precision: [fp32, int8]", "precision: [fp32]")
    try space.edit(Quick.path, "  accuracy:", "  regression: { channel: production, max: 40% }\n  accuracy:")
    let bundle = "out/quick/fp32-cpu"

    let first = try space.ingot("build", Quick.path)
    let note = "not judged: slowdown against production (%): the channel serves no bundle yet"
    #expect(first.status == 0 && first.errors.contains(note), "\(first)")
    #expect(try space.ingot("inspect", bundle).output.contains(note))
    // A verdict that is known is as loud.
    #expect(try space.ingot("build", Quick.path).errors.contains(note))

    try space.ingot("promote", bundle, "--to", "production")
    #expect(try space.plan(Quick.path).labels("run") == ["fp32-cpu/verify"])
    let same = try space.build(Quick.path)
    #expect(same.ran == ["fp32-cpu/serialize", "fp32-cpu/verify"])
    #expect(try space.ingot("inspect", bundle).output.contains("  ok     slowdown against production (%): "))
    // The engine is the same, so its own bundle in the channel changes nothing.
    try space.ingot("promote", bundle, "--to", "production")
    #expect(try space.build(Quick.path).ran == [])

    // Four times the nodes.
    try space.edit(Quick.path, "models/digits.onnx", "models/digits-hard.onnx")
    let slower = try space.ingot("build", Quick.path, "--junit", "junit.xml")
    #expect(slower.status == 3, "\(slower)")
    #expect(slower.errors.contains("slowdown against production (%) is "), "\(slower)")
    #expect(slower.errors.contains(", must be at most 40.000000"), "\(slower)")
    #expect(try space.read("junit.xml").contains("<failure message=\"slowdown against production (%) is "))
    #expect(try space.ingot("promote", bundle, "--to", "production").status == 3)

    // The slow one may be released where nothing is compared; the fast one beside it is no slowdown.
    try space.edit(Quick.path, "channel: production", "channel: staging")
    #expect(try space.ingot("build", Quick.path).status == 0)
    try space.ingot("promote", bundle, "--to", "staging")
    try space.edit(Quick.path, "models/digits-hard.onnx", "models/digits.onnx")
    #expect(try space.ingot("build", Quick.path).status == 0)
    #expect(try space.ingot("inspect", bundle).output.contains("  ok     slowdown against staging (%): -"))
  }

  @Test func saysWhereTheChannelsEngineDoesNotRunHere() throws {
    let space = try Quick.space()
    try space.edit(Quick.path, "precision: [fp32, int8]", "precision: [fp32]")
    try space.edit(Quick.path, "cpu: { backend: onnxruntime }", "cpu: { backend: openvino }")
    try space.build(Quick.path)
    try space.ingot("promote", "out/quick/fp32-cpu", "--to", "production")
    try space.edit(Quick.path, "cpu: { backend: openvino }", "cpu: { backend: onnxruntime }")
    try space.edit(Quick.path, "  accuracy:", "  regression: { channel: production, max: 40% }\n  accuracy:")
    let folder = try #require(Installed.runtimes)
    let runtime = try #require(
      try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix("onnxruntime-1") }.max())
    let alone = ["INGOT_RUNTIME_PATH": "\(folder)/\(runtime)"]
    let run = try space.start(["build", Quick.path], environment: alone).finished()
    #expect(run.status == 0, "\(run)")
    #expect(
      run.errors.contains(
        "not judged: slowdown against production (%): the channel's engine does not run here: openvino: "), "\(run)")
    // With its runtime the comparison is made.
    #expect(try space.build(Quick.path).ran == ["fp32-cpu/serialize", "fp32-cpu/verify"])
    #expect(try space.ingot("inspect", "out/quick/fp32-cpu").output.contains("slowdown against production (%): "))
  }

  @Test func buildsTheOtherEnginesWhenAGateOfOneFails() throws {
    let space = try Quick.space()
    // Between what fp32 (132 dB) and int8 (39 dB) reach.
    try space.edit(Quick.path, "cosine: 0.99", "sqnr: 100")
    let run = try space.ingot("build", Quick.path, "--json")
    #expect(run.status == 3)
    #expect(try run.decoded(BuildReport.self).engines.map(\.state) == ["passed", "gate-failed"])
    #expect(try space.ingot("promote", "out/quick/fp32-cpu", "--to", "production").status == 0)
    #expect(try space.ingot("promote", "out/quick/int8-cpu", "--to", "production").status == 3)
  }

  /// The digits net's two products have few weights, and what is rounded with feedback loses less of them.
  @Test(arguments: ["onnxruntime", "openvino"])
  func int4RoundsBetterWithCalibrationAndSaysHow(backend: String) throws {
    var found: [Double] = []
    let calibration = "calibration:\n  data: ../Calibration/digits\n  method: minmax\n  samples: 64\n"
    for data in ["", "calibration: { data: ../Calibration/digits, samples: 128 }\n"] {
      let space = try Quick.space()
      try space.edit(Quick.path, "precision: int8\nmatrix:\n  precision: [fp32, int8]", "precision: int4")
      try space.edit(Quick.path, calibration, data)
      try space.edit(Quick.path, "backend: onnxruntime", "backend: \(backend)")
      let run = try space.ingot("build", Quick.path, "--json")
      #expect(run.status == 0, "\(run)")
      found.append(try #require(run.decoded(BuildReport.self).engines.first?.sqnr))
      let lowering = try space.read("out/quick/int4-cpu/lower.json")
      #expect(lowering.contains(data.isEmpty ? "to nearest: there is no calibration data" : "with error feedback"))
      if !data.isEmpty { #expect(try space.read("out/quick/int4-cpu/recipe.json").contains("\"feedback\"")) }
    }
    #expect(found.count == 2 && found[1] > found[0] + 4, "\(found)")
  }

  /// Whichever is faster here: what is kept passes, was measured, and is named; int8 is shut out where its gate fails.
  @Test func autoKeepsWhatPassesAndIsFastest() throws {
    let space = try Quick.space()
    try space.edit(Quick.path, "precision: int8\nmatrix:\n  precision: [fp32, int8]", "precision: auto")
    let first = try space.ingot("build", Quick.path, "--json")
    #expect(first.status == 0, "\(first)")
    #expect(try first.decoded(BuildReport.self).engines.map(\.variant) == ["auto-cpu"])
    let bundle = "out/quick/auto-cpu"
    #expect(try space.read("\(bundle)/choice.json").contains("\"precision\" : \"int8\""))
    #expect(try space.read("\(bundle)/verdict.json").contains("\"passed\" : true"))
    let documents = ["lower.json", "ranges.json", "recipe.json"]
    let isInt8 = try space.read("\(bundle)/choice.json").contains("\"chosen\" : \"int8\"")
    if isInt8 { for file in documents { #expect(space.exists("\(bundle)/\(file)"), "\(file)") } }
    #expect(try space.ingot("promote", bundle, "--to", "production").status == 0)
    #expect(try space.ingot("build", Quick.path, "--json").decoded(BuildReport.self).ran == [])

    try space.edit(Quick.path, "cosine: 0.99", "sqnr: 100")
    let second = try space.ingot("build", Quick.path, "--json")
    #expect(second.status == 0, "\(second)")
    let choice = try space.read("\(bundle)/choice.json")
    #expect(choice.contains("\"chosen\" : \"fp32\"") && choice.contains("sqnr is"), "\(choice)")
    for file in documents { #expect(!space.exists("\(bundle)/\(file)"), "\(file) is of what was not chosen") }
  }

  /// Random inputs prove that the engine computes what the model does, and everything that tells of it says so.
  @Test func randomInputsVerifyWhereThereIsNoData() throws {
    let space = try Quick.space()
    try space.edit(Quick.path, "data: ../Calibration/digits-eval", "synthetic: true")
    // Ranges that were measured on data clip noise: this is for engines in floats.
    try space.edit(Quick.path, "precision: [fp32, int8]", "precision: [fp32, fp16]")
    try space.edit(Quick.path, "  accuracy: { metric: top1, labels: labels, max-drop: 1% }\n", "")
    let run = try space.ingot("build", Quick.path)
    #expect(run.status == 0 && run.output.contains("passed (engine, random inputs)"), "\(run)")
    let verdict = try space.read("out/quick/fp32-cpu/verdict.json")
    #expect(verdict.contains(#""synthetic" : true"#) && verdict.contains(#""samples" : 32"#), "\(verdict)")
    #expect(try space.ingot("inspect", "out/quick/fp32-cpu").output.contains(", random inputs)"))
    #expect(try space.ingot("promote", "out/quick/fp32-cpu", "--to", "staging").status == 0)
    #expect(try space.read("home/store/v1/audit.log").contains(#""synthetic":true"#))
  }

  @Test func endsWithFourWhereARuntimeIsMissing() throws {
    let space = try Quick.space()
    let without = ["INGOT_RUNTIME_PATH": ""]
    let hint =
      "hint: run `ingot runtimes install onnxruntime`, or name its folder with --runtime-path or INGOT_RUNTIME_PATH"
    for verb in ["build", "plan"] {
      let run = try space.ingot(verb, Quick.path, environment: without)
      #expect(run.status == 4 && (run.output + run.errors).contains(hint), "\(run)")
    }
    let run = try space.ingot("build", Quick.path, "--json", environment: without)
    let report = try run.decoded(BuildReport.self)
    #expect(run.status == 4 && report.engines.map(\.state) == ["failed", "failed"])
    #expect(report.engines.allSatisfy { $0.path == nil && $0.bundle == nil && !$0.problems.isEmpty })
    #expect(!space.exists("out"))
    // What needed no runtime was done, and is not done again.
    let ran = try space.build(Quick.path).ran
    #expect(!ran.contains("sanitize") && ran.contains("calibrate"))
  }

  @Test func endsWithFourWhereTheRuntimeToFoldWithIsMissing() throws {
    let space = try Quick.space()
    let words = ["sanitize", "Pipelines/models/digits.onnx", "-o", "out.onnx", "--fold-with", "onnxruntime"]
    let without = try space.start(words, environment: ["INGOT_RUNTIME_PATH": ""]).finished()
    #expect(without.status == 4 && without.errors.contains("ingot runtimes install onnxruntime"), "\(without)")
    #expect(!space.exists("out.onnx"))
    let run = try space.start(words, environment: ["TMPDIR": space.path("home")]).finished()
    #expect(run.status == 0 && space.exists("out.onnx"), "\(run)")
    // ONNX Runtime leaves a file of its own.
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: space.path("home")).allSatisfy { !$0.contains("ingot") })
  }

  @Test func endsWithFourForARuntimeThatIsNoRuntime() throws {
    let space = try Quick.space()
    let named = try space.ingot("build", Quick.path, "--runtime-path", "nowhere")
    #expect(named.status == 4 && named.errors.contains("nowhere"), "\(named)")
    try space.write("no library", to: "runtimes/libonnxruntime.so.1")
    let broken = try space.ingot("build", Quick.path, "--runtime-path", "runtimes")
    #expect(broken.status == 4 && broken.errors.contains("the library cannot be loaded"), "\(broken)")
  }
}
