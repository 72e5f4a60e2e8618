// Operators of ONNX Runtime that write whole texts, and others of its own that fit no other family.

internal import IngotCore

enum GenerationRules {
  static let table: [String: ShapeRule] = {
    let table: [String: ShapeRule] = [
      "BeamSearch": beamSearch, "WhisperBeamSearch": beamSearch, "GreedySearch": greedySearch, "Sampling": greedySearch,
      "NGramRepeatBlock": { $0.set(type: $0.type(1), shape: $0.shape(1)) },
      "BifurcationDetector": { (node) in
        node.set(0, type: node.type(1) ?? node.type(0), shape: [.unknown])
        node.set(1, type: node.type(2) ?? node.type(0), shape: node.shape(2))
      },
      "CDist": distances, "UnfoldTensor": unfold,
      "DynamicTimeWarping": { $0.set(type: .int32, shape: [.fixed(2), .unknown]) },
      "WordConvEmbedding": { $0.set(type: $0.type(1), shape: nil) },
    ]
    return table.reduce(into: [:]) { $0["com.microsoft::\($1.key)"] = $1.value }
  }()

  /// [batch, results, length], their scores [batch, results], and the scores of all words [steps, batch, beams, words].
  @Sendable private static func beamSearch(_ node: inout NodeFacts) {
    let input = node.shape(0)
    let batch = input?.first ?? .unknown
    let (length, beams, results) = (node.number(1) ?? .unknown, node.number(3) ?? .unknown, node.number(4) ?? .unknown)
    node.set(0, type: node.type(1), shape: [batch, results, length])
    node.set(1, type: node.type(5), shape: [batch, results])
    let start = input?.count == 2 ? input?[1] ?? .unknown : .unknown
    let words: Dimension = node.node.int("vocab_size").flatMap { $0 > 0 ? .fixed(Int($0)) : nil } ?? .unknown
    node.set(2, type: node.type(5), shape: [length - start, batch, beams, words])
  }

  @Sendable private static func greedySearch(_ node: inout NodeFacts) throws(ShapeProblem) {
    let batch = try node.shape(0, rank: 2)?[0] ?? .unknown
    node.set(0, type: node.type(0), shape: [batch, node.number(1) ?? .unknown])
    node.set(1, type: node.type(3), shape: [batch, .unknown])
  }

  @Sendable private static func distances(_ node: inout NodeFacts) throws(ShapeProblem) {
    let (a, b) = (try node.shape(0, rank: 2), try node.shape(1, rank: 2))
    node.set(type: node.type(0), shape: [a?[0] ?? .unknown, b?[0] ?? .unknown])
  }

  /// Windows along one axis; each becomes the last axis.
  @Sendable private static func unfold(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: nil)
    guard var shape = node.shape(0) else { return }
    let axis = try node.axis("dim", default: -1, rank: shape.count)
    let (size, step) = (try node.size("size"), node.int("step", default: 1))
    guard step >= 1 else { throw .attribute("step", expected: "1 or more") }
    shape[axis] = (try (shape[axis] - size).checked()).floorDivided(by: .fixed(Int(step))) + .fixed(1)
    node.set(type: node.type(0), shape: shape + [size])
  }
}
