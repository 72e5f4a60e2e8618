// A canonical model in the precision that was asked for: what the lower stage and `ingot lower` both do.

package import IngotCalibration
internal import IngotCore
package import IngotGraph
package import IngotPlan
package import IngotPrecision

/// - Parameter ranges: what calibration measured; nil where it did not run.
/// - Parameter recipe: for int8, what calibration found best besides ranges.
/// - Parameter kept: nodes that a search for `max-drop` found, by name.
/// - Parameter weights: for int4, what calibration made of weights.
/// - Throws: `PrecisionError`. The model is then as it was.
package func lowerModel(
  _ model: inout Model, _ settings: LowerSettings, ranges: RangeTable?, recipe: QuantizationRecipe? = nil,
  kept: [String] = [], weights: RoundedWeights? = nil
) throws(PrecisionError) -> LoweringReport {
  let keep = KeepList(nodes: settings.keepNodes, ops: settings.keepOps, found: Set(kept))
  if settings.precision == "int8" {
    try recipe?.apply(to: &model, keep: keep, form: settings.int8Form, products: settings.byteProducts)
  }
  let float = model.graph
  var report = try lower(&model, settings, keep, ranges, weights)
  report.measureWeights(from: float, in: model.graph)
  return report
}

private func lower(
  _ model: inout Model, _ settings: LowerSettings, _ keep: KeepList, _ ranges: RangeTable?, _ weights: RoundedWeights?
) throws(PrecisionError) -> LoweringReport {
  let amax = ranges?.amaxByName
  let fallback = settings.fallbackType
  switch settings.precision {
  case "fp16", "bf16":
    let options = FloatOptions(
      keep: keep, ports: settings.io,
      activationLimit: settings.maxActivation.map(Float.init) ?? FloatOptions.usualActivationLimit,
      depthLimit: settings.maxDepth)
    let type: ElementType = settings.precision == "fp16" ? .float16 : .bfloat16
    return try lowerToFloat16(&model, type: type, options: options, amax: amax.map { table in { table[$0] } })
  case "int8":
    let ranges = ranges?.activationRanges ?? [:]
    return try lowerToInt8(
      &model, fallback: fallback, form: settings.int8Form, products: settings.byteProducts, keep: keep
    ) { ranges[$0] }
  case "fp8":
    return try lowerToFloat8(&model, fallback: fallback, keep: keep) { amax?[$0] }
  case "int4":
    return try lowerWeights(&model, to: .int4, fallback: fallback, keep: keep, rounded: weights)
  case "int8-weights":
    return try lowerWeights(&model, to: .int8, fallback: fallback, keep: keep)
  default: preconditionFailure("there is no lowering to '\(settings.precision)'")
  }
}

extension LowerSettings {
  fileprivate var int8Form: Int8Form { form.flatMap(Int8Form.init(rawValue:)) ?? .tensorrt }
  fileprivate var byteProducts: ByteProducts { products.flatMap(ByteProducts.init(rawValue:)) ?? .exact }

  fileprivate var fallbackType: ElementType {
    switch fallback {
    case "fp16": .float16
    case "bf16": .bfloat16
    default: .float32
    }
  }
}
