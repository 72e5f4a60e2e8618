// Channels that can be scaled without changing what a model computes: what writes a tensor's channels divides them by a
// factor each, every linear node that reads them multiplies its weights by it, and between the two stand only operators
// that a positive factor passes through (Nagel et al. 2019, "Data-Free Quantization", section 4.1).

internal import IngotCore
internal import IngotGraph

/// The axis that counts a tensor's channels, and how many elements in a row on it belong to each: a flattened image has
/// several.
struct ChannelAxis: Hashable {
  var axis: Int
  var repeats = 1
}

/// Elements of a constant that belong to channels: it is read as [blocks, channels, inner].
package struct ChannelPlace: Codable, Sendable, Hashable {
  package var constant: String
  package var blocks: Int
  package var channels: Int
  package var inner: Int
}

/// Tensors whose channels have one factor each, together.
struct ChannelGroup {
  var channelCount: Int
  /// In graph order.
  var tensors: [ValueID]
  /// Constants of what writes the channels.
  var writers: [ChannelPlace]
  /// Constants of the linear nodes that read them.
  var readers: [ChannelPlace]
}

/// What scaling can reach in a graph.
struct ChannelGroups {
  /// Those that can be scaled at no cost, in graph order.
  private(set) var groups: [ChannelGroup] = []
  private(set) var axes: [ValueID: ChannelAxis] = [:]

  /// - Parameter graph: sanitized: topological order, types and, where they can be known, shapes inferred.
  init(_ graph: Graph) {
    var finder = ChannelGroupFinder(graph)
    finder.run()
    axes = finder.axes
    groups = finder.groups
  }
}

private struct ChannelGroupFinder {
  private let graph: Graph
  private let uses: Uses
  private(set) var axes: [ValueID: ChannelAxis] = [:]
  private var parents: [ValueID: ValueID] = [:]
  private var pinned: Set<ValueID> = []
  private var writers: [ValueID: [ChannelPlace]] = [:]
  private var readers: [ValueID: [ChannelPlace]] = [:]

  init(_ graph: Graph) {
    self.graph = graph
    uses = Uses(graph)
  }

  mutating func run() {
    for node in graph.nodes {
      let followed = node.domain.isEmpty && node.bodies.isEmpty ? follow(node) : []
      for case (let slot, let id?) in node.inputs.enumerated() where axes[id] != nil && !followed.contains(slot) {
        if node.opType != "Shape", node.opType != "Size" { pinned.insert(id) }
      }
    }
    for id in axes.keys where uses.isPinned(id) { pinned.insert(id) }
  }

  var groups: [ChannelGroup] {
    let refused = Set(pinned.map(root))
    var found: [ValueID: ChannelGroup] = [:]
    var order: [ValueID] = []
    for node in graph.nodes {
      for case let id? in node.outputs where axes[id] != nil {
        let first = root(id)
        guard !refused.contains(first), let count = channelCount(id) else { continue }
        if found[first] == nil { order.append(first) }
        found[first, default: ChannelGroup(channelCount: count, tensors: [], writers: [], readers: [])].tensors.append(
          id)
        found[first]?.writers += writers[id] ?? []
        found[first]?.readers += readers[id] ?? []
      }
    }
    return order.compactMap { found[$0] }.filter { group in
      // A layer may read and write the same channels, as in a residual stream: its weights are scaled on both axes, and
      // dividing a row takes as much from its signal as from its noise. What writes or reads them twice is left alone.
      !group.writers.isEmpty && !group.readers.isEmpty
        && [group.writers, group.readers].allSatisfy { places in
          Set(places.map(\.constant)).count == places.count && places.allSatisfy { $0.channels == group.channelCount }
        }
    }
  }

  private func channelCount(_ id: ValueID) -> Int? {
    guard let axis = axes[id], let shape = graph[id].shape, shape.indices.contains(axis.axis),
      let size = shape[axis.axis].size, size > 0, size % axis.repeats == 0
    else { return nil }
    return size / axis.repeats
  }

  // MARK: union-find

  private func root(_ id: ValueID) -> ValueID {
    var id = id
    while let parent = parents[id] { id = parent }
    return id
  }

  private mutating func join(_ output: ValueID, _ input: ValueID, axis: ChannelAxis) {
    axes[output] = axis
    let (a, b) = (root(input), root(output))
    if a != b { parents[b] = a }
  }

  // MARK: rules

  /// - Returns: the inputs whose channels go on in the node's output, or end in its weights.
  private mutating func follow(_ node: Node) -> Set<Int> {
    guard let output = node.outputs.first ?? nil, graph[output].type == .float32 else { return [] }
    switch node.opType {
    case "Conv", "ConvTranspose", "Gemm", "MatMul": return followLinear(node, output)
    case "LayerNormalization", "BatchNormalization", "InstanceNormalization": return startNormalized(node, output)
    case "Add", "Sub", "Mul", "Div": return followArithmetic(node, output)
    case "Relu", "LeakyRelu", "Identity", "Dropout", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool":
      return pass(node, output) { axis, _ in axis }
    case "Reshape", "Flatten": return pass(node, output, Self.flattened)
    case "Squeeze", "ReduceMean":
      let kept = graph[output].shape ?? []
      return pass(node, output) { axis, shape in
        // What goes is behind the channels: they keep their axis where the sizes up to it are still there.
        kept.count > axis.axis && kept[...axis.axis].elementsEqual(shape[...axis.axis]) ? axis : nil
      }
    default: return []
    }
  }

  private mutating func pass(
    _ node: Node, _ output: ValueID, _ rule: (ChannelAxis, [Dimension]) -> ChannelAxis?
  ) -> Set<Int> {
    guard let input = node.inputs.first ?? nil, let axis = axes[input], let shape = graph[input].shape,
      shape.indices.contains(axis.axis), let after = rule(axis, shape)
    else { return [] }
    join(output, input, axis: after)
    guard channelCount(output) == channelCount(input) else {
      pinned.insert(output)
      return []
    }
    return [0]
  }

  /// [batch, channels, …] to [batch, channels · …].
  private static func flattened(_ axis: ChannelAxis, _ shape: [Dimension]) -> ChannelAxis? {
    guard axis.axis == 1, shape.count >= 2 else { return nil }
    var repeats = axis.repeats
    for dimension in shape[2...] {
      guard let size = dimension.size, size > 0 else { return nil }
      let (product, overflow) = repeats.multipliedReportingOverflow(by: size)
      if overflow { return nil }
      repeats = product
    }
    return ChannelAxis(axis: 1, repeats: repeats)
  }

  private mutating func followLinear(_ node: Node, _ output: ValueID) -> Set<Int> {
    guard node.inputs.count >= 2, let data = node.inputs[0], let weight = node.inputs[1],
      let shape = ownConstant(weight), let linear = LinearShape(node, weight: shape)
    else { return [] }
    if let rank = graph[output].shape?.count, let rows = linear.outputs(graph[weight].name) {
      let bias = node.inputs.count > 2 ? node.inputs[2] : nil
      if let places = biasPlaces(bias, channels: rows.channels) {
        axes[output] = ChannelAxis(axis: node.opType == "MatMul" ? rank - 1 : 1)
        writers[output] = [rows] + places
      }
    }
    guard let axis = axes[data], let rank = graph[data].shape?.count,
      axis.axis == (node.opType == "MatMul" ? rank - 1 : 1),
      let columns = linear.inputs(graph[weight].name, repeats: axis.repeats)
    else { return [] }
    readers[data, default: []].append(columns)
    return [0]
  }

  /// Nil where the bias cannot be scaled by channel.
  private func biasPlaces(_ bias: ValueID?, channels: Int) -> [ChannelPlace]? {
    guard let bias else { return [] }
    guard let shape = ownConstant(bias), shape.reduce(1, *) == channels else { return nil }
    return [ChannelPlace(constant: graph[bias].name, blocks: 1, channels: channels, inner: 1)]
  }

  private mutating func startNormalized(_ node: Node, _ output: ValueID) -> Set<Int> {
    guard let rank = graph[output].shape?.count, rank >= 2, node.inputs.count >= 2 else { return [] }
    let axis = node.opType == "LayerNormalization" ? rank - 1 : 1
    if node.opType == "LayerNormalization", ![-1, Int64(rank - 1)].contains(node.int("axis") ?? -1) { return [] }
    guard let channels = graph[output].shape?[axis].size else { return [] }
    var places: [ChannelPlace] = []
    for case let id? in node.inputs.dropFirst().prefix(2) {
      guard let found = biasPlaces(id, channels: channels) else { return [] }
      places += found
    }
    guard !places.isEmpty else { return [] }
    axes[output] = ChannelAxis(axis: axis)
    writers[output] = places
    return []
  }

  private mutating func followArithmetic(_ node: Node, _ output: ValueID) -> Set<Int> {
    guard node.inputs.count == 2, let a = node.inputs[0], let b = node.inputs[1] else { return [] }
    let isSum = node.opType == "Add" || node.opType == "Sub"
    switch (axes[a], axes[b]) {
    case (let axis?, let other?):
      guard isSum, axis == other, a != b, graph[a].shape == graph[b].shape else { return [] }
      join(output, a, axis: axis)
      join(output, b, axis: axis)
      return [0, 1]
    case (let axis?, nil): return follow(node, output, a, axis, slot: 0, operand: b, isSum: isSum)
    case (nil, let axis?):
      return node.opType == "Div" ? [] : follow(node, output, b, axis, slot: 1, operand: a, isSum: isSum)
    case (nil, nil): return []
    }
  }

  /// A tensor with channels and an operand without: a factor passes through a product with anything, and through a sum
  /// with a constant that is scaled too.
  private mutating func follow(
    _ node: Node, _ output: ValueID, _ tensor: ValueID, _ axis: ChannelAxis, slot: Int, operand: ValueID, isSum: Bool
  ) -> Set<Int> {
    guard let shape = graph[tensor].shape, graph[output].shape == shape, let count = channelCount(tensor) else {
      return []
    }
    if isSum {
      guard axis.repeats == 1, let sizes = ownConstant(operand), sizes.reduce(1, *) == count,
        sizes.count <= shape.count, let own = sizes.firstIndex(of: count) ?? (count == 1 ? 0 : nil),
        count == 1 || own + shape.count - sizes.count == axis.axis
      else { return [] }
      writers[output, default: []].append(
        ChannelPlace(constant: graph[operand].name, blocks: 1, channels: count, inner: 1))
    }
    join(output, tensor, axis: axis)
    return [slot]
  }

  /// The shape of a float32 constant that one node alone reads.
  private func ownConstant(_ id: ValueID) -> [Int]? {
    guard uses.isConstant(id, in: graph), !uses.isPinned(id), uses.readers(of: id).count == 1,
      let tensor = graph.constant(id), tensor.type == .float32
    else { return nil }
    return tensor.shape
  }
}
