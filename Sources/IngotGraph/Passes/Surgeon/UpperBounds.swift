// Bounds for sizes that the data decides. A builder that plans memory needs the largest size there can be: where a tensor of
// sizes feeds Expand, Resize, Range, TopK or a slice, `Min` with the bound says it in the graph itself, and where a tensor has an
// axis of unknown length (NonZero, NonMaxSuppression, Compress), a Slice that ends at the bound does. Data that stays within
// its bounds goes through as before; what lies beyond is cut off, which is what the person who names a bound asks for.

package import IngotCore

/// - Parameter bounds: the largest size by tensor: one of whole numbers, all of which are bounded, or one with an unknown axis.
func boundSizes(_ model: inout Model, _ bounds: [String: Int], _ problems: inout [GraphError]) -> PassReport {
  var report = PassReport("bounds")
  guard !bounds.isEmpty else { return report }
  let names = TensorNames(model.graph)
  let ids = names.made(bounds.keys.sorted(), option: "bounds", &problems)
  for (name, bound) in bounds.sorted(by: { $0.key < $1.key }) where bound < 1 {
    problems.append(GraphError(.boundSize(name, bound)))
  }
  guard problems.isEmpty else { return report }
  do throws(GraphError) { try inferShapes(&model) } catch { problems.append(error) }
  let opset = model.opsets[""] ?? 1
  var followers: [Int: [Node]] = [:]
  let producers = model.graph.producers
  for id in ids {
    let name = model.graph[id].name
    guard let producer = producers[id.index], let bound = bounds[name] else { continue }
    do throws(GraphError) {
      followers[producer, default: []].append(try model.graph.bound(id, to: bound, madeBy: producer, opset: opset))
      report.change(name)
    } catch { problems.append(error) }
  }
  guard problems.isEmpty else { return report }
  var nodes: [Node] = []
  for (index, node) in model.graph.nodes.enumerated() { nodes += [node] + (followers[index] ?? []) }
  model.graph.nodes = nodes
  return report
}

extension Graph {
  /// The node that made the value makes another, from which the new one makes this: whoever reads the value reads the bounded one.
  /// - Returns: the new node, to stand behind the old one.
  fileprivate mutating func bound(
    _ id: ValueID, to bound: Int, madeBy producer: Int, opset: Int64
  ) throws(GraphError) -> Node {
    let value = self[id]
    guard let shape = value.shape else { throw GraphError(.unboundable(value.name, .unknownRank)) }
    let open = shape.indices.filter { shape[$0] == .unknown }
    let isSizes = shape.count <= 1 && shape.sizes != nil && [.int64, .int32].contains(value.type)
    guard isSizes || open.count == 1 else {
      throw GraphError(.unboundable(value.name, open.isEmpty ? .nothingOpen(shape) : .severalOpen(shape)))
    }
    guard opset >= (isSizes ? 12 : 10) else { throw GraphError(.unboundable(value.name, .oldOpset(isSizes ? 12 : 10))) }
    let free = addValue(freshName: "\(value.name)_unbounded", type: value.type, shape: value.shape)
    nodes[producer].outputs = nodes[producer].outputs.map { $0 == id ? free : $0 }
    let limit = Tensor(
      .integers([Int64(bound)]), type: isSizes ? value.type ?? .int64 : .int64, shape: isSizes ? [] : [1])
    guard let limit else { throw GraphError(.boundSize(value.name, bound)) }
    let end = addInitializer(freshName: "\(value.name)_bound", limit)
    if isSizes { return Node("Min", name: self[end].name, inputs: [free, end], outputs: [id]) }
    let start = addInitializer(freshName: "\(value.name)_start", Tensor([0] as [Int64]))
    let axis = addInitializer(freshName: "\(value.name)_axis", Tensor(open.map { Int64($0) }))
    return Node("Slice", name: self[end].name, inputs: [free, start, end, axis], outputs: [id])
  }
}

/// Why a tensor's size cannot be bounded.
package enum UnboundableReason: Hashable, Sendable {
  case unknownRank
  case nothingOpen([Dimension])
  case severalOpen([Dimension])
  /// The first operator set that has what is needed.
  case oldOpset(Int64)
}
