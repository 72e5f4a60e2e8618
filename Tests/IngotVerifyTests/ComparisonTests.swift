// Error figures on numbers small enough to work out by hand.

import IngotCore
import Testing

@testable import IngotVerify

private func compare(_ reference: [Float], _ candidate: [Float]) throws -> Comparison {
  var accumulator = ComparisonAccumulator(output: "y")
  try accumulator.add(reference: Tensor(reference), candidate: Tensor(candidate))
  return accumulator.comparison
}

private func half(_ values: [Float16]) -> Tensor {
  Tensor(type: .float16, shape: [values.count], bytes: Bytes(littleEndianBytes(of: values)))
}

@Suite struct ComparisonTests {
  @Test func figuresAreThoseOfTheFormulas() throws {
    let result = try compare([3, 4, 0], [3, 3, 0.5])
    #expect(result.elementCount == 3)
    #expect(result.maxAbsoluteError == 1)
    #expect(result.meanAbsoluteError == 0.5)
    // 0.5 against a reference of 0 is relative to the floor of 1e-6.
    #expect(result.maxRelativeError == 0.5 / 1e-6)
    // 25 / (5 * sqrt(18.25)) is 21 / ... : the products are 9 + 12.
    #expect(abs((result.cosine ?? 0) - 21 / (5 * 18.25.squareRoot())) < 1e-15)
    // 10 log10(25 / 1.25) = 10 log10(20)
    #expect(abs((result.sqnrDecibels ?? 0) - 13.010299956639813) < 1e-12)
  }

  @Test func batchesAddUpToTheWhole() throws {
    var accumulator = ComparisonAccumulator(output: "y")
    try accumulator.add(reference: floats([3]), candidate: floats([3]))
    try accumulator.add(reference: floats([4, 0]), candidate: floats([3, 0.5]))
    #expect(try accumulator.comparison == compare([3, 4, 0], [3, 3, 0.5]))
  }

  @Test func equalTensorsHaveNoErrorAndInfiniteSqnr() throws {
    let result = try compare([1, -2], [1, -2])
    #expect(result.maxAbsoluteError == 0 && result.maxRelativeError == 0 && result.cosine == 1)
    #expect(result.sqnrDecibels == .infinity)
  }

  @Test func zerosAreEqualToZerosAndUnlikeAnythingElse() throws {
    let same = try compare([0, 0], [0, -0.0])
    #expect(same.cosine == 1 && same.sqnrDecibels == .infinity)
    let other = try compare([0, 0], [0, 1])
    #expect(other.cosine == 0 && other.sqnrDecibels == -.infinity)
  }

  @Test func anEmptyOutputHasNoFigures() throws {
    let result = try compare([], [])
    #expect(result == Comparison(output: "y"))
    #expect(result.cosine == nil && result.sqnrDecibels == nil && result.maxAbsoluteError == nil)
  }

  @Test func whatIsNotFiniteIsCountedAndLeftOutOfTheFigures() throws {
    let reference: [Float] = [.nan, .infinity, -.infinity, 1, 2, .infinity, 1]
    let candidate: [Float] = [.nan, .infinity, .infinity, .nan, .infinity, 5, 1.5]
    let result = try compare(reference, candidate)
    #expect(result.elementCount == 7)
    #expect(result.referenceNaNCount == 1 && result.referenceInfinityCount == 3)
    #expect(result.candidateNaNCount == 2 && result.candidateInfinityCount == 3)
    // -inf became inf, 1 became NaN, 2 became inf.
    #expect(result.newNonFiniteCount == 3)
    #expect(result.maxAbsoluteError == 0.5)
    #expect(result.meanAbsoluteError == 0.5)
  }

  @Test func allNaNHasCountsAndNoFigures() throws {
    let result = try compare([.nan], [.nan])
    #expect(result.referenceNaNCount == 1 && result.newNonFiniteCount == 0 && result.cosine == nil)
  }

  /// The bounds are reached where the rest of the candidate is the reference's, for the cosine with the best length.
  @Test func theBestThatCanStillComeIsABound() throws {
    func accumulated(_ rest: [Float]?) throws -> ComparisonAccumulator {
      var accumulator = ComparisonAccumulator(output: "y")
      try accumulator.add(reference: floats([3, 4]), candidate: floats([3, 3]))
      if let rest { try accumulator.add(reference: floats([5, 0]), candidate: floats(rest)) }
      return accumulator
    }
    let best = try accumulated(nil).best(ofReferenceSquares: 50)
    for rest in [[5, 0], [30.0 / 7, 0], [5, 1], [-5, 0], [0, 0], [1000, 0]] as [[Float]] {
      let whole = try accumulated(rest)
      #expect(try #require(whole.comparison.sqnrDecibels) <= #require(best.sqnrDecibels), "\(rest)")
      #expect(try #require(whole.comparison.cosine) <= #require(best.cosine), "\(rest)")
      // With everything there, the bound is what is.
      let bound = whole.best(ofReferenceSquares: 50)
      #expect(abs(try #require(bound.cosine) - max(0, try #require(whole.comparison.cosine))) < 1e-6)
    }
    let reached = try accumulated([30.0 / 7, 0]).comparison
    #expect(abs(try #require(reached.cosine) - #require(best.cosine)) < 1e-6)
    #expect(abs(try #require(accumulated([5, 0]).comparison.sqnrDecibels) - #require(best.sqnrDecibels)) < 1e-6)
  }

  @Test func typesMayDiffer() throws {
    var accumulator = ComparisonAccumulator(output: "y")
    try accumulator.add(reference: floats([1, 2]), candidate: half([1, 2.5]))
    #expect(accumulator.comparison.maxAbsoluteError == 0.5)
  }

  @Test(
    arguments: [
      (ElementType.float64, littleEndianBytes(of: [1.5]), 1.5), (.float16, littleEndianBytes(of: [Float16(-2)]), -2),
      (.bfloat16, [0x80, 0x3f], 1), (.int8, [0xff], -1), (.uint8, [0xff], 255), (.bool, [1], 1),
      (.int16, [0xff, 0xff], -1),
      (.uint16, [0xff, 0xff], 65535), (.int32, littleEndianBytes(of: [Int32.min]), -2_147_483_648),
      (.uint32, littleEndianBytes(of: [UInt32.max]), 4_294_967_295), (.int64, littleEndianBytes(of: [Int64(-3)]), -3),
      (.uint64, littleEndianBytes(of: [UInt64(1) << 63]), 9.223372036854775808e18),
    ] as [(ElementType, [UInt8], Double)])
  func elementsOfEveryPlainTypeAreNumbers(type: ElementType, bytes: [UInt8], value: Double) {
    #expect(Tensor(type: type, shape: [1], bytes: Bytes(bytes)).doubles == [value])
  }

  /// Nobody reads what is made of padding; but what turns NaN there may do so elsewhere.
  @Test func paddingIsNotComparedButMustStayFinite() throws {
    var accumulator = ComparisonAccumulator(output: "y")
    try accumulator.add(
      reference: floats([9, 3, 4, 7, 0, .infinity, 8]), candidate: floats([1, 3, 3, .nan, 0.5, .infinity, 2]),
      kept: [1..<3, 4..<5])
    var expected = try compare([3, 4, 0], [3, 3, 0.5])
    (expected.paddingCount, expected.candidateNaNCount, expected.newNonFiniteCount) = (4, 1, 1)
    (expected.referenceInfinityCount, expected.candidateInfinityCount) = (1, 1)
    #expect(accumulator.comparison == expected)
  }

  @Test func otherTypesAndOtherShapesAreRefused() {
    var accumulator = ComparisonAccumulator(output: "y")
    let packed = Tensor(type: .int4, shape: [2], bytes: Bytes([0]))
    let type = #expect(throws: VerifyError.self) { try accumulator.add(reference: packed, candidate: packed) }
    #expect(
      type?.description == "output 'y' is int4, which is not compared; floats of 16 to 64 bits, integers and bool are")
    let shape = #expect(throws: VerifyError.self) {
      try accumulator.add(reference: floats([1]), candidate: floats([1, 2]))
    }
    #expect(
      shape?.description == """
        output 'y' has shape [1] in the reference and [2] in the candidate
          hint: both must run with the same inputs; compare their signatures with 'ingot inspect'
        """)
    #expect(accumulator.comparison.elementCount == 0)
  }
}
