// Int8 by explicit Q/DQ: what Placement says, written into the graph with the ranges that calibration measured.

package import IngotCore
package import IngotGraph

/// Quantizes convolutions and matrix products to int8 and gives everything else the fallback type.
///
/// Activations read through `QuantizeLinear` and `DequantizeLinear` with one scale and zero point 0; weights are stored
/// in int8 with a scale per output channel and read through `DequantizeLinear`; biases stay float (Q9). The operator
/// set is raised to 13, or to 19 where the fallback has 16 bits, so that scales are float16 and no cast stands between a
/// DequantizeLinear and its reader.
///
/// - Parameters:
///   - model: sanitized: topological order, types inferred.
///   - amax: the largest magnitude that calibration chose for a tensor; nil where there is none.
///   - fallback: float32, float16 or bfloat16.
/// - Throws: `.missingRanges` with all tensors that lack one; `.unusableRange`, `.nonFiniteWeight`, `.opset`;
///   `.nothingLowered` when no node can be quantized. The model is then as it was.
package func lowerToInt8(
  _ model: inout Model, fallback: ElementType = .float32, keep: KeepList = KeepList(), amax: (String) -> Float?
) throws(PrecisionError) -> LoweringReport {
  let placement = try place(model.graph, keep: keep)
  guard !placement.weights.isEmpty else {
    throw PrecisionError(.nothingLowered(type: .int8, reasons: summary(of: placement.decisions)))
  }
  let scales = try activationScales(placement, .int8, storedAs: fallback, amax: amax)
  return try lowerScaled(&model, .int8, fallback: fallback, keep: keep, decisions: placement.decisions) {
    (writer) throws(PrecisionError) in
    for (activation, scale) in zip(placement.activations, scales) { writer.quantize(activation, scale: scale) }
    for weight in placement.weights { try writer.quantize(weight) }
  }
}
