// Nothing leaks: builds and runs hold a process's memory flat. Each runtime gets a process of its own, since other tests run
// beside these. `make leaks` sets INGOT_TEST_LEAKS, which makes the counts those of a long-running service.

import Foundation
import IngotBackends
import IngotCore
import IngotGraph
import Testing

@testable import IngotRun

private let runtimes = ProcessInfo.processInfo.environment["INGOT_TEST_RUNTIMES"]

@Suite(
  .serialized,
  .enabled(if: runtimes != nil, "no runtimes; `make test` installs them and sets INGOT_TEST_RUNTIMES"))
struct LeakTests {
  private static let isThorough = ProcessInfo.processInfo.environment["INGOT_TEST_LEAKS"] != nil

  /// What a process may grow by from the middle of its builds to the end. 1,000 builds and 10,000 runs with ONNX Runtime grew by
  /// 0.8 MB, 40 and 400 by up to 0.6 MB: that is how allocators settle. One engine of this model takes 0.25 MB.
  private static let most = 2 << 20

  /// Everything that loads, builds or runs something, again and again: what is not given back adds up.
  @Test(arguments: [("onnxruntime", 40, 1000), ("openvino", 20, 200), ("tensorrt-rtx", 6, 100)])
  func buildsAndRunsHoldMemoryFlat(backend: String, few: Int, many: Int) async throws {
    let count = Self.isThorough ? many : few
    let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
      [backend = backend as String, count = count as Int] in
      var subject = try LeakSubject(backend)
      // What runtimes set up once and caches that fill up are no leak.
      for _ in 0..<count / 2 { try subject.buildAndRun() }
      let before = try #require(ProcessUse.memory?.resident)
      for _ in count / 2..<count { try subject.buildAndRun() }
      let after = try #require(ProcessUse.memory?.resident)
      print("\(before) \(after) \(subject.builds) builds, \(subject.runs) runs")
    }
    let words =
      String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
      .split(separator: "\n").last?.split(separator: " ", maxSplits: 2) ?? []
    try #require(words.count == 3, "the process said nothing: \(words)")
    let (before, after) = (try #require(Int(words[0])), try #require(Int(words[1])))
    let figures = "\(backend): \(ByteCount(before)) after half of \(words[2]), \(ByteCount(after)) after all"
    #expect(after - before <= Self.most, "\(figures)")
    if Self.isThorough { print(figures) }
  }
}

/// A model and a runtime that builds and runs it.
private struct LeakSubject {
  private let backend: any Backend
  private let folder: TestFolder
  private let kind: BackendKind
  private(set) var builds = 0
  private(set) var runs = 0

  init(_ name: String) throws {
    kind = try #require(BackendKind(rawValue: name))
    folder = try TestFolder()
    let locator = RuntimeLocator(
      paths: [], managedDirectory: try #require(runtimes), searchesSystem: false)
    backend = try makeBackend(try locator.locate(kind, version: nil))
  }

  /// One build from the file on, and ten runs of what was built; engines for GPUs are built only.
  mutating func buildAndRun() throws {
    let source = "\(TestFolder.repository)/Pipelines/models/digits.onnx"
    var model = try readModel(source)
    _ = try sanitizeModel(&model, options: SanitizeOptions(), in: source)
    let (path, engine) = ("\(folder.path)/model.onnx", "\(folder.path)/engine")
    try model.write(to: path, isDurable: false)
    _ = try backend.parse(modelPath: path)
    let shape = { [$0, 1, 8, 8] }
    let profile = OptimizationProfile(inputs: ["image": .init(min: shape(1), opt: shape(8), max: shape(32))])
    _ = try backend.build(BuildRequest(modelPath: path, profiles: [profile]), to: engine) { _ in true }
    builds += 1
    guard kind != .tensorrtRTX else { return }
    let session = try backend.openEngine(at: engine)
    let image = Tensor([Float](repeating: 0.5, count: 8 * 64), shape: [8, 1, 8, 8])
    for _ in 0..<10 {
      _ = try session.run(["image": image])
      runs += 1
    }
  }
}
