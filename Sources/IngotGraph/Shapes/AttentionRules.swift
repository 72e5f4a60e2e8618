// Attention of the standard domain, in the forms that language models use, and the layers that go with it.

internal import IngotCore

enum AttentionRules {
  static let table: [String: ShapeRule] = [
    "Attention": attention, "RotaryEmbedding": rotary, "LinearAttention": linear,
    "CausalConvWithState": causalConvolution,
    "TensorScatter": scatter, "ai.onnx.preview::FlexAttention": flexible,
    "com.microsoft::LinearAttention": { (node) throws(ShapeProblem) in
      let (queryHeads, heads) = (node.int("q_num_heads", default: 0), node.int("kv_num_heads", default: 0))
      try standard(&node, linear, if: queryHeads >= heads && !node.flag("state_window"))
    },
    "com.microsoft::CausalConvWithState": { (node) throws(ShapeProblem) in
      let isSimple = node.int("ndim", default: 1) == 1 && node.int("dilation", default: 1) == 1
      try standard(&node, causalConvolution, if: isSimple && !node.flag("channels_last") && !node.flag("state_window"))
    },
  ]

  /// Queries, keys and values [batch, heads, length, size], or [batch, length, heads * size] with the heads in attributes.
  @Sendable private static func attention(_ node: inout NodeFacts) throws(ShapeProblem) {
    for (output, input) in [(0, 0), (1, 4), (2, 5), (3, 0)] where output < node.outputs.count {
      node.set(output, type: node.type(input) ?? node.type(output == 2 ? 2 : 0), shape: nil)
    }
    guard let query = node.shape(0) else { return }
    guard query.count == 3 || query.count == 4 else { throw .rank(input: 0, shape: query, expected: "3 or 4 axes") }
    let isFlat = query.count == 3
    if isFlat && (node.node.int("q_num_heads") == nil || node.node.int("kv_num_heads") == nil) {
      throw .attribute("q_num_heads", expected: "there, with kv_num_heads, for inputs of 3 axes")
    }
    let keys = try heads(node, 1, rank: query.count, "kv_num_heads")
    let values = try heads(node, 2, rank: query.count, "kv_num_heads")
    let length = try node.unified(keys[2], "the length of the keys", values[2], "the length of the values")
    let queries = try heads(node, 0, rank: query.count, "q_num_heads")
    node.set(
      type: node.type(0),
      shape: isFlat
        ? [query[0], query[1], widened(node, node.shape(2)?[2] ?? .unknown)]
        : [query[0], query[1], query[2], values[3]])
    let (pastKeys, pastValues) = (try node.shape(4, rank: 4), try node.shape(5, rank: 4))
    let past = try node.unified(
      pastKeys?[2] ?? .unknown, "the length of the past keys", pastValues?[2] ?? .unknown, "that of the past values")
    let hasPast = node.input(4) != nil
    let total = hasPast ? past + length : length
    node.set(1, type: node.type(4) ?? node.type(1), shape: try present(node, keys, pastKeys, total))
    node.set(2, type: node.type(5) ?? node.type(2), shape: try present(node, values, pastValues, total))
    node.set(3, type: node.type(0), shape: [queries[0], queries[1], queries[2], total])
  }

  /// The last size of the values, with the heads of the queries: the same where there are as many of both.
  private static func widened(_ node: NodeFacts, _ width: Dimension) -> Dimension {
    let (queryHeads, heads) = (node.int("q_num_heads", default: 0), node.int("kv_num_heads", default: 0))
    guard heads > 0, queryHeads > 0 else { return .unknown }
    if queryHeads % heads == 0 { return width * .fixed(Int(queryHeads / heads)) }
    return width.floorDivided(by: .fixed(Int(heads))) * .fixed(Int(queryHeads))
  }

  /// An input as [batch, heads, length, size].
  private static func heads(
    _ node: NodeFacts, _ index: Int, rank: Int, _ attribute: String
  ) throws(ShapeProblem) -> [Dimension] {
    let count = node.node.int(attribute)
    guard let shape = try node.shape(index, rank: rank) else {
      return [.unknown, rank == 3 ? count.map { .fixed(Int($0)) } ?? .unknown : .unknown, .unknown, .unknown]
    }
    guard rank == 3, let count else { return shape }
    let size = try shape[2].parts(count, "the last size of input \(index)", of: attribute)
    return [shape[0], .fixed(Int(count)), shape[1], size]
  }

  private static func present(
    _ node: NodeFacts, _ new: [Dimension], _ past: [Dimension]?, _ total: Dimension
  ) throws(ShapeProblem) -> [Dimension] {
    var shape = [new[0], new[1], .unknown, new[3]]
    if var past {
      past[2] = .unknown
      guard let unified = past.unified(with: shape) else { throw .broadcast(past, shape) }
      shape = unified
    }
    shape[2] = total
    return shape
  }

  @Sendable private static func rotary(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: node.shape(0))
    guard let shape = node.shape(0) else { return }
    guard shape.count == 3 || shape.count == 4 else { throw .rank(input: 0, shape: shape, expected: "3 or 4 axes") }
    if shape.count == 3, node.node.int("num_heads") == nil {
      throw .attribute("num_heads", expected: "there for an input of 3 axes")
    }
  }

  /// [batch, length, heads * size] thrice, then the state [batch, heads, key size, value size].
  @Sendable private static func linear(_ node: inout NodeFacts) throws(ShapeProblem) {
    let (queryHeads, heads) = (node.int("q_num_heads", default: 0), node.int("kv_num_heads", default: 0))
    let (query, key, value) = (try node.shape(0, rank: 3), try node.shape(1, rank: 3), try node.shape(2, rank: 3))
    let state = try node.shape(3, rank: 4)
    var (batch, length) = (state?[0] ?? .unknown, Dimension.unknown)
    for shape in [query, key, value, try node.shape(4, rank: 3), try node.shape(5, rank: 3)] {
      guard let shape else { continue }
      batch = try node.unified(batch, "a batch", shape[0], "another")
      length = try node.unified(length, "a length", shape[1], "another")
    }
    var keySize = try (query?[2] ?? .unknown).parts(queryHeads, "the last size of input 0", of: "q_num_heads")
    let ownSize = try (key?[2] ?? .unknown).parts(heads, "the last size of input 1", of: "kv_num_heads")
    keySize = try node.unified(keySize, "a query's size", ownSize, "a key's")
    keySize = try node.unified(keySize, "a key's size", state?[2] ?? .unknown, "the state's")
    var valueSize = try (value?[2] ?? .unknown).parts(heads, "the last size of input 2", of: "kv_num_heads")
    valueSize = try node.unified(valueSize, "a value's size", state?[3] ?? .unknown, "the state's")
    let width = heads <= queryHeads ? widened(node, value?[2] ?? .unknown) : .unknown
    node.set(
      0, type: node.type(0), shape: [batch, length, width == .unknown ? .fixed(Int(queryHeads)) * valueSize : width])
    let stateType = node.input(3) == nil ? node.type(0) : node.type(3)
    node.set(1, type: stateType, shape: [batch, .fixed(Int(heads)), keySize, valueSize])
  }

  /// Input [batch, channels, length], weights [channels, 1, kernel]; the state is what the next call needs of the input's end.
  @Sendable private static func causalConvolution(_ node: inout NodeFacts) throws(ShapeProblem) {
    let (input, weights) = (try node.shape(0, rank: 3), try node.shape(1, rank: 3))
    let (bias, past) = (try node.shape(2, rank: 1), try node.shape(3, rank: 3))
    let batch = try node.unified(input?[0] ?? .unknown, "the batch", past?[0] ?? .unknown, "the state's")
    var channels = input?[1] ?? .unknown
    for other in [weights?[0], bias?[0], past?[1]] {
      channels = try node.unified(channels, "the channels of input 0", other ?? .unknown, "those of another input")
    }
    let kept = try ((weights?[2] ?? .unknown) - .fixed(1)).checked()
    node.set(0, type: node.type(0), shape: [batch, channels, input?[2] ?? .unknown])
    node.set(
      1, type: node.type(0),
      shape: [batch, channels, try node.unified(kept, "kernel - 1", past?[2] ?? .unknown, "the state's length")])
  }

  /// ONNX Runtime's operators of the same names can do more; of those forms only the types are known.
  private static func standard(
    _ node: inout NodeFacts, _ rule: ShapeRule, if isStandard: Bool
  ) throws(ShapeProblem) {
    if isStandard { return try rule(&node) }
    node.set(0, type: node.type(0), shape: nil)
    node.set(1, type: node.input(3) == nil ? node.type(0) : node.type(3), shape: nil)
  }

  @Sendable private static func scatter(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: node.shape(0))
    guard let cache = node.shape(0), let update = node.shape(1) else { return }
    guard update.count == cache.count else { throw .rank(input: 1, shape: update, expected: "\(cache.count) axes") }
  }

  /// Queries, keys and values [batch, heads, length, size].
  @Sendable private static func flexible(_ node: inout NodeFacts) throws(ShapeProblem) {
    let type = try node.commonType(0..<3)
    let (query, key, value) = (try node.shape(0, rank: 4), try node.shape(1, rank: 4), try node.shape(2, rank: 4))
    var batch = query?[0] ?? .unknown
    for other in [key, value] { batch = try node.unified(batch, "a batch", other?[0] ?? .unknown, "another") }
    node.set(type: type, shape: [batch, query?[1] ?? .unknown, query?[2] ?? .unknown, value?[3] ?? .unknown])
  }
}
