// Int8 by explicit Q/DQ: what Placement says, written into the graph with the ranges that calibration measured.

package import IngotCore
package import IngotGraph

/// Quantizes convolutions and matrix products to int8 and gives everything else the fallback type.
///
/// Activations read through `QuantizeLinear` and `DequantizeLinear` with one scale, and with zero point 0 or as `form`
/// wants it, lopsided ones after a constant was taken from them (C1); weights are stored in int8 with a scale per output
/// channel and read through `DequantizeLinear`; biases stay float (Q9) but where `form` wants them in int32. The operator
/// set is raised to 13, or to 19 where the fallback has 16 bits, so that scales are float16 and no cast stands between a
/// DequantizeLinear and its reader.
///
/// - Parameters:
///   - model: sanitized: topological order, types inferred.
///   - range: what calibration chose for a tensor; nil where there is nothing.
///   - fallback: float32, float16 or bfloat16.
///   - products: of the processor that runs the result; of no consequence for TensorRT.
/// - Throws: `.missingRanges` with all tensors that lack one; `.unusableRange`, `.nonFiniteWeight`, `.opset`;
///   `.nothingLowered` when no node can be quantized. The model is then as it was.
package func lowerToInt8(
  _ model: inout Model, fallback: ElementType = .float32, form: Int8Form = .tensorrt, products: ByteProducts = .exact,
  keep: KeepList = KeepList(), range: (String) -> ActivationRange?
) throws(PrecisionError) -> LoweringReport {
  let placement = try place(model.graph, form: form, products: products, keep: keep)
  guard !placement.weights.isEmpty else {
    throw PrecisionError(.nothingLowered(type: .int8, reasons: summary(of: placement.decisions)))
  }
  let (shared, ranges) = placement.sharingScales(model.graph, form: form, range: range)
  let codes = try activationCodes(shared, in: model.graph, form, products, storedAs: fallback) {
    ranges[$0.name] ?? ranges[$0.range] ?? range($0.range)
  }
  var report = try lowerScaled(&model, .int8, fallback: fallback, keep: keep, decisions: shared.decisions) {
    (writer) throws(PrecisionError) in
    for (activation, codes) in zip(shared.activations, codes) { writer.quantize(activation, codes) }
    for weight in placement.weights { try writer.quantize(weight, boundsNeighbours: form.boundsNeighbours(products)) }
    // A 16-bit float cannot hold the scales of biases.
    for bias in placement.biases where fallback == .float32 { writer.quantize(bias) }
  } rewrite: { graph in
    if form.isForProcessors { quantizeTables(&graph) }
    if form.writesConvolutions(products) { writeProductsAsConvolutions(&graph) }
    if form == .openvino { moveQuantizersUp(&graph) }
  }
  report.products = form.isForProcessors ? products : nil
  return report
}

private func activationCodes(
  _ placement: Placement, in graph: Graph, _ form: Int8Form, _ products: ByteProducts, storedAs type: ElementType,
  range: (Placement.Activation) -> ActivationRange?
) throws(PrecisionError) -> [ActivationCodes] {
  let missing = placement.activations.filter { range($0) == nil }.map(\.range)
  guard missing.isEmpty else { throw PrecisionError(.missingRanges(missing)) }
  let centrable = placement.centrable(in: graph)
  var codes: [ActivationCodes] = []
  for activation in placement.activations {
    guard let range = range(activation) else { continue }
    guard range.amax.isFinite, range.amax >= 0, range.min.isFinite, range.max.isFinite else {
      throw PrecisionError(.unusableRange(tensor: activation.range, amax: Double(range.amax)))
    }
    let isMatrix = graph[activation.tensor].shape?.count == 2
    codes.append(
      ActivationCodes(
        range, form: form, isMatrix: isMatrix, products: products, scaleType: type,
        canCenter: centrable.contains(activation.tensor)))
  }
  return codes
}
