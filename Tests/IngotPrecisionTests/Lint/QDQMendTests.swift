// What `--fix` writes, and that a fixed model has no such finding any more.

import IngotCore
import IngotGraph
import IngotPrecision
import Testing

private let conv = "  %y: float32[n,16,8,8] = Conv(%xq, %w) {pads=[1,1,1,1]} # conv"

private func constant(_ name: String, _ model: Model) -> Tensor? {
  model.graph.find(name).flatMap { model.graph.constant($0) }
}

@Suite struct QDQMendTests {
  @Test func codesAround128BecomeInt8WithTheSameScale() throws {
    let text = quantizedGraph(conv).replacing("%z: int8[] = [0]", with: "%z: uint8[] = [128]")
      .replacing("%xi: int8", with: "%xi: uint8")
    let (model, changes, left) = try mended(text)
    #expect(
      changes == [
        "Q1: node 'q' (QuantizeLinear): uint8 with zero point 128 is int8 with zero point 0; the numbers are the same"
      ])
    #expect(left.isEmpty)
    #expect(constant("s", model)?.floats == [0.5])
    #expect(model.graph.find("xi").flatMap { model.graph[$0].type } == .int8)
  }

  @Test func codesFromZeroKeepTheirClampAndDoubleTheirStep() throws {
    let text = quantizedGraph(conv).replacing("%z: int8[] = [0]", with: "%z: uint8[] = [0]")
      .replacing("%xi: int8", with: "%xi: uint8")
    let (model, changes, left) = try mended(text)
    #expect(changes.count == 1 && changes[0].hasSuffix("a step is twice as wide, and a Relu clamps what uint8 did"))
    #expect(left.isEmpty)
    #expect(model.graph.nodes.map(\.opType).filter { $0 != "DequantizeLinear" } == ["Relu", "QuantizeLinear", "Conv"])
    #expect(constant("x_scale", model)?.floats == [Float(0.5) * 255 / 127])
    #expect(model.graph.verify(requiresOrder: true).isEmpty)
  }

  @Test func otherZeroPointsAreNotGuessed() throws {
    let text = quantizedGraph(conv).replacing("%z: int8[] = [0]", with: "%z: uint8[] = [7]")
      .replacing("%xi: int8", with: "%xi: uint8")
    let original = try Model(text: text)
    let (model, changes, left) = try mended(text)
    #expect(changes.isEmpty && left == ["error Q1"])
    #expect(model.encoded().flatMap(\.array) == original.encoded().flatMap(\.array))
  }

  @Test func weightsInUint8BecomeInt8() throws {
    let text = quantizedGraph(conv)
      .replacing("%w8: int8[16,16,3,3] = ramp", with: "%w8: uint8[16,16,3,3] = ramp")
      .replacing("%wz: int8[16] = [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]", with: "%wz: uint8[16] = [\(around)]")
    let (model, changes, left) = try mended(text)
    #expect(changes == ["Q1: node 'dqw' (DequantizeLinear): the weight 'w8' is int8 now; the numbers are the same"])
    #expect(left.isEmpty)
    let before = try Model(text: text)
    let codes = constant("w8", before)?.bytes.array.map { Int($0) - 128 }
    #expect(constant("w8_int8", model)?.elements(as: Int8.self).map(Int.init) == codes)
  }

  @Test func biasesBecomeFloat() throws {
    let (model, changes, left) = try mended(
      quantizedGraph(
        """
          const %b32: int32[16] = [3,-4,5,0,0,0,0,0,0,0,0,0,0,0,0,16777216]
          const %bz: int32[16] = [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]
          %b: float32[16] = DequantizeLinear(%b32, %ws, %bz) {axis=0} # dqb
          %y: float32[n,16,8,8] = Conv(%xq, %w, %b) {pads=[1,1,1,1]} # conv
        """))
    #expect(
      changes == ["Q9: node 'dqb' (DequantizeLinear): the int32 bias 'b32' is float now; the numbers are the same"])
    #expect(left.isEmpty)
    #expect(constant("b_float", model)?.floats == [3, -4, 5] + [Float](repeating: 0, count: 12) + [16_777_216])
    #expect(!model.graph.nodes.contains { $0.name == "dqb" })
    #expect(constant("b32", model) == nil)
  }

  @Test func weightsGetScalesOnTheirOutputChannels() throws {
    let text = quantizedGraph(conv).replacing("{axis=0} # dqw", with: "{axis=1} # dqw")
    let (model, changes, left) = try mended(text)
    #expect(
      changes.count == 1 && changes[0].hasPrefix("Q4: node 'dqw' (DequantizeLinear): the weight is quantized again"))
    #expect(left.isEmpty)
    let before = constant("w8", try Model(text: text))?.elements(as: Int8.self).map { Float($0) } ?? []
    let codes = constant("w8_requantized", model)?.elements(as: Int8.self) ?? []
    let scales = constant("w8_scale", model)?.floats ?? []
    #expect(codes.count == before.count && scales.count == 16)
    for (index, code) in codes.enumerated() {
      #expect((Float(code) * scales[index / 144] - before[index]).magnitude <= scales[index / 144] / 2 * 1.001)
    }
  }

  @Test func theOperatorSetIsRaised() throws {
    let (model, changes, left) = try mended(quantizedGraph(conv, opset: 11))
    #expect(
      changes == ["Q7: operator set 11 raised to 13 for a scale per channel; the numbers are the same"])
    #expect(left.isEmpty && model.opsets[""] == 13)
  }

  @Test func ofTwoEqualPairsOneIsLeft() throws {
    let (model, changes, left) = try mended(
      quantizedGraph(
        """
          %i2: int8[n,16,8,8] = QuantizeLinear(%xq, %s, %z) # q2
          %x2: float32[n,16,8,8] = DequantizeLinear(%i2, %s, %z) # dq2
          %i3: int8[n,16,8,8] = QuantizeLinear(%x2, %s, %z) # q3
          %x3: float32[n,16,8,8] = DequantizeLinear(%i3, %s, %z) # dq3
          %y: float32[n,16,8,8] = Conv(%x3, %w) {pads=[1,1,1,1]} # conv
        """), for: .onnxruntime)
    #expect(changes.map { $0.prefix(12) } == ["P12: node 'q", "P12: node 'q"].map { $0.prefix(12) })
    #expect(left == ["warning P2"])
    #expect(model.graph.nodes.map(\.name) == ["dqw", "q", "dq3", "conv"])
  }

  @Test func branchesOfAConcatShareTheLargestScale() throws {
    let graph = quantizedGraph(
      """
        %a: float32[n,16,8,8] = Conv(%xq, %w) {pads=[1,1,1,1]} # conv1
        %ai: int8[n,16,8,8] = QuantizeLinear(%a, %s2, %z) # qa
        %aq: float32[n,16,8,8] = DequantizeLinear(%ai, %s2, %z) # dqa
        %y: float32[n,32,8,8] = Concat(%aq, %xq) {axis=1} # concat
      """, output: "float32[n,32,8,8]")
    let (_, changes, left) = try mended(graph)
    #expect(
      changes == [
        "P5: node 'concat' (Concat): its branches share the scale 0.5; the narrowest had 0.25, so its steps are wider now"
      ])
    #expect(left == ["note Q10"])
    let far = try mended(graph.replacing("%s2: float32[] = [0.25]", with: "%s2: float32[] = [0.01]"))
    #expect(far.changes.isEmpty && far.left == ["warning P5"])
  }

  @Test func thePathOfASumIsBare() throws {
    let (model, changes, left) = try mended(
      quantizedGraph(
        """
          %a: float32[n,16,8,8] = Conv(%xq, %w) {pads=[1,1,1,1]} # conv1
          %ai: int8[n,16,8,8] = QuantizeLinear(%a, %s, %z) # qa
          %aq: float32[n,16,8,8] = DequantizeLinear(%ai, %s, %z) # dqa
          %b: float32[n,16,8,8] = Add(%aq, %xq) # add
          %bi: int8[n,16,8,8] = QuantizeLinear(%b, %s, %z) # qb
          %bq: float32[n,16,8,8] = DequantizeLinear(%bi, %s, %z) # dqb
          %y: float32[n,16,8,8] = Conv(%bq, %w) {pads=[1,1,1,1]} # conv2
        """
      ).replacing("QuantizeLinear(%x,", with: "QuantizeLinear(%r,")
        .replacing("  %xi:", with: "  %r: float32[n,16,8,8] = Relu(%x) # stem\n    %xi:"))
    #expect(changes == ["P4: node 'add' (Add): input 0 reads 'a' in float; it is rounded no longer"])
    #expect(left.isEmpty)
    #expect(!model.graph.nodes.contains { $0.name == "qa" || $0.name == "dqa" })
  }
}

private let around = [String](repeating: "128", count: 16).joined(separator: ",")
