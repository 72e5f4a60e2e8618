// What a mask leaves out is in no statistic.

import IngotBackends
import IngotCore
import Testing

@testable import IngotCalibration

/// `double` is 2x of `x` [batch, 4, 3], whatever the mask says, as a layer's output is.
private final class MaskedSession: ConcurrentInferenceSession, @unchecked Sendable {
  let inputs = [
    IOTensor(name: "x", type: .float32, shape: [.symbolic("b"), .fixed(4), .fixed(3)]),
    IOTensor(name: "attention_mask", type: .int64, shape: [.symbolic("b"), .fixed(4)]),
  ]
  let outputs = [IOTensor(name: "double", type: .float32, shape: [.symbolic("b"), .fixed(4), .fixed(3)])]

  func run(_ tensors: [String: Tensor]) throws(BackendError) -> [String: Tensor] {
    guard let x = tensors["x"], let values = x.floats else { throw BackendError(.onnxruntime, .refused("no x")) }
    return ["double": Tensor(values.map { 2 * $0 }, shape: x.shape)]
  }
}

@Suite struct PaddingTests {
  private static let mask: [Int64] = [1, 1, 0, 0, 1, 0, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1]

  @Test func paddingIsWhatAMaskOfTheFirstAxesLeavesOut() throws {
    let padding = Padding(["attention_mask": Tensor(Self.mask, shape: [4, 4])])
    let kept = try #require(padding.kept(of: [4, 4, 3]))
    // The third sample has no ones: its mask tells nothing. No run goes from one sample into the next.
    #expect(kept.runs == [0..<6, 12..<15, 18..<24, 24..<36, 36..<48] && kept.axisCount == 2)
    #expect(
      padding.kept(of: [4, 4]) == nil && padding.kept(of: [4, 2, 4, 3]) == nil && padding.kept(of: [4, 4, 0]) == nil)
  }

  @Test(
    arguments: [
      ("image", Tensor([0, 1] as [Int64], shape: [1, 2])),
      ("attention_mask", Tensor([0, 2] as [Int64], shape: [1, 2])),
      ("attention_mask", Tensor([1, 1] as [Int64], shape: [1, 2])),
      ("attention_mask", Tensor([0, 1] as [Float], shape: [1, 2])),
      ("attention_mask", Tensor([0, 1] as [Int64], shape: [2])),
    ])
  func whatIsNoMaskLeavesNothingOut(name: String, tensor: Tensor) {
    #expect(Padding([name: tensor]).kept(of: [1, 2, 3]) == nil)
  }

  @Test(arguments: [1, 3, 4])
  func neitherRangesNorChannelsSeePadding(batchSize: Int) throws {
    var values = (0..<48).map { Float($0 % 7) - 3 }
    // Far out, in padding: the second and third place of a sample.
    (values[6], values[16]) = (1000, -1000)
    let folder = try TestFolder([
      "x.npy": npy("'<f4'", "(4, 4, 3)", data: floats(values)),
      "m.npy": npy("'<i8'", "(4, 4)", data: littleEndianBytes(of: Self.mask)),
    ])
    try folder.write(
      Array("set: 1\narrays:\n  x: { file: x.npy }\n  attention_mask: { file: m.npy }\n".utf8), to: "set.yaml")
    let calibration = try Calibrator(
      set: try CalibrationSet.open(directory: folder.path), setIdentity: "s", method: .entropy, batchSize: batchSize,
      threadCount: 2
    ) { _ in MaskedSession() }.run(tensors: ["x", "double"], channelAxes: ["double": 2])
    let kept = [0..<6, 12..<15, 18..<48].flatMap { Array(values[$0]) }
    #expect(calibration.table.tensors.map(\.max) == [3, 6] && calibration.table.tensors.map(\.min) == [-3, -6])
    #expect(calibration.table.tensors.map(\.valueCount) == [39, 39])
    let channels = try #require(calibration.channels["double"])
    #expect(channels.valueCount == 13 && channels.amax.allSatisfy { $0 <= 6 })
    for channel in 0..<3 {
      let own = kept.enumerated().filter { $0.offset % 3 == channel }.map { 2 * Double($0.element) }
      #expect(abs(channels.mean[channel] - own.reduce(0, +) / 13) < 1e-12)
    }
  }
}
