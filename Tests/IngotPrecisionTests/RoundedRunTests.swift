// Rounded models in the runtime that they are for: its type checker takes them, and its optimizer leaves the casts.

import Foundation
import IngotBackends
import IngotCore
import IngotGraph
import Testing

@testable import IngotPrecision

@Suite(.enabled(if: ReferenceRuntime.library != nil, "no runtimes; `make test` installs them"))
struct RoundedRunTests {
  /// 3.7 * 60000 is over float16's range, and back in it after the second product.
  @Test func anOverflowBetweenNodesIsInfiniteOnlyWhenRounded() throws {
    let original = try model(
      """
      graph main(%x: float32[1]) -> (%y: float32[1]) {
        const %w: float16[1] = [60000.0]
        const %v: float16[1] = [0.00024414062]
        %h: float16[1] = Cast(%x) {to=10} # narrow
        %a: float16[1] = Mul(%h, %w) # up
        %b: float16[1] = Mul(%a, %v) # down
        %y: float32[1] = Cast(%b) {to=1} # widen
      }
      """)
    let x = Tensor([3.7], shape: [1])
    #expect(try ReferenceRuntime.run(original, ["x": x])["y"]?.floats == [54.19921875])
    #expect(try ReferenceRuntime.run(roundingFloat16(original)?.model, ["x": x])["y"]?.floats == [.infinity])
  }

  /// 1 + 1/256 needs one bit more than bfloat16 has; 2049 one more than float16.
  @Test(
    arguments: [
      ("float16", 10, 2048, 1, 0), ("bfloat16", 16, 1, 0.00390625, 0), ("float16", 10, 1024, 1, 1),
      ("bfloat16", 16, 1, 0.0078125, 0.0078125),
    ] as [(String, Int, Float, Float, Float)])
  func aSumIsRoundedBeforeItsReaderSubtracts(type: String, to: Int, a: Float, b: Float, difference: Float) throws {
    let original = try model(
      """
      model ir 8 opset ai.onnx 17
      graph main(%a: float32[1], %b: float32[1]) -> (%y: float32[1]) {
        %c: \(type)[1] = Cast(%a) {to=\(to)} # a
        %d: \(type)[1] = Cast(%b) {to=\(to)} # b
        %s: \(type)[1] = Add(%c, %d) # add
        %t: \(type)[1] = Sub(%s, %c) # sub
        %y: float32[1] = Cast(%t) {to=1} # widen
      }
      """)
    let inputs = ["a": Tensor([a], shape: [1]), "b": Tensor([b], shape: [1])]
    #expect(try ReferenceRuntime.run(roundingFloat16(original)?.model, inputs)["y"]?.floats == [difference])
  }

  /// Q/DQ with float16 scales, a constant of each kind, a body, and float16 at the border.
  @Test func theRuntimeTakesEveryFormOfRounding() throws {
    let original = try model(
      """
      model ir 9 opset ai.onnx 19
      graph main(%x: float16[2,2], %c: bool[]) -> (%y: float16[2,2], %n: float16[2,2]) {
        const %s: float16[] = [0.25]
        const %z: int8[] = [0]
        const %wq: int8[2,2] = [2, 0, 0, 2]
        const %ws: float16[2] = [0.5, 0.5]
        const %wz: int8[2] = [0, 0]
        const %shape: int64[2] = [2, 2]
        const %g: float16[2] = [1.0, 1.0]
        %one: float16[2,2] = ConstantOfShape(%shape) {value=float16[1] [1.0]} # one
        %q: int8[2,2] = QuantizeLinear(%x, %s, %z) # q
        %d: float16[2,2] = DequantizeLinear(%q, %s, %z) # dq
        %w: float16[2,2] = DequantizeLinear(%wq, %ws, %wz) {axis=1} # w
        %m: float16[2,2] = MatMul(%d, %w) # matmul
        %e: float16[2,2] = If(%c) {
          then_branch=graph then() -> (%t: float16[2,2]) {
            %t: float16[2,2] = Add(%m, %one) # inner
          },
          else_branch=graph else() -> (%f: float16[2,2]) {
            %f: float16[2,2] = Identity(%m) # inner
          }
        } # choose
        %y: float16[2,2] = Mul(%e, %m) # mul
        %n: float16[2,2] = LayerNormalization(%y, %g) {axis=-1} # norm
      }
      """)
    let yes = Tensor(type: .bool, shape: [], bytes: Bytes([1]))
    let halves: [Float16] = [1.1, 3, -2, 40]
    let x = Tensor(type: .float16, shape: [2, 2], bytes: Bytes(littleEndianBytes(of: halves)))
    let answers = try ReferenceRuntime.run(roundingFloat16(original)?.model, ["x": x, "c": yes])
    #expect(answers["y"]?.elements(as: Float16.self) == [2, 12, 2, 1040])
    #expect(answers["n"]?.elements(as: Float16.self) == [-1, 1, -1, 1])
  }
}

/// ONNX Runtime, where `make test` installed it.
enum ReferenceRuntime {
  static let library: String? = {
    guard let root = ProcessInfo.processInfo.environment["INGOT_TEST_RUNTIMES"],
      let folders = try? FileManager.default.contentsOfDirectory(atPath: root),
      let folder = folders.sorted().last(where: { $0.hasPrefix("onnxruntime-") }),
      let files = try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)")
    else { return nil }
    return files.sorted().first { $0.hasPrefix("libonnxruntime.so") }.map { "\(root)/\(folder)/\($0)" }
  }()

  static func run(_ model: Model?, _ inputs: [String: Tensor]) throws -> [String: Tensor] {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ingot-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try #require(model).write(to: "\(folder)/model.onnx", isDurable: false)
    let backend = try OnnxRuntimeBackend(libraryPath: #require(library))
    return try backend.openModel(at: "\(folder)/model.onnx").run(inputs)
  }
}
