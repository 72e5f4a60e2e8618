// sanitize: the model becomes canonical: valid, folded, dead code gone, sorted, shapes inferred, same function. In: the model file. Out:
// `model.onnx` and `sanitize.json`, which says what each pass did. A runtime takes part only where the manifest names one to fold with.

internal import IngotCore
internal import IngotGraph
internal import IngotPlan

extension Stages {
  func sanitize(_ job: StageJob, _ settings: SanitizeSettings) throws -> StageResult {
    var model = try readModel(job.input("model"))
    let options = try SanitizeOptions(settings, in: job.input("model"))
    let evaluator = try settings.foldWith.map { _ in RuntimeEvaluator(try runtimes.reference(), scratch: job.scratch) }
    let report = try sanitizeModel(&model, options: options, evaluator: evaluator, in: job.input("model"))
    return StageResult(
      files: try job.write(model) + [try job.write(report, to: "sanitize.json")],
      facts: [fact("nodes", model.graph.nodes.count)])
  }
}
