// Losses, and one step of an optimizer.

internal import IngotCore

enum TrainingRules {
  static let table: [String: ShapeRule] = [
    "SoftmaxCrossEntropyLoss": crossEntropy, "NegativeLogLikelihoodLoss": negativeLogLikelihood,
    "ai.onnx.preview.training::Adagrad": { optimizer(&$0, groups: 3, handedOut: [0, 2]) },
    "ai.onnx.preview.training::Momentum": { optimizer(&$0, groups: 3, handedOut: [0, 2]) },
    "ai.onnx.preview.training::Adam": { optimizer(&$0, groups: 4, handedOut: [0, 2, 3]) },
    "ai.onnx.preview.training::Gradient": gradient,
  ]

  @Sendable private static func crossEntropy(_ node: inout NodeFacts) throws(ShapeProblem) {
    try setLoss(&node)
    node.set(1, type: node.type(0), shape: node.shape(0))
  }

  @Sendable private static func negativeLogLikelihood(_ node: inout NodeFacts) throws(ShapeProblem) {
    try setLoss(&node)
  }

  /// Scores are [batch, classes, others…] and labels [batch, others…], as is a loss that is not reduced.
  private static func setLoss(_ node: inout NodeFacts) throws(ShapeProblem) {
    let (scores, labels) = (node.shape(0), node.shape(1))
    if let scores, scores.count < 2 { throw .rank(input: 0, shape: scores, expected: "2 axes or more") }
    var shape = labels
    if let scores {
      let expected = [scores[0]] + scores[2...]
      guard let unified = (labels ?? expected).unified(with: expected) else { throw .broadcast(scores, labels ?? []) }
      shape = unified
    }
    let isReduced = node.node.string("reduction") ?? "mean" != "none"
    node.set(type: node.type(0), shape: isReduced ? [] : shape)
  }

  /// After the rate and the step's number come groups of as many tensors: values, gradients, states. Some groups are handed out.
  private static func optimizer(_ node: inout NodeFacts, groups: Int, handedOut: [Int]) {
    let count = (node.inputs.count - 2) / groups
    guard count > 0 else { return }
    for index in node.outputs.indices where index / count < handedOut.count {
      let source = 2 + handedOut[index / count] * count + index % count
      node.set(index, type: node.type(source), shape: node.shape(source))
    }
  }

  /// The first inputs are what it differentiates by.
  @Sendable private static func gradient(_ node: inout NodeFacts) {
    for index in node.outputs.indices { node.set(index, type: node.type(index), shape: node.shape(index)) }
  }
}
