// The window of a convolution or a pool: its kernel, strides, dilations and pads along the spatial axes, checked.

internal import IngotCore

struct Window {
  enum Padding {
    /// Before and after, per axis.
    case explicit([(before: Int, after: Int)])
    /// SAME_UPPER and SAME_LOWER: the output has ceil(size / stride).
    case same
    case valid
  }

  var kernel: [Dimension]
  var strides: [Int]
  var dilations: [Int]
  var padding: Padding
  var roundsUp: Bool

  init(_ node: NodeFacts, axes: Int, kernel: [Dimension]) throws(ShapeProblem) {
    self.kernel = kernel
    for size in kernel.compactMap(\.size) where size < 1 || size > Self.limit {
      throw .attribute("kernel_shape", expected: "sizes of 1 or more")
    }
    strides = try Self.list(node, "strides", count: axes, standard: 1, minimum: 1)
    dilations = try Self.list(node, "dilations", count: axes, standard: 1, minimum: 1)
    roundsUp = node.node.int("ceil_mode") == 1
    switch node.node.string("auto_pad") ?? "NOTSET" {
    case "SAME_UPPER", "SAME_LOWER": padding = .same
    case "VALID": padding = .valid
    case "NOTSET", "":
      let pads = try Self.list(node, "pads", count: 2 * axes, standard: 0, minimum: -Self.limit)
      padding = .explicit((0..<axes).map { (pads[$0], pads[axes + $0]) })
    default: throw .attribute("auto_pad", expected: "NOTSET, SAME_UPPER, SAME_LOWER or VALID")
    }
  }

  /// Keeps every product below within Int64.
  private static let limit = 1 << 30

  static func list(
    _ node: NodeFacts, _ name: String, count: Int, standard: Int, minimum: Int
  ) throws(ShapeProblem) -> [Int] {
    guard let values = node.node.ints(name), !values.isEmpty else { return [Int](repeating: standard, count: count) }
    guard values.count == count, values.allSatisfy({ $0 >= Int64(minimum) && $0 <= Int64(limit) }) else {
      let least = minimum >= 0 ? " of \(minimum) or more" : ""
      throw .attribute(name, expected: "\(count) numbers\(least)")
    }
    return values.map { Int($0) }
  }

  func outputSizes(of sizes: [Dimension]) throws(ShapeProblem) -> [Dimension] {
    var result: [Dimension] = []
    for (axis, size) in sizes.enumerated() { result.append(try outputSize(of: size, axis: axis)) }
    return result
  }

  private func outputSize(of size: Dimension, axis: Int) throws(ShapeProblem) -> Dimension {
    let stride = strides[axis]
    if case .same = padding {
      return try size.mapped(isIdentity: stride == 1) { $0 / stride + ($0 % stride == 0 ? 0 : 1) }
    }
    guard let reach = reach(axis) else { return .unknown }
    var (before, after) = (0, 0)
    if case .explicit(let pads) = padding { (before, after) = pads[axis] }
    let change = before + after - reach
    return try size.mapped(isIdentity: stride == 1 && change == -1) { size in
      guard size <= Int.max / 4 else { return nil }
      let span = size + change
      guard span >= 0 else { return nil }
      let floor = span / stride
      guard roundsUp, span % stride != 0 else { return floor + 1 }
      // A window that would start in the padding behind the data does not count.
      return (floor + 1) * stride < size + before ? floor + 2 : floor + 1
    }
  }

  /// Elements from the first to the last that the kernel touches.
  private func reach(_ axis: Int) -> Int? { kernel[axis].size.map { ($0 - 1) * dilations[axis] + 1 } }

  func transposedSize(of size: Dimension, axis: Int, extra: Int) throws(ShapeProblem) -> Dimension {
    let stride = strides[axis]
    if case .same = padding {
      return try size.mapped(isIdentity: stride == 1) { $0 <= Int.max / 4 / stride ? $0 * stride : nil }
    }
    guard let reach = reach(axis) else { return .unknown }
    var (before, after) = (0, 0)
    if case .explicit(let pads) = padding { (before, after) = pads[axis] }
    let change = extra + reach - before - after
    return try size.mapped(isIdentity: stride == 1 && change == 1) { size in
      size <= Int.max / 4 / stride ? stride * (size - 1) + change : nil
    }
  }
}
