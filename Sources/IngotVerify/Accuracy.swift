// Classification against labels: top-1, top-5, and how often the candidate chooses what the reference chose.

package import IngotCore

/// Shares of samples, 0...1.
package struct Accuracy: Codable, Sendable, Hashable {
  /// The output that was scored.
  package var output: String
  package var sampleCount: Int
  package var top1: Double
  /// Nil where there are five classes or fewer, and where the output holds classes instead of scores.
  package var top5: Double?
}

/// Counts right answers batch by batch.
///
/// Scores are [samples, classes] (further axes of size 1 are allowed) or class numbers as integers [samples]. Of equal
/// scores the lower class wins; NaN loses against every number.
package struct AccuracyAccumulator: Sendable {
  private let output: String
  private var sampleCount = 0
  private var top1Count = 0
  private var top5Count = 0
  private var ranksFive = true

  package init(output: String) { self.output = output }

  /// - Parameter labels: the class of each sample of the batch.
  package mutating func add(scores: Tensor, labels: [Int64]) throws(VerifyError) {
    let choices = try Choices(of: scores, output: output, count: labels.count)
    for (sample, label) in labels.enumerated() {
      guard label >= 0, choices.classCount.map({ label < Int64($0) }) ?? true else {
        throw VerifyError(
          .labelOutOfRange(label: label, classes: choices.classCount ?? Int.max, sample: sampleCount + sample))
      }
      if choices.best(of: sample) == label { top1Count += 1 }
      if choices.ranksFive, choices.rank(of: Int(label), in: sample) < 5 { top5Count += 1 }
    }
    ranksFive = ranksFive && choices.ranksFive
    sampleCount += labels.count
  }

  /// Nil before the first sample.
  package var accuracy: Accuracy? { best(of: sampleCount) }

  /// What the accuracy is where every sample that is still to come is answered right; nil before the first sample.
  /// - Parameter total: how many samples there will be, at least as many as were added.
  package func best(of total: Int) -> Accuracy? {
    guard sampleCount > 0, total >= sampleCount else { return nil }
    let share = { (count: Int) in Double(count + total - sampleCount) / Double(total) }
    return Accuracy(
      output: output, sampleCount: total, top1: share(top1Count), top5: ranksFive ? share(top5Count) : nil)
  }
}

/// Counts how often two sets of scores choose the same class.
package struct AgreementAccumulator: Sendable {
  private let output: String
  private var sampleCount = 0
  private var equalCount = 0

  package init(output: String) { self.output = output }

  package mutating func add(reference: Tensor, candidate: Tensor) throws(VerifyError) {
    guard reference.shape == candidate.shape else {
      throw VerifyError(.shapesDiffer(output: output, reference: reference.shape, candidate: candidate.shape))
    }
    let count = reference.shape.first ?? 1
    let (expected, actual) = (
      try Choices(of: reference, output: output, count: count), try Choices(of: candidate, output: output, count: count)
    )
    for sample in 0..<count where expected.best(of: sample) == actual.best(of: sample) { equalCount += 1 }
    sampleCount += count
  }

  /// 0...1, nil before the first sample.
  package var rate: Double? { sampleCount == 0 ? nil : Double(equalCount) / Double(sampleCount) }
}

/// A batch of scores or of class numbers.
private struct Choices {
  let values: [Double]
  /// Nil for class numbers.
  let classCount: Int?

  init(of tensor: Tensor, output: String, count: Int) throws(VerifyError) {
    guard let values = tensor.doubles else { throw VerifyError(.unsupportedType(output: output, tensor.type)) }
    let axes = tensor.shape.prefix(1) + tensor.shape.dropFirst().filter { $0 != 1 }
    let isClasses = axes.count == 1 && !tensor.type.isFloatingPoint
    guard axes.first == count, isClasses || axes.count <= 2, isClasses || tensor.shape.count >= 2 else {
      throw VerifyError(.scoresDoNotFit(output: output, shape: tensor.shape, labels: count))
    }
    self.values = values
    classCount = isClasses ? nil : axes.count == 2 ? axes[1] : 1
  }

  var ranksFive: Bool { classCount.map { $0 > 5 } ?? false }

  /// -1 for a class number that is none.
  func best(of sample: Int) -> Int64 {
    guard let classCount else { return Int64(exactly: values[sample]) ?? -1 }
    let start = sample * classCount
    var best = 0
    for other in 0..<classCount {
      let (score, leader) = (values[start + other], values[start + best])
      if score > leader || leader.isNaN && !score.isNaN { best = other }
    }
    return Int64(best)
  }

  /// How many classes come before one.
  func rank(of chosen: Int, in sample: Int) -> Int {
    guard let classCount else { return 0 }
    let start = sample * classCount
    let own = values[start + chosen]
    return (0..<classCount).count { other in
      guard other != chosen else { return false }
      let score = values[start + other]
      if own.isNaN { return !score.isNaN || other < chosen }
      return score > own || score == own && other < chosen
    }
  }
}
