// P4: where a shortcut joins a convolution's path, only the shortcut is quantized. The path's own end stays bare, so
// that the convolution, the Add and what follows become one kernel.

internal import IngotCore
internal import IngotGraph

extension Placer {
  mutating func placeResidual(_ index: Int) {
    let node = graph.nodes[index]
    guard node.inputs.count == 2, let a = node.inputs[0], let b = node.inputs[1] else { return }
    guard uses.producer(of: a) != nil, uses.producer(of: b) != nil else {
      return decide(index, "P8", "an operand is a constant or an input: no shortcut")
    }
    let readers = readersThroughCopies(ofNode: index)
    if readers.edges.contains(where: { ["Softmax", "LogSoftmax"].contains(graph.nodes[$0.node].opType) }) {
      return decide(index, "P9", "adds to the scores of a Softmax")
    }
    guard !readers.reachesOutput else { return decide(index, "P9", "its sum is an output of the graph") }
    guard graph[a].type == .float32, haveSameShape(a, b) else {
      return decide(index, "P4", "its operands have different shapes: no shortcut")
    }
    let (pathOfA, pathOfB) = (linearBackbone(of: a), linearBackbone(of: b))
    // A product's kernel takes no shortcut in, and the streams of transformers hold outliers that decide their results.
    let isConvolution = [pathOfA, pathOfB].contains { $0.map { graph.nodes[$0].opType.hasPrefix("Conv") } ?? false }
    if isConvolution { standIns.formUnion([a, b]) }
    guard isConvolution || pathOfA == nil && pathOfB == nil else {
      return decide(index, "P4", "joins a matrix product: the stream around it stays float")
    }
    guard let bare = barePath(a, pathOfA, b, pathOfB) else {
      return decide(index, "P4", "no operand ends a path of its own from a quantized convolution or product")
    }
    let shortcut = bare == a ? b : a
    quantize(shortcut, at: Edge(node: index, input: bare == a ? 1 : 0), rule: "P4")
    decide(index, "P4", "shortcut '\(graph[shortcut].name)' quantized, '\(graph[bare].name)' bare")
  }

  /// The operand that ends the convolution's path: the only one with a linear node of its own behind it, or the one
  /// that is further from the last common ancestor where both have one. Nil where none has, and where the linear node
  /// is itself what both operands come from (no shortcut goes around it).
  private func barePath(_ a: ValueID, _ pathOfA: Int?, _ b: ValueID, _ pathOfB: Int?) -> ValueID? {
    guard pathOfA != nil || pathOfB != nil, pathOfA != pathOfB else { return nil }
    let ancestor = lastCommonAncestor(a, b)
    if pathOfA != nil, pathOfB != nil {
      guard let ancestor else { return a }
      return ancestor.distanceToA >= ancestor.distanceToB ? a : b
    }
    if let ancestor, ancestor.node == pathOfA ?? pathOfB { return nil }
    return pathOfA != nil ? a : b
  }

  /// The quantized linear node whose result reaches `tensor` through operators that are fused into it, each read once.
  private func linearBackbone(of tensor: ValueID) -> Int? {
    var id = tensor
    for _ in 0..<8 {
      guard !uses.isPinned(id), let producer = uses.producer(of: id) else { return nil }
      if linear.contains(producer) { return uses.readers(of: id).count == readersWithin(id) ? producer : nil }
      guard uses.readers(of: id).count == readersWithin(id), let source = fusedSource(of: producer) else { return nil }
      id = source
    }
    return nil
  }

  /// How many readers a tensor may have inside a fused path: two where x * Sigmoid(x) follows.
  private func readersWithin(_ id: ValueID) -> Int {
    uses.readers(of: id).contains { siluOperand(of: $0.node) == id } ? 2 : 1
  }

  /// The tensor that an element-wise node works on, constants aside; x for x * Sigmoid(x).
  func fusedSource(of index: Int) -> ValueID? {
    let node = graph.nodes[index]
    let operands = node.inputs.compactMap { $0 }.filter { !uses.isConstant($0, in: graph) }
    if fusedOperators.contains(node.opType), operands.count == 1 { return operands[0] }
    return siluOperand(of: index)
  }

  private func haveSameShape(_ a: ValueID, _ b: ValueID) -> Bool {
    guard let left = graph[a].shape, let right = graph[b].shape else { return true }
    guard left.count == right.count else { return false }
    return zip(left, right).allSatisfy { $0.size == nil || $1.size == nil || $0 == $1 }
  }

  /// The nearest node above both tensors and the longest way up to it from each, in nodes. Walks the topological order
  /// down from the tensors, so the first node that both reach is the last one they share.
  private func lastCommonAncestor(_ a: ValueID, _ b: ValueID) -> (node: Int, distanceToA: Int, distanceToB: Int)? {
    guard let startA = uses.producer(of: a), let startB = uses.producer(of: b) else { return nil }
    var (fromA, fromB) = ([startA: 0], [startB: 0])
    for index in (0...max(startA, startB)).reversed() {
      if let toA = fromA[index], let toB = fromB[index] { return (index, toA, toB) }
      for case let id? in graph.nodes[index].inputs {
        guard let producer = uses.producer(of: id) else { continue }
        if let distance = fromA[index] { fromA[producer] = max(fromA[producer] ?? 0, distance + 1) }
        if let distance = fromB[index] { fromB[producer] = max(fromB[producer] ?? 0, distance + 1) }
      }
    }
    return nil
  }
}

/// What a convolution's kernel does on the way out.
let fusedOperators: Set<String> = [
  "BatchNormalization", "Relu", "LeakyRelu", "Clip", "Sigmoid", "HardSigmoid", "Tanh", "Elu", "Selu", "Softplus",
  "HardSwish",
  "Mish", "Gelu", "PRelu", "Add", "Mul", "Sub", "Div", "Identity", "Dropout",
]
