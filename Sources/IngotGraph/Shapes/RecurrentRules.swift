// Recurrent networks, whose loop is built in.

internal import IngotCore

enum RecurrentRules {
  static let table: [String: ShapeRule] = [
    "LSTM": recurrent, "GRU": recurrent, "RNN": recurrent, "com.microsoft::DynamicQuantizeLSTM": recurrent,
    "com.microsoft::AttnLSTM": recurrent,
  ]

  /// Inputs [sequence, batch, features]; with layout 1, [batch, sequence, features]. The outputs are all hidden states and the
  /// last one, or ones.
  @Sendable private static func recurrent(_ node: inout NodeFacts) throws(ShapeProblem) {
    let input = try node.shape(0, rank: 3) ?? .unknown(rank: 3)
    let directions: Dimension = .fixed(node.node.string("direction") == "bidirectional" ? 2 : 1)
    var hidden = try node.size("hidden_size")
    // Standard weights are [directions, gates * hidden, …] and [directions, gates * hidden, hidden].
    if hidden == .unknown, node.node.domain.isEmpty { hidden = try node.shape(2, rank: 3)?[2] ?? .unknown }
    let isBatchFirst = node.flag("layout")
    let batch = isBatchFirst ? input[0] : input[1]
    let all = isBatchFirst ? [batch, input[1], directions, hidden] : [input[0], directions, batch, hidden]
    let last = isBatchFirst ? [batch, directions, hidden] : [directions, batch, hidden]
    node.set(0, type: node.type(0), shape: all)
    for index in node.outputs.indices.dropFirst() { node.set(index, type: node.type(0), shape: last) }
  }
}
