// Q1, Q2 and Q5: zero points, scales, and what rounding and clamping lose.

internal import IngotCore
internal import IngotGraph

extension QDQLinter {
  /// Types that TensorRT quantizes to.
  private static let tensorRTTypes: Set<ElementType> = [.int8, .float8e4m3fn, .int4, .float4e2m1]

  /// Q1. A pair's zero point is reported once, at the QuantizeLinear.
  mutating func checkZeroPoint(of step: Quantizer, in quantized: QuantizedGraph) {
    guard target == .tensorrt, !isSecondOfPair(step, in: quantized), let type = quantized.type(of: step) else { return }
    let (node, value) = (quantized.label(step.index), quantized.name(step.data))
    if type == .int32 { return }  // Q9
    guard Self.tensorRTTypes.contains(type) else {
      let isImplicit = step.zeroPoint == nil && step.isQuantize
      let offset = step.zeroPoint.flatMap(quantized.constant).map { $0.bytes.array }
      let isExact = type == .uint8 && offset?.allSatisfy { $0 == 128 } ?? false
      return report(
        .error, .symmetric, node: node, value: value,
        isImplicit
          ? "quantizes to uint8, which is what ONNX makes of a missing zero point; TensorRT reads int8"
          : "quantizes to \(type); TensorRT takes int8, float8e4m3fn, int4 and float4e2m1",
        hint: isExact
          ? "`--fix` writes the same numbers in int8, with zero point 0"
          : "quantize symmetrically to int8; `--fix` does where the zero point is 0")
    }
    switch quantized.hasZeroZeroPoint(step) {
    case false:
      report(
        .error, .symmetric, node: node, value: value, "the zero point is not 0; TensorRT quantizes symmetrically",
        hint: "calibrate again with symmetric ranges; another scale cannot be told from this model")
    case nil where !(step.zeroPoint.map(quantized.isConstant) ?? true):
      report(
        .error, .symmetric, node: node, value: value, "the zero point is calculated at run time",
        hint: "make it a constant 0 of type \(type)")
    default: break
    }
  }

  /// Whether the quantizer is the DequantizeLinear behind a QuantizeLinear with its parameters.
  func isSecondOfPair(_ step: Quantizer, in quantized: QuantizedGraph) -> Bool {
    guard !step.isQuantize, let first = quantized.quantizer(writing: step.data), first.isQuantize else { return false }
    return quantized.haveEqualParameters(first, step)
  }

  /// Q2.
  mutating func checkScale(of step: Quantizer, in quantized: QuantizedGraph) {
    let (node, value) = (quantized.label(step.index), quantized.name(step.data))
    guard quantized.isConstant(step.scale) else {
      if target != .onnxruntime {
        report(
          .error, .scales, node: node, value: value,
          "the scale '\(quantized.name(step.scale))' is calculated at run time",
          hint: "quantize with constant scales; only ONNX Runtime quantizes dynamically")
      }
      return
    }
    if let first = quantized.quantizer(writing: step.data), first.isQuantize != step.isQuantize, !step.isQuantize,
      !quantized.haveEqualParameters(first, step)
    {
      report(
        .warning, .scales, node: node, value: value, "reads with another scale or zero point than its QuantizeLinear",
        hint: "give both the same parameters; a runtime may take them for a pair")
    }
    guard let scales = quantized.scales(of: step), !isSecondOfPair(step, in: quantized) else { return }
    if let bad = scales.firstIndex(where: { !($0 > 0) || !$0.isFinite }) {
      let place = scales.count == 1 ? "the scale" : "scale \(bad) of \(scales.count)"
      report(
        .error, .scales, node: node, value: value, "\(place) is \(scales[bad]); it must be positive and finite",
        hint: "a channel or tensor of zeros takes any positive scale; NaN comes from NaN or Inf in the data")
    }
    guard case .channels(let axis) = quantized.layout(of: step), let shape = quantized.shape(step.data) else { return }
    let size = shape.indices.contains(axis) ? shape[axis].size : 0
    if let size, size != scales.count {
      report(
        .error, .scales, node: node, value: value,
        "\(scales.count) scales for \(size) channels on axis \(axis) of \(shape.shapeText)",
        hint: "the axis or the scales are those of another tensor")
    }
  }

  /// Q5.
  mutating func checkCodes(of step: Quantizer, in quantized: QuantizedGraph) {
    guard step.isQuantize else { return }
    let (node, value) = (quantized.label(step.index), quantized.name(step.data))
    if target == .tensorrt, quantized.graph.nodes[step.index].int("saturate") == 0 {
      report(
        .error, .codeRange, node: node, value: value,
        "saturate=0: numbers over the range become NaN; TensorRT clamps them",
        hint: "leave saturate at 1")
    }
    guard quantized.type(of: step) == .int8, quantized.hasZeroZeroPoint(step) == true,
      let tensor = quantized.constant(step.data), let weights = QuantizedGraph.floats(tensor),
      let scales = quantized.scales(of: step)
    else { return }
    let clipped = countClipped(weights, tensor.shape, scales, quantized.layout(of: step))
    guard clipped > 0 else { return }
    report(
      .warning, .codeRange, node: node, value: value,
      "\(clipped) of \(weights.count) weights are over the range of their scale and are clamped",
      hint: "a weight's scale is its channel's largest magnitude / 127, unless it was trained otherwise")
  }

  private func countClipped(_ weights: [Float], _ shape: [Int], _ scales: [Float], _ layout: ScaleLayout) -> Int {
    switch layout {
    case .blocks: return 0
    case .tensor:
      guard let scale = scales.first else { return 0 }
      return weights.count { ($0 / scale).magnitude >= 128.5 }
    case .channels(let axis):
      guard shape.indices.contains(axis), shape[axis] == scales.count, !scales.isEmpty else { return 0 }
      let inner = shape[(axis + 1)...].reduce(1, *)
      return weights.indices.count { (weights[$0] / scales[$0 / max(inner, 1) % scales.count]).magnitude >= 128.5 }
    }
  }
}
