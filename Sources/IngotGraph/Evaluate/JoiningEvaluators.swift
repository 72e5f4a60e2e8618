// Operations that put elements of several places after one another: Concat, Gather and Pad.

internal import IngotCore

enum JoiningEvaluators {
  static let table: [String: Evaluator] = ["Concat": concat, "Gather": gather, "Pad": pad, "Trilu": triangle]

  @Sendable private static func concat(_ evaluation: Evaluation) -> [Tensor]? {
    let tensors = evaluation.inputs.compactMap(\.self)
    // Before opset 4 the axis may be left out.
    let given = evaluation.node.int("axis") ?? (evaluation.opset < 4 ? 1 : nil)
    guard let first = tensors.first, tensors.count == evaluation.inputs.count,
      let axis = given.flatMap({ Layout.axis($0, rank: first.shape.count) }),
      let shape = joinedShape(tensors, along: axis), evaluation.allows(shape, first.type)
    else { return nil }
    if first.type.isPacked { return packedConcat(tensors, axis, shape).map { [$0] } }
    guard let width = first.type.bitCount.map({ $0 / 8 }), let outer = Layout.count(Array(shape[..<axis])) else {
      return nil
    }
    var joined = JoinedBytes(tensors.map(\.bytes))
    guard outer <= partLimit / tensors.count else { return nil }
    for block in 0..<outer {
      for (index, tensor) in tensors.enumerated() {
        let byteCount = tensor.elementCount / outer * width
        joined.add(index, block * byteCount..<(block + 1) * byteCount)
      }
    }
    return Tensor.made(first.type, shape, joining: joined, of: tensors).map { [$0] }
  }

  /// Parts that are kept track of; an operation with more of them moves single elements.
  private static let partLimit = 1 << 20

  private static func joinedShape(_ tensors: [Tensor], along axis: Int) -> [Int]? {
    guard var shape = tensors.first?.shape, let type = tensors.first?.type else { return nil }
    for tensor in tensors.dropFirst() {
      var expected = tensor.shape
      guard expected.count == shape.count, tensor.type == type else { return nil }
      expected[axis] = shape[axis]
      let (sum, overflow) = shape[axis].addingReportingOverflow(tensor.shape[axis])
      guard expected == shape, !overflow else { return nil }
      shape[axis] = sum
    }
    return shape
  }

  private static func packedConcat(_ tensors: [Tensor], _ axis: Int, _ shape: [Int]) -> Tensor? {
    guard let type = tensors.first?.type, let outer = Layout.count(Array(shape[..<axis])) else { return nil }
    return .made(type, shape, from: tensors, isWhole: true) { _ in
      let sources = tensors.map { type.unpacked($0.bytes, count: $0.elementCount) }
      var elements: [UInt8] = []
      for block in 0..<outer {
        for source in sources {
          elements += source[block * (source.count / outer)..<(block + 1) * (source.count / outer)]
        }
      }
      return type.packed(elements)
    }
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
    guard outer == 0 || positions.count <= partLimit / outer else { return nil }
    if data.type.isPacked || inner < 16 {
      guard let count = Layout.count(shape), count <= partLimit else { return nil }
      var sources: [Int] = []
      for block in 0..<outer {
        for position in positions {
          let start = (block * size + position) * inner
          sources += start..<start + inner
        }
      }
      return data.taking(sources, shape: shape).map { [$0] }
    }
    let byteCount = inner * ((data.type.bitCount ?? 8) / 8)
    var joined = JoinedBytes([data.bytes])
    for block in 0..<outer {
      for position in positions {
        let start = (block * size + position) * byteCount
        joined.add(0, start..<start + byteCount)
      }
    }
    return Tensor.made(data.type, shape, joining: joined, of: [data]).map { [$0] }
  }

  @Sendable private static func pad(_ evaluation: Evaluation) -> [Tensor]? {
    guard let data = evaluation.input(0), let padding = Padding(evaluation, data),
      evaluation.allows(padding.shape, data.type), let count = Layout.count(padding.shape), count <= partLimit
    else { return nil }
    var value = Tensor(
      type: data.type, shape: [1], bytes: Bytes([UInt8](repeating: 0, count: data.type.byteCount(of: 1) ?? 0)))
    if evaluation.opset >= 11 {
      if let given = evaluation.input(2) {
        guard given.type == data.type, given.elementCount == 1 else { return nil }
        value = given
      }
    } else if let number = evaluation.node.float("value"), number != 0 {
      guard let given = Tensor(.floats([Double(number)]), type: data.type, shape: [1]) else { return nil }
      value = given
    }
    guard let sources = padding.sources(count), let filler = value.reshaped([1]),
      let flat = data.reshaped([data.elementCount]),
      let all = joined(flat, filler)
    else { return nil }
    return all.taking(sources, shape: padding.shape).map { [$0] }
  }

  private static func joined(_ data: Tensor, _ filler: Tensor) -> Tensor? {
    let type = data.type
    let elements = type.unpacked(data.bytes, count: data.elementCount) + type.unpacked(filler.bytes, count: 1)
    return Tensor(type: type, shape: [data.elementCount + 1], bytes: Bytes(type.packed(elements)))
  }

  /// Keeps the upper or lower triangle of matrices.
  @Sendable private static func triangle(_ evaluation: Evaluation) -> [Tensor]? {
    guard let data = evaluation.input(0), data.shape.count >= 2, evaluation.allows(data.shape, data.type),
      data.elementCount <= partLimit, let width = data.type.bitCount.map({ $0 / 8 }), width > 0
    else { return nil }
    var offset: Int64 = 0
    if let given = evaluation.input(1) {
      guard let number = given.singleInteger, number.magnitude < 1 << 40 else { return nil }
      offset = number
    }
    let isUpper = evaluation.node.int("upper") != 0
    let (rows, columns) = (data.shape[data.shape.count - 2], data.shape[data.shape.count - 1])
    var bytes = data.bytes.array
    for index in 0..<data.elementCount {
      let distance = Int64(index % columns) - Int64(index / columns % rows) - offset
      guard isUpper ? distance < 0 : distance > 0 else { continue }
      for byte in index * width..<(index + 1) * width { bytes[byte] = 0 }
    }
    return [Tensor(type: data.type, shape: data.shape, bytes: Bytes(bytes))]
  }
}

/// Where each element of a padded tensor comes from.
private struct Padding {
  enum Mode: String { case constant, reflect, edge, wrap }

  let mode: Mode
  let shape: [Int]
  private let source: [Int]
  private let starts: [Int]

  init?(_ evaluation: Evaluation, _ data: Tensor) {
    let attribute = evaluation.opset < 2 ? "paddings" : "pads"
    guard let mode = Mode(rawValue: evaluation.node.string("mode") ?? "constant"),
      let pads = evaluation.integers(input: 1, attribute: attribute)
    else { return nil }
    var axes = Array(data.shape.indices)
    if let given = evaluation.input(3) {
      guard let listed = given.integers else { return nil }
      axes = []
      for axis in listed {
        guard let axis = Layout.axis(axis, rank: data.shape.count), !axes.contains(axis) else { return nil }
        axes.append(axis)
      }
    }
    guard pads.count == 2 * axes.count else { return nil }
    var (shape, starts) = (data.shape, data.shape.map { _ in 0 })
    for (index, axis) in axes.enumerated() {
      let (before, after) = (pads[index], pads[index + axes.count])
      guard before.magnitude < 1 << 31, after.magnitude < 1 << 31 else { return nil }
      shape[axis] += Int(before + after)
      starts[axis] = Int(before)
      guard shape[axis] >= 0 else { return nil }
      if mode != .constant {
        // One reflection; what runtimes make of more differs.
        let room = mode == .reflect ? data.shape[axis] - 1 : mode == .wrap ? data.shape[axis] : .max
        guard data.shape[axis] > 0, before >= 0, after >= 0, before <= Int64(room), after <= Int64(room) else {
          return nil
        }
      }
    }
    (self.mode, self.shape, source, self.starts) = (mode, shape, data.shape, starts)
  }

  /// The data's indices; one past them for the padding.
  func sources(_ count: Int) -> [Int]? {
    let (strides, end) = (Layout.strides(source), source.reduce(1, *))
    var position = [Int](repeating: 0, count: shape.count)
    var result: [Int] = []
    result.reserveCapacity(count)
    for _ in 0..<count {
      var (index, isInside) = (0, true)
      for axis in shape.indices {
        let place = mirrored(position[axis] - starts[axis], size: source[axis])
        isInside = isInside && place >= 0 && place < source[axis]
        index += place * strides[axis]
      }
      result.append(isInside ? index : end)
      var axis = shape.count - 1
      while axis >= 0 {
        position[axis] += 1
        if position[axis] < shape[axis] { break }
        position[axis] = 0
        axis -= 1
      }
    }
    return result
  }

  private func mirrored(_ place: Int, size: Int) -> Int {
    switch mode {
    case .constant: place
    case .edge: min(max(place, 0), size - 1)
    case .wrap: place < 0 ? place + size : place >= size ? place - size : place
    case .reflect: place < 0 ? -place : place >= size ? 2 * (size - 1) - place : place
    }
  }
}
