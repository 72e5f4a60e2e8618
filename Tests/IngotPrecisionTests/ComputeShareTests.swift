// How much of a model got the precision that was asked for, what the rest computes in and why, and what rounding did to
// each weight.

import IngotCore
import IngotGraph
import Testing

@testable import IngotPrecision

@Suite struct ComputeShareTests {
  /// 8192 multiply-adds that can be int8, and 512 in a product that is too small for it.
  private let text = """
    graph main(%x: float32[8,64]) -> (%y: float32[8,4]) {
      const %w: float32[64,16] = ramp
      const %v: float32[16,4] = ramp
      %a: float32[8,16] = MatMul(%x, %w) # large
      %b: float32[8,16] = Relu(%a) # relu
      %y: float32[8,4] = MatMul(%b, %v) # small
    }
    """

  private func int8() throws -> LoweringReport {
    try lowered(text) { try lowerToInt8(&$0) { _ in ActivationRange(min: -1, max: 1, amax: 1) } }.report
  }

  @Test func everyLayerSaysWhatItComputesInAndWhy() throws {
    let layers = try int8().layers
    #expect(layers.map(\.node) == ["large", "small"] && layers.map(\.op) == ["MatMul", "MatMul"])
    #expect(layers.map(\.type) == ["int8", "float32"] && layers.map(\.weightType) == ["int8", "float32"])
    #expect(layers.map(\.multiplyAdds) == [8192, 512])
    // The name that ranges have it under, not that of what stands before the node now.
    #expect(layers.map(\.input) == ["x", "b"])
    #expect(layers.map(\.rule) == ["P1", "P11"])
    #expect(layers[1].reason == "a product with 16 x 4 weights is too small")
  }

  @Test func theShareIsOfMultiplyAdds() throws {
    #expect(try int8().requestedShare == 8192 / 8704)
  }

  @Test func enoughIsEnough() throws {
    var report = try int8()
    try report.require(share: 0.94)
    #expect(report.requiredShare == 0.94)
    try report.require(share: nil)
  }

  @Test func tooLittleNamesTheLayersAndTheirRules() throws {
    var report = try int8()
    let error = #expect(throws: PrecisionError.self) { try report.require(share: 0.95) }
    #expect(error?.kind == .gate)
    #expect(
      error?.description == """
        94.1% of the compute is int8, must be at least 95.0%
          small (MatMul) is float32: a product with 16 x 4 weights is too small (rule P11)
          hint: shorten 'keep', lower 'at-least', or ask for another precision
        """)
  }

  /// Float16 is everywhere but in what costs time: no success without a word.
  @Test func noneOfThePrecisionFailsWithoutADemand() throws {
    var report = try lowered(text) {
      try lowerToFloat16(&$0, options: FloatOptions(keep: KeepList(nodes: [], ops: ["MatMul"])))
    }.report
    let error = #expect(throws: PrecisionError.self) { try report.require(share: nil) }
    #expect(error?.kind == .gate)
    #expect(
      error?.description.hasPrefix(
        "0.0% of the compute is float16, and it was asked for\n  large (MatMul) is float32: kept by 'MatMul' (rule 2a)")
        == true)
  }

  @Test func ofWeightsAloneTheirTypeCounts() throws {
    let report = try lowered(text) { try lowerWeights(&$0, to: .int4) }.report
    #expect(report.layers.map(\.type) == ["float32", "float32"])
    #expect(report.layers.map(\.weightType) == ["int4", "int4"] && report.requestedShare == 1)
  }

  @Test func aModelWithoutComputeMissesNothing() throws {
    var report = try lowered(
      "graph main(%x: float32[2]) -> (%y: float32[2]) {\n  %y: float32[2] = Relu(%x) # relu\n}"
    ) { try lowerToFloat16(&$0) }.report
    #expect(report.requestedShare == nil)
    try report.require(share: 1)
  }

  @Test func aManyLayeredMissIsCutShort() throws {
    var report = try int8()
    report.layers = (0..<30).map {
      ComputeLayer(node: "n\($0)", op: "Conv", type: "float32", multiplyAdds: $0, input: "x")
    }
    let error = #expect(throws: PrecisionError.self) { try report.require(share: nil) }
    let lines = error?.description.split(separator: "\n") ?? []
    #expect(lines.count == 13 && lines[1] == "  n29 (Conv) is float32" && lines[11] == "  and 20 more")
  }

  // MARK: weights

  @Test(arguments: [(ElementType.int8, 40.0), (.int4, 15.0)])
  func weightsAreComparedAsTheyAreStored(type: ElementType, least: Double) throws {
    var model = try Model(text: text)
    let float = model.graph
    var report = try lowerWeights(&model, to: type)
    report.measureWeights(from: float, in: model.graph)
    for layer in report.layers {
      let noise = try #require(layer.weightSQNR)
      #expect(noise > least && noise < 70, "\(layer.node): \(noise)")
    }
  }

  /// One row of ones and halves in int8: 1 is 127 scales, 0.5 is 63.5, which becomes 64.
  @Test func theRatioIsSignalToNoise() throws {
    let row = (0..<16).map { $0 < 8 ? "1" : "0.5" }.joined(separator: ", ")
    var model = try Model(
      text: """
        graph main(%x: float32[2,1]) -> (%y: float32[2,16]) {
          const %w: float32[16,16] = [\(Array(repeating: row, count: 16).joined(separator: ", "))]
          const %i: float32[1,16] = [\(row)]
          %a: float32[2,16] = MatMul(%x, %i) # first
          %y: float32[2,16] = Gemm(%a, %w) {transB=1} # second
        }
        """)
    let float = model.graph
    var report = try lowerWeights(&model, to: .int8)
    report.measureWeights(from: float, in: model.graph)
    let layer = try #require(report.layers.first { $0.node == "second" })
    // 10 log10 of (8 * 1 + 8 / 4) / (8 * (0.5 / 127)^2)
    #expect(try abs(#require(layer.weightSQNR) - 49.0658) < 0.001)
  }

  @Test func layersInFloatHaveNothingToLose() throws {
    var model = try Model(text: text)
    let float = model.graph
    var report = try lowerToInt8(&model) { _ in ActivationRange(min: -1, max: 1, amax: 1) }
    report.measureWeights(from: float, in: model.graph)
    #expect(report.layers.map { $0.weightSQNR != nil } == [true, false])
  }

  @Test func aReportIsReadBack() throws {
    var report = try int8()
    report.layers[0].weightSQNR = 41.5
    #expect(LoweringReport(json: report.json()) == report)
    #expect(LoweringReport(json: Array("{\"report\": 1}".utf8)) == nil)
    #expect(LoweringReport(json: []) == nil)
  }
}
