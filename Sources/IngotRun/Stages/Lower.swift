// lower: the precision goes into the graph. In: the canonical model, and for int8 the range table and the recipe. Out: `model.onnx`, strongly
// typed, and `lower.json`, which says what was decided for every node and by which rule.

internal import IngotCalibration
internal import IngotCore
internal import IngotGraph
internal import IngotPlan
internal import IngotPrecision

extension Stages {
  func lower(_ job: StageJob, _ settings: LowerSettings) throws -> StageResult {
    var model = try readModel(job.input("model"))
    let keep = KeepList(nodes: settings.keepNodes, ops: settings.keepOps)
    let report: LoweringReport
    switch settings.precision {
    case "fp16":
      report = try lowerToFloat16(&model, keep: keep)
    case "int8":
      let ranges = try RangeTable(path: job.input("ranges")).activationRanges
      if let recipe = job.inputs["recipe"] { try QuantizationRecipe(path: recipe).apply(to: &model) }
      guard let form = Int8Form(rawValue: settings.form ?? "") else {
        preconditionFailure("the planner names only forms of int8 that there are")
      }
      report = try lowerToInt8(
        &model, fallback: settings.fallback == "fp16" ? .float16 : .float32, form: form, keep: keep
      ) { ranges[$0] }
    default: preconditionFailure("the planner lowers to fp16 and int8 only, not to '\(settings.precision)'")
    }
    let files = try job.write(model)
    try FileSystem.writeAtomically([Bytes(report.json())], to: job.file("lower.json"), isDurable: false)
    return StageResult(files: files + [("lower.json", job.file("lower.json"))])
  }
}

extension StageJob {
  /// Writes a model as `model.onnx`, with a data file beside it where it is too large for one.
  func write(_ model: Model) throws(ModelError) -> [(name: String, path: String)] {
    try model.write(to: file("model.onnx"), isDurable: false).map { (FileSystem.name(of: $0), $0) }
  }
}

extension RangeTable {
  /// By tensor.
  var activationRanges: [String: ActivationRange] {
    Dictionary(
      tensors.map { ($0.name, ActivationRange(min: $0.min, max: $0.max, amax: $0.amax)) },
      uniquingKeysWith: { first, _ in first })
  }
}
