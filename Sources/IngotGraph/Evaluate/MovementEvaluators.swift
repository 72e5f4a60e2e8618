// Operations that only move elements: the bytes of a result are bytes of an input. Shape inference runs them on numbered
// placeholders too, to follow sizes that are not known (see SymbolicElements.swift).

internal import IngotCore

enum MovementEvaluators {
  static let table: [String: Evaluator] = [
    "Gather": gather, "Concat": concat, "Slice": slice, "Squeeze": squeeze, "Unsqueeze": unsqueeze, "Reshape": reshape,
    "Flatten": flatten, "Transpose": transpose, "Expand": expand, "Tile": tile, "Split": split,
  ]

  /// The elements of all tensors after one another; nil where the types differ or elements share bytes.
  static func joined(_ tensors: [Tensor]) -> Tensor? {
    guard let type = tensors.first?.type, (type.bitCount ?? 0) >= 8 else { return nil }
    var bytes: [UInt8] = []
    for tensor in tensors {
      guard tensor.type == type else { return nil }
      bytes += tensor.bytes.array
    }
    return Tensor(type: type, shape: [tensors.reduce(0) { $0 + $1.elementCount }], bytes: Bytes(bytes))
  }

  @Sendable private static func gather(_ evaluation: Evaluation) -> [Tensor]? {
    guard let data = evaluation.input(0), let indices = evaluation.input(1), let picked = indices.integers,
      let axis = Layout.axis(evaluation.node.int("axis") ?? 0, rank: data.shape.count)
    else { return nil }
    let size = data.shape[axis]
    let shape = Array(data.shape[..<axis] + indices.shape + data.shape[(axis + 1)...])
    guard evaluation.allows(shape, data.type), let inner = Layout.count(Array(data.shape[(axis + 1)...])),
      let outer = Layout.count(Array(data.shape[..<axis]))
    else { return nil }
    var positions: [Int] = []
    for index in picked {
      guard let position = Layout.axis(index, rank: size) else { return nil }
      positions.append(position)
    }
    var sources: [Int] = []
    for block in 0..<outer {
      for position in positions {
        let start = (block * size + position) * inner
        sources += start..<start + inner
      }
    }
    return data.taking(sources, shape: shape).map { [$0] }
  }

  @Sendable private static func concat(_ evaluation: Evaluation) -> [Tensor]? {
    let tensors = evaluation.inputs.compactMap(\.self)
    guard let first = tensors.first, tensors.count == evaluation.inputs.count,
      let axis = evaluation.node.int("axis").flatMap({ Layout.axis($0, rank: first.shape.count) })
    else { return nil }
    var shape = first.shape
    for tensor in tensors.dropFirst() {
      var expected = tensor.shape
      guard expected.count == shape.count else { return nil }
      expected[axis] = shape[axis]
      guard expected == shape else { return nil }
      let (sum, overflow) = shape[axis].addingReportingOverflow(tensor.shape[axis])
      guard !overflow else { return nil }
      shape[axis] = sum
    }
    guard evaluation.allows(shape, first.type), let all = joined(tensors) else { return nil }
    let outer = Layout.count(Array(shape[..<axis])) ?? 0
    var sources: [Int] = []
    for block in 0..<outer {
      var base = 0
      for tensor in tensors {
        let length = tensor.elementCount / outer
        sources += base + block * length..<base + (block + 1) * length
        base += tensor.elementCount
      }
    }
    return all.taking(sources, shape: shape).map { [$0] }
  }

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
    return data.taking(Layout.indices(shape, strides: strides, offset: offset), shape: shape).map { [$0] }
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
    let strides = Layout.strides(data.shape)
    let shape = order.map { data.shape[Int($0)] }
    return data.taking(Layout.indices(shape, strides: order.map { strides[Int($0)] }), shape: shape).map { [$0] }
  }

  @Sendable private static func expand(_ evaluation: Evaluation) -> [Tensor]? {
    guard let data = evaluation.input(0), let target = evaluation.input(1)?.integers, target.allSatisfy({ $0 >= 0 }),
      let shape = Layout.broadcast([data.shape, target.map { Int(clamping: $0) }]), evaluation.allows(shape, data.type)
    else { return nil }
    let strides = Layout.broadcastStrides(data.shape, to: shape)
    return data.taking(Layout.indices(shape, strides: strides), shape: shape).map { [$0] }
  }

  @Sendable private static func tile(_ evaluation: Evaluation) -> [Tensor]? {
    guard let data = evaluation.input(0), let repeats = evaluation.input(1)?.integers,
      repeats.count == data.shape.count,
      repeats.allSatisfy({ $0 >= 0 })
    else { return nil }
    // Each axis becomes two: the copy (which does not move in the source) and the place in the copy.
    var (shape, wide, strides): ([Int], [Int], [Int]) = ([], [], [])
    for (axis, stride) in Layout.strides(data.shape).enumerated() {
      let (size, overflow) = data.shape[axis].multipliedReportingOverflow(by: Int(clamping: repeats[axis]))
      guard !overflow else { return nil }
      shape.append(size)
      wide += [Int(clamping: repeats[axis]), data.shape[axis]]
      strides += [0, stride]
    }
    guard evaluation.allows(shape, data.type) else { return nil }
    return data.taking(Layout.indices(wide, strides: strides), shape: shape).map { [$0] }
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
      let indices = Layout.indices(shape, strides: strides, offset: start * strides[axis])
      guard let part = data.taking(indices, shape: shape) else { return nil }
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
