// What engines really compute in, asked of engines that the runtimes built.

import Foundation
import IngotCore
import Testing

@testable import IngotBackends

/// The same numbers every time.
private struct Numbers: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ state >> 29
  }
}

@Suite struct EngineKernelTests {
  let folder = TestFolder()
  static let hasModels = FileManager.default.fileExists(atPath: TestRuntimes.model("digits.onnx"))
  /// Three convolutions and two products.
  private let multiplyAdds = [1280, 9216, 32768, 294_912, 294_912]

  private func kernels(_ backend: some Backend, _ options: [String: String] = [:]) throws -> [EngineKernel] {
    let request = BuildRequest(modelPath: TestRuntimes.model("digits.onnx"), options: options)
    let report = try backend.build(request, to: "\(folder.path)/engine") { _ in true }
    guard case .told(let kernels) = report.kernels else {
      Issue.record("\(report.kernels)")
      return []
    }
    return kernels
  }

  /// Its own format has every shape; ONNX files of an optimized graph have none, and the model's are taken by name.
  @Test(
    .enabled(if: hasModels && TestRuntimes.onnxRuntime != nil, TestRuntimes.comment),
    arguments: ["ort", "onnx"], ["none", "extended", "all"])
  func onnxRuntimeTellsByItsGraph(format: String, level: String) throws {
    let backend = try OnnxRuntimeBackend(libraryPath: #require(TestRuntimes.onnxRuntime))
    let found = try kernels(backend, ["format": format, "graph-optimization": level])
    #expect(found.count == 5 && found.allSatisfy { $0.type == .float32 })
    if format == "ort" { #expect(found.compactMap(\.multiplyAdds).sorted() == multiplyAdds) }
    if level != "none" { #expect(found.contains { $0.node == "/fc1/Gemm" && $0.kernel == "com.microsoft.FusedGemm" }) }
    if level == "all" { #expect(found.contains { $0.kernel == "com.microsoft.nchwc.Conv" }) }
  }

  @Test(.enabled(if: hasModels && TestRuntimes.openVINO != nil, TestRuntimes.comment))
  func openVINOTellsByItsKernels() throws {
    let backend = try OpenVINOBackend(libraryPath: #require(TestRuntimes.openVINO))
    let found = try kernels(backend)
    #expect(found.count == 5 && found.allSatisfy { $0.type == .float32 && $0.multiplyAdds == nil })
    #expect(found.contains { $0.node == "/fc1/Gemm" })
  }

  @Test(arguments: [
    ("/a/Conv/WithoutBiases", "jit_avx2_I8", "Convolution", "/a/Conv", ElementType.int8),
    ("/fc/Gemm", "brgemm_avx512_amx_bf16", "FullyConnected", "/fc/Gemm", .bfloat16),
    ("/b", "jit_avx2_1x1_I8", "GroupConvolution", "/b", .int8), ("m", "gemm_any_f32", "MatMul", "m", .float32),
  ])
  func aKernelsLastWordIsItsType(name: String, kernel: String, op: String, node: String, type: ElementType) {
    #expect(
      EngineKernel(openVINO: name, kernel: kernel, op: op) == EngineKernel(node: node, kernel: kernel, type: type))
  }

  @Test(arguments: [
    ("jit_avx2_f32", "Add"), ("undef", "FullyConnected"), ("reorder_f32", "Reorder"), ("", "Convolution"),
  ])
  func theRestIsLeftOut(kernel: String, op: String) {
    #expect(EngineKernel(openVINO: "x", kernel: kernel, op: op) == nil)
  }

  // MARK: damage

  @Test(.enabled(if: hasModels && TestRuntimes.onnxRuntime != nil, TestRuntimes.comment))
  func aDamagedEngineTellsNothingOrSomething() throws {
    let backend = try OnnxRuntimeBackend(libraryPath: #require(TestRuntimes.onnxRuntime))
    _ = try kernels(backend)
    let whole = try Array(Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/engine")))
    let path = "\(folder.path)/damaged"
    var random = Numbers(state: 7)
    for round in 0..<40 {
      var bytes = whole
      if round % 2 == 0 {
        bytes.removeLast(Int.random(in: 1...whole.count, using: &random))
      } else {
        for _ in 0..<50 { bytes[Int.random(in: 0..<min(whole.count, 40000), using: &random)] = .random(in: 0...255) }
      }
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      _ = onnxRuntimeKernels(ofEngineAt: path, isORTFormat: true)
    }
    #expect(onnxRuntimeKernels(ofEngineAt: "\(folder.path)/none", isORTFormat: true) == nil)
  }
}
