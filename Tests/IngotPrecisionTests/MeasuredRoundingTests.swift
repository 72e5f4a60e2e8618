// Weights of int4 rounded by what they are multiplied with: the factor, the feedback, the file, and who refuses it.

import IngotCalibration
import IngotCore
import IngotGraph
import Testing

@testable import IngotPrecision

/// Rows with channels that go together: the second is the first and a little, the last is loud.
private func moments(_ channels: Int, rows: Int = 400) -> SecondMoments {
  var state: UInt64 = 1
  func next() -> Float {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(state >> 40) / Float(1 << 23) - 1
  }
  var sums = [Float](repeating: 0, count: channels * channels)
  for _ in 0..<rows {
    var row: [Float] = []
    for channel in 0..<channels {
      row.append(channel % 2 == 1 ? row[channel - 1] + 0.1 * next() : next() * (channel > channels - 4 ? 8 : 1))
    }
    for a in 0..<channels { for b in 0..<channels { sums[a * channels + b] += row[a] * row[b] } }
  }
  return SecondMoments(sums: sums, channelCount: channels)
}

/// tr(DᵀHD).
private func outputError(_ weight: Tensor, _ stored: ScaledWeight, axis: Int, _ moments: SecondMoments) -> Double {
  let layout = RowsAndColumns(weight.shape, axis: axis)
  let size = layout.rowCount * layout.columnCount / stored.scales.elementCount
  let (exact, codes) = (weight.elements(as: Float.self), stored.values.bytes.array)
  let scales = stored.scales.elements(as: Float.self)
  var sum = 0.0
  for column in 0..<layout.columnCount {
    let errors = (0..<layout.rowCount).map { row in
      let place = layout.place(row: row, column: column)
      let code = Int8(bitPattern: codes[place / 2] << UInt8(4 - place % 2 * 4)) >> 4
      return Double(Float(code) * scales[layout.place(block: row / size, of: size, column: column)] - exact[place])
    }
    for a in errors.indices {
      for b in errors.indices { sum += errors[a] * errors[b] * Double(moments.sums[a * errors.count + b]) }
    }
  }
  return sum
}

private let product = """
  graph main(%x: float32[n,64]) -> (%y: float32[n,24]) {
    const %w: float32[64,24] = ramp(-1.0, 0.0013)
    %y: float32[n,24] = MatMul(%x, %w) # product
  }
  """

@Suite struct MeasuredRoundingTests {
  @Test func theFactorIsOneOfTheMoments() {
    // H = UUᵀ, put together again from shares and costs, for more rows than a panel has.
    let (size, sums) = (19, moments(19).sums)
    let feedback = ErrorFeedback(SecondMoments(sums: sums, channelCount: size), takesBack: true)
    let unit = (0..<size).map { row in
      var lanes = [SIMD16<Float>](repeating: .zero, count: size)
      lanes[row] = SIMD16(repeating: -1)
      return (row..<size).map { column -> Float in
        if column == row { return 1 }
        var share = SIMD16<Float>.zero
        feedback.subtract(lanes, 0..<column, from: &share, row: column)
        return share[0]
      }
    }
    let diagonal = (0..<size).map { sums[$0 * size + $0] }
    let added = diagonal.reduce(0, +) / Float(size) * 0.05
    for a in 0..<size {
      for b in a..<size {
        let product = (b..<size).reduce(Float(0)) { $0 + unit[a][$1 - a] * unit[b][$1 - b] * feedback.costs[$1] }
        let wanted = sums[a * size + b] + (a == b ? added : 0)
        #expect((product - wanted).magnitude < 1e-3 * diagonal[size - 1], "\(a) \(b): \(product) \(wanted)")
      }
    }
  }

  @Test(arguments: [0, 1])
  func feedbackLosesLessThanWeighingAndThatLessThanNeither(axis: Int) throws {
    let moments = moments(64)
    let values = (0..<64 * 20).map { (index: Int) -> Float in
      let value = Float(index * 7919 % 997) / 997 - 0.5
      return index % 191 == 0 ? value + 2 : value
    }
    let tensor = Tensor(values, shape: axis == 0 ? [64, 20] : [20, 64])
    let nearest = try ScaledFormat.int4.quantize(
      tensor, by: .blocks(axis: axis, size: 32), clips: true, scaleType: .float32
    ).get()
    let errors =
      [nearest]
      + [false, true].map { takesBack in
        ScaledFormat.int4.quantize(
          tensor, axis: axis, blockSize: 32, ErrorFeedback(moments, takesBack: takesBack))
      }
    let sums = errors.map { outputError(tensor, $0, axis: axis, moments) }
    #expect(sums[1] < sums[0] * 0.95 && sums[2] < sums[1] * 0.7, "\(sums)")
    #expect(errors.allSatisfy { $0.scales.shape == (axis == 0 ? [2, 20] : [20, 2]) })
  }

  @Test func blocksOfZerosAndTensorsThatAreNeverReadKeepUsableScales() {
    let silent = SecondMoments(sums: [Float](repeating: 0, count: 16 * 16), channelCount: 16)
    let tensor = Tensor((0..<32).map { Float($0 % 2 * $0) }, shape: [16, 2])
    let rounded = ScaledFormat.int4.quantize(
      tensor, axis: 0, blockSize: 16, ErrorFeedback(silent, takesBack: true))
    #expect(rounded.zeroGroups == 1)
    #expect(rounded.scales.elements(as: Float.self).allSatisfy { $0 > 0 && $0.isFinite })
  }

  @Test func theSameWeightsComeOutForAnyThreadCountAndOutOfTheFile() throws {
    let graph = try Model(text: product).graph
    let blocked = try blockedWeights(graph)
    #expect(blocked.map(\.name) == ["w"] && blocked[0].data == ["x"])
    let made = try [1, 2, 5].map { threads in
      var weights = RoundedWeights(.feedback)
      try weights.add(blocked, of: graph, .feedback, moments: ["x": moments(64)], threadCount: threads)
      return weights
    }
    let files = made.map { $0.model.encoded().flatMap(\.array) }
    #expect(files[0] == files[1] && files[0] == files[2])
    let read = try RoundedWeights(made[0].model)
    #expect(read.weights == made[0].weights && read.rounding == made[0].rounding)
    #expect(made[0].sqnr(of: blocked[0], in: graph) > 15)
  }

  @Test func loweringWritesWhatWasRoundedAndSaysSo() throws {
    let graph = try Model(text: product).graph
    var weights = RoundedWeights(.feedback)
    try weights.add(blockedWeights(graph), of: graph, .feedback, moments: ["x": moments(64)], threadCount: 1)
    let result = try lowered(product) { try lowerWeights(&$0, to: .int4, rounded: weights) }
    let codes = try #require(result.model.graph.find("w_quantized").flatMap(result.model.graph.constant))
    #expect(codes.bytes == weights.weights["w"]?.values.bytes)
    #expect(result.report.rounding == "with error feedback over what weights are multiplied with")
    let half = try lowered(product) { try lowerWeights(&$0, to: .int4, fallback: .float16, rounded: weights) }
    #expect(half.model.graph.find("w_scale").flatMap(half.model.graph.constant)?.type == .float16)
    let plain = try lowered(product) { try lowerWeights(&$0, to: .int4) }
    #expect(plain.report.rounding == "to nearest: there is no calibration data")
  }

  @Test func weightsOfAnotherModelAreRefused() throws {
    let graph = try Model(text: product).graph
    var weights = RoundedWeights(.feedback)
    try weights.add(blockedWeights(graph), of: graph, .feedback, moments: ["x": moments(64)], threadCount: 1)
    var other = try Model(text: product.replacing("64,24", with: "32,24").replacing("n,64", with: "n,32"))
    let error = #expect(throws: PrecisionError.self) { try lowerWeights(&other, to: .int4, rounded: weights) }
    #expect(
      error?.description == """
        the recipe does not fit the model: 'w' has the shape [32, 24], and its codes [64, 24]
          hint: calibrate this model
        """)
    let stranger = #expect(throws: PrecisionError.self) { try RoundedWeights(Model(text: product)) }
    #expect(stranger?.description.contains("no weights of Ingot's") == true)
  }

  @Test func momentsAreMadeOfWhatAMaskLeaves() throws {
    let model = try Model(
      text: """
        graph main(%x: float32[b,s,4], %attention_mask: int64[b,s], %z: float32[b,4]) -> (%y: float32[b,s,4]) {
          %y: float32[b,s,4] = Relu(%x) # relu
        }
        """)
    let measuring = model.measuringMoments(of: ["x", "y", "z"])
    #expect(measuring.outputs.map(\.name) == ["x_moments", "y_moments", "z_moments"])
    let graph = measuring.model.graph
    #expect(graph.verify(requiresOrder: true).isEmpty)
    #expect(graph.outputs.allSatisfy { graph[$0].shape == [.fixed(4), .fixed(4)] })
    #expect(graph.nodes.filter { $0.opType == "Mul" }.count == 2)
  }
}
