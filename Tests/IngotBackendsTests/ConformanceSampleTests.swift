import Foundation
import IngotBackends
import IngotCore
import IngotGraph
import Testing

/// The sample of the conformance corpus that needs no Python: ONNX's own node tests, with what they expect.
/// `make conformance` runs all of it; Tests/Conformance/sample.py picked these.
@Suite(.enabled(if: TestRuntimes.onnxRuntime != nil, TestRuntimes.comment))
struct ConformanceSampleTests {
  private static let folder = URL(fileURLWithPath: #filePath)
    .appendingPathComponent("../../Conformance/Sample").standardized.path

  static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
    .filter { $0.hasSuffix(".data.onnx") }.map { String($0.dropLast(".data.onnx".count)) }.sorted()

  let scratch = TestFolder()
  let backend: OnnxRuntimeBackend

  init() throws { backend = try OnnxRuntimeBackend(libraryPath: #require(TestRuntimes.onnxRuntime)) }

  @Test func thereIsASample() { #expect(Self.names.count >= 60) }

  @Test(arguments: names) func sanitizedComputesWhatIsExpected(_ name: String) throws {
    let path = "\(Self.folder)/\(name).onnx"
    var model = try Model.read(path: path)
    #expect(model.check(path: path).filter { $0.severity == .error }.map(\.description) == [])
    let inputs = model.graph.inputs.map { model.graph[$0].name }
    let outputs = model.graph.outputs.map { model.graph[$0].name }
    _ = try sanitize(&model)
    let sanitizedPath = "\(scratch.path)/sanitized.onnx"
    try model.write(to: sanitizedPath)

    let data = try Model.read(path: "\(Self.folder)/\(name).data.onnx").graph
    func tensor(_ name: String) throws -> Tensor { try #require(data.constant(data.find(name))) }
    var feeds: [String: Tensor] = [:]
    for input in inputs where data.find(input) != nil { feeds[input] = try tensor(input) }
    let original = try backend.openModel(at: path).run(feeds)
    let sanitized = try backend.openModel(at: sanitizedPath).run(feeds)
    for output in outputs {
      let expected = try tensor(output), before = try #require(original[output])
      let after = try #require(sanitized[output])
      #expect(isClose(after, to: before, within: 1e-5), "\(output) is not what the original computes")
      #expect(isClose(after, to: expected, within: 1e-3), "\(output) is not what ONNX expects")
      let declared = model.graph.find(output).flatMap { model.graph[$0].shape } ?? []
      #expect(zip(declared, expected.shape).allSatisfy { $0.size == nil || $0.size == $1 })
    }
  }

  /// Numbers of one type and shape; floats may differ by a part of the tensor's largest magnitude.
  private func isClose(_ a: Tensor, to b: Tensor, within tolerance: Float) -> Bool {
    guard a.type == b.type, a.shape == b.shape else { return false }
    guard a.type == .float32 else { return a.bytes.array == b.bytes.array }
    let (x, y) = (a.floats ?? [], b.floats ?? [])
    let scale = y.filter(\.isFinite).map(abs).max() ?? 1
    return x.count == y.count
      && zip(x, y).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN || abs($0 - $1) <= tolerance * max(scale, 1e-6) }
  }
}
