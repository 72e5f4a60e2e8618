// What int8 is given besides ranges: the same decisions on repeat and for any number of threads.

import Foundation
import IngotBackends
import IngotCore
import IngotGraph
import IngotPlan
import IngotPrecision
import IngotStore
import Testing

@testable import IngotCalibration
@testable import IngotRun

@Suite struct TuningTests {
  private static let installed = ProcessInfo.processInfo.environment["INGOT_TEST_RUNTIMES"]
  private static let reason: Comment = "no runtimes; `make test` installs them and sets INGOT_TEST_RUNTIMES"

  /// What a calibration makes of one of the repository's models, and the int8 model of each form that follows from it.
  private struct Made: Equatable {
    var files: [String: [UInt8]] = [:]

    init(_ folder: TestFolder, model: String, settings: CalibrateSettings, threadCount: Int) throws {
      let store = try DiskStore(root: "\(folder.path)/store")
      defer { store.close() }
      let stages = Stages(
        runtimes: RuntimeSet(
          locator: RuntimeLocator(paths: [], managedDirectory: try #require(installed), searchesSystem: false),
          fileDigests: store.fileDigests, environment: [:]),
        threadCount: threadCount)
      let scratch = "\(folder.path)/\(UUID().uuidString)"
      try FileSystem.makeDirectory(scratch)
      var job = StageJob(
        step: Step(.calibrate(settings), inputs: [], label: "calibrate"), key: Digest(of: ""), inputs: [:],
        inputDigests: [:], tools: [], before: [:], scratch: scratch, onProgress: { _, _ in })
      job.inputs = ["model": model, "data": "\(TestFolder.repository)/Calibration/digits"]
      job.inputDigests = job.inputs.mapValues { Digest(of: $0) }
      for file in try stages.run(job).files {
        files[file.name] = try FileSystem.read(file.path, limit: 1 << 30)
        job.inputs[file.name == "ranges.json" ? "ranges" : "recipe"] = file.path
      }
      for form in ["tensorrt", "onnxruntime", "openvino"] {
        job.step.action = .lower(
          LowerSettings(precision: "int8", fallback: "fp32", form: form, keepNodes: [], keepOps: []))
        for file in try stages.run(job).files {
          files["\(form)/\(file.name)"] = try FileSystem.read(file.path, limit: 1 << 30)
        }
      }
    }
  }

  private func canonical(_ name: String, in folder: TestFolder) throws -> String {
    var model = try Model.read(path: "\(TestFolder.repository)/Pipelines/models/\(name).onnx")
    _ = try sanitizeModel(&model, options: SanitizeOptions(), in: name)
    let path = "\(folder.path)/\(name).onnx"
    try model.write(to: path, isDurable: false)
    return path
  }

  @Test(.enabled(if: installed != nil, reason), arguments: [CalibrateSettings.measured, "minmax", "entropy"])
  func theSameBytesOnRepeatAndForAnyNumberOfThreads(method: String) throws {
    let folder = try TestFolder()
    let model = try canonical("digits", in: folder)
    var tuning = TuningSettings()
    tuning.forms = ["onnxruntime", "openvino"]
    let settings = CalibrateSettings(method: method, percentile: nil, samples: 40, tuning: tuning)
    let first = try Made(folder, model: model, settings: settings, threadCount: 1)
    #expect(first.files.count == 8 && first.files.values.allSatisfy { !$0.isEmpty })
    for threadCount in [1, 2, 4] {
      let again = try Made(folder, model: model, settings: settings, threadCount: threadCount)
      for (name, bytes) in first.files { #expect(again.files[name] == bytes, "\(name) with \(threadCount) threads") }
    }
    let recipe = try JSONDecoder().decode(QuantizationRecipe.self, from: Data(try #require(first.files["recipe.json"])))
    for choice in ["equalize", "smooth", "bias-correction"] {
      #expect(recipe.trials.filter { $0.choice == choice && $0.isChosen }.count == 1, "\(choice)")
    }
    // Every candidate was judged by something, and none by more than there is.
    #expect(recipe.trials.contains { ($0.samples ?? 0) >= 4 })
    #expect(recipe.trials.allSatisfy { ($0.sqnr == nil) == ($0.samples == nil) && ($0.samples ?? 0) <= 32 })
  }

  @Test(arguments: [(1, 1), (3, 3), (4, 128), (8, 8), (20, 500), (32, 32), (32, 1000)])
  func samplesAreTakenFromAllOverTheSetAndOnceEach(count: Int, total: Int) {
    let order = OutputJudge.order(of: count, amongst: total)
    #expect(order.count == count && Set(order).count == count && order.allSatisfy { (0..<total).contains($0) })
    guard count >= 8 else { return }
    // The first few reach into the last third already, and each part goes forwards.
    #expect(order[0] < total / 8 && order[..<4].contains { 3 * $0 >= 2 * total })
    #expect(zip(order, order.dropFirst()).count { $1 < $0 } <= 3)
  }
}
