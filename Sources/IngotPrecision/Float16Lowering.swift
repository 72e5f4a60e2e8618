// Float16 and bfloat16 by casts in the graph, after the rules of fp16-lowering.md.

package import IngotCore
package import IngotGraph

/// Gives every node that can have it a 16-bit float type: casts where types meet, one per tensor and direction, and
/// constants in the type of their reader. Bodies of If, Loop and Scan are lowered inside; what enters and leaves them
/// keeps its type. Inputs and outputs of the model keep theirs but for those that `options` names.
///
/// The operator set is raised to what takes the type: 13 for float16, 22 for bfloat16 (rule 1).
///
/// - Parameters:
///   - model: sanitized: topological order, types inferred.
///   - type: float16 or bfloat16.
///   - amax: the largest magnitude that was measured of a tensor (rule 2c); nil where nothing was measured: then no one
///     knows whether activations fit, and the report says so.
/// - Throws: `.unmatchedPatterns`; `.unusablePort`; `.nothingLowered` when no node can have the type. The model is then as
///   it was.
package func lowerToFloat16(
  _ model: inout Model, type: ElementType = .float16, options: FloatOptions = FloatOptions(),
  amax: ((String) -> Float?)? = nil
) throws(PrecisionError) -> LoweringReport {
  var report = LoweringReport(precision: type, fallback: .float32, opset: model.opsets[""] ?? 0)
  var lowered = model
  let wanted: Int64 = type == .bfloat16 ? 22 : 13
  // Where a node is in the way, operators that are too old keep float32, and the report says so.
  if report.opset < wanted { _ = try? raiseOpset(of: &lowered, to: wanted) }
  report.opset = lowered.opsets[""] ?? 0
  let count = try lowerFloats(&lowered, to: type, options: options, amax: amax, report: &report)
  guard count > 0 else {
    throw PrecisionError(.nothingLowered(type: type, reasons: summary(of: report.kept)))
  }
  model = lowered
  countTypes(of: model.graph, into: &report)
  return report
}

/// As above, for the part of a model that int8 leaves.
/// - Returns: how many nodes compute in `type` now.
func lowerFloats(
  _ model: inout Model, to type: ElementType, keep: KeepList, report: inout LoweringReport
) throws(PrecisionError) -> Int {
  try lowerFloats(&model, to: type, options: FloatOptions(keep: keep), amax: nil, report: &report)
}

private func lowerFloats(
  _ model: inout Model, to type: ElementType, options: FloatOptions, amax: ((String) -> Float?)?,
  report: inout LoweringReport
) throws(PrecisionError) -> Int {
  guard type == .float16 || type == .bfloat16 else {
    throw PrecisionError(.unsupportedType(type, use: "a 16-bit float precision"))
  }
  _ = try options.keep.resolve(in: model.graph)
  let rules = FloatRules(type: type, opset: model.opsets[""] ?? 0, options: options, amax: amax)
  var lowering = FloatLowering(rules: rules, names: FreshNames(taken: model.graph.allValueNames))
  let count = try lowering.lower(&model.graph)
  if type == .float16 { report.activationsMeasured = amax != nil }
  report.kept += lowering.kept
  report.clipped += lowering.clipped.sorted { $0.tensor < $1.tensor }
  report.castsAdded += lowering.castsAdded
  report.castsRemoved += lowering.castsRemoved
  return count
}

/// How often each reason was given, the most frequent first.
func summary(of decisions: [NodeDecision]) -> [String] {
  var counts: [String: Int] = [:]
  for decision in decisions { counts["\(decision.rule): \(decision.op): \(decision.reason)", default: 0] += 1 }
  let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
  return sorted.prefix(8).map { "\($0.key) (\($0.value))" }
}
