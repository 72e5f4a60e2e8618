// A machine with a GPU and TensorRT 11, both of our own (Tests/IngotBackendsTests/StandIn): engines are verified and timed as
// themselves, and never where they do not run.

import Foundation
import IngotCore
import Testing

@Suite(.enabled(if: Installed.hasRuntimes, Installed.runtimesReason)) struct GPUTests {
  private let space: TestSpace
  /// Of the program: where it finds the two libraries.
  private let machine: [String: String]

  init() throws {
    space = try TestSpace()
    try space.write(Self.model, to: "plain.onnx")
    try space.write(
      """
      ingot: 1
      name: plain
      model: { path: plain.onnx }
      targets:
        gpu: { backend: tensorrt, build: { cuda-graphs: true } }
      precision: fp32
      profiles:
        - batch: { min: 1, opt: 8, max: 16 }
      verify: { synthetic: true, outputs: { y: { cosine: 0.9999 } }, latency: { p99: 10s } }

      """, to: "plain.yaml")
    let folder = space.path("machine")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Self.compile("CUDAStandIn.c", with: ["clang"], to: "\(folder)/libcuda.so.1")
    let library = ["clang++", "-std=c++17", "-DVERSION=110400", "-DLAYOUT=11", "-DPLAIN"]
    try Self.compile("TensorRTStandIn.cpp", with: library, to: "\(folder)/libnvinfer.so.11")
    try FileManager.default.createSymbolicLink(
      atPath: "\(folder)/libnvonnxparser.so.11", withDestinationPath: "libnvinfer.so.11")
    machine = [
      "LD_LIBRARY_PATH": folder, "INGOT_RUNTIME_PATH": "\(Installed.runtimes ?? ""):\(folder)",
    ]
  }

  @Test func verifiesTheEngineItselfWhereItRuns() throws {
    let run = try space.ingot("build", "plain.yaml", "--json", environment: machine)
    try #require(run.status == 0, "\(run)")
    let engine = try #require(try run.decoded(BuildReport.self).engines.first)
    #expect(engine.level == "engine" && engine.state == "passed")
    let verdict = try space.read("out/plain/fp32-gpu/verdict.json")
    #expect(verdict.contains("Stand-in 40 (sm_86), driver for CUDA 13.1"))
    #expect(verdict.contains("tensorrt 11.4.0.9") && verdict.contains("p99"))
  }

  @Test func aGPUThatDoesNotRunTheEngineVerifiesItsGraphAndSaysWhy() throws {
    var machine = machine
    machine["STAND_IN_REFUSES"] = "1"
    let run = try space.ingot("build", "plain.yaml", environment: machine)
    try #require(run.status == 0, "\(run)")
    #expect(run.errors.contains("warning: verified on the graph level: "), "\(run)")
    #expect(run.errors.contains("expecting compute 9.0 got compute 8.6, please rebuild"))
    #expect(run.output.contains("passed (graph, random inputs)"))
    // Another machine, another verdict: nothing of the first is taken for it.
    let other = try space.ingot("build", "plain.yaml", "--json", environment: self.machine)
    #expect(try other.decoded(BuildReport.self).engines.first?.level == "graph", "the GPU is the same")
  }

  @Test func timesTheEngineAndSaysHow() throws {
    try #require(try space.ingot("build", "plain.yaml", environment: machine).status == 0)
    let run = try space.ingot(
      "bench", "out/plain/fp32-gpu", "--batch", "1,8", "--count", "5", "--copies", environment: machine)
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

  private static func compile(_ source: String, with command: [String], to path: String) throws {
    let folder = TestSpace.repository.appending(path: "Tests/IngotBackendsTests/StandIn").path
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command + ["-shared", "-fPIC", "\(folder)/\(source)", "-o", path]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }

  /// What the engine computes: its input. x: float32 [batch, 16].
  private static var model: [UInt8] {
    func message(_ build: (inout WireWriter) -> Void) -> WireWriter {
      var writer = WireWriter()
      build(&writer)
      return writer
    }
    func node(_ name: String, _ input: String, _ output: String) -> WireWriter {
      message {
        $0.writeString(1, input)
        $0.writeString(2, output)
        $0.writeString(3, name)
        $0.writeString(4, "Neg")
      }
    }
    func port(_ name: String) -> WireWriter {
      let shape = message {
        $0.writeMessage(1, message { $0.writeString(2, "batch") })
        $0.writeMessage(1, message { $0.writeVarint(1, 16) })
      }
      let type = message {
        $0.writeVarint(1, 1)
        $0.writeMessage(2, shape)
      }
      return message {
        $0.writeString(1, name)
        $0.writeMessage(2, message { $0.writeMessage(1, type) })
      }
    }
    let graph = message {
      $0.writeMessage(1, node("there", "x", "a"))
      $0.writeMessage(1, node("back", "a", "y"))
      $0.writeString(2, "plain")
      $0.writeMessage(11, port("x"))
      $0.writeMessage(12, port("y"))
    }
    return message {
      $0.writeVarint(1, 8)
      $0.writeMessage(7, graph)
      $0.writeMessage(8, message { $0.writeVarint(2, 17) })
    }.array
  }
}
