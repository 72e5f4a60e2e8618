import IngotCalibration
import IngotPrecision
import Testing

@testable import IngotReport

@Suite struct LayerTableTests {
  @Test func ranksByOutputsWhereTheyWereMeasured() {
    let table = SomePage().documents.layers
    #expect(table.order == .outputs && table.rankedCount == 2)
    #expect(table.rows.map(\.node) == ["/fc1/Gemm", "/conv1/Conv", "/fc2/Gemm"])
    #expect(table.rows.map(\.rank) == [1, 2, nil])
    #expect(table.rows.map(\.outputSQNR) == [19.75, 30, nil])
    #expect(table.rows.map(\.range) == [[-6, 6], [-3, 3], nil])
    #expect(table.rows.map(\.clipped) == [0.05, 0.05, nil])
    #expect(table.rows.map(\.share) == [0.07, 0.9, 0.03])
  }

  /// Nothing is said of outputs that nobody measured.
  @Test func ranksByTheWorseOfWeightAndInputElsewhere() {
    let some = SomePage()
    let table = LayerTable(lowering: some.lowering, ranges: some.ranges, recipe: nil)
    #expect(table.order == .parts && table.rows.allSatisfy { $0.outputSQNR == nil })
    // 15 dB of the input, 30 dB of the other's.
    #expect(table.rows.map(\.node) == ["/conv1/Conv", "/fc1/Gemm", "/fc2/Gemm"])
    #expect(table.orderText.contains("outputs were not measured"))
  }

  @Test func withoutRangesWeightsAreLeft() {
    let table = LayerTable(lowering: SomePage.someLowering, ranges: nil, recipe: nil)
    #expect(table.rows.map(\.node) == ["/fc1/Gemm", "/conv1/Conv", "/fc2/Gemm"])
    #expect(table.rows.allSatisfy { $0.range == nil && $0.clipped == nil && $0.inputSQNR == nil })
  }

  @Test func aRecipeAloneIsATable() {
    let table = LayerTable(lowering: nil, ranges: nil, recipe: SomePage.someRecipe)
    #expect(table.rows.map(\.node) == ["/fc1/Gemm", "/conv1/Conv"] && table.rows.map(\.rank) == [1, 2])
    #expect(table.rows[0].clipped == 0.001)
  }

  /// What int8 would do to a range says nothing of float8, and weights alone leave the input as it is.
  @Test(arguments: [("float8e4m3fn", "float8e4m3fn", [-3, 3] as [Float], true), ("float32", "int4", [-8, 7], false)])
  func inputsAreJudgedOnlyWhereTheyAreInt8(type: String, weights: String, range: [Float], isClipped: Bool) {
    var lowering = SomePage.someLowering
    lowering.precision = weights
    (lowering.layers[0].type, lowering.layers[0].weightType) = (type, weights)
    let row = LayerTable(lowering: lowering, ranges: SomePage().ranges, recipe: nil).rows.first { $0.op == "Conv" }
    #expect(row?.inputSQNR == nil && row?.weightSQNR == 41.25 && row?.range == range)
    #expect((row?.clipped != nil) == isClipped)
  }

  @Test func listsTheWorst() {
    #expect(
      TextTable(worst: 10, of: SomePage().documents.layers).text == """
        #  layer        op    output dB  weight dB  clipped  range  compute
        -  -----------  ----  ---------  ---------  -------  -----  -------
        1  /fc1/Gemm    Gemm       19.8       38.5   5.000%  ±6.00     7.0%
        2  /conv1/Conv  Conv       30.0       41.2   5.000%  ±3.00    90.0%
        """)
    #expect(TextTable(worst: 1, of: SomePage().documents.layers).rows.count == 1)
  }

  @Test(
    arguments: [
      (0, "0"), (3.214, "3.21"), (-0.04567, "-0.0457"), (12.34, "12.3"), (1234.5, "1234"), (1.5e7, "1.5e7"),
      (-1.23e-7, "-1.2e-7"),
    ] as [(Float, String)])
  func numbersAreShort(value: Float, text: String) { #expect(short(value) == text) }
}
