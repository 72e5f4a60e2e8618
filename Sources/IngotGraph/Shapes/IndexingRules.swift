// Operations that pick, cut and pad.

internal import IngotCore

enum IndexingRules {
  static let table: [String: ShapeRule] = [
    "Gather": gather, "GatherElements": { $0.set(type: $0.type(0), shape: $0.shape(1)) }, "GatherND": gatherND,
    "Slice": slice,
    "Pad": pad, "OneHot": oneHot, "NonZero": nonZero,
    "NonMaxSuppression": { $0.set(type: .int64, shape: [.unknown, .fixed(3)]) },
    "Compress": compress, "GridSample": gridSample, "RoiAlign": roiAlign, "Unique": unique,
  ]

  @Sendable private static func gather(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: nil)
    guard let data = node.shape(0), let indices = node.shape(1) else { return }
    let axis = try node.axis("axis", default: 0, rank: data.count)
    node.set(type: node.type(0), shape: Array(data[..<axis] + indices + data[(axis + 1)...]))
  }

  @Sendable private static func gatherND(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: nil)
    guard let data = node.shape(0), let indices = node.shape(1), let depth = indices.last?.size else { return }
    let batch = node.node.int("batch_dims") ?? 0
    guard batch >= 0, batch <= Int64(min(data.count, indices.count - 1)), depth >= 0, depth <= data.count - Int(batch)
    else {
      throw .sizes("the last size of input 1", .fixed(depth), "the rank of input 0", .fixed(data.count))
    }
    node.set(type: node.type(0), shape: Array(indices.dropLast() + data[(Int(batch) + depth)...]))
  }

  @Sendable private static func slice(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: nil)
    guard let input = node.shape(0) else { return }
    let starts = node.integers(input: 1, attribute: "starts")
    let ends = node.integers(input: 2, attribute: "ends")
    let axesList = node.integers(input: 3, attribute: "axes")
    let stepsList = node.integers(input: 4, attribute: "steps")
    guard case .known(let starts)? = starts, case .known(let ends)? = ends else {
      return node.set(type: node.type(0), shape: cutSomewhere(input, axesList))
    }
    var axes = starts.indices.map { Int64($0) }
    if case .known(let list)? = axesList { axes = list }
    if case .computed? = axesList { return node.set(type: node.type(0), shape: input.map { _ in .unknown }) }
    var steps = starts.map { _ in Int64(1) }
    if case .known(let list)? = stepsList { steps = list }
    guard starts.count == ends.count, axes.count == starts.count, steps.count == starts.count else {
      throw .sizes(
        "the number of starts", .fixed(starts.count), "the number of ends, axes or steps", .fixed(ends.count))
    }
    var shape = input
    for index in starts.indices {
      let axis = try node.axis(axes[index], rank: input.count)
      if case .computed? = stepsList { shape[axis] = .unknown; continue }
      guard let size = input[axis].size else {
        let isWhole = starts[index] == 0 && ends[index] >= Int64(Int32.max) && steps[index] == 1
        if !isWhole { shape[axis] = .unknown }
        continue
      }
      guard let cut = SliceBounds(start: starts[index], end: ends[index], step: steps[index], size: size) else {
        throw .attribute("steps", expected: "other than 0")
      }
      shape[axis] = .fixed(cut.count)
    }
    node.set(type: node.type(0), shape: shape)
  }

  /// Which axes change is known where the axes are, even where it is not known how.
  private static func cutSomewhere(_ input: [Dimension], _ axes: IntegerList?) -> [Dimension] {
    guard case .known(let axes)? = axes else { return input.map { _ in .unknown } }
    var shape = input
    for axis in axes {
      if let axis = Layout.axis(axis, rank: input.count) { shape[axis] = .unknown }
    }
    return shape
  }

  @Sendable private static func pad(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: node.shape(0)?.map { _ in .unknown })
    let list =
      node.opset < 2
      ? node.node.ints("paddings").map { IntegerList.known($0) } : node.integers(input: 1, attribute: "pads")
    guard let input = node.shape(0), case .known(let pads)? = list else { return }
    var axes = Array(input.indices)
    if let given = node.input(3) {
      guard let listed = given.constant?.integers else { return }
      axes = []
      for axis in listed { axes.append(try node.axis(axis, rank: input.count)) }
    }
    guard pads.count == 2 * axes.count else { throw .attribute("pads", expected: "\(2 * axes.count) numbers") }
    var shape = input
    for (index, axis) in axes.enumerated() {
      let (change, overflow) = pads[index].addingReportingOverflow(pads[axes.count + index])
      guard !overflow else { throw .outputSize }
      shape[axis] = try input[axis].mapped(isIdentity: change == 0) { size in
        let (padded, overflow) = size.addingReportingOverflow(Int(change))
        return overflow ? nil : padded
      }
    }
    node.set(type: node.type(0), shape: shape)
  }

  @Sendable private static func oneHot(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(2), shape: nil)
    guard var shape = node.shape(0) else { return }
    let axis = try node.axis("axis", default: -1, rank: shape.count + 1)
    let depth = node.input(1)?.elements?.first ?? .unknown
    if let size = depth.size, size < 0 { throw .outputSize }
    shape.insert(depth, at: axis)
    node.set(type: node.type(2), shape: shape)
  }

  @Sendable private static func nonZero(_ node: inout NodeFacts) {
    node.set(type: .int64, shape: node.shape(0).map { [.fixed($0.count), .unknown] })
  }

  @Sendable private static func compress(_ node: inout NodeFacts) throws(ShapeProblem) {
    guard node.node.int("axis") != nil else { return node.set(type: node.type(0), shape: [.unknown]) }
    guard var shape = node.shape(0) else { return node.set(type: node.type(0), shape: nil) }
    shape[try node.axis("axis", default: 0, rank: shape.count)] = .unknown
    node.set(type: node.type(0), shape: shape)
  }

  @Sendable private static func gridSample(_ node: inout NodeFacts) {
    node.set(type: node.type(0), shape: nil)
    guard let data = node.shape(0), let grid = node.shape(1), data.count >= 3, grid.count == data.count else { return }
    node.set(type: node.type(0), shape: Array(data[..<2] + grid[1..<(grid.count - 1)]))
  }

  @Sendable private static func roiAlign(_ node: inout NodeFacts) {
    let (height, width) = (node.node.int("output_height") ?? 1, node.node.int("output_width") ?? 1)
    let channels = node.shape(0).flatMap { $0.count == 4 ? $0[1] : nil } ?? .unknown
    let sizes: [Dimension] = [height, width].map { $0 >= 0 ? .fixed(Int($0)) : .unknown }
    node.set(type: node.type(0), shape: [node.shape(1)?.first ?? .unknown, channels] + sizes)
  }

  @Sendable private static func unique(_ node: inout NodeFacts) {
    let axis = node.node.int("axis")
    node.set(type: node.type(0), shape: axis == nil ? [.unknown] : node.shape(0)?.map { _ in .unknown })
    for index in node.outputs.indices.dropFirst() { node.set(index, type: .int64, shape: [.unknown]) }
  }
}
