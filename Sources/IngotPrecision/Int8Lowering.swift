// Int8 by explicit Q/DQ: what Placement says, written into the graph with the ranges that calibration measured.

package import IngotCore
package import IngotGraph

/// Quantizes convolutions and matrix products to int8 and gives everything else the fallback type.
///
/// Activations read through `QuantizeLinear` and `DequantizeLinear` with one scale, and with zero point 0 or as `form`
/// wants it; weights are stored
/// in int8 with a scale per output channel and read through `DequantizeLinear`; biases stay float (Q9). The operator
/// set is raised to 13, or to 19 where the fallback has 16 bits, so that scales are float16 and no cast stands between a
/// DequantizeLinear and its reader.
///
/// - Parameters:
///   - model: sanitized: topological order, types inferred.
///   - range: what calibration chose for a tensor; nil where there is nothing.
///   - fallback: float32, float16 or bfloat16.
/// - Throws: `.missingRanges` with all tensors that lack one; `.unusableRange`, `.nonFiniteWeight`, `.opset`;
///   `.nothingLowered` when no node can be quantized. The model is then as it was.
package func lowerToInt8(
  _ model: inout Model, fallback: ElementType = .float32, form: Int8Form = .tensorrt, keep: KeepList = KeepList(),
  range: (String) -> ActivationRange?
) throws(PrecisionError) -> LoweringReport {
  let placement = try place(model.graph, form: form, keep: keep)
  guard !placement.weights.isEmpty else {
    throw PrecisionError(.nothingLowered(type: .int8, reasons: summary(of: placement.decisions)))
  }
  let (shared, ranges) = placement.sharingScales(model.graph, form: form, range: range)
  let codes = try activationCodes(shared, form: form, storedAs: fallback) { ranges[$0] ?? range($0) }
  return try lowerScaled(&model, .int8, fallback: fallback, keep: keep, decisions: shared.decisions) {
    (writer) throws(PrecisionError) in
    for (activation, codes) in zip(shared.activations, codes) { writer.quantize(activation, codes) }
    for weight in placement.weights { try writer.quantize(weight) }
  }
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
