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
