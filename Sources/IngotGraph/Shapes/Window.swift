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
    if case .same = padding { return size.ceilDivided(by: .fixed(stride)) }
    guard let reach = reach(axis) else { return .unknown }
    var (before, after) = (0, 0)
    if case .explicit(let pads) = padding { (before, after) = pads[axis] }
    let change = before + after - reach
    let span = try (size + .fixed(change)).checked()
    guard roundsUp, stride > 1 else { return span.floorDivided(by: .fixed(stride)) + .fixed(1) }
    // A window that would start in the padding behind the data does not count; where it might, a name is not enough.
    if case (.fixed(let size), .fixed(let span)) = (size, span) {
      let count = span / stride + (span % stride == 0 ? 1 : 2)
      return .fixed((count - 1) * stride < size + before ? count : count - 1)
    }
    return after + stride <= reach ? span.ceilDivided(by: .fixed(stride)) + .fixed(1) : .unknown
  }

  /// Elements from the first to the last that the kernel touches.
  private func reach(_ axis: Int) -> Int? { kernel[axis].size.map { ($0 - 1) * dilations[axis] + 1 } }

  /// onnx/docs/Operators.md, ConvTranspose: size = stride * (in - 1) + output_padding + ((kernel - 1) * dilation + 1) - pads.
  func transposedSize(of size: Dimension, axis: Int, extra: Int) throws(ShapeProblem) -> Dimension {
    let stride = strides[axis]
    // A kernel that leaves gaps is not stretched.
    if case .same = padding, stride == 1 { return size }
    guard let reach = reach(axis) else { return .unknown }
    if case .same = padding { return size * .fixed(stride) + .fixed(min(extra + reach - stride, 0)) }
    var (before, after) = (0, 0)
    if case .explicit(let pads) = padding { (before, after) = pads[axis] }
    return try (size * .fixed(stride) + .fixed(extra + reach - before - after - stride)).checked()
  }
}
