// Every form that a manifest may take, read into values.

import Foundation
import IngotCore
import IngotManifest
import Testing

@Suite struct GoodManifestTests {
  static let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/Good")

  static func text(_ name: String) throws -> String {
    try String(contentsOf: directory.appending(path: name), encoding: .utf8)
  }

  private func parse(_ name: String) throws -> Manifest {
    try Manifest.parse(text: Self.text(name), path: "Pipelines/\(name)")
  }

  @Test func readsTheSmallestManifest() throws {
    let manifest = try parse("small.yaml")
    #expect(manifest.name.value == "digits")
    #expect(manifest.version.value == 1)
    #expect(manifest.model.path.value == "digits.onnx")
    #expect(manifest.model.digest == nil && manifest.model.inputs.isEmpty)
    #expect(manifest.targets.map(\.backend.value) == [.onnxruntime])
    #expect(manifest.precision.type.value == .fp32)
    #expect(manifest.variants.map(\.id) == ["fp32-cpu"])
    #expect(manifest.profiles.isEmpty && manifest.build.isEmpty)
    #expect(
      manifest.workspace == nil && manifest.calibration == nil && manifest.verify == nil && manifest.matrix == nil)
    #expect(manifest.directory == "Pipelines")
    #expect(manifest.resolve("../models/m.onnx") == "models/m.onnx")
  }

  @Test func readsChangesToTheModel() throws {
    let changes = try parse("changes.yaml").model.changes
    #expect(changes.dims.map { "\($0.name.value) \($0.size.dimension)" } == ["batch_size 4", "seq length"])
    #expect(changes.extractFrom.map(\.value) == ["hidden", "/embed/Mul"])
    #expect(changes.extractTo.map(\.value) == ["pooled"])
    #expect(changes.outputs.map(\.value) == ["/head/*", "logits"])
    #expect(changes.opset?.value == 19 && changes.narrowsDoubles?.value == true)
    #expect(changes.bounds.map { "\($0.tensor.value) \($0.size)" } == ["/nms/Count 300"])
    #expect(changes.renames.map { "\($0.old.value) \($0.new)" } == ["hidden x", "pooled y"])
    #expect(changes.passes.map(\.value) == ["-names", "-canonical"])
    #expect(changes.foldWith?.value == .onnxruntime)
    #expect(try parse("small.yaml").model.changes == ModelChanges())
  }

  @Test func readsTheManifestOfTheDesign() throws {
    let manifest = try parse("resnet50.yaml")
    let zeros = try #require(Digest(hex: String(repeating: "0", count: 64)))
    #expect(manifest.model.digest?.value == zeros)
    #expect(manifest.model.inputs.map(\.name.value) == ["input"])
    #expect(manifest.model.inputs[0].dims.map(\.value) == [.symbolic("batch"), .fixed(3), .fixed(224), .fixed(224)])
    #expect(manifest.targets.map(\.name.value) == ["rtx", "a100", "cpu"])
    #expect(manifest.targets.map(\.backend.value) == [.tensorrtRTX, .tensorrt, .onnxruntime])
    #expect(manifest.targets.map { $0.compute.map(\.value) } == [["sm_86", "sm_89", "sm_120"], ["sm_80"], []])
    #expect(manifest.targets.map { $0.version?.value } == [nil, "11", nil])
    #expect(
      manifest.profiles[0].dimensions.map { "\($0.name.value) \($0.min) \($0.opt) \($0.max)" } == ["batch 1 8 16"])
    #expect(manifest.workspace?.value == ByteCount(4 << 30))
    guard case .data(let path)? = manifest.calibration?.source else {
      Issue.record("there is no calibration set")
      return
    }
    #expect(path.value == "../Calibration/imagenet-500")
    #expect(manifest.calibration?.method?.value == .entropy)
    #expect(manifest.calibration?.samples?.value == 500)
    #expect(manifest.verify?.outputs[0].cosine?.value == 0.999)
    #expect(manifest.verify?.accuracy?.maxDrop?.value == 0.01)
    #expect(manifest.verify?.latency?.p99?.value == 0.005)
    #expect(
      manifest.variants.map(\.id) == [
        "fp32-rtx", "fp32-a100", "fp32-cpu", "fp16-rtx", "fp16-a100", "fp16-cpu", "int8-rtx", "int8-a100", "int8-cpu",
      ])
    #expect(manifest.workspace?.place.description == "Pipelines/resnet50.yaml:22:12")
  }

  @Test func readsEveryLongForm() throws {
    let manifest = try parse("long.yaml")
    #expect(manifest.targets.map { $0.processor?.value } == [nil, nil, nil, .vnni])
    let precision = manifest.precision
    #expect(precision.type.value == .int8 && precision.fallback?.value == .fp16)
    #expect(precision.keepNodes.map(\.value) == ["/head/*", "/stem/Conv"])
    #expect(precision.keepOps.map(\.value) == ["Softmax"])
    #expect(precision.atLeast?.value == 0.9)
    #expect(precision.maxDrop?.map(\.metric.value) == [.top1, .top5])
    #expect(precision.maxDrop?.map(\.drop.value) == [0.005, 0.01])
    #expect(manifest.profiles.count == 2)
    #expect(manifest.profiles[0].tensors.map(\.name.value) == ["input"])
    #expect(
      manifest.profiles[0].tensors.map { [$0.min, $0.opt, $0.max] } == [
        [[1, 3, 224, 224], [8, 3, 224, 224], [16, 3, 224, 224]]
      ])
    #expect(manifest.profiles[1].dimensions.map(\.name.value) == ["batch", "length"])
    #expect(manifest.workspace?.value == ByteCount(512_000_000))
    #expect(manifest.calibration?.method?.value == .percentile)
    #expect(manifest.calibration?.percentile?.value == 0.9999)
    let gate = try #require(manifest.verify?.outputs.first)
    #expect(gate.name.value == "output:0")
    #expect(gate.maxAbs?.value == 0.05 && gate.maxRelative?.value == 0.02 && gate.sqnr?.value == 30)
    let accuracy = try #require(manifest.verify?.accuracy)
    #expect(accuracy.metric.value == .top1 && accuracy.output?.value == "output:0" && accuracy.min?.value == 0.75)
    let latency = try #require(manifest.verify?.latency)
    #expect(
      latency.p50?.value == 0.0008 && latency.p90?.value == 0.0012 && latency.p95?.value == 0.002
        && latency.p99?.value == 1.2)
    let throughput = try #require(manifest.verify?.throughput)
    #expect(throughput.min.value == 2500.5 && throughput.batch?.value == 16)
    let regression = try #require(manifest.verify?.regression)
    #expect(regression.channel.value == "production-eu.2" && regression.max.value == 0.025)
    #expect(manifest.verify?.synthetic == false)
  }

  @Test func completesWordsOfTheMatrixFromTheLongForm() throws {
    let manifest = try parse("long.yaml")
    let matrix = try #require(manifest.matrix?.precision)
    #expect(matrix.map(\.label) == ["fp16", "int8_fp16", "int8_fp32", "fp8", "int4", "auto", "bf16", "tf32"])
    #expect(matrix[1] == manifest.precision)
    #expect(matrix[1].type.place.line == 74)
    #expect(matrix[2].keepOps.isEmpty)
  }

  @Test func choosesTheNearestBuildOption() throws {
    let manifest = try parse("long.yaml")
    let options = manifest.targets.map { target in
      manifest.options(for: target).map { "\($0.name.value)=\($0.value.value)" }
    }
    #expect(
      options == [
        [
          "hardware-compatibility=ampere+", "optimization-level=2", "plugins=[plugins/libscan.so, ../libpool.so]",
          "tf32=false", "version-compatible=true",
        ],
        ["max-aux-streams=2", "optimization-level=5", "profiling-verbosity=detailed", "tf32=true"],
        ["format=onnx", "graph-optimization=all", "threads=4"],
        ["performance-mode=latency", "threads=2"],
      ])
  }

  @Test func takesTheMatrixForThePrecision() throws {
    let text = try Self.text("small.yaml").replacing("precision: fp32", with: "matrix: { precision: [fp16, bf16] }")
    let manifest = try Manifest.parse(text: text, path: "m.yaml")
    #expect(manifest.precision.type.value == .fp16)
    #expect(manifest.variants.map(\.id) == ["fp16-cpu", "bf16-cpu"])
  }

  @Test func readsSyntheticVerification() throws {
    let text = try Self.text("small.yaml") + "verify: { synthetic: true, outputs: { y: { sqnr: 25 } } }\n"
    let verify = try #require(try Manifest.parse(text: text, path: "m.yaml").verify)
    #expect(verify.synthetic && verify.data == nil && verify.outputs[0].sqnr?.value == 25)
  }

  @Test func comparesManifestsWithoutTheirPlaces() throws {
    let text = try Self.text("resnet50.yaml")
    let manifest = try Manifest.parse(text: text, path: "a.yaml")
    let commented = "# another comment\n\n" + text.replacing("name: resnet50", with: "name:    \"resnet50\"  # quoted")
    let other = try Manifest.parse(text: commented, path: "b.yaml")
    #expect(manifest == other)
    #expect(manifest.hashValue == other.hashValue)
    #expect(manifest.profiles[0].place.line != other.profiles[0].place.line)
    let changed = try Manifest.parse(text: text.replacing("samples: 500", with: "samples: 501"), path: "a.yaml")
    #expect(manifest != changed)
  }
}
