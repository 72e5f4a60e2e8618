// Calibration of the repository's models with ONNX Runtime, on the repository's calibration set.

import Foundation
import IngotBackends
import IngotCore
import IngotGraph
import Testing

@testable import IngotCalibration

@Suite struct RealModelTests {
  private static let root = URL(fileURLWithPath: #filePath).appendingPathComponent("../../..").standardized.path

  /// ONNX Runtime where `make test` put it.
  private static let runtime: String? = {
    guard let folder = ProcessInfo.processInfo.environment["INGOT_TEST_RUNTIMES"],
      let name = (try? FileSystem.names(in: folder))?.last(where: { $0.hasPrefix("onnxruntime-") }),
      let library = (try? FileSystem.names(in: "\(folder)/\(name)"))?.first(where: { $0.hasPrefix("libonnxruntime.so") }
      )
    else { return nil }
    return "\(folder)/\(name)/\(library)"
  }()

  @Test(.enabled(if: runtime != nil, "`make test` sets INGOT_TEST_RUNTIMES"), arguments: ["digits", "digits-hard"])
  func measuresEveryTensorOfARealModel(name: String) throws {
    let set = try CalibrationSet.open(directory: "\(Self.root)/Calibration/digits")
    let model = try Model.read(path: "\(Self.root)/Pipelines/models/\(name).onnx")
    let backend = try OnnxRuntimeBackend(libraryPath: try #require(Self.runtime))
    let folder = try TestFolder()
    func open(_ names: [String]) throws(CalibrationError) -> any InferenceSession {
      do {
        let path = "\(folder.path)/exposed.onnx"
        try model.exposing(names).write(to: path)
        return try backend.openModel(at: path)
      } catch let error as any ReportableError {
        throw .opening(error)
      } catch {
        fatalError("BUG: \(error)")
      }
    }
    let produced = model.graph.nodes.flatMap { node in node.outputs.compactMap { $0.map { model.graph[$0].name } } }
    let floats = try open(produced).outputs.filter { $0.type == .float32 }.map(\.name)
    let tensors = model.graph.inputs.map { model.graph[$0].name } + produced.filter { floats.contains($0) }
    func calibrate(_ method: CalibrationMethod, samples: Int, budget: Int = 1 << 30) throws -> RangeTable {
      try Calibrator(
        set: set, setIdentity: "s", method: method, samples: samples, memoryBudget: ByteCount(budget), openSession: open
      ).run(tensors: tensors).table
    }
    let widest = try calibrate(.minmax, samples: 100)
    let entropy = try calibrate(.entropy, samples: 100)
    #expect(widest.tensors.map(\.name) == tensors && tensors.count > 10 && widest.sampleCount == 100)
    for (minmax, chosen) in zip(widest.tensors, entropy.tensors) {
      #expect(minmax.amax == max(minmax.min.magnitude, minmax.max.magnitude))
      #expect(chosen.amax <= minmax.amax && chosen.amax >= minmax.amax / 16)
    }
    // Many passes with small batches give the same ranges, as far as the runtime's own sums do.
    let grouped = try calibrate(.minmax, samples: 100, budget: 100_000)
    for (a, b) in zip(grouped.tensors, widest.tensors) {
      #expect(a.name == b.name && abs(a.amax - b.amax) <= 1e-4 * b.amax, "\(a.name): \(a.amax) and \(b.amax)")
    }
  }
}
