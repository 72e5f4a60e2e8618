import IngotBackends
import IngotCore
import IngotPlan
import IngotVerify
import Testing

@testable import IngotRun

@Suite struct VerdictsTests {
  private func profiles(_ ranges: [ProfileSettings.Range]) -> [ProfileSettings] {
    ranges.isEmpty ? [] : [ProfileSettings(ranges: ranges)]
  }

  private func tensor(_ name: String, _ shape: [Dimension]) -> IOTensor {
    IOTensor(name: name, type: .float32, shape: shape)
  }

  private func range(_ name: String, _ min: Int, _ opt: Int, _ max: Int) -> ProfileSettings.Range {
    .init(name: name, isTensor: false, min: [min], opt: [opt], max: [max])
  }

  @Test func aBatchIsWhatTheProfileCallsCommon() throws {
    let inputs = [tensor("x", [.symbolic("batch"), .fixed(4)])]
    let batch = try profiledBatch(profiles([range("batch", 2, 8, 32)]), of: inputs)
    #expect(batch.size == 8 && batch.least == 2)
  }

  @Test func withoutAProfileABatchIsAnySize() throws {
    let batch = try profiledBatch(profiles([]), of: [tensor("x", [.symbolic("batch"), .fixed(4)])])
    #expect(batch.size == 8 && batch.least == 1)
  }

  @Test func everyInputTakesTheBatch() throws {
    let inputs = [tensor("a", [.symbolic("m"), .fixed(4)]), tensor("b", [.symbolic("n"), .fixed(4)])]
    let batch = try profiledBatch(profiles([range("m", 2, 16, 32), range("n", 1, 4, 8)]), of: inputs)
    #expect(batch.size == 4 && batch.least == 2)
  }

  @Test func eachBoundIsAGate() {
    var settings = VerifySettings(
      backend: "openvino", profiles: [],
      outputs: [
        .init(output: "y", cosine: 0.9, maxAbs: 1, maxRelative: 2, sqnr: 30),
        .init(output: "z", cosine: nil, maxAbs: nil, maxRelative: nil, sqnr: nil),
      ],
      accuracy: .init(metric: "top5", labels: "l", output: nil, maxDrop: 0.01, min: 0.5),
      latency: [NamedOption(name: "p50", value: "0.001"), NamedOption(name: "p99", value: "0.005")])
    settings.throughput = .init(min: 2000, batch: 4)
    settings.regression = .init(channel: "prod", max: 0.05)
    #expect(
      settings.gates(outputs: ["y", "z"]) == [
        .output("y", .cosine, bound: 0.9), .output("y", .maxAbsolute, bound: 1), .output("y", .maxRelative, bound: 2),
        .output("y", .sqnr, bound: 30), .accuracyDrop(.top5, atMost: 0.01), .accuracy(.top5, atLeast: 0.5),
        .latency(.p50, atMostMilliseconds: 1), .latency(.p99, atMostMilliseconds: 5),
        .throughput(atLeast: 2000), .slowdown(channel: "prod", atMostPercent: 5),
      ])
  }

  /// A drop of the cosine is one of every output; of two bounds on the same figure the tighter one counts.
  @Test func whatThePrecisionPromisesIsAGateToo() {
    var settings = VerifySettings(
      backend: "openvino", profiles: [],
      outputs: [.init(output: "y", cosine: 0.9, maxAbs: nil, maxRelative: nil, sqnr: nil)],
      accuracy: .init(metric: "top1", labels: "l", output: nil, maxDrop: 0.01, min: nil), latency: [])
    settings.drops = [
      .init(metric: "top1", bound: 0.003), .init(metric: "top5", bound: 0.1), .init(metric: "cosine", bound: 0.25),
    ]
    #expect(
      settings.gates(outputs: ["y", "z"]) == [
        .output("y", .cosine, bound: 0.9), .accuracyDrop(.top1, atMost: 0.003), .accuracyDrop(.top5, atMost: 0.1),
        .output("z", .cosine, bound: 0.75),
      ])
  }
}
