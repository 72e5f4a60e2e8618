// Constants that ONNX Runtime calculates for the sanitize step.

import Foundation
import IngotBackends
import IngotCore
import IngotGraph
import IngotRun
import Testing

@Suite struct RuntimeFoldingTests {
  private let folder: TestFolder
  init() throws { folder = try TestFolder() }

  private static let library: String? = {
    guard let root = ProcessInfo.processInfo.environment["INGOT_TEST_RUNTIMES"],
      let names = try? FileSystem.names(in: root),
      let found = names.last(where: { $0.hasPrefix("onnxruntime-") }),
      let files = try? FileSystem.names(in: "\(root)/\(found)")
    else { return nil }
    return files.first { $0.hasPrefix("libonnxruntime.so") }.map { "\(root)/\(found)/\($0)" }
  }()

  private func sanitized(_ text: String) throws -> (model: Model, report: SanitizeReport) {
    let library = try #require(Self.library)
    var model = try Model(text: text)
    let evaluator = RuntimeEvaluator(try OnnxRuntimeBackend(libraryPath: library), scratch: folder.path)
    let report = try sanitizeModel(&model, options: SanitizeOptions(), evaluator: evaluator, in: "model.onnx")
    #expect(try FileSystem.names(in: folder.path) == [])
    return (model, report)
  }

  @Test(.enabled(if: library != nil, "no runtimes; `make test` installs them and sets INGOT_TEST_RUNTIMES"))
  func onnxRuntimeCalculatesWhatIngotDoesNot() throws {
    let (model, report) = try sanitized(
      """
      model ir 8 opset ai.onnx 17 opset com.microsoft 1
      graph g(%x: float32[1, 1, 2, 2], %k: int64[2], %h: float32[2, 2]) -> (%y: float32[1, 1, 2, 2], %z: int64[2], %u: float32[2, 2]) {
      const %a: float32[1, 1, 2, 2] = [1.0, 2.0, 3.0, 4.0]
      const %w: float32[1, 1, 1, 1] = [10.0]
      %c = Conv(%a, %w)
      %y = Add(%x, %c)
      const %t: float32[4] = [3.0, 9.0, 1.0, 7.0]
      const %two: int64[1] = [2]
      %v, %i = TopK(%t, %two)
      %z = Add(%k, %i)
      const %b: float32[2, 2] = [1.0, 2.0, 3.0, 4.0]
      %e = Einsum(%b, %b) {equation="ij,jk->ik"}
      %f = com.microsoft::QuickGelu(%e) {alpha=1.0}
      %u = Add(%h, %f)
      }
      """)
    #expect(model.graph.nodes.map(\.opType) == ["Add", "Add", "Add"])
    #expect(report.passes.first { $0.pass == "runtime-folding" }?.removed == 3)
    let constants = model.graph.values.compactMap { $0.initializer?.tensor }
    #expect(constants.contains(Tensor([10, 20, 30, 40] as [Float], shape: [1, 1, 2, 2])))
    #expect(constants.contains(Tensor([1, 3] as [Int64])))
    let gelu = try #require(constants.first { $0.shape == [2, 2] }?.floats)
    for (found, x) in zip(gelu, [7, 10, 15, 22] as [Float]) { #expect(abs(found - x / (1 + exp(-x))) < 1e-4) }
  }

  /// ONNX Runtime has no bfloat16 kernel for it on a CPU.
  @Test(.enabled(if: library != nil, "no runtimes; `make test` installs them and sets INGOT_TEST_RUNTIMES"))
  func whatOnnxRuntimeRefusesStaysAndIsNoted() throws {
    let (model, report) = try sanitized(
      """
      graph g(%x: bfloat16[1, 1, 2, 2], %z: float32[1, 1, 2, 2]) -> (%y: bfloat16[1, 1, 2, 2], %u: float32[1, 1, 2, 2]) {
      const %a: bfloat16[1, 1, 2, 2] = zeros
      const %w: bfloat16[1, 1, 1, 1] = zeros
      %c = GlobalLpPool(%a)
      %y = Add(%x, %c)
      const %b: float32[1, 1, 2, 2] = ramp
      const %v: float32[1, 1, 1, 1] = [2.0]
      %d = Conv(%b, %v)
      %u = Add(%z, %d)
      }
      """)
    #expect(model.graph.nodes.map(\.opType) == ["GlobalLpPool", "Add", "Add"])
    let notes = report.passes.first { $0.pass == "runtime-folding" }?.notes ?? []
    #expect(notes.count == 1 && notes[0].contains("stays: onnxruntime: "))
  }
}
