// Top-1, top-5 and agreement, ties and NaN included.

import IngotCore
import Testing

@testable import IngotVerify

private func score(_ scores: Tensor, _ labels: [Int64]) throws -> Accuracy? {
  var accumulator = AccuracyAccumulator(output: "logits")
  try accumulator.add(scores: scores, labels: labels)
  return accumulator.accuracy
}

@Suite struct AccuracyTests {
  @Test func countsWhatIsFirstAndWhatIsAmongTheFirstFive() throws {
    let scores = floats([9, 8, 7, 6, 5, 4, 1, 2, 3, 4, 5, 6, 1, 0, 0, 0, 0, 0], shape: [3, 6])
    // First: right; second: last of six in its row; third: fifth of the row.
    let result = try score(scores, [0, 0, 4])
    #expect(result == Accuracy(output: "logits", sampleCount: 3, top1: 1.0 / 3, top5: 2.0 / 3))
  }

  @Test func batchesAddUp() throws {
    var accumulator = AccuracyAccumulator(output: "logits")
    #expect(accumulator.accuracy == nil)
    try accumulator.add(scores: floats([1, 2], shape: [1, 2]), labels: [1])
    try accumulator.add(scores: floats([2, 1, 1, 2], shape: [2, 2, 1, 1]), labels: [1, 1])
    #expect(accumulator.accuracy == Accuracy(output: "logits", sampleCount: 3, top1: 2.0 / 3, top5: nil))
  }

  @Test func theBestThatCanStillComeCountsTheRestAsRight() throws {
    var accumulator = AccuracyAccumulator(output: "logits")
    #expect(accumulator.best(of: 10) == nil)
    try accumulator.add(scores: floats([1, 2, 1, 2], shape: [2, 2]), labels: [1, 0])
    #expect(accumulator.best(of: 10)?.top1 == 0.9 && accumulator.best(of: 2)?.top1 == 0.5)
    #expect(accumulator.best(of: 1) == nil)
  }

  @Test(
    arguments: [
      ([1, 1], 0, true), ([1, 1], 1, false), ([.nan, 1], 1, true), ([.nan, 1], 0, false), ([.nan, .nan], 0, true),
      ([-.infinity, .nan], 0, true), ([.infinity, 1], 0, true),
    ] as [([Float], Int64, Bool)])
  func ofEqualScoresTheLowerClassWinsAndNaNLoses(scores: [Float], label: Int64, isRight: Bool) throws {
    #expect(try score(Tensor(scores, shape: [1, 2]), [label])?.top1 == (isRight ? 1 : 0))
  }

  @Test func classNumbersAreComparedAsTheyAre() throws {
    #expect(try score(Tensor([3, 4] as [Int64]), [3, 5])?.top1 == 0.5)
    let huge = Tensor(type: .uint64, shape: [1], bytes: Bytes([UInt8](repeating: 0xff, count: 8)))
    #expect(try score(huge, [0])?.top1 == 0)
  }

  @Test(
    arguments: [
      ([2, 2], [0], "output 'logits' has shape [2, 2]; 1 labels need [1, classes] scores or [1] integers"),
      ([4], [0, 0, 0, 0], "output 'logits' has shape [4]; 4 labels need [4, classes] scores or [4] integers"),
      ([1, 2, 2], [0], "output 'logits' has shape [1, 2, 2]; 1 labels need [1, classes] scores or [1] integers"),
      ([2, 2], [0, 2], "label 2 of sample 1 is outside 0...1, the classes that the scores have"),
      ([2, 2], [-1, 0], "label -1 of sample 0 is outside 0...1, the classes that the scores have"),
    ] as [([Int], [Int64], String)])
  func whatDoesNotFitIsRefused(shape: [Int], labels: [Int64], message: String) {
    let scores = floats([1, 2, 3, 4], shape: shape)
    #expect(throws: VerifyError.self) { try score(scores, labels) }
    #expect { try score(scores, labels) } throws: { ($0 as? VerifyError)?.description == message }
  }

  @Test func agreementIsTheShareOfEqualChoices() throws {
    var accumulator = AgreementAccumulator(output: "logits")
    #expect(accumulator.rate == nil)
    try accumulator.add(
      reference: floats([1, 2, 2, 1], shape: [2, 2]), candidate: floats([0, 9, 0, 9], shape: [2, 2]))
    #expect(accumulator.rate == 0.5)
  }
}
