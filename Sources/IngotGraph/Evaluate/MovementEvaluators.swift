// Operations that show the elements of one input in another order or shape: the bytes of a result are bytes of the input.
// Shape inference runs them on numbered placeholders too, to follow sizes that are not known (see SymbolicElements.swift).

internal import IngotCore

enum MovementEvaluators {
  static let table: [String: Evaluator] = [
    "Slice": slice, "Squeeze": squeeze, "Unsqueeze": unsqueeze, "Reshape": reshape, "Flatten": flatten,
    "Transpose": transpose, "Expand": expand, "Tile": tile, "Split": split, "DepthToSpace": depthToSpace,
    "SpaceToDepth": spaceToDepth, "Identity": { $0.input(0).map { [$0] } },
  ]

  @Sendable private static func slice(_ evaluation: Evaluation) -> [Tensor]? {
    guard let data = evaluation.input(0), let starts = evaluation.integers(input: 1, attribute: "starts"),
      let ends = evaluation.integers(input: 2, attribute: "ends"), starts.count == ends.count
    else { return nil }
    let axes = evaluation.integers(input: 3, attribute: "axes") ?? starts.indices.map { Int64($0) }
    let steps = evaluation.input(4)?.integers ?? starts.map { _ in 1 }
    guard axes.count == starts.count, steps.count == starts.count else { return nil }
    var (shape, strides, offset) = (data.shape, Layout.strides(data.shape), 0)
    for index in starts.indices {
      guard let axis = Layout.axis(axes[index], rank: data.shape.count),
        let cut = SliceBounds(start: starts[index], end: ends[index], step: steps[index], size: data.shape[axis])
      else { return nil }
      shape[axis] = cut.count
      if cut.count > 0 { offset += cut.start * strides[axis] }
      // Of an axis with one element left no step is taken.
      strides[axis] = cut.count > 1 ? strides[axis] * cut.step : 0
    }
    guard Set(axes.compactMap { Layout.axis($0, rank: data.shape.count) }).count == axes.count,
      evaluation.allows(shape, data.type)
    else { return nil }
    return data.viewed(StridedView(shape, strides: strides, offset: offset), shape: shape).map { [$0] }
  }

  @Sendable private static func squeeze(_ evaluation: Evaluation) -> [Tensor]? {
    guard let data = evaluation.input(0) else { return nil }
    let listed = evaluation.integers(input: 1, attribute: "axes")
    var isDropped = data.shape.map { listed == nil && $0 == 1 }
    for axis in listed ?? [] {
      guard let axis = Layout.axis(axis, rank: data.shape.count), data.shape[axis] == 1 else { return nil }
      isDropped[axis] = true
    }
    return data.reshaped(zip(data.shape, isDropped).filter { !$1 }.map(\.0)).map { [$0] }
  }

  @Sendable private static func unsqueeze(_ evaluation: Evaluation) -> [Tensor]? {
    guard let data = evaluation.input(0), let axes = evaluation.integers(input: 1, attribute: "axes"), axes.count <= 64
    else { return nil }
    let rank = data.shape.count + axes.count
    var isNew = [Bool](repeating: false, count: rank)
    for axis in axes {
      guard let axis = Layout.axis(axis, rank: rank), !isNew[axis] else { return nil }
      isNew[axis] = true
    }
    var sizes = data.shape[...]
    return data.reshaped(isNew.map { $0 ? 1 : sizes.removeFirst() }).map { [$0] }
  }

  @Sendable private static func reshape(_ evaluation: Evaluation) -> [Tensor]? {
    guard let data = evaluation.input(0), let target = evaluation.integers(input: 1, attribute: "shape") else {
      return nil
    }
    let copiesZeros = evaluation.node.int("allowzero") != 1
    var shape: [Int] = []
    for (index, size) in target.enumerated() {
      if size == 0, copiesZeros {
        guard index < data.shape.count else { return nil }
        shape.append(data.shape[index])
      } else {
        shape.append(Int(clamping: size))
      }
    }
    if let open = shape.firstIndex(of: -1) {
      shape[open] = 1
      guard let count = Layout.count(shape), count > 0, data.elementCount % count == 0 else { return nil }
      shape[open] = data.elementCount / count
    }
    return data.reshaped(shape).map { [$0] }
  }

  @Sendable private static func flatten(_ evaluation: Evaluation) -> [Tensor]? {
    guard let data = evaluation.input(0) else { return nil }
    let (axis, rank) = (evaluation.node.int("axis") ?? 1, data.shape.count)
    guard axis >= -Int64(rank), axis <= Int64(rank) else { return nil }
    let cut = axis < 0 ? Int(axis) + rank : Int(axis)
    guard let outer = Layout.count(Array(data.shape[..<cut])), let inner = Layout.count(Array(data.shape[cut...]))
    else {
      return nil
    }
    return data.reshaped([outer, inner]).map { [$0] }
  }

  @Sendable private static func transpose(_ evaluation: Evaluation) -> [Tensor]? {
    guard let data = evaluation.input(0), evaluation.allows(data.shape, data.type) else { return nil }
    let rank = data.shape.count
    let order = evaluation.node.ints("perm") ?? (0..<rank).reversed().map { Int64($0) }
    guard order.sorted() == (0..<rank).map({ Int64($0) }) else { return nil }
    return permuted(data, as: data.shape, order: order.map { Int($0) }, shape: order.map { data.shape[Int($0)] })
  }

  /// - Parameter sizes: the data's shape, with axes that are cut into several.
  /// - Parameter order: of those axes in the result, whose shape may join them again.
  private static func permuted(_ data: Tensor, as sizes: [Int], order: [Int], shape: [Int]) -> [Tensor]? {
    let strides = Layout.strides(sizes)
    let view = StridedView(order.map { sizes[$0] }, strides: order.map { strides[$0] })
    return data.viewed(view, shape: shape).map { [$0] }
  }

  @Sendable private static func depthToSpace(_ evaluation: Evaluation) -> [Tensor]? {
    guard let data = evaluation.input(0), data.shape.count == 4, let block = blockSize(evaluation),
      evaluation.allows(data.shape, data.type)
    else { return nil }
    let (batches, height, width) = (data.shape[0], data.shape[2], data.shape[3])
    let (area, overflow) = block.multipliedReportingOverflow(by: block)
    guard !overflow, data.shape[1] % area == 0, let taller = product(height, block), let wider = product(width, block)
    else { return nil }
    let channels = data.shape[1] / area
    let shape = [batches, channels, taller, wider]
    if evaluation.node.string("mode") == "CRD" {
      return permuted(
        data, as: [batches, channels, block, block, height, width], order: [0, 1, 4, 2, 5, 3], shape: shape)
    }
    return permuted(
      data, as: [batches, block, block, channels, height, width], order: [0, 3, 4, 1, 5, 2], shape: shape)
  }

  @Sendable private static func spaceToDepth(_ evaluation: Evaluation) -> [Tensor]? {
    guard let data = evaluation.input(0), data.shape.count == 4, let block = blockSize(evaluation),
      data.shape[2] % block == 0, data.shape[3] % block == 0, evaluation.allows(data.shape, data.type),
      let depth = product(data.shape[1], block).flatMap({ product($0, block) })
    else { return nil }
    let (batches, height, width) = (data.shape[0], data.shape[2] / block, data.shape[3] / block)
    // The mode is newer than the operation.
    return permuted(
      data, as: [batches, data.shape[1], height, block, width, block],
      order: evaluation.node.string("mode") == "CRD" ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4],
      shape: [batches, depth, height, width])
  }

  private static func blockSize(_ evaluation: Evaluation) -> Int? {
    evaluation.node.int("blocksize").flatMap { $0 > 0 ? Int(exactly: $0) : nil }
  }

  private static func product(_ a: Int, _ b: Int) -> Int? {
    let (value, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? nil : value
  }

  @Sendable private static func expand(_ evaluation: Evaluation) -> [Tensor]? {
    guard let data = evaluation.input(0), let target = evaluation.input(1)?.integers, target.allSatisfy({ $0 >= 0 }),
      let shape = Layout.broadcast([data.shape, target.map { Int(clamping: $0) }]), evaluation.allows(shape, data.type)
    else { return nil }
    let strides = Layout.broadcastStrides(data.shape, to: shape)
    return data.viewed(StridedView(shape, strides: strides), shape: shape).map { [$0] }
  }

  @Sendable private static func tile(_ evaluation: Evaluation) -> [Tensor]? {
    // Before opset 6 there is one axis and one number.
    guard evaluation.opset >= 6, let data = evaluation.input(0), let repeats = evaluation.input(1)?.integers,
      repeats.count == data.shape.count, repeats.allSatisfy({ $0 >= 0 })
    else { return nil }
    // Each axis becomes two: the copy (which does not move in the source) and the place in the copy.
    var (shape, wide, strides): ([Int], [Int], [Int]) = ([], [], [])
    for (axis, stride) in Layout.strides(data.shape).enumerated() {
      guard let size = product(data.shape[axis], Int(clamping: repeats[axis])) else { return nil }
      shape.append(size)
      wide += [Int(clamping: repeats[axis]), data.shape[axis]]
      strides += [0, stride]
    }
    guard evaluation.allows(shape, data.type) else { return nil }
    if shape.contains(0) { return [Tensor(type: data.type, shape: shape, bytes: Bytes())] }
    return data.viewed(StridedView(wide, strides: strides), shape: shape).map { [$0] }
  }

  @Sendable private static func split(_ evaluation: Evaluation) -> [Tensor]? {
    guard let data = evaluation.input(0), evaluation.allows(data.shape, data.type),
      let axis = Layout.axis(evaluation.node.int("axis") ?? 0, rank: data.shape.count),
      let sizes = splitSizes(
        evaluation.node, given: evaluation.integers(input: 1, attribute: "split"), size: data.shape[axis])
    else { return nil }
    var (results, start): ([Tensor], Int) = ([], 0)
    let strides = Layout.strides(data.shape)
    for size in sizes {
      var shape = data.shape
      shape[axis] = size
      let view = StridedView(shape, strides: strides, offset: start * strides[axis])
      guard let part = data.viewed(view, shape: shape) else { return nil }
      results.append(part)
      start += size
    }
    return results
  }

  /// Given sizes, or as many equal parts as there are outputs, the last one smaller.
  static func splitSizes(_ node: Node, given: [Int64]?, size: Int) -> [Int]? {
    if let given {
      guard given.count == node.outputs.count, given.allSatisfy({ $0 >= 0 && $0 <= Int64(size) }),
        given.reduce(0, { $0 &+ Int($1) }) == size
      else { return nil }
      return given.map { Int($0) }
    }
    let count = node.outputs.count
    guard count > 0, node.int("num_outputs").map({ $0 == Int64(count) }) ?? true else { return nil }
    let part = size / count + (size % count == 0 ? 0 : 1)
    // Too few elements for so many parts: every runtime does something else.
    guard part * (count - 1) <= size else { return nil }
    return (0..<count).map { min(part, size - part * $0) }
  }
}

/// What one axis of a Slice keeps.
struct SliceBounds {
  var start: Int
  var step: Int
  var count: Int

  /// - Returns: nil for a step of zero or one that cannot be counted with.
  init?(start: Int64, end: Int64, step: Int64, size: Int) {
    guard step != 0, step.magnitude < 1 << 62 else { return nil }
    let size = Int64(size)
    func position(_ value: Int64) -> Int64 { value < 0 ? value.addingReportingOverflow(size).partialValue : value }
    let forward = step > 0
    let bounds: ClosedRange<Int64> = forward ? 0...size : -1...max(size - 1, -1)
    let first = min(max(position(start), forward ? 0 : -1), bounds.upperBound)
    let last = min(max(position(end), bounds.lowerBound), bounds.upperBound)
    let span = forward ? last - first : first - last
    count = span <= 0 ? 0 : Int((span - 1) / Int64(step.magnitude) + 1)
    self.start = Int(first)
    self.step = Int(step)
  }
}
