// If, Loop, Scan, from what is known about their bodies; and recurrent networks, whose loop is built in.

internal import IngotCore

enum ControlFlowRules {
  static let table: [String: ShapeRule] = [
    "If": branches, "Loop": loop, "Scan": scan, "LSTM": recurrent, "GRU": recurrent, "RNN": recurrent,
  ]

  /// Facts about the inputs of a body, before it is inferred; sizes that an iteration may change are unknown.
  static func bodyInputs(of node: NodeFacts) -> [ValueFacts] {
    switch node.node.opType {
    case "Loop":
      let carried = node.inputs.dropFirst(2).map { ValueFacts(type: $0?.type) }
      return [ValueFacts(type: .int64, shape: []), ValueFacts(type: .bool, shape: [])] + carried
    case "Scan" where node.opset >= 9: return node.inputs.map { ValueFacts(type: $0?.type) }
    default: return []
    }
  }

  @Sendable private static func branches(_ node: inout NodeFacts) {
    guard let first = node.bodies["then_branch"], let second = node.bodies["else_branch"] else { return }
    for index in node.outputs.indices where index < first.count && index < second.count {
      let (a, b) = (first[index], second[index])
      let shape = a.shape.flatMap { left in b.shape.flatMap { left.common(with: $0) } }
      node.set(index, type: a.type == b.type ? a.type : nil, shape: shape)
      if let first = a.elements, first == b.elements, !first.contains(.unknown), a.shape == b.shape {
        node.outputs[index].content = a.content
      }
    }
  }

  /// The body's outputs are the condition, what is carried, then slices of the scan outputs.
  @Sendable private static func loop(_ node: inout NodeFacts) {
    guard let body = node.bodies["body"] else { return }
    let carriedCount = max(node.inputs.count - 2, 0)
    for index in node.outputs.indices where index + 1 < body.count {
      let facts = body[index + 1]
      // A carried value's shape may differ between no iteration and one.
      let isCarried = index < carriedCount
      node.set(
        index, type: facts.type,
        shape: isCarried ? nil : facts.shape.map { [.unknown] + $0.map { $0.isPlaceholder ? .unknown : $0 } })
    }
  }

  @Sendable private static func scan(_ node: inout NodeFacts) {
    guard node.opset >= 9, let body = node.bodies["body"] else { return }
    for index in node.outputs.indices where index < body.count { node.set(index, type: body[index].type, shape: nil) }
  }

  /// Inputs [sequence, batch, features]; with layout 1, [batch, sequence, features].
  @Sendable private static func recurrent(_ node: inout NodeFacts) throws(ShapeProblem) {
    let type = node.type(0)
    for index in node.outputs.indices { node.set(index, type: type, shape: nil) }
    guard let input = node.shape(0) else { return }
    guard input.count == 3 else { throw .rank(input: 0, shape: input, expected: "3 axes") }
    let directions: Dimension = .fixed(node.node.string("direction") == "bidirectional" ? 2 : 1)
    let hidden: Dimension =
      node.node.int("hidden_size").map { $0 >= 0 ? .fixed(Int($0)) : .unknown }
      ?? node.shape(2).flatMap { $0.count == 3 ? $0[2] : nil } ?? .unknown
    let isBatchFirst = node.node.int("layout") ?? 0 != 0
    let batch = isBatchFirst ? input[0] : input[1]
    let all = isBatchFirst ? [batch, input[1], directions, hidden] : [input[0], directions, batch, hidden]
    let last = isBatchFirst ? [batch, directions, hidden] : [directions, batch, hidden]
    node.set(0, type: type, shape: all)
    for index in node.outputs.indices.dropFirst() { node.set(index, type: type, shape: last) }
  }
}
