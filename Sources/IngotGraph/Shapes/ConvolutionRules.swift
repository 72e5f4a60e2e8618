// Convolutions and pooling: everything with a window that slides over spatial axes.

internal import IngotCore

enum ConvolutionRules {
  static let table: [String: ShapeRule] = [
    "Conv": convolution, "ConvInteger": { (node) throws(ShapeProblem) in try convolution(&node, outputType: .int32) },
    "QLinearConv": quantizedConvolution, "ConvTranspose": transposed, "MaxPool": maxPool, "AveragePool": averagePool,
    "LpPool": averagePool, "GlobalAveragePool": globalPool, "GlobalMaxPool": globalPool, "GlobalLpPool": globalPool,
    "com.microsoft::FusedConv": convolution,
  ]

  @Sendable private static func convolution(_ node: inout NodeFacts) throws(ShapeProblem) {
    try convolution(&node, outputType: node.type(0))
  }

  private static func convolution(_ node: inout NodeFacts, outputType: ElementType?) throws(ShapeProblem) {
    node.set(type: outputType, shape: try convolved(node, input: node.shape(0), weights: node.shape(1)))
  }

  @Sendable private static func quantizedConvolution(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(7), shape: try convolved(node, input: node.shape(0), weights: node.shape(3)))
  }

  /// - Parameter weights: [outputs, inputs / group, kernel…].
  private static func convolved(
    _ node: NodeFacts, input: [Dimension]?, weights: [Dimension]?
  ) throws(ShapeProblem) -> [Dimension]? {
    guard let rank = input?.count ?? weights?.count else { return nil }
    guard rank >= 3 else { throw .rank(input: 0, shape: input ?? [], expected: "3 axes or more") }
    if let weights, weights.count != rank { throw .rank(input: 1, shape: weights, expected: "\(rank) axes") }
    let group = node.node.int("group") ?? 1
    guard group >= 1 else { throw .attribute("group", expected: "1 or more") }
    if let channels = input?[1].size, let perGroup = weights?[1].size {
      let (expected, overflow) = perGroup.multipliedReportingOverflow(by: Int(group))
      if overflow || expected != channels {
        throw .sizes("the channels of input 0", .fixed(channels), "what its weights and groups take", .fixed(expected))
      }
    }
    let kernel = try kernelSizes(node, weights: weights, axes: rank - 2)
    let window = try Window(node, axes: rank - 2, kernel: kernel)
    guard let input else { return nil }
    return [input[0], weights?[0] ?? .unknown] + (try window.outputSizes(of: Array(input[2...])))
  }

  private static func kernelSizes(
    _ node: NodeFacts, weights: [Dimension]?, axes: Int
  ) throws(ShapeProblem) -> [Dimension] {
    let fromWeights = weights.map { Array($0[2...]) }
    guard let declared = node.node.ints("kernel_shape") else {
      return fromWeights ?? [Dimension](repeating: .unknown, count: axes)
    }
    guard declared.count == axes else { throw .attribute("kernel_shape", expected: "\(axes) sizes") }
    let sizes = declared.map { Dimension.fixed(Int($0)) }
    guard fromWeights.map({ $0.unified(with: sizes) != nil }) ?? true else {
      throw .attribute("kernel_shape", expected: "the sizes of its weights, \(fromWeights?.shapeText ?? "")")
    }
    return sizes
  }

  /// onnx/docs/Operators.md, ConvTranspose: size = stride * (in - 1) + output_padding + ((kernel - 1) * dilation + 1) - pads.
  @Sendable private static func transposed(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: nil)
    guard let input = node.shape(0), let weights = node.shape(1) else { return }
    guard input.count >= 3 else { throw .rank(input: 0, shape: input, expected: "3 axes or more") }
    guard weights.count == input.count else { throw .rank(input: 1, shape: weights, expected: "\(input.count) axes") }
    let axes = input.count - 2
    let group = node.node.int("group") ?? 1
    guard group >= 1 else { throw .attribute("group", expected: "1 or more") }
    if let a = input[1].size, let b = weights[0].size, a != b {
      throw .sizes("the channels of input 0", input[1], "the first size of its weights", weights[0])
    }
    let channels = try weights[1].mapped(isIdentity: group == 1) { size in
      let (product, overflow) = size.multipliedReportingOverflow(by: Int(group))
      return overflow ? nil : product
    }
    let kernel = try kernelSizes(node, weights: weights, axes: axes)
    let window = try Window(node, axes: axes, kernel: kernel)
    let extra = try Window.list(node, "output_padding", count: axes, standard: 0, minimum: 0)
    var sizes: [Dimension] = []
    let given = node.node.ints("output_shape")
    if let given, given.count != axes && given.count != axes + 2 {
      throw .attribute("output_shape", expected: "\(axes) sizes")
    }
    for axis in 0..<axes {
      if let given {
        sizes.append(.fixed(Int(given[given.count - axes + axis])))
      } else {
        sizes.append(try window.transposedSize(of: input[2 + axis], axis: axis, extra: extra[axis]))
      }
    }
    guard sizes.allSatisfy({ ($0.size ?? 0) >= 0 }) else { throw .outputSize }
    node.set(type: node.type(0), shape: [input[0], channels] + sizes)
  }

  @Sendable private static func maxPool(_ node: inout NodeFacts) throws(ShapeProblem) {
    try pool(&node)
    node.set(1, type: .int64, shape: node.outputs.first?.shape)
  }

  @Sendable private static func averagePool(_ node: inout NodeFacts) throws(ShapeProblem) { try pool(&node) }

  private static func pool(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: nil)
    guard let kernel = node.node.ints("kernel_shape") else { throw .attribute("kernel_shape", expected: "there") }
    guard let input = node.shape(0) else { return }
    guard input.count >= 3 else { throw .rank(input: 0, shape: input, expected: "3 axes or more") }
    guard kernel.count == input.count - 2 else {
      throw .attribute("kernel_shape", expected: "\(input.count - 2) sizes")
    }
    let window = try Window(node, axes: kernel.count, kernel: kernel.map { .fixed(Int($0)) })
    node.set(type: node.type(0), shape: Array(input[..<2]) + (try window.outputSizes(of: Array(input[2...]))))
  }

  @Sendable private static func globalPool(_ node: inout NodeFacts) {
    let shape = node.shape(0)?.enumerated().map { $0 < 2 ? $1 : .fixed(1) }
    node.set(type: node.type(0), shape: shape)
  }
}
