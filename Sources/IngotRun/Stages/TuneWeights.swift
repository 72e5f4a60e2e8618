// How int4 weights are rounded, chosen by measurement: each way that might lose less is lowered and run on samples of the
// calibration set. Part of the stage calibrate.

internal import Glibc
internal import IngotBackends
internal import IngotCalibration
internal import IngotCore
internal import IngotGraph
internal import IngotPlan
internal import IngotPrecision

/// Rounds one model's weights.
struct WeightTuner {
  let model: Model
  let set: CalibrationSet
  let memoryBudget: ByteCount
  let judge: OutputJudge
  let openSession: (Model, _ exposing: [String]) throws -> any ConcurrentInferenceSession
  let onProgress: @Sendable (String, Double?) -> Void

  /// Decibels by which a way must be better than a simpler one: less is chance.
  private static let leastGain = 0.1

  func run() throws -> (weights: RoundedWeights, recipe: QuantizationRecipe) {
    let blocked = try blockedWeights(model.graph)
    let candidates = try rounded(blocked)
    let judged = candidates.map { candidate in
      JudgedModel([{ try openSession(try lowered(candidate.weights), []) }])
    }
    var recipe = QuantizationRecipe(method: "moments")
    var chosen = 0
    for index in candidates.indices {
      onProgress("rounding: measuring", Double(index) / Double(candidates.count))
      try judge.judge(judged[index])
      if index > 0, try judge.isBetter(judged[index], than: judged[chosen], by: Self.leastGain) { chosen = index }
    }
    for (index, candidate) in candidates.enumerated() {
      recipe.trials.append(
        .init(
          choice: "rounding", candidate: candidate.rounding.rawValue, sqnr: judged[index].sqnr,
          samples: judged[index].scores.count, isChosen: index == chosen))
    }
    recipe.costs = try costs(of: blocked, candidates[chosen].weights)
    return (candidates[chosen].weights, recipe)
  }

  /// The simplest way first. Moments are measured for some tensors at a time and not kept.
  private func rounded(_ blocked: [BlockedWeight]) throws -> [(rounding: BlockRounding, weights: RoundedWeights)] {
    var candidates = BlockRounding.allCases.map { (rounding: $0, weights: RoundedWeights($0)) }
    let collector = MomentCollector(set: set, memoryBudget: memoryBudget) { try openSession($0, []) }
    var seen: Set<String> = []
    let groups = collector.groups(of: blocked.flatMap(\.data).filter { seen.insert($0).inserted }, in: model.graph)
    for (number, group) in groups.enumerated() {
      let moments = try collector.run(group, of: model) { done, total in
        let fraction = (Double(number) + Double(done) / Double(max(total, 1))) / Double(groups.count)
        onProgress("sample \(done) of \(total)", fraction)
        return !Interrupt.wasRequested
      }
      // Weights that read several tensors wait for none: those are measured together or not at all.
      let measured = blocked.filter { $0.data.allSatisfy { moments[$0] != nil } }
      onProgress("rounding \(measured.count) weights", nil)
      for index in candidates.indices where candidates[index].rounding != .nearest {
        try candidates[index].weights.add(
          measured, of: model.graph, candidates[index].rounding, moments: moments, threadCount: Processor.coreCount)
      }
    }
    return candidates
  }

  private func lowered(_ weights: RoundedWeights) throws -> Model {
    var lowered = model
    _ = try lowerWeights(&lowered, to: .int4, rounded: weights)
    return lowered
  }

  /// What each layer loses, measured on a few samples.
  private func costs(
    of blocked: [BlockedWeight], _ weights: RoundedWeights
  ) throws -> [LayerCost] {
    onProgress("layers: measuring", nil)
    let outputs = blocked.flatMap { $0.readers.map(\.output) }
    let noise = try judge.layers(
      outputs, exact: try openSession(model, outputs), lowered: try openSession(try lowered(weights), outputs))
    var costs: [LayerCost] = []
    for weight in blocked {
      let ratio = weights.sqnr(of: weight, in: model.graph)
      for reader in weight.readers {
        costs.append(
          LayerCost(
            node: reader.node, op: reader.op, input: weight.data.first ?? "", range: [], clipped: nil,
            weightSQNR: ratio, outputSQNR: noise[reader.output], rank: 0))
      }
    }
    return costs.ranked
  }
}
