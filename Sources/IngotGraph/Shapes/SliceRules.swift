// Slice and Pad: what is cut off and put on along each axis.

internal import IngotCore

enum SliceRules {
  static let table: [String: ShapeRule] = ["Slice": slice, "Pad": pad, "com.microsoft::Pad": pad]

  @Sendable private static func slice(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: nil)
    guard let input = node.shape(0) else { return }
    let (starts, ends) = (list(node, 1, "starts"), list(node, 2, "ends"))
    guard let starts, let ends else {
      return node.set(type: node.type(0), shape: cutSomewhere(input, list(node, 3, "axes")))
    }
    guard let axes = try axes(of: node, count: starts.count, rank: input.count) else {
      return node.set(type: node.type(0), shape: .unknown(rank: input.count))
    }
    let steps = list(node, 4, "steps") ?? starts.map { _ in node.input(4) == nil ? .fixed(1) : .unknown }
    guard starts.count == ends.count, axes.count == starts.count, steps.count == starts.count else {
      throw .sizes(
        "the number of starts", .fixed(starts.count), "the number of ends, axes or steps", .fixed(ends.count))
    }
    var shape = input
    for (index, axis) in axes.enumerated() {
      shape[axis] = try cut(input[axis], start: starts[index], end: ends[index], step: steps[index])
    }
    node.set(type: node.type(0), shape: shape)
  }

  /// An attribute before version 10.
  private static func list(_ node: NodeFacts, _ index: Int, _ attribute: String) -> [Dimension]? {
    node.input(index) == nil ? node.node.ints(attribute)?.map { .fixed(Int($0)) } : node.elements(index)
  }

  /// The first ones where none are given; nil where they are computed at run time.
  private static func axes(of node: NodeFacts, count: Int, rank: Int) throws(ShapeProblem) -> [Int]? {
    guard let given = list(node, 3, "axes") else {
      guard node.input(3) == nil else { return nil }
      guard count <= rank else { throw .axis(Int64(count) - 1, rank: rank) }
      return Array(0..<count)
    }
    guard let numbers = given.sizes else { return nil }
    var axes: [Int] = []
    for axis in numbers { axes.append(try node.axis(Int64(axis), rank: rank)) }
    return axes
  }

  /// Which axes change is known where the axes are, even where it is not known how.
  private static func cutSomewhere(_ input: [Dimension], _ axes: [Dimension]?) -> [Dimension] {
    guard let axes = axes?.sizes else { return .unknown(rank: input.count) }
    var shape = input
    for axis in axes {
      if let axis = Layout.axis(Int64(axis), rank: input.count) { shape[axis] = .unknown }
    }
    return shape
  }

  private static func cut(
    _ size: Dimension, start: Dimension, end: Dimension, step: Dimension
  ) throws(ShapeProblem) -> Dimension {
    if step == .fixed(0) { throw .attribute("steps", expected: "other than 0") }
    if let size = size.size, let start = start.size, let end = end.size, let step = step.size {
      return SliceBounds(start: Int64(start), end: Int64(end), step: Int64(step), size: size).map { .fixed($0.count) }
        ?? .unknown
    }
    guard let step = step.size, step != .min else { return .unknown }
    if step < 0 {
      // All of it backwards; other cuts from the back are rare.
      guard let start = start.size, let end = end.size, start == -1 || start >= far, end <= -far else {
        return .unknown
      }
      return size.ceilDivided(by: .fixed(-step))
    }
    guard let length = length(of: size, start: start, end: end) else { return .unknown }
    return (length.isAtLeast(.fixed(0)) ? length : .maximum(length, .fixed(0))).ceilDivided(by: .fixed(step))
  }

  /// Exporters write numbers from here on for "to the end".
  private static let far = Int(Int32.max)

  /// From start to end; below zero where nothing is left. A start behind the end needs no bound then, nor an end before zero.
  private static func length(of size: Dimension, start: Dimension, end: Dimension) -> Dimension? {
    var (first, last) = (start, end)
    if let number = end.size {
      if number >= far { last = size } else if number < 0 { last = number <= -far ? .fixed(0) : size + end }
    } else if !end.isAtLeast(.fixed(0)) {
      return nil
    }
    if let number = start.size {
      if number < 0 {
        // The last few, or all where there are no more.
        if last == size, number > -far { return least(.fixed(-number), size) }
        first = number <= -far ? .fixed(0) : .maximum(size + start, .fixed(0))
      }
    } else if !start.isAtLeast(.fixed(0)) {
      return nil
    }
    return least(last, size) - first
  }

  private static func least(_ a: Dimension, _ b: Dimension) -> Dimension {
    if a.isAtLeast(b) { return b }
    return b.isAtLeast(a) ? a : .minimum(a, b)
  }

  @Sendable private static func pad(_ node: inout NodeFacts) throws(ShapeProblem) {
    let pads = list(node, 1, node.node.domain.isEmpty && node.opset < 2 ? "paddings" : "pads")
    // Without axes there are two numbers for each axis.
    let rank =
      node.shape(0)?.count ?? (node.input(3) == nil ? (pads ?? node.sizesOrCount(1)).map { $0.count / 2 } : nil)
    node.set(type: node.type(0), shape: rank.map { .unknown(rank: $0) })
    guard let input = node.shape(0) else { return }
    var axes = Array(input.indices)
    if node.input(3) != nil {
      guard let listed = node.elements(3)?.sizes else { return }
      axes = []
      for axis in listed { axes.append(try node.axis(Int64(axis), rank: input.count)) }
    }
    var shape = input
    guard let pads else {
      for axis in axes { shape[axis] = .unknown }
      return node.set(type: node.type(0), shape: shape)
    }
    guard pads.count == 2 * axes.count else { throw .attribute("pads", expected: "\(2 * axes.count) numbers") }
    for (index, axis) in axes.enumerated() {
      shape[axis] = try (input[axis] + pads[index] + pads[axes.count + index]).checked()
    }
    node.set(type: node.type(0), shape: shape)
  }
}
