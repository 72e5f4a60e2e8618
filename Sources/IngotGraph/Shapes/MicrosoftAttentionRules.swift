// Attention in the forms that ONNX Runtime fuses graphs into.

internal import IngotCore

enum MicrosoftAttentionRules {
  static let table: [String: ShapeRule] = {
    let table: [String: ShapeRule] = [
      "Attention": { (node) throws(ShapeProblem) in try packedWeights(&node, past: 4, type: node.type(0)) },
      "DecoderMaskedSelfAttention": { (node) throws(ShapeProblem) in
        try packedWeights(&node, past: 4, type: node.type(0))
      },
      "QAttention": { (node) throws(ShapeProblem) in try packedWeights(&node, past: 8, type: node.type(3)) },
      "PackedAttention": { (node) throws(ShapeProblem) in try packedWeights(&node, past: nil, type: node.type(0)) },
      "QOrderedAttention": orderedAttention, "LongformerAttention": ElementwiseRules.sameAsFirst,
      "QOrderedLongformerAttention": ElementwiseRules.sameAsFirst, "DecoderAttention": decoder,
      "MultiHeadAttention": { (node) throws(ShapeProblem) in try multiHead(&node, past: 6) },
      "DecoderMaskedMultiHeadAttention": { (node) throws(ShapeProblem) in try multiHead(&node, past: 5) },
      "PackedMultiHeadAttention": packedMultiHead, "GroupQueryAttention": groupQuery, "SparseAttention": groupQuery,
      "RotaryEmbedding": ElementwiseRules.sameAsFirst, "MRotaryEmbedding": ElementwiseRules.sameAsFirst,
      "GemmaRotaryEmbedding": { (node) in
        node.set(0, type: node.type(1), shape: node.shape(1))
        node.set(1, type: node.type(1), shape: node.shape(3))
      },
      "RelativePositionBias": relativeBias, "GatedRelativePositionBias": gatedBias, "RemovePadding": removePadding,
      "RestorePadding": restorePadding, "MoE": ElementwiseRules.sameAsFirst, "QMoE": ElementwiseRules.sameAsFirst,
    ]
    return table.reduce(into: [:]) { $0["com.microsoft::\($1.key)"] = $1.value }
  }()

  /// Input [batch, length, size] (without padding [words, size]) and weights [size, queries + keys + values]; keys and values of
  /// all steps are one output, [2, batch, heads, length, size of a head].
  private static func packedWeights(
    _ node: inout NodeFacts, past: Int?, type: ElementType?
  ) throws(ShapeProblem) {
    for index in node.outputs.indices { node.set(index, type: type, shape: nil) }
    guard let input = node.shape(0), input.count >= 2 else { return }
    let width = (node.shape(1).flatMap { $0.count == 2 ? $0[1] : nil }) ?? node.shape(2)?.first ?? .unknown
    var (values, keys) = (width.floorDivided(by: .fixed(3)), width.floorDivided(by: .fixed(3)))
    if let sizes = node.node.ints("qkv_hidden_sizes") {
      guard sizes.count == 3, sizes.allSatisfy({ $0 >= 0 }) else {
        throw .attribute("qkv_hidden_sizes", expected: "3 sizes")
      }
      (keys, values) = (.fixed(Int(sizes[1])), .fixed(Int(sizes[2])))
    }
    node.set(0, type: type, shape: input.dropLast() + [values])
    guard let past, input.count == 3 else { return }
    let heads = try node.size("num_heads")
    var present = [.fixed(2), input[0], heads, .unknown, heads == .fixed(0) ? .unknown : keys.floorDivided(by: heads)]
    if let given = try node.shape(past, rank: 5) {
      present = given
      present[3] = node.flag("past_present_share_buffer") ? given[3] : given[3] + input[1]
    } else if node.input(past) == nil {
      present[3] = input[1]
    }
    node.set(1, type: type, shape: present)
  }

  @Sendable private static func orderedAttention(_ node: inout NodeFacts) {
    let size = node.shape(7).flatMap { $0.count == 2 ? $0[1] : nil } ?? .unknown
    node.set(type: node.type(0), shape: node.shape(0).map { $0.dropLast() + [size] })
  }

  @Sendable private static func decoder(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(0, type: node.type(0), shape: node.shape(0))
    var cache = try node.shape(6, rank: 4) ?? .unknown(rank: 4)
    cache[2] = .unknown
    for index in 1..<3 { node.set(index, type: node.type(0), shape: cache) }
  }

  /// Queries, keys and values apart, [batch, length, size]; keys and values of another sequence come as [batch, heads, length, size of a
  /// head]; all three together are [batch, length, heads, 3, size of a head].
  private static func multiHead(_ node: inout NodeFacts, past: Int) throws(ShapeProblem) {
    for index in node.outputs.indices { node.set(index, type: node.type(0), shape: nil) }
    guard let query = node.shape(0) else { return }
    guard query.count == 3 || query.count == 5 else { throw .rank(input: 0, shape: query, expected: "3 or 5 axes") }
    var (size, length) = (query[query.count - 1], query[1])
    if query.count == 5 {
      size = query[2] * query[4]
    } else if let value = node.shape(2) {
      guard value.count == 3 || value.count == 4 else { throw .rank(input: 2, shape: value, expected: "3 or 4 axes") }
      (size, length) = value.count == 3 ? (value[2], value[1]) : (value[1] * value[3], value[2])
    } else if node.input(2) != nil {
      (size, length) = (.unknown, .unknown)
    } else if let key = node.shape(1), key.count == 5 {
      length = key[1]
    } else if node.input(1) == nil {
      size = query[2].floorDivided(by: .fixed(3))
    }
    node.set(0, type: node.type(0), shape: [query[0], query[1], size])
    let isShared = node.flag("past_present_share_buffer") || past == 6 && node.input(8) != nil
    let isCross = node.shape(2)?.count == 4
    for index in 1..<3 where index < node.outputs.count {
      let width = query.count == 5 ? .unknown : node.shape(index).flatMap { $0.count == 3 ? $0[2] : nil } ?? .unknown
      let heads = try node.size("num_heads")
      let headSize = query.count == 5 ? query[4] : heads == .fixed(0) ? .unknown : width.floorDivided(by: heads)
      var present = [query[0], heads, length, headSize]
      if let given = try node.shape(past + index - 1, rank: 4) {
        present = given
        if !isShared && !isCross { present[2] = given[2] + length }
      } else if node.input(past + index - 1) != nil {
        present[2] = .unknown
      }
      node.set(index, type: node.type(past + index - 1) ?? node.type(0), shape: present)
    }
  }

  /// [words, size], or all three together as [words, heads, 3, size of a head].
  @Sendable private static func packedMultiHead(_ node: inout NodeFacts) {
    node.set(type: node.type(0), shape: nil)
    guard let query = node.shape(0), let words = query.first else { return }
    let size = query.count == 4 ? query[1] * query[3] : node.shape(2)?.last ?? .unknown
    node.set(type: node.type(0), shape: [words, size])
  }

  /// Keys and values may be packed behind the queries, [batch, length, (heads + 2 * their heads) * size].
  @Sendable private static func groupQuery(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(0, type: node.type(0), shape: nil)
    for index in 1..<3 {
      node.set(index, type: node.input(2 + index) == nil ? node.type(0) : node.type(2 + index), shape: nil)
    }
    node.set(3, type: node.type(0), shape: nil)
    guard let query = try node.shape(0, rank: 3) else { return }
    let (heads, keyHeads) = (node.int("num_heads", default: 0), node.int("kv_num_heads", default: 0))
    guard heads > 0, keyHeads > 0, heads < 1 << 20, keyHeads < 1 << 20 else {
      throw .attribute("num_heads", expected: "1 or more, as kv_num_heads")
    }
    let isPacked = node.input(1) == nil
    let parts = isPacked ? heads + 2 * keyHeads : heads
    let size = query[2].floorDivided(by: .fixed(Int(parts)))
    node.set(0, type: node.type(0), shape: isPacked ? [query[0], query[1], size * .fixed(Int(heads))] : query)
    let total = node.node.opType == "SparseAttention" ? nil : node.number(6)
    for index in 1..<3 where index < node.outputs.count {
      var shape = [query[0], .fixed(Int(keyHeads)), total ?? .unknown, size]
      if let past = try node.shape(2 + index, rank: 4) {
        // A cache that is long enough already is handed on.
        let grown = total.map { Dimension.maximum($0, past[2]) } ?? .unknown
        shape = [past[0], past[1], node.node.opType == "SparseAttention" ? past[2] : grown, past[3]]
      } else if node.input(2 + index) != nil {
        shape = .unknown(rank: 4)
      }
      node.set(index, type: node.outputs[index].type, shape: shape)
    }
  }

  /// [1, heads, length of the queries, length of the keys].
  @Sendable private static func relativeBias(_ node: inout NodeFacts) throws(ShapeProblem) {
    let heads = try node.shape(0, rank: 2)?[1] ?? .unknown
    node.set(type: node.type(0), shape: [.fixed(1), heads, node.number(1) ?? .unknown, node.number(2) ?? .unknown])
  }

  @Sendable private static func gatedBias(_ node: inout NodeFacts) throws(ShapeProblem) {
    var (batch, length) = (
      node.shape(0)?.first ?? .unknown, node.shape(0).flatMap { $0.count == 3 ? $0[1] : nil } ?? .unknown
    )
    if let offsets = try node.shape(6, rank: 2) { (batch, length) = (offsets[0], offsets[1]) }
    node.set(type: node.type(0), shape: [batch, try node.size("num_heads"), length, length])
  }

  /// The words that are there, where they were, where each text starts, and the longest one's length.
  @Sendable private static func removePadding(_ node: inout NodeFacts) throws(ShapeProblem) {
    let input = try node.shape(0, rank: 3) ?? .unknown(rank: 3)
    node.set(0, type: node.type(0), shape: [.unknown, input[2]])
    node.set(1, type: .int32, shape: [input[0], input[1]])
    node.set(2, type: .int32, shape: [input[0] + .fixed(1)])
    node.set(3, type: .int32, shape: [.fixed(1)])
  }

  @Sendable private static func restorePadding(_ node: inout NodeFacts) throws(ShapeProblem) {
    let places = try node.shape(1, rank: 2) ?? .unknown(rank: 2)
    node.set(type: node.type(0), shape: places + [try node.shape(0, rank: 2)?[1] ?? .unknown])
  }
}
