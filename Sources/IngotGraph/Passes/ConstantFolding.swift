// One sweep of constant folding over a graph, with an account of what it adds to the model.

internal import IngotCore

struct ConstantFolding {
  private(set) var graph: Graph
  private(set) var report = PassReport("constant-folding")
  /// Bytes that constants take more than before.
  private(set) var growth = 0
  /// Bytes that were read and made.
  private(set) var work = 0

  private let uses: Uses
  private let facts: [ValueFacts]
  private let opset: Int64
  private let room: Int
  private let workLimit: Int
  private let largeGrowth: Bool
  /// Readers that are still there, by value.
  private var readers: [Int]
  /// Results so far, to see which of them are the same.
  private var results: [Fingerprint: [Tensor]] = [:]

  /// A result up to this size is made without asking what it replaces, as long as there is room.
  private static let smallByteCount = 64 << 10
  /// About what a node takes in a file.
  private static let nodeByteCount = 64

  init(_ graph: Graph, _ uses: Uses, _ context: PassContext, largeGrowth: Bool) {
    (self.graph, self.uses, facts, opset) = (graph, uses, context.facts, context.opset)
    (room, workLimit) = (context.allowance.growth, context.allowance.work)
    self.largeGrowth = largeGrowth
    readers = graph.values.indices.map { uses.count(ValueID($0)) }
  }

  /// - Returns: false where large results have no room; then nothing is to be made of what was done.
  mutating func run() -> Bool {
    var kept: [Node] = []
    kept.reserveCapacity(graph.nodes.count)
    for node in graph.nodes {
      guard work <= workLimit, let tensors = results(of: node) else {
        kept.append(node)
        continue
      }
      let added = growth(of: node, making: tensors)
      let isLarge = tensors.contains { $0.bytes.count > Self.smallByteCount }
      if added > 0, isLarge, !largeGrowth || growth + added > room {
        if largeGrowth { return false }
        kept.append(node)
        continue
      }
      guard added <= 0 || growth + added <= room else { kept.append(node); continue }
      growth += added
      fold(node, into: tensors, &kept)
    }
    if report.removed > 0 { graph.nodes = kept }
    return true
  }

  private mutating func fold(_ node: Node, into tensors: [Tensor], _ kept: inout [Node]) {
    report.remove(node.label(in: graph))
    for case let id? in node.inputs { readers[id.index] -= 1 }
    for case (let output?, let tensor) in zip(node.outputs, tensors) {
      if tensor.bytes.count > Self.smallByteCount { results[Fingerprint(tensor), default: []].append(tensor) }
      if uses.isGraphOutput[output.index] {
        kept.append(Node(constant: tensor, named: node.name, output: output))
      } else {
        graph.setConstant(output, Initializer(tensor))
      }
    }
  }

  /// What constants take more once the node is gone. A result that is there already will be merged with the other one.
  private func growth(of node: Node, making tensors: [Tensor]) -> Int {
    var growth = -Self.nodeByteCount
    for (output, tensor) in zip(node.outputs, tensors) where output != nil {
      let isKnown = results[Fingerprint(tensor)]?.contains { $0.bytes == tensor.bytes } ?? false
      if !isKnown { growth += tensor.bytes.count }
    }
    for id in Set(node.inputs.compactMap(\.self)) where !uses.isGraphOutput[id.index] {
      let isFreed = readers[id.index] == node.inputs.count { $0 == id }
      if isFreed, let initializer = graph[id].initializer?.tensor { growth -= initializer.bytes.count }
    }
    return growth
  }

  /// - Returns: one tensor per output, or nil where the node stays.
  private mutating func results(of node: Node) -> [Tensor]? {
    guard node.isEvaluable, node.opType != "Constant", !node.outputs.isEmpty, !node.hasSubgraphs else { return nil }
    let inferred = node.outputs.map { $0.flatMap { facts.indices.contains($0.index) ? facts[$0.index].constant : nil } }
    let isInferred = zip(node.outputs, inferred).allSatisfy { $0 == nil || $1 != nil }
    if isInferred {
      let tensors = inferred.map { $0 ?? Tensor([Int64](), shape: [0]) }
      return tensors.allSatisfy { $0.bytes.count <= Self.smallByteCount } ? tensors : nil
    }
    return evaluated(node)
  }

  private mutating func evaluated(_ node: Node) -> [Tensor]? {
    guard !node.inputs.isEmpty else { return nil }
    var (inputs, byteCount): ([Tensor?], Int) = ([], 0)
    for id in node.inputs {
      guard let id else { inputs.append(nil); continue }
      let inferred = facts.indices.contains(id.index) ? facts[id.index].constant : nil
      guard let tensor = graph.constant(id) ?? inferred else { return nil }
      byteCount += tensor.bytes.count
      inputs.append(tensor)
    }
    let limit = max(byteCount + max(room, 0) - min(growth, 0), Self.smallByteCount)
    guard let tensors = node.evaluated(inputs, opset: opset, byteLimit: limit) else { return nil }
    // Recipes cost what they cost when the file is written, once.
    for tensor in inputs + tensors { work += min(tensor?.bytes.count ?? 0, Self.smallByteCount) }
    return tensors
  }
}
