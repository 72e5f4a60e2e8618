// `ingot bench`: bundles, manifests and models are timed, and the report says what was done.

import Foundation
import Testing

/// `ingot bench --json`.
private struct BenchReport: Decodable {
  struct Benchmark: Decodable {
    struct Row: Decodable {
      struct Latency: Decodable {
        var batch: Int, runCount: Int
        var minimum: Double, p50: Double, p90: Double, p95: Double, p99: Double, maximum: Double
      }
      struct Stability: Decodable { var drift: Double, variation: Double }

      var batch: Int
      var latency: Latency
      var samplesPerSecond: Double
      var stability: Stability?
      var cores: Double
      var residentBytes: Int?
      struct Layer: Decodable { var name: String, kind: String, milliseconds: Double, share: Double }
      var layers: [Layer]?
    }

    var title: String, backend: String, device: String, inputs: String
    var options: [String: String]
    var isSynthetic: Bool, withCopies: Bool
    var streams: Int
    var rows: [Row]
    var peakBytes: Int?
    var notes: [String]
  }

  var format: String
  var benchmarks: [Benchmark]
}

/// `ingot bench --compare --json`.
private struct ComparisonReport: Decodable {
  struct Comparison: Decodable {
    struct Row: Decodable {
      struct Paired: Decodable { var rounds: Int, ratio: Double, low: Double, high: Double }
      var batch: Int, first: Double, second: Double
      var comparison: Paired
    }
    var rows: [Row]
  }
  var format: String
  var comparison: Comparison
}

@Suite(.enabled(if: Installed.hasRuntimes, Installed.runtimesReason)) struct BenchTests {
  private func bench(_ space: TestSpace, _ words: String...) throws -> [BenchReport.Benchmark] {
    let run = try space.ingot(arguments: ["bench", "--json"] + words)
    try #require(run.status == 0, "\(run)")
    let report = try run.decoded(BenchReport.self)
    #expect(report.format == "ingot.bench/1")
    return report.benchmarks
  }

  private static let few = ["--count", "20", "--warm-up", "10ms"]

  @Test func aManifestsEnginesAreTimedOnItsOwnSamplesWithinTheProfile() throws {
    let space = try Quick.space()
    try space.edit(
      Quick.path, "  cpu: { backend: onnxruntime }",
      "  cpu: { backend: onnxruntime, build: { threads: 1 } }\n  ov: { backend: openvino }")
    let found = try space.ingot(
      arguments: ["bench", Quick.path, "--json", "--variant", "fp32-cpu", "--variant", "fp32-ov"] + Self.few)
    #expect(found.status == 0, "\(found)")
    let benchmarks = try found.decoded(BenchReport.self).benchmarks
    #expect(benchmarks.map(\.title) == ["quick/fp32-cpu", "quick/fp32-ov"])
    #expect(benchmarks.map(\.backend) == ["onnxruntime 1.31.1", "openvino 2026.4.1"])
    #expect(benchmarks.map(\.options) == [["threads": "1"], [:]])
    for benchmark in benchmarks {
      #expect(!benchmark.isSynthetic && benchmark.inputs.contains("Calibration/digits-eval, 360 samples"))
      #expect(benchmark.streams == 1 && !benchmark.withCopies && benchmark.peakBytes ?? 0 > 10 << 20)
      // 64 is more than the profile takes.
      #expect(benchmark.rows.map(\.batch) == [1, 8, 16, 32])
      for row in benchmark.rows {
        let time = row.latency
        #expect(time.batch == row.batch && time.runCount == 20 && row.stability != nil && row.residentBytes ?? 0 > 0)
        #expect(
          0 < time.minimum && time.minimum <= time.p50 && time.p50 <= time.p90 && time.p90 <= time.p99
            && time.p99 <= time.maximum)
        #expect(row.samplesPerSecond > 0 && row.samplesPerSecond <= 1000 * Double(row.batch) / time.minimum * 1.001)
      }
      #expect(benchmark.notes.contains { $0.hasPrefix("clock: ") || $0.contains("does not tell its clock") })
    }
    // The bundles were written, and can be timed by themselves; they do not know the manifest's samples.
    let bundle = try bench(space, "out/quick/fp32-ov", "--batch", "2,4", "--count", "9", "--copies", "--streams", "2")
    #expect(bundle.map(\.title) == ["quick/fp32-ov"] && bundle[0].rows.map(\.batch) == [2, 4])
    #expect(bundle[0].isSynthetic && bundle[0].withCopies && bundle[0].streams == 2)
    #expect(bundle[0].rows.allSatisfy { $0.latency.runCount >= 9 && $0.latency.runCount <= 10 })
  }

  @Test(arguments: ["onnxruntime", "openvino"])
  func aModelIsBuiltForEachBatch(backend: String) throws {
    let space = try Quick.space()
    let model = "Pipelines/models/digits.onnx"
    let found = try bench(space, model, "--backend", backend, "--batch", "1,3", "--duration", "50ms", "--streams", "2")
    #expect(found.map(\.title) == ["digits.onnx"] && found[0].isSynthetic && found[0].inputs == "random numbers")
    #expect(found[0].rows.map(\.batch) == [1, 3] && found[0].rows.allSatisfy { $0.latency.runCount > 1 })
    #expect(try space.files(below: "home/store/v1/tmp") == [])
    let table = try space.ingot(arguments: ["bench", model, "--backend", backend, "--batch", "1", "--count", "10"])
    #expect(table.output.contains("p99 ms") && table.output.contains("samples/s"), "\(table)")
    #expect(table.errors.contains("inputs: random numbers") && table.errors.contains("copies: none"), "\(table)")
  }

  @Test(arguments: [("onnxruntime", "FusedGemm"), ("openvino", "FullyConnected")])
  func layersAreShownLongestFirst(backend: String, kind: String) throws {
    let space = try Quick.space()
    let words = ["Pipelines/models/digits.onnx", "--backend", backend, "--batch", "1", "--count", "3", "--layers"]
    let run = try space.ingot(arguments: ["bench", "--json"] + words + ["100"])
    #expect(run.status == 0, "\(run)")
    let layers = try #require(try run.decoded(BenchReport.self).benchmarks.first?.rows.first?.layers)
    #expect(zip(layers, layers.dropFirst()).allSatisfy { $0.milliseconds >= $1.milliseconds })
    #expect(
      abs(layers.reduce(0) { $0 + $1.share } - 1) < 1e-9 && layers.contains { $0.kind.hasPrefix(kind) }, "\(layers)")
    let table = try space.ingot(arguments: ["bench"] + words + ["2", "--html", "page.html"]).output
    #expect(
      table.contains("layer ms") && table.split(separator: "\n").filter { $0.hasPrefix("digits.onnx") }.count == 3)
    #expect(try space.read("page.html").contains("<th>layer ms</th>"))
    #expect(try space.files(below: "home/store/v1/tmp") == [])
  }

  @Test func twoEnginesAreComparedInTurn() throws {
    let space = try Quick.space()
    let models = ["Pipelines/models/digits.onnx", "Pipelines/models/digits-hard.onnx"]
    let words = ["bench"] + models + ["--compare", "--batch", "1,4", "--count", "5"]
    let run = try space.ingot(arguments: words + ["--json"])
    #expect(run.status == 0, "\(run)")
    let report = try run.decoded(ComparisonReport.self)
    #expect(report.format == "ingot.bench-compare/1" && report.comparison.rows.map(\.batch) == [1, 4])
    for row in report.comparison.rows {
      // The hard net has many times the work.
      #expect(row.comparison.rounds == 5 && row.first < row.second)
      #expect(row.comparison.ratio > 1.5 && row.comparison.low > 1)
    }
    #expect(try space.ingot(arguments: words).output.contains("slower"))
    let one = try space.ingot("bench", models[0], "--compare")
    #expect(one.status == 2 && one.errors.contains("--compare takes two engines, not 1"), "\(one)")
  }

  @Test func aPageShowsPicturesAndLoadsNothing() throws {
    let space = try Quick.space()
    let run = try space.ingot(
      "bench", "Pipelines/models/digits.onnx", "--batch", "1,2", "--count", "5", "--html", "pages/b.html")
    #expect(run.status == 0, "\(run)")
    let page = try space.read("pages/b.html")
    for words in ["<svg", "samples per second by size of batch", "digits.onnx"] { #expect(page.contains(words)) }
    for words in ["http", "src="] { #expect(!page.contains(words)) }
  }

  @Test(
    arguments: [
      (["out/quick/fp32-cpu", "--batch", "64"], 2, "its profiles take batches of 1 to 32, not of 64"),
      (["out/quick/fp32-cpu", "--batch", "0"], 2, "--batch takes whole numbers"),
      (["out/quick/fp32-cpu", "--count", "5", "--duration", "1s"], 2, "exclude each other"),
      (["out/quick/fp32-cpu", "--duration", "1h"], 2, "--duration takes a time like 500ms or 3s"),
      ([Quick.path, "--variant", "fp16-cpu"], 2, "has no engine 'fp16-cpu'; it has fp32-cpu, int8-cpu"),
      (["Pipelines/models/digits.onnx", "--backend", "onnx"], 2, "--backend takes"),
      (["a.onnx", "b.onnx", "--layers", "3", "--compare"], 2, "--layers and --compare exclude each other"),
      (["a.onnx", "--layers", "0"], 2, "--layers takes"),
      (
        ["Pipelines/models/digits.onnx", "--option", "inter-threads=0"], 1,
        "cannot be '0'; expected an integer from 1 to 1024"
      ),
      (["Pipelines/models/digits.onnx", "--option", "provider=cuda"], 4, "ingot runtimes install onnxruntime-gpu"),
      (["nowhere"], 1, "nowhere"), (["Pipelines/models"], 2, "there is no bundle.json"), ([], 2, "name a bundle"),
    ] as [([String], Int32, String)])
  func saysWhatIsWrong(words: [String], status: Int32, problem: String) throws {
    let space = try Quick.space()
    if words.first?.hasPrefix("out") == true { try space.ingot("build", Quick.path) }
    let run = try space.ingot(arguments: ["bench"] + words)
    #expect(run.status == status && run.errors.contains(problem) && run.output == "", "\(run)")
  }

  /// Whole batches of one size, many runs; and the verdict is kept.
  @Test func aLatencyGateTimesWholeBatches() throws {
    let space = try Quick.space()
    try space.edit(Quick.path, "  outputs:", "  latency: { p99: 1s }\n  outputs:")
    let first = try space.ingot("build", Quick.path, "--json")
    #expect(first.status == 0, "\(first)")
    let verdict = try space.read("out/quick/int8-cpu/verdict.json")
    #expect(verdict.contains("\"batch\" : 8") && verdict.contains("\"latency p99 (ms)\""), "\(verdict)")
    let runs = try #require(verdict.firstMatch(of: /"runCount" : (\d+)/)?.1)
    #expect(Int(runs) ?? 0 >= 200)
    #expect(try space.ingot("build", Quick.path, "--json").decoded(BuildReport.self).ran == [])
    try space.edit(Quick.path, "p99: 1s", "p50: 1us")
    let slow = try space.ingot("build", Quick.path)
    #expect(slow.status == 3 && slow.errors.contains("latency p50 (ms) is "), "\(slow)")
    // Where no time is judged, none is taken.
    try space.edit(Quick.path, "  latency: { p50: 1us }\n", "")
    #expect(try space.ingot("build", Quick.path).status == 0)
    #expect(try !space.read("out/quick/int8-cpu/verdict.json").contains("latency"))
  }
}
