// A machine with GPUs and TensorRT 10, both of our own (Tests/IngotBackendsTests/StandIn): engines are verified and timed as
// themselves, and never where they do not run.

import Foundation
import Testing

@Suite(.enabled(if: Installed.hasRuntimes, Installed.runtimesReason)) struct GPUTests {
  private let space: TestSpace
  /// Of the program.
  private let machine: [String: String]

  init() throws {
    space = try TestSpace()
    machine = try space.addTensorRT()
    // What the engine computes, but for a little: its input.
    let nodes = [node("Neg", "there", ["x"], ["a"]), node("Neg", "back", ["a"], ["y"])]
    try space.write(model(nodes: nodes, input: [8, 16], output: [8, 16]), to: "plain.onnx")
    try space.write(
      """
      ingot: 1
      name: plain
      model: { path: plain.onnx }
      targets:
        gpu: { backend: tensorrt, build: { cuda-graphs: true } }
      precision: fp32
      profiles: [ { x: { min: [8, 16], opt: [8, 16], max: [8, 16] } } ]
      verify: { synthetic: true, outputs: { y: { cosine: 0.9999 } }, latency: { p99: 10s } }

      """, to: "plain.yaml")
  }

  @Test func verifiesTheEngineItselfWhereItRuns() throws {
    let run = try space.ingot("build", "plain.yaml", "--json", environment: machine)
    try #require(run.status == 0, "\(run)")
    let engine = try #require(try run.decoded(BuildReport.self).engines.first)
    #expect(engine.level == "engine" && engine.state == "passed")
    let verdict = try space.read("out/plain/fp32-gpu/verdict.json")
    #expect(verdict.contains("Stand-in 40 (sm_86), driver for CUDA 13.1"))
    #expect(verdict.contains("tensorrt 10.16.1.9") && verdict.contains("p99"))
  }

  @Test func aGPUThatDoesNotRunTheEngineVerifiesItsGraphAndSaysWhy() throws {
    var machine = machine
    machine["STAND_IN_REFUSES"] = "1"
    let run = try space.ingot("build", "plain.yaml", environment: machine)
    try #require(run.status == 0, "\(run)")
    #expect(run.errors.contains("warning: verified on the graph level: "), "\(run)")
    #expect(run.errors.contains("expecting compute 9.0 got compute 8.6, please rebuild"))
    #expect(run.output.contains("passed (graph, random inputs)"))
  }

  @Test(arguments: [
    ("strip-plan: true", "it was built without its weights (strip-plan)"),
    (
      "runtime-platform: windows-amd64",
      "it was built for Windows (runtime-platform windows-amd64), and this is Linux"
    ),
  ])
  func anEngineThatRunsElsewhereIsVerifiedAsItsGraph(option: String, reason: String) throws {
    try space.edit("plain.yaml", "cuda-graphs: true", option)
    let run = try space.ingot("build", "plain.yaml", environment: machine)
    try #require(run.status == 0, "\(run)")
    #expect(
      run.errors.contains("warning: verified on the graph level: the engine does not run here: \(reason)"), "\(run)")
    #expect(run.output.contains("passed (graph, random inputs)"), "\(run)")
    for words in [["doctor", "out/plain/fp32-gpu"], ["bench", "out/plain/fp32-gpu", "--count", "1"]] {
      let run = try space.start(words, environment: machine).finished()
      #expect((run.output + run.errors).contains(reason), "\(run)")
    }
  }

  @Test func anEngineWithPluginsIsVerifiedWithThemAndTimedWhereTheyAreTrusted() throws {
    let library = "libs/libtwice.so", bundle = "out/plain/fp32-gpu"
    var machine = try space.addTensorRT(["-UPLAN", "-DPLAN=\"weight=0.001 calls=IngotTwice\""])
    try FileManager.default.createDirectory(atPath: space.path("libs"), withIntermediateDirectories: true)
    try space.addPlugin("IngotTwice", to: library)
    try space.edit("plain.yaml", "cuda-graphs: true", "plugins: [\(library)]")
    let run = try space.ingot("build", "plain.yaml", environment: machine)
    try #require(run.status == 0 && run.output.contains("passed (engine, random inputs)"), "\(run)")
    func bench(_ words: String...) throws -> Run {
      try space.start(["bench"] + words + ["--count", "3"], environment: machine).finished()
    }
    #expect(try bench("plain.yaml").status == 0)
    let lost = try bench(bundle)
    #expect(
      lost.status == 4 && lost.errors.contains("the engine calls libtwice.so, which is not in \(bundle)"), "\(lost)")
    machine["LD_LIBRARY_PATH", default: ""] += ":\(space.path("libs"))"
    let distrusted = try bench(bundle)
    #expect(distrusted.status == 1, "\(distrusted)")
    #expect(distrusted.errors.contains("runs code of others with all of your rights: it calls \(space.path(library))"))
    #expect(distrusted.errors.contains("hint: allow it with --host-code if you trust whoever made it"))
    #expect(try bench(bundle, "--host-code").status == 0)
    try space.addPlugin("IngotTwice", ["-O1"], to: library)
    let other = try bench(bundle, "--host-code")
    #expect(
      other.status == 4 && other.errors.contains("is not the libtwice.so that the engine was built with"), "\(other)")
  }

  @Test func theEngineOfAChannelIsRunWithThePluginsThatItCalls() throws {
    let machine = try space.addTensorRT(["-UPLAN", "-DPLAN=\"weight=0.001 calls=IngotTwice\""])
    try space.addPlugin("IngotTwice", to: "libtwice.so")
    try space.edit("plain.yaml", "cuda-graphs: true", "plugins: [libtwice.so]")
    try #require(try space.ingot("build", "plain.yaml", environment: machine).status == 0)
    try #require(
      try space.ingot("promote", "out/plain/fp32-gpu", "--to", "production").status == 0)
    try space.edit("plain.yaml", "latency:", "regression: { channel: production, max: 1000% }, latency:")
    let same = try space.ingot("build", "plain.yaml", environment: machine)
    #expect(same.status == 0 && !same.errors.contains("not judged"), "\(same)")
    try space.addPlugin("IngotTwice", ["-O1"], to: "libtwice.so")
    let other = try space.ingot("build", "plain.yaml", environment: machine)
    let words = "the channel's engine calls a libtwice.so that is not among the manifest's plug-ins"
    #expect(other.status == 0 && other.errors.contains(words), "\(other)")
  }

  @Test func anEngineWithARuntimeInItIsVerified() throws {
    let machine = try space.addTensorRT(["-UPLAN", "-DPLAN=\"weight=0.001 host-code\""])
    try space.edit("plain.yaml", "cuda-graphs: true", "version-compatible: true")
    let run = try space.ingot("build", "plain.yaml", environment: machine)
    #expect(run.status == 0 && run.output.contains("passed (engine, random inputs)"), "\(run)")
    #expect(try space.ingot("bench", "plain.yaml", "--count", "3", environment: machine).status == 0)
    #expect(try space.ingot("bench", "out/plain/fp32-gpu", "--count", "3", environment: machine).status == 1)
  }

  @Test func timesTheEngineAndSaysHow() throws {
    try #require(try space.ingot("build", "plain.yaml", environment: machine).status == 0)
    let run = try space.ingot(
      "bench", "out/plain/fp32-gpu", "--count", "5", "--copies", environment: machine)
    try #require(run.status == 0, "\(run)")
    #expect(run.errors.contains("on Stand-in 40 (sm_86), driver for CUDA 13.1"), "\(run)")
    #expect(run.errors.contains("copies: each run takes its inputs from the host's memory"))
    #expect(run.errors.contains("each launched as a CUDA graph"))
    let without = try space.ingot("bench", "out/plain/fp32-gpu", "--count", "5", environment: [:])
    #expect(without.status == 4, "\(without)")
  }

  @Test func doctorGivesTheGPUsALittleWork() throws {
    let run = try space.ingot("doctor", "plain.yaml", environment: machine)
    #expect(run.output.contains("plain/gpu: can be built, verified on the engine level"), "\(run)")
    #expect(
      run.output.contains("Stand-in 41, sm_89, 24.0 GiB, GPU-01112131-4151-6171-8191-a1b1c1d1e1f1; 24.0 GiB free, "))
    #expect(run.output.contains(" µs for a launch"))
  }
}
