// Operations whose inputs say which elements to take or to set, one by one.

internal import IngotCore

enum IndexingEvaluators {
  static let table: [String: Evaluator] = [
    "GatherElements": gatherElements, "GatherND": gatherND, "ScatterElements": scatterElements,
    "Scatter": scatterElements, "ScatterND": scatterND, "Compress": compress, "ReverseSequence": reverseSequence,
    "OneHot": oneHot,
  ]

  /// Elements that may be moved one by one.
  private static let elementLimit = 1 << 20

  /// The index of each element that GatherElements or ScatterElements means: its own place but for one axis.
  private static func places(_ data: Tensor, _ indices: Tensor, axis: Int) -> [Int]? {
    guard let picked = indices.integers, indices.shape.count == data.shape.count, picked.count <= elementLimit,
      zip(indices.shape, data.shape).enumerated().allSatisfy({ $0.offset == axis || $0.element.0 <= $0.element.1 })
    else { return nil }
    let strides = Layout.strides(data.shape)
    var own = strides
    own[axis] = 0
    var places = Layout.indices(indices.shape, strides: own)
    for (place, index) in picked.enumerated() {
      guard let position = Layout.axis(index, rank: data.shape[axis]) else { return nil }
      places[place] += position * strides[axis]
    }
    return places
  }

  @Sendable private static func gatherElements(_ evaluation: Evaluation) -> [Tensor]? {
    guard let data = evaluation.input(0), let indices = evaluation.input(1),
      let axis = Layout.axis(evaluation.node.int("axis") ?? 0, rank: data.shape.count),
      evaluation.allows(indices.shape, data.type), let places = places(data, indices, axis: axis)
    else { return nil }
    return data.taking(places, shape: indices.shape).map { [$0] }
  }

  @Sendable private static func gatherND(_ evaluation: Evaluation) -> [Tensor]? {
    let batches = Int(clamping: evaluation.node.int("batch_dims") ?? 0)
    guard let data = evaluation.input(0), let indices = evaluation.input(1), let depth = indices.shape.last,
      batches >= 0, batches < min(data.shape.count, indices.shape.count), depth >= 1,
      batches + depth <= data.shape.count,
      data.shape[..<batches] == indices.shape[..<batches], let picked = indices.integers,
      let inner = Layout.count(Array(data.shape[(batches + depth)...])),
      let batch = Layout.count(Array(data.shape[..<batches]))
    else { return nil }
    let shape = Array(indices.shape.dropLast()) + data.shape[(batches + depth)...]
    guard evaluation.allows(shape, data.type), let count = Layout.count(shape), count <= elementLimit else {
      return nil
    }
    let strides = Layout.strides(data.shape)
    let perBatch = batch == 0 ? 0 : picked.count / depth / batch
    let batchStride = batch == 0 ? 0 : data.elementCount / batch
    var sources: [Int] = []
    for tuple in 0..<picked.count / depth {
      var start = perBatch == 0 ? 0 : tuple / perBatch * batchStride
      for axis in 0..<depth {
        guard let position = Layout.axis(picked[tuple * depth + axis], rank: data.shape[batches + axis]) else {
          return nil
        }
        start += position * strides[batches + axis]
      }
      sources += start..<start + inner
    }
    return data.taking(sources, shape: shape).map { [$0] }
  }

  @Sendable private static func scatterElements(_ evaluation: Evaluation) -> [Tensor]? {
    guard let data = evaluation.input(0), let indices = evaluation.input(1), let updates = evaluation.input(2),
      updates.type == data.type, updates.shape == indices.shape,
      evaluation.node.string("reduction") ?? "none" == "none",
      let axis = Layout.axis(evaluation.node.int("axis") ?? 0, rank: data.shape.count),
      let places = places(data, indices, axis: axis)
    else { return nil }
    return scattered(evaluation, data, updates, places)
  }

  @Sendable private static func scatterND(_ evaluation: Evaluation) -> [Tensor]? {
    guard let data = evaluation.input(0), let indices = evaluation.input(1), let updates = evaluation.input(2),
      updates.type == data.type, evaluation.node.string("reduction") ?? "none" == "none",
      let depth = indices.shape.last, depth >= 1, depth <= data.shape.count, let picked = indices.integers,
      updates.shape == Array(indices.shape.dropLast()) + data.shape[depth...], updates.elementCount <= elementLimit,
      let inner = Layout.count(Array(data.shape[depth...]))
    else { return nil }
    let strides = Layout.strides(data.shape)
    var places: [Int] = []
    for tuple in 0..<picked.count / depth {
      var start = 0
      for axis in 0..<depth {
        guard let position = Layout.axis(picked[tuple * depth + axis], rank: data.shape[axis]) else { return nil }
        start += position * strides[axis]
      }
      places += start..<start + inner
    }
    return scattered(evaluation, data, updates, places)
  }

  /// Which of two updates of one place wins is the runtime's business.
  private static func scattered(
    _ evaluation: Evaluation, _ data: Tensor, _ updates: Tensor, _ places: [Int]
  ) -> [Tensor]? {
    guard evaluation.allows(data.shape, data.type), data.elementCount <= elementLimit,
      Set(places).count == places.count, let width = data.type.bitCount.map({ $0 / 8 }), width > 0
    else { return nil }
    var bytes = data.bytes.array
    let new = updates.bytes.array
    for (index, place) in places.enumerated() {
      for byte in 0..<width { bytes[place * width + byte] = new[index * width + byte] }
    }
    return [Tensor(type: data.type, shape: data.shape, bytes: Bytes(bytes))]
  }

  @Sendable private static func compress(_ evaluation: Evaluation) -> [Tensor]? {
    guard var data = evaluation.input(0), let condition = evaluation.input(1), condition.type == .bool,
      condition.shape.count == 1, data.elementCount <= elementLimit
    else { return nil }
    var axis = 0
    if let given = evaluation.node.int("axis") {
      guard let index = Layout.axis(given, rank: data.shape.count) else { return nil }
      axis = index
    } else {
      guard let flat = data.reshaped([data.elementCount]) else { return nil }
      data = flat
    }
    let kept = condition.bytes.array.enumerated().filter { $0.element != 0 }.map(\.offset)
    guard kept.last ?? 0 < max(data.shape[axis], 1), kept.isEmpty || data.shape[axis] > 0 else { return nil }
    var shape = data.shape
    shape[axis] = kept.count
    guard evaluation.allows(shape, data.type) else { return nil }
    let strides = Layout.strides(data.shape)
    var rest = shape
    rest[axis] = 1
    let bases = Layout.indices(Array(rest[..<axis]), strides: Array(strides[..<axis]))
    let inner = axis + 1 < shape.count ? Layout.count(Array(shape[(axis + 1)...])) ?? 0 : 1
    var sources: [Int] = []
    for base in bases {
      for index in kept { sources += base + index * strides[axis]..<base + index * strides[axis] + inner }
    }
    return data.taking(sources, shape: shape).map { [$0] }
  }

  @Sendable private static func reverseSequence(_ evaluation: Evaluation) -> [Tensor]? {
    guard let data = evaluation.input(0), let lengths = evaluation.input(1)?.integers, data.shape.count >= 2,
      let batchAxis = Layout.axis(evaluation.node.int("batch_axis") ?? 1, rank: data.shape.count),
      let timeAxis = Layout.axis(evaluation.node.int("time_axis") ?? 0, rank: data.shape.count),
      batchAxis != timeAxis, lengths.count == data.shape[batchAxis], data.elementCount <= elementLimit,
      lengths.allSatisfy({ $0 >= 0 && $0 <= Int64(data.shape[timeAxis]) }), evaluation.allows(data.shape, data.type)
    else { return nil }
    let strides = Layout.strides(data.shape)
    let sources = (0..<data.elementCount).map { index in
      let time = index / strides[timeAxis] % data.shape[timeAxis]
      let length = Int(lengths[index / strides[batchAxis] % data.shape[batchAxis]])
      return time < length ? index + (length - 1 - 2 * time) * strides[timeAxis] : index
    }
    return data.taking(sources, shape: data.shape).map { [$0] }
  }

  @Sendable private static func oneHot(_ evaluation: Evaluation) -> [Tensor]? {
    guard let indices = evaluation.input(0), let depth = evaluation.input(1), let values = evaluation.input(2),
      depth.elementCount == 1, values.elementCount == 2, let numbers = Numbers(indices), indices.type.isArithmetic,
      let size = depth.singleInteger ?? depth.singleFloat.flatMap({ Int64(exactly: $0.rounded(.towardZero)) }),
      size > 0,
      size < 1 << 31, let axis = Layout.axis(evaluation.node.int("axis") ?? -1, rank: indices.shape.count + 1)
    else { return nil }
    var shape = indices.shape
    shape.insert(Int(size), at: axis)
    guard evaluation.allows(shape, values.type), let count = Layout.count(shape), count <= elementLimit,
      let inner = Layout.count(Array(indices.shape[axis...]))
    else { return nil }
    let hot: [Int64?]
    switch numbers {
    case .integers(let list): hot = list
    case .unsigned(let list): hot = list.map { Int64(exactly: $0) }
    case .floats(let list): hot = list.map { Int64(exactly: $0) }
    }
    let sources = (0..<count).map { place in
      let position = Int64(place / inner % Int(size))
      let index = hot[place / inner / Int(size) * inner + place % inner]
      return index.map { $0 < 0 ? $0 + size : $0 } == position ? 1 : 0
    }
    return values.taking(sources, shape: shape).map { [$0] }
  }
}
