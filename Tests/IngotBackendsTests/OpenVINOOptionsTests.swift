// Every option of OpenVINO, asked back from what it compiled or imported.

import Foundation
import IngotBackends
import IngotCore
import Testing

@Suite(.enabled(if: TestRuntimes.openVINO != nil, TestRuntimes.comment))
struct OpenVINOOptionsTests {
  let folder = TestFolder()
  let backend: OpenVINOBackend

  init() throws { backend = try OpenVINOBackend(libraryPath: #require(TestRuntimes.openVINO)) }

  private func properties(_ keys: [String], _ options: [String: String]) throws -> [String: String] {
    let engine = "\(folder.path)/engine-\(UUID().uuidString)"
    let request = BuildRequest(modelPath: try folder.write(.relu), options: options)
    _ = try backend.build(request, to: engine) { _ in true }
    return try backend.properties(keys, ofEngineAt: engine, options: options)
  }

  @Test(
    arguments: [
      ([:], "INFERENCE_PRECISION_HINT", "f32"), ([:], "PERFORMANCE_HINT", "LATENCY"), ([:], "EXECUTION_DEVICES", "CPU"),
      (["performance-mode": "throughput"], "PERFORMANCE_HINT", "THROUGHPUT"), (["streams": "2"], "NUM_STREAMS", "2"),
      (["threads": "1"], "INFERENCE_NUM_THREADS", "1"), (["device": "CPU"], "EXECUTION_DEVICES", "CPU"),
    ] as [([String: String], String, String)])
  func theEngineHasWhatTheOptionSays(options: [String: String], key: String, value: String) throws {
    #expect(try properties([key], options) == [key: value])
  }

  /// What the processor cannot do is refused, or OpenVINO says another type: never a silent other one.
  @Test(arguments: ["f16", "bf16"]) func thePrecisionHintArrives(hint: String) throws {
    let found = try properties(["INFERENCE_PRECISION_HINT"], ["precision-hint": hint])
    #expect([hint, "f32"].contains(found["INFERENCE_PRECISION_HINT"]), "\(found)")
  }

  /// This machine may lack the device; then OpenVINO says so, by its name or by the library that it looked for.
  @Test(arguments: ["GPU", "NPU"]) func aDeviceThatIsAbsentIsAskedOfTheLibrary(device: String) throws {
    do {
      #expect(try properties(["EXECUTION_DEVICES"], ["device": device])["EXECUTION_DEVICES"]?.contains(device) == true)
    } catch let error as BackendError {
      #expect(error.description.contains(device) || error.description.contains("libOpenCL"), "\(error)")
    }
  }

  /// The engine was built without the property; its profile has one run's time, however many there were.
  @Test func layersAreTimed() throws {
    let engine = "\(folder.path)/engine"
    _ = try backend.build(BuildRequest(modelPath: try folder.write(.relu)), to: engine) { _ in true }
    let layers = try backend.timeLayers(
      ofEngineAt: engine, options: ["threads": "1"], code: EngineCode(),
      inputs: ["x": floats([-1, 2, -3, 4], [1, 4])], runs: 20,
      scratch: folder.path)
    #expect(layers.allSatisfy { $0.time > .zero && $0.time < .seconds(1) && !$0.layer.isEmpty }, "\(layers)")
    #expect(layers.contains { $0.kind.hasPrefix("Relu") || $0.kind.hasPrefix("Subgraph") }, "\(layers)")
  }

  @Test func aPreparedRunTakesCopiesOrNone() throws {
    let engine = "\(folder.path)/engine"
    _ = try backend.build(BuildRequest(modelPath: try folder.write(.relu)), to: engine) { _ in true }
    let session = try backend.openEngine(at: engine)
    let runs = try (0..<2).map { _ in try session.prepare(["x": floats([1, 2, 3, 4], [1, 4])]) }
    for withCopies in [false, true] { for run in runs { try run.run(withCopies: withCopies) } }
    #expect(try session.run(["x": floats([-1, 2, -3, 4], [1, 4])]) == ["y": floats([0, 2, 0, 4], [1, 4])])
    #expect(throws: BackendError.self) { try session.prepare([:]) }
  }
}
