// Int8 by explicit Q/DQ: what Placement says, written into the graph with the ranges that calibration measured.

package import IngotCore
package import IngotGraph

/// Quantizes convolutions and matrix products to int8 and gives everything else the fallback type.
///
/// Activations read through `QuantizeLinear` and `DequantizeLinear` with one scale, and with zero point 0 or as `form`
/// wants it; weights are stored
/// in int8 with a scale per output channel and read through `DequantizeLinear`; biases stay float (Q9). The operator
/// set is raised to 13, or to 19 where the fallback is float16, so that scales are float16 and no cast stands between a
/// DequantizeLinear and its reader.
///
/// - Parameters:
///   - model: sanitized: topological order, types inferred.
///   - range: what calibration chose for a tensor; nil where there is nothing.
///   - fallback: float32 or float16.
/// - Throws: `.missingRanges` with all tensors that lack one; `.unusableRange`, `.nonFiniteWeight`, `.opset`;
///   `.nothingLowered` when no node can be quantized. The model is then as it was.
package func lowerToInt8(
  _ model: inout Model, fallback: ElementType = .float32, form: Int8Form = .tensorrt, keep: KeepList = KeepList(),
  range: (String) -> ActivationRange?
) throws(PrecisionError) -> LoweringReport {
  guard fallback == .float32 || fallback == .float16 else {
    throw PrecisionError(.unsupportedType(fallback, use: "the fallback of int8"))
  }
  let placement = try place(model.graph, form: form, keep: keep)
  guard !placement.weights.isEmpty else {
    throw PrecisionError(.nothingLowered(type: .int8, reasons: summary(of: placement.decisions)))
  }
  var report = LoweringReport(precision: .int8, fallback: fallback, opset: model.opsets[""] ?? 0)
  report.placement = placement.decisions
  var lowered = model
  try raiseOpset(of: &lowered, atLeastTo: fallback == .float16 ? 19 : 13)
  report.opset = lowered.opsets[""] ?? 0
  let codes = try activationCodes(placement, form: form, storedAs: fallback, range: range)
  var writer = QuantizationWriter(lowered.graph, scaleType: fallback)
  for (activation, codes) in zip(placement.activations, codes) { writer.quantize(activation, codes) }
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

private func activationCodes(
  _ placement: Placement, form: Int8Form, storedAs type: ElementType, range: (String) -> ActivationRange?
) throws(PrecisionError) -> [ActivationCodes] {
  let missing = placement.activationTensors.filter { range($0) == nil }
  guard missing.isEmpty else { throw PrecisionError(.missingRanges(missing)) }
  var codes: [ActivationCodes] = []
  for name in placement.activationTensors {
    guard let range = range(name) else { continue }
    guard range.amax.isFinite, range.amax >= 0, range.min.isFinite, range.max.isFinite else {
      throw PrecisionError(.unusableRange(tensor: name, amax: Double(range.amax)))
    }
    codes.append(ActivationCodes(range, form: form, scaleType: type))
  }
  return codes
}
