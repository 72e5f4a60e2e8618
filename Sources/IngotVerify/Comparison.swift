// How far one output is from its reference: figures over all samples, gathered batch by batch. No output is kept.

package import IngotCore

/// What comparing an output with its reference gave. The error figures are over the elements that are finite on both
/// sides, and nil where there are none.
package struct Comparison: Codable, Sendable, Hashable {
  package var output: String
  /// Elements compared, those that are not finite included.
  package var elementCount = 0
  /// Elements of padding, which are not compared; nil where there are none.
  package var paddingCount: Int?
  package var maxAbsoluteError: Double?
  /// The largest |reference - candidate| / max(|reference|, 1e-6).
  package var maxRelativeError: Double?
  package var meanAbsoluteError: Double?
  /// Of all elements as one vector; 1 where both are all zeros, 0 where one is.
  package var cosine: Double?
  /// 10 log10(sum of squares of the reference / sum of squares of the error): infinite where there is no error, minus
  /// infinite where an all-zero reference meets an error.
  package var sqnrDecibels: Double?
  package var referenceNaNCount = 0
  package var referenceInfinityCount = 0
  package var candidateNaNCount = 0
  package var candidateInfinityCount = 0
  /// Elements that are NaN or infinite in the candidate and something else in the reference.
  package var newNonFiniteCount = 0

  package init(output: String) { self.output = output }
}

/// Gathers a `Comparison` from the batches of one output.
package struct ComparisonAccumulator: Sendable {
  /// Under this magnitude of the reference an error is taken relative to this.
  package static let relativeFloor = 1e-6

  private var figures: Comparison
  private var finiteCount = 0
  private var maxAbsolute = 0.0
  private var maxRelative = 0.0
  private var sumOfAbsolute = 0.0
  private var sumOfReferenceSquares = 0.0
  private var sumOfCandidateSquares = 0.0
  private var sumOfProducts = 0.0
  private var sumOfErrorSquares = 0.0

  package init(output: String) { figures = Comparison(output: output) }

  /// Adds a batch; the element types of both may differ.
  /// - Parameter kept: the elements that are no padding, in order; nil where all are. Padding only must not turn NaN or infinite.
  package mutating func add(
    reference: Tensor, candidate: Tensor, kept: [Range<Int>]? = nil
  ) throws(VerifyError) {
    guard reference.shape == candidate.shape else {
      throw VerifyError(.shapesDiffer(output: figures.output, reference: reference.shape, candidate: candidate.shape))
    }
    guard let expected = reference.doubles else {
      throw VerifyError(.unsupportedType(output: figures.output, reference.type))
    }
    guard let actual = candidate.doubles else {
      throw VerifyError(.unsupportedType(output: figures.output, candidate.type))
    }
    var next = 0
    for run in kept ?? [expected.indices] {
      for index in next..<run.lowerBound { addPadding(expected[index], actual[index]) }
      for index in run { add(expected[index], actual[index]) }
      next = run.upperBound
    }
    for index in next..<expected.count { addPadding(expected[index], actual[index]) }
  }

  private mutating func addPadding(_ expected: Double, _ actual: Double) {
    figures.paddingCount = (figures.paddingCount ?? 0) + 1
    if !expected.isFinite || !actual.isFinite { addNonFinite(expected, actual) }
  }

  private mutating func add(_ expected: Double, _ actual: Double) {
    figures.elementCount += 1
    guard expected.isFinite, actual.isFinite else { return addNonFinite(expected, actual) }
    let error = (expected - actual).magnitude
    finiteCount += 1
    maxAbsolute = max(maxAbsolute, error)
    maxRelative = max(maxRelative, error / max(expected.magnitude, Self.relativeFloor))
    sumOfAbsolute += error
    sumOfReferenceSquares += expected * expected
    sumOfCandidateSquares += actual * actual
    sumOfProducts += expected * actual
    sumOfErrorSquares += error * error
  }

  private mutating func addNonFinite(_ expected: Double, _ actual: Double) {
    if expected.isNaN { figures.referenceNaNCount += 1 }
    if expected.isInfinite { figures.referenceInfinityCount += 1 }
    if actual.isNaN { figures.candidateNaNCount += 1 }
    if actual.isInfinite { figures.candidateInfinityCount += 1 }
    let isSame = expected.isNaN && actual.isNaN || expected == actual
    if !actual.isFinite, !isSame { figures.newNonFiniteCount += 1 }
  }

  /// The figures so far.
  package var comparison: Comparison {
    guard finiteCount > 0 else { return figures }
    var result = figures
    result.maxAbsoluteError = maxAbsolute
    result.maxRelativeError = maxRelative
    result.meanAbsoluteError = sumOfAbsolute / Double(finiteCount)
    result.cosine = cosine
    result.sqnrDecibels =
      sumOfErrorSquares == 0 ? .infinity : decibels(sumOfReferenceSquares / sumOfErrorSquares)
    return result
  }

  /// The figures, where every element that is still to come is as near as it can be: so no run ends better.
  /// - Parameter squares: the sum of squares of the whole reference.
  package func best(ofReferenceSquares squares: Double) -> Comparison {
    var result = comparison
    let rest = max(squares - sumOfReferenceSquares, 0)
    guard finiteCount > 0, squares > 0, squares.isFinite else { return result }
    // A little more than the sums give, for what rounding took from them.
    result.sqnrDecibels = sumOfErrorSquares == 0 ? .infinity : decibels(squares / sumOfErrorSquares * (1 + 1e-9))
    // The rest is best in the reference's direction and as long as suits what is there.
    let product = max(sumOfProducts, 0)
    let reached = sumOfCandidateSquares > 0 ? product * product / sumOfCandidateSquares : 0
    result.cosine = min(1, ((reached + rest) / squares).squareRoot() * (1 + 1e-9))
    return result
  }

  private var cosine: Double {
    let (a, b) = (sumOfReferenceSquares, sumOfCandidateSquares)
    guard a > 0, b > 0 else { return a == b ? 1 : 0 }
    // The root of the product is exact for equal vectors; it is taken apart where the product leaves the range.
    let lengths = (a * b).isNormal ? (a * b).squareRoot() : a.squareRoot() * b.squareRoot()
    return max(-1, min(1, sumOfProducts / lengths))
  }
}
