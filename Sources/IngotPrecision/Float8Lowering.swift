// Float8 (E4M3) by explicit Q/DQ (qdq-placement 4.4): convolutions, matrix products and the residual sums between them.

package import IngotCore
package import IngotGraph

/// Quantizes as int8 does, in float8 and with float8's limits: one scale of amax / 448 per activation, one per output
/// channel of a weight, zero point 0. Everything else takes the fallback type. The operator set is raised to 19.
///
/// - Parameters:
///   - model: sanitized: topological order, types inferred.
///   - fallback: float32, float16 or bfloat16.
///   - amax: the largest magnitude that calibration chose for a tensor; nil where there is none.
/// - Throws: as `lowerToInt8`. The model is then as it was.
package func lowerToFloat8(
  _ model: inout Model, fallback: ElementType = .float32, keep: KeepList = KeepList(), amax: (String) -> Float?
) throws(PrecisionError) -> LoweringReport {
  let placement = try place(model.graph, keep: keep).forFloat8(model.graph)
  guard !placement.weights.isEmpty else {
    throw PrecisionError(.nothingLowered(type: .float8e4m3fn, reasons: summary(of: placement.decisions)))
  }
  let scales = try activationScales(placement, .float8, storedAs: fallback, amax: amax)
  return try lowerScaled(&model, .float8, fallback: fallback, keep: keep, decisions: placement.decisions) {
    (writer) throws(PrecisionError) in
    for (activation, scale) in zip(placement.activations, scales) {
      writer.quantize(activation, ActivationCodes(.float8, scale: scale))
    }
    for weight in placement.weights { try writer.quantize(weight) }
  }
}

/// What every lowering to a scaled format does around its own part: raise the operator set, write, lower the rest, count.
///
/// - Parameters:
///   - quantize: writes into the graph; it is called once.
///   - rewrite: changes what was quantized, before the rest is lowered.
func lowerScaled(
  _ model: inout Model, _ format: ScaledFormat, fallback: ElementType, keep: KeepList, decisions: [NodeDecision],
  quantize: (inout QuantizationWriter) throws(PrecisionError) -> Void, rewrite: (inout Graph) -> Void = { _ in }
) throws(PrecisionError) -> LoweringReport {
  guard [.float32, .float16, .bfloat16].contains(fallback) else {
    throw PrecisionError(.unsupportedType(fallback, use: "the fallback of \(format.type)"))
  }
  var report = LoweringReport(precision: format.type, fallback: fallback, opset: model.opsets[""] ?? 0)
  report.placement = decisions
  var lowered = model
  // Convolutions and pools have bfloat16 from 22 on.
  let wanted = max(format.firstOpset(scaleType: fallback), fallback == .bfloat16 ? 22 : 0)
  if report.opset < wanted {
    do throws(GraphError) { _ = try raiseOpset(of: &lowered, to: wanted) } catch { throw PrecisionError(.opset(error)) }
  }
  report.opset = lowered.opsets[""] ?? 0
  var writer = QuantizationWriter(lowered.graph, scaleType: fallback, format: format)
  try quantize(&writer)
  lowered.graph = writer.finish()
  rewrite(&lowered.graph)
  report.quantized = writer.quantized
  if fallback != .float32 {
    _ = try lowerFloats(&lowered, to: fallback, keep: keep.aboveFallback, report: &report)
  }
  model = lowered
  countTypes(of: model.graph, into: &report)
  return report
}

func activationScales(
  _ placement: Placement, _ format: ScaledFormat, storedAs type: ElementType, amax: (String) -> Float?
) throws(PrecisionError) -> [Float] {
  let missing = placement.activationTensors.filter { amax($0) == nil }
  guard missing.isEmpty else { throw PrecisionError(.missingRanges(missing)) }
  var scales: [Float] = []
  for name in placement.activationTensors {
    let largest = amax(name) ?? 0
    guard largest.isFinite, largest >= 0 else {
      throw PrecisionError(.unusableRange(tensor: name, amax: Double(largest)))
    }
    scales.append(format.scale(amax: largest, storedAs: type))
  }
  return scales
}

extension Placement {
  /// Without what float8 has no kernels for.
  fileprivate func forFloat8(_ graph: Graph) -> Placement {
    var result = self
    var refused: [Int: NodeDecision] = [:]
    for weight in weights {
      for edge in weight.edges {
        let node = graph.nodes[edge.node]
        guard let reason = float8Obstacle(node, weight: graph.constant(weight.tensor)?.shape ?? []) else { continue }
        refused[edge.node] = NodeDecision(node: node.name, op: node.opType, rule: "4.4", reason: reason)
      }
    }
    let operators: Set<String> = ["Conv", "Gemm", "MatMul", "Add"]
    func isKept(_ edge: Edge) -> Bool { refused[edge.node] == nil && operators.contains(graph.nodes[edge.node].opType) }
    result.weights = weights.compactMap { weight in
      var weight = weight
      weight.edges = weight.edges.filter(isKept)
      return weight.edges.isEmpty ? nil : weight
    }
    result.activations = activations.compactMap { activation in
      var activation = activation
      activation.edges = activation.edges.filter(isKept)
      return activation.edges.isEmpty ? nil : activation
    }
    let names = Set(refused.values.map(\.node))
    result.decisions = decisions.filter { !names.contains($0.node) } + refused.sorted { $0.key < $1.key }.map(\.value)
    return result
  }
}

private func float8Obstacle(_ node: Node, weight shape: [Int]) -> String? {
  switch node.opType {
  case "Conv":
    let taps = shape.dropFirst(2).reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
    if taps > 32 { return "a kernel of \(taps) taps; float8 takes up to 32" }
    let inputs = shape[1].multipliedReportingOverflow(by: Int(clamping: node.int("group") ?? 1)).partialValue
    return inputs > 16 && shape[0] > 16 ? nil : "from \(inputs) to \(shape[0]) channels; float8 needs more than 16"
  case "Gemm", "MatMul": return nil
  default: return "float8 has no \(node.opType)"
  }
}
