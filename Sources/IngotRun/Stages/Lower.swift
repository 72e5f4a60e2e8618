// lower: the precision goes into the graph. In: the canonical model, where calibration ran the range table, for int8 the
// recipe, and where a search ran the nodes that it keeps. Out: `model.onnx`, strongly typed, and `lower.json`, which says what was decided for every node and by which rule.

internal import IngotCalibration
internal import IngotCore
internal import IngotGraph
internal import IngotPlan
internal import IngotPrecision

extension Stages {
  func lower(_ job: StageJob, _ settings: LowerSettings) throws -> StageResult {
    var model = try readModel(job.input("model"))
    let ranges = try job.inputs["ranges"].map { try RangeTable(path: $0) }
    let recipe = try job.inputs["recipe"].map { try QuantizationRecipe(path: $0) }
    let kept = try job.inputs["kept"].map { try SearchReport.keptNodes(path: $0) } ?? []
    let report = try lowerModel(&model, settings, ranges: ranges, recipe: recipe, kept: kept)
    let files = try job.write(model)
    try FileSystem.writeAtomically([Bytes(report.json())], to: job.file("lower.json"), isDurable: false)
    return StageResult(
      files: files + [("lower.json", job.file("lower.json"))],
      facts: report.notes.map { fact($0.name, $0.text) })
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
