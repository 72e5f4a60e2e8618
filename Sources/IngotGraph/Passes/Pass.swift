// What a pass is, and the passes that run on every graph of a model. One is one file here and one file of tests.

internal import IngotCore

/// A rewrite of one graph that leaves what it computes as it was.
struct Pass: Sendable {
  /// As reports and `--passes` call it.
  let name: String
  /// Runs on the bodies of If, Loop and Scan before the graph around them. It may add values and must not renumber them:
  /// what is known about them is by number.
  let run: @Sendable (inout Graph, PassContext) -> PassReport

  init(_ name: String, _ run: @escaping @Sendable (inout Graph, PassContext) -> PassReport) {
    (self.name, self.run) = (name, run)
  }

  /// In the order in which they run in each round.
  static let all: [Pass] = [
    .constantIfs, .shortLoops, .constantFolding, .staticShapes, .noOps, .casts, .commonSubexpressions, .transposes,
    .reshapes, .slices, .concats, .broadcasts, .pads, .batchNormalization, .channelArithmetic, .clips, .gelu,
    .activations,
    .layerNormalization, .groupNormalization, .gemms, .duplicateInitializers,
  ]
}

/// What a pass knows besides its graph.
struct PassContext {
  /// Of the graph's values, from inference; values that passes added since have none. Sizes that only a run knows are
  /// taken to be at least 1.
  let facts: [ValueFacts]
  /// Versions of the operator sets, by domain; empty for the standard one.
  let opsets: [String: Int64]

  /// What the run may still add to the model.
  let allowance: Allowance

  init(facts: [ValueFacts] = [], opsets: [String: Int64], allowance: Allowance = Allowance()) {
    (self.facts, self.opsets, self.allowance) = (facts, opsets, allowance)
  }

  /// The version of the standard operator set.
  var opset: Int64 { opsets[""] ?? 1 }

  /// What inference found out about a value; for a value without facts, what the graph says of it.
  func facts(of id: ValueID, in graph: Graph) -> ValueFacts {
    if let tensor = graph.constant(id) { return ValueFacts(tensor) }
    if facts.indices.contains(id.index) { return facts[id.index] }
    return ValueFacts(type: graph[id].type, shape: graph[id].shape?.imported)
  }
}
