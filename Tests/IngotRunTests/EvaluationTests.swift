// A candidate's outputs beside the original's, over the whole set.

import IngotBackends
import IngotCalibration
import IngotCore
import IngotGraph
import IngotPlan
import Testing

@testable import IngotRun

/// Answers with `y` [batch, 2, 1], where the numbers of padding are far from right.
private final class PaddedSession: InferenceSession {
  let inputs = [
    IOTensor(name: "x", type: .float32, shape: [.symbolic("b"), .fixed(2), .fixed(1)]),
    IOTensor(name: "attention_mask", type: .int64, shape: [.symbolic("b"), .fixed(2)]),
  ]
  let outputs = [IOTensor(name: "y", type: .float32, shape: [.symbolic("b"), .fixed(2), .fixed(1)])]
  /// So many runs answer with zeros.
  var zeros = 0

  func run(_ tensors: [String: Tensor]) throws(BackendError) -> [String: Tensor] {
    guard let x = tensors["x"], let values = x.floats, let mask = tensors["attention_mask"]?.int64s else {
      throw BackendError(.onnxruntime, .refused("an input is missing"))
    }
    zeros -= 1
    let scale: Float = zeros >= 0 ? 0 : 1
    return ["y": Tensor(zip(values, mask).map { $1 == 1 ? $0 * scale : -99 }, shape: x.shape)]
  }
}

@Suite struct EvaluationTests {
  private let folder: TestFolder

  /// Four samples of two tokens, of which the second is padding in every other one; the original answers with its input.
  init() throws {
    folder = try TestFolder()
    try folder.write(
      """
      set: 1
      arrays:
        x: { file: x.bin, type: float32, shape: [4, 2, 1] }
        attention_mask: { file: mask.bin, type: int64, shape: [4, 2] }
      """, to: "set.yaml")
    let values: [Float] = [1, 2, 3, 4, 5, 6, 7, 8]
    try folder.write(littleEndianBytes(of: values), to: "x.bin")
    try folder.write(littleEndianBytes(of: [1, 1, 1, 0, 1, 1, 1, 0] as [Int64]), to: "mask.bin")
    let reference = ReferenceOutputs(
      sampleCount: 4, outputs: [.init(name: "y", type: "float32", sampleShape: [2, 1])])
    try folder.write(reference.encoded(), to: ReferenceOutputs.fileName)
    try folder.write(littleEndianBytes(of: values), to: ReferenceOutputs.dataFileName(0))
  }

  /// In batches of two samples.
  private func measured(_ session: PaddedSession, cosine: Double, stopsEarly: Bool) throws -> Measurement {
    let batch = ProfileSettings(ranges: [.init(name: "b", isTensor: false, min: [1], opt: [2], max: [2])])
    let gate = VerifySettings.OutputGate(output: "y", cosine: cosine, maxAbs: nil, maxRelative: nil, sqnr: nil)
    var evaluation = try Evaluation(
      VerifySettings(backend: "onnxruntime", profiles: [batch], outputs: [gate], accuracy: nil, latency: []),
      set: CalibrationSet.open(directory: folder.path), reference: "\(folder.path)/\(ReferenceOutputs.fileName)",
      model: Model(
        text: """
          model ir 8 opset ai.onnx 17
          graph main(%x: float32[b,2,1], %attention_mask: int64[b,2]) -> (%y: float32[b,2,1]) {
            %y: float32[b,2,1] = Identity(%x)
          }
          """))
    let candidate = Candidate(session: session, level: .engine, backend: "none", device: nil)
    return try evaluation.measure(candidate, stopsEarly: stopsEarly) { _, _ in }
  }

  @Test func paddingIsNotCompared() throws {
    let measurement = try measured(PaddedSession(), cosine: 0.999, stopsEarly: true)
    let output = try #require(measurement.measurements.outputs.first)
    #expect(measurement.isComplete && output.maxAbsoluteError == 0 && output.cosine == 1)
    #expect(output.elementCount == 6 && output.paddingCount == 2)
  }

  /// The squares of 1, 2 and 3 are lost, of 124 in all: 0.942 is the best that the rest can lead to, and 0.965 if padding counted.
  @Test(arguments: [(0.94, true), (0.95, false)])
  func whatIsStillToComeIsNoPaddingEither(cosine: Double, isRunToTheEnd: Bool) throws {
    let session = PaddedSession()
    session.zeros = 1
    let measurement = try measured(session, cosine: cosine, stopsEarly: true)
    #expect(measurement.isComplete == isRunToTheEnd)
  }
}
