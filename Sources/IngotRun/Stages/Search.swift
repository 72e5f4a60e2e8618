// search: which nodes must keep the fallback type so that `max-drop` and the gates of verification hold. In: what lower reads,
// the reference outputs, the evaluation set. Out: `kept.json`, `search.json` (SearchReport.swift).
//
// Each candidate is judged as verification judges it: by its engine where one runs here, else by the lowered model in the
// reference runtime. Where nothing holds, all but one node are kept, and verification fails with the figures of that.

internal import IngotBackends
internal import IngotCalibration
internal import IngotCore
internal import IngotGraph
internal import IngotPlan
internal import IngotPrecision
internal import IngotVerify

extension Stages {
  func search(_ job: StageJob, _ settings: SearchSettings) throws -> StageResult {
    var search = try LayerSearch(job, settings, self)
    let report = try search.run()
    var facts = [
      fact("holds", report.holds), fact("kept", report.kept.count), fact("layers", report.layers),
      fact("evaluations", report.trials.count),
    ]
    if !report.holds { facts.append(fact("warning", "max-drop cannot be held: \(report.words)")) }
    return StageResult(
      files: [try job.write(report.kept, to: SearchReport.keptFileName), try job.write(report, to: "search.json")],
      facts: facts)
  }
}

/// One search: lowers, runs, and remembers what came of it.
private struct LayerSearch {
  private let job: StageJob
  private let settings: SearchSettings
  private let stages: Stages
  private let canonical: Model
  private let ranges: RangeTable?
  private let recipe: QuantizationRecipe?
  private let evaluation: Evaluation
  private let plain: (model: Model, report: LoweringReport)
  private var report: SearchReport

  init(_ job: StageJob, _ settings: SearchSettings, _ stages: Stages) throws {
    (self.job, self.settings, self.stages) = (job, settings, stages)
    canonical = try readModel(job.input("model"))
    ranges = try job.inputs["ranges"].map { try RangeTable(path: $0) }
    recipe = try job.inputs["recipe"].map { try QuantizationRecipe(path: $0) }
    evaluation = try Evaluation(
      settings.gates, set: try job.samples(), reference: job.input("reference"), model: canonical)
    var model = canonical
    let lowering = try lowerModel(&model, settings.lower, ranges: ranges, recipe: recipe)
    plain = (model, lowering)
    report = SearchReport(holds: true, level: .graph, kept: [], layers: 0)
  }

  mutating func run() throws -> SearchReport {
    let layers = plain.report.loweredNodes(of: canonical.graph)
    report.layers = layers.count
    var ranked: [String] = []
    let search = try FallbackSearch(
      among: { () throws(any Error) in
        ranked = try rank(layers)
        return ranked
      },
      holds: { (kept) throws(any Error) in
        // Between the two ends only the answer counts.
        try evaluate(kept, stopsEarly: !kept.isEmpty && kept.count < ranked.count)
      })
    report.holds = search.kept != nil
    report.kept = search.kept ?? ranked
    return report
  }

  private mutating func evaluate(_ kept: [String], stopsEarly: Bool) throws -> Bool {
    let number = report.trials.count + 1
    let progress = job.onProgress
    progress("evaluation \(number): \(kept.count) of \(report.layers) kept", nil)
    var model = plain.model
    if !kept.isEmpty {
      model = canonical
      _ = try lowerModel(&model, settings.lower, ranges: ranges, recipe: recipe, kept: kept)
    }
    let candidate = try open(model)
    let measurement = try evaluation.measure(candidate, stopsEarly: stopsEarly) { phase, fraction in
      progress("evaluation \(number), \(phase)", fraction)
    }
    let gates = try measurement.measurements.judgeAll(evaluation.gates)
    let holds = measurement.isComplete && gates.allSatisfy(\.passed)
    report.level = candidate.level
    if kept.isEmpty { report.before = gates }
    if holds || !stopsEarly { report.after = gates }
    report.trials.append(.init(kept: kept.count, holds: holds, samples: measurement.sampleCount))
    return holds
  }

  /// As verification would run it.
  private func open(_ model: Model) throws -> Candidate {
    let folder = "\(job.scratch)/candidate"
    try FileSystem.remove(folder)
    try FileSystem.makeDirectory(folder)
    guard let build = settings.build else { return try stages.openGraph(model, at: nil, in: folder) }
    let (path, engine) = ("\(folder)/model.onnx", "\(folder)/engine")
    try model.write(to: path, isDurable: false)
    let backend = try stages.runtimes.backend(for: job.step.tools[0])
    _ = try backend.build(try build.request(for: path, inputs: model.inputTensors), to: engine) { _ in
      !Interrupt.wasRequested
    }
    return try stages.openEngine(at: engine, of: job.step.tools[0], options: settings.gates.options)
  }

  /// All nodes but one, the noisiest first: a model without any node of its precision is not what was asked for.
  private mutating func rank(_ layers: [LoweredNode]) throws -> [String] {
    job.onProgress("layers: measuring", nil)
    var float = canonical
    // Tensors are compared as the lowered model has them: scaled.
    var scalings = recipe
    scalings?.corrections = []
    try scalings?.apply(to: &float)
    let noise = try LayerNoise(
      float: float, lowered: plain.model, nodes: Set(layers.map(\.name)), reference: try stages.runtimes.reference(),
      scratch: job.scratch
    ).measured(on: evaluation)
    let sorted = layers.sorted { (noise[$1.name] ?? 0, $0.name) < (noise[$0.name] ?? 0, $1.name) }
    report.ranking = sorted.map { .init(node: $0.name, noise: noise[$0.name] ?? 0) }
    let last = sorted.last { $0.hasWeights }
    return sorted.map(\.name).filter { $0 != last?.name }
  }
}

/// A node that has the precision that was asked for.
private struct LoweredNode {
  var name: String
  /// Whether it is a layer with weights; without any of these nothing is lowered.
  var hasWeights: Bool
}

extension LoweringReport {
  /// In graph order, each name once.
  fileprivate func loweredNodes(of graph: Graph) -> [LoweredNode] {
    var readers: [String: Bool] = [:]
    for tensor in quantized {
      for reader in tensor.readers {
        readers[reader, default: false] = readers[reader] == true || tensor.role == .weight
      }
    }
    let isFloat = quantized.isEmpty
    let full = Set(kept.map(\.node))
    var seen: Set<String> = []
    return graph.nodes.compactMap { node in
      let name = graph.shownName(of: node)
      let takesType = isFloat && node.opType != "Constant" && !full.contains(node.name) && graph.writesFloats(node)
      guard let hasWeights = takesType ? true : readers[name], seen.insert(name).inserted else { return nil }
      return LoweredNode(name: name, hasWeights: hasWeights)
    }
  }
}

extension Graph {
  fileprivate func writesFloats(_ node: Node) -> Bool {
    node.outputs.contains { id in id.map { self[$0].type == .float32 } ?? false }
  }
}
