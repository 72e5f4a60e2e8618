// The sanitize stage: passes in rounds until nothing changes, then one canonical form. The model computes what it computed.

internal import IngotCore

/// What sanitizing did.
package struct SanitizeReport: Codable, Hashable, Sendable {
  package struct Size: Codable, Hashable, Sendable {
    /// Nodes, those of subgraphs included.
    package var nodes: Int
    package var initializers: Int
    package var initializerBytes: Int
  }

  package var before: Size
  package var after: Size
  package var rounds: Int
  /// In the order in which they ran; only those that did something.
  package var passes: [PassReport]
}

/// Makes the model canonical: folded, without dead code, sorted, every node named, types and shapes inferred.
/// - Parameter evaluator: calculates the constants that this module cannot; without one their nodes stay.
/// - Throws: for a graph that no runtime could run and for options that do not fit it.
package func sanitize(
  _ model: inout Model, options: SanitizeOptions = .init(), evaluator: (any ConstantEvaluator)? = nil
) throws(GraphError) -> SanitizeReport {
  typealias Stage = PassSelection.Stage
  let passes = options.passes
  try model.requireNodeCounts()
  var run = Sanitizing(before: model.graph.size, options)
  if passes.contains(Stage.trainingInfo) { run.add(removeTrainingInfo(&model)) }
  if passes.contains(Stage.inputDefaults) { run.add(removeInputDefaults(&model)) }
  for report in try operate(on: &model, options) { run.add(report) }
  if passes.contains(Stage.functions) { run.add(inlineFunctions(&model)) }
  if options.makesDoublesFloats { run.add(makeDoublesFloats(&model)) }
  try run.toFixedPoint(&model, evaluator)
  if passes.contains(Stage.names) { run.add(nameNodes(&model.graph)) }
  if passes.contains(Stage.canonical) { makeCanonical(&model) }
  model.allowPlainConstants()
  return SanitizeReport(before: run.before, after: model.graph.size, rounds: run.rounds, passes: run.reports)
}

extension Model {
  /// Before IR version 4 every initializer was an input too; a constant that passes made is not.
  fileprivate mutating func allowPlainConstants() {
    guard irVersion < 4 else { return }
    let inputs = Set(graph.inputs)
    let isPlain = graph.values.indices.contains { graph.values[$0].initializer != nil && !inputs.contains(ValueID($0)) }
    if isPlain { raiseIRVersion(to: 4) }
  }
}

private struct Sanitizing {
  let before: SanitizeReport.Size
  let passes: PassSelection
  private(set) var rounds = 0
  private(set) var reports: [PassReport] = []

  /// Every round takes something away or settles something; this many are never needed.
  private static let roundLimit = 32

  private let foldLimit: Int
  private let allowance: Allowance

  init(before: SanitizeReport.Size, _ options: SanitizeOptions) {
    (self.before, passes, foldLimit) = (before, options.passes, options.foldLimit)
    allowance = Allowance(growth: options.foldLimit)
  }

  mutating func add(_ report: PassReport) {
    guard !report.isEmpty || report.notes != nil else { return }
    if let index = reports.firstIndex(where: { $0.pass == report.pass }) {
      reports[index].merge(report)
    } else {
      reports.append(report)
    }
  }

  /// - Parameter evaluator: is asked each time the passes have come to their end; what it makes starts them again.
  mutating func toFixedPoint(_ model: inout Model, _ evaluator: (any ConstantEvaluator)?) throws(GraphError) {
    var runtime = passes.contains(Pass.constantFolding.name) ? evaluator.map { RuntimeFolding($0, for: model) } : nil
    var isDone = false
    while !isDone, rounds < Self.roundLimit {
      rounds += 1
      var round: [PassReport] = []
      if passes.contains(PassSelection.Stage.order) { round.append(try sortNodes(&model.graph)) }
      if passes.contains(PassSelection.Stage.constantNodes) { round.append(replaceConstantNodes(&model.graph)) }
      round += try simplify(&model)
      if passes.contains(PassSelection.Stage.deadCode) { round.append(removeDeadCode(&model.graph)) }
      if runtime != nil, round.allSatisfy(\.isEmpty) { round += try fold(&model, with: &runtime) }
      for report in round { add(report) }
      isDone = round.allSatisfy(\.isEmpty)
      if !isDone { allowance.settle(growth: foldLimit - (model.graph.size.initializerBytes - before.initializerBytes)) }
    }
  }

  private func fold(_ model: inout Model, with runtime: inout RuntimeFolding?) throws(GraphError) -> [PassReport] {
    guard var folding = runtime else { return [] }
    var reports: [PassReport] = []
    _ = try infer(&model) { graph, context in reports.append(folding.fold(&graph, context)) }
    runtime = folding
    return reports
  }

  /// The passes over each graph, on one run of inference.
  private func simplify(_ model: inout Model) throws(GraphError) -> [PassReport] {
    var reports: [PassReport] = []
    let selected = Pass.all.filter { passes.contains($0.name) }
    let staleNames = try infer(&model) { graph, context in
      for pass in selected { reports.append(pass.run(&graph, context)) }
    }
    if !staleNames.isEmpty {
      var stale = PassReport("stale-shapes")
      for name in staleNames { stale.change(name) }
      reports.append(stale)
    }
    return reports
  }

  /// - Parameter change: is called with each graph when its types and shapes are known, an inner one before the outer one.
  /// - Returns: names of values whose declared shapes were wrong.
  private func infer(
    _ model: inout Model, _ change: @escaping (inout Graph, PassContext) -> Void
  ) throws(GraphError) -> [String] {
    let opsets = model.opsets
    var inference = ShapeInference(opsets: opsets, declarations: .mayBeStale, functions: model.functions)
    inference.whenInferred = { graph, facts in
      change(&graph, PassContext(facts: facts, opsets: opsets, allowance: allowance))
    }
    _ = try inference.infer(&model.graph)
    return inference.stale
  }
}

extension Graph {
  fileprivate var size: SanitizeReport.Size {
    var size = SanitizeReport.Size(nodes: nodes.count, initializers: 0, initializerBytes: 0)
    for value in values {
      guard let initializer = value.initializer else { continue }
      size.initializers += 1
      size.initializerBytes += initializer.tensor?.bytes.count ?? 0
    }
    for node in nodes {
      for (_, graph) in node.subgraphs {
        let inner = graph.size
        size.nodes += inner.nodes
        size.initializers += inner.initializers
        size.initializerBytes += inner.initializerBytes
      }
    }
    return size
  }
}
