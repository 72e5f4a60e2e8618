// Int8 by explicit Q/DQ: what Placement says, written into the graph with the ranges that calibration measured.

package import IngotCore
package import IngotGraph

/// Quantizes convolutions and matrix products to int8 and gives everything else the fallback type.
///
/// Activations read through `QuantizeLinear` and `DequantizeLinear` with one scale and zero point 0; weights are stored
/// in int8 with a scale per output channel and read through `DequantizeLinear`; biases stay float (Q9). The operator
/// set is raised to 13, or to 19 where the fallback is float16, so that scales are float16 and no cast stands between a
/// DequantizeLinear and its reader.
///
/// - Parameters:
///   - model: sanitized: topological order, types inferred.
///   - amax: the largest magnitude that calibration chose for a tensor; nil where there is none.
///   - fallback: float32 or float16.
/// - Throws: `.missingRanges` with all tensors that lack one; `.unusableRange`, `.nonFiniteWeight`, `.opset`;
///   `.nothingLowered` when no node can be quantized. The model is then as it was.
package func lowerToInt8(
  _ model: inout Model, fallback: ElementType = .float32, keep: KeepList = KeepList(), amax: (String) -> Float?
) throws(PrecisionError) -> LoweringReport {
  guard fallback == .float32 || fallback == .float16 else {
    throw PrecisionError(.unsupportedType(fallback, use: "the fallback of int8"))
  }
  let placement = try place(model.graph, keep: keep)
  guard !placement.weights.isEmpty else {
    throw PrecisionError(.nothingLowered(type: .int8, reasons: summary(of: placement.decisions)))
  }
  var report = LoweringReport(precision: .int8, fallback: fallback, opset: model.opsets[""] ?? 0)
  report.placement = placement.decisions
  var lowered = model
  try raiseOpset(of: &lowered, atLeastTo: fallback == .float16 ? 19 : 13)
  report.opset = lowered.opsets[""] ?? 0
  let scales = try activationScales(placement, storedAs: fallback, amax: amax)
  var writer = QuantizationWriter(lowered.graph, scaleType: fallback)
  for (activation, scale) in zip(placement.activations, scales) { writer.quantize(activation, scale: scale) }
  for weight in placement.weights { try writer.quantize(weight) }
  lowered.graph = writer.finish()
  report.quantized = writer.quantized
  if fallback == .float16 { _ = try lowerFloats(&lowered, to: .float16, keep: keep, report: &report) }
  model = lowered
  countTypes(of: model.graph, into: &report)
  return report
}

private func raiseOpset(of model: inout Model, atLeastTo version: Int64) throws(PrecisionError) {
  guard model.opsets[""] ?? 0 < version else { return }
  do throws(GraphError) { _ = try raiseOpset(of: &model, to: version) } catch { throw PrecisionError(.opset(error)) }
}

private func activationScales(
  _ placement: Placement, storedAs type: ElementType, amax: (String) -> Float?
) throws(PrecisionError) -> [Float] {
  let missing = placement.activationTensors.filter { amax($0) == nil }
  guard missing.isEmpty else { throw PrecisionError(.missingRanges(missing)) }
  var scales: [Float] = []
  for name in placement.activationTensors {
    let largest = amax(name) ?? 0
    guard largest.isFinite, largest >= 0 else {
      throw PrecisionError(.unusableRange(tensor: name, amax: Double(largest)))
    }
    scales.append(QuantizationScale.value(amax: largest, storedAs: type))
  }
  return scales
}
