// Convolutions: windows whose weights mix channels. ONNX has channels first; ONNX Runtime's optimizers also write them last.

internal import IngotCore

enum ConvolutionRules {
  static let table: [String: ShapeRule] = [
    "Conv": convolution, "ConvInteger": { (node) throws(ShapeProblem) in try convolution(&node, type: .int32) },
    "QLinearConv": { (node) throws(ShapeProblem) in try convolution(&node, type: node.type(7), weights: 3) },
    "ConvTranspose": transposed, "DeformConv": convolution, "Col2Im": columnsToImage,
    "com.microsoft::FusedConv": convolution, "com.microsoft::NhwcConv": channelsLast,
    "com.microsoft::NhwcFusedConv": channelsLast,
    "com.microsoft::QLinearConv": { (node) throws(ShapeProblem) in
      let form: Form = node.flag("channels_last") ? .dataLast : .first
      try convolution(&node, type: node.type(7), weights: 3, form)
    },
    "com.microsoft::ConvTransposeWithDynamicPads": transposedWithDynamicPads,
    "com.ms.internal.nhwc::Conv": { (node) throws(ShapeProblem) in try convolution(&node, type: node.type(0), .dataLast)
    },
    "com.ms.internal.nhwc::QLinearConv": { (node) throws(ShapeProblem) in
      try convolution(&node, type: node.type(7), weights: 3, .dataLast)
    },
    "com.microsoft.nchwc::Conv": convolution,
  ]

  /// Where the channels stand: of the data [batch, channels, places…] and of the weights [outputs, inputs / group, kernel…].
  private enum Form { case first, dataLast, bothLast }

  @Sendable private static func convolution(_ node: inout NodeFacts) throws(ShapeProblem) {
    try convolution(&node, type: node.type(0))
  }

  @Sendable private static func channelsLast(_ node: inout NodeFacts) throws(ShapeProblem) {
    try convolution(&node, type: node.type(0), .bothLast)
  }

  private static func convolution(
    _ node: inout NodeFacts, type: ElementType?, weights: Int = 1, _ form: Form = .first
  ) throws(ShapeProblem) {
    let input = form == .first ? node.shape(0) : node.shape(0)?.channelsFirst
    let kernel = form == .bothLast ? node.shape(weights)?.channelsFirst : node.shape(weights)
    let shape = try convolved(node, input: input, weights: kernel)
    node.set(type: type, shape: form == .first ? shape : shape?.channelsLast)
  }

  private static func convolved(
    _ node: NodeFacts, input: [Dimension]?, weights: [Dimension]?
  ) throws(ShapeProblem) -> [Dimension]? {
    guard let rank = input?.count ?? weights?.count else { return nil }
    guard rank >= 3 else { throw .rank(input: 0, shape: input ?? [], expected: "3 axes or more") }
    if let weights, weights.count != rank { throw .rank(input: 1, shape: weights, expected: "\(rank) axes") }
    let group = node.int("group", default: 1)
    guard group >= 1 else { throw .attribute("group", expected: "1 or more") }
    if let channels = input?[1].size, let perGroup = weights?[1].size {
      let (expected, overflow) = perGroup.multipliedReportingOverflow(by: Int(group))
      if overflow || expected != channels {
        throw .sizes("the channels of input 0", .fixed(channels), "what its weights and groups take", .fixed(expected))
      }
    }
    let kernel = try kernelSizes(node, weights: weights, axes: rank - 2)
    let window = try Window(node, axes: rank - 2, kernel: kernel)
    let places = input.map { Array($0[2...]) } ?? .unknown(rank: rank - 2)
    return [input?[0] ?? .unknown, weights?[0] ?? .unknown] + (try window.outputSizes(of: places))
  }

  private static func kernelSizes(
    _ node: NodeFacts, weights: [Dimension]?, axes: Int
  ) throws(ShapeProblem) -> [Dimension] {
    let fromWeights = weights.map { Array($0[2...]) }
    guard let declared = node.node.ints("kernel_shape") else { return fromWeights ?? .unknown(rank: axes) }
    guard declared.count == axes else { throw .attribute("kernel_shape", expected: "\(axes) sizes") }
    let sizes = declared.map { Dimension.fixed(Int($0)) }
    guard fromWeights.map({ $0.unified(with: sizes) != nil }) ?? true else {
      throw .attribute("kernel_shape", expected: "the sizes of its weights, \(fromWeights?.shapeText ?? "")")
    }
    return sizes
  }

  @Sendable private static func transposed(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: nil)
    let (input, weights) = (node.shape(0), node.shape(1))
    guard let rank = input?.count ?? weights?.count else { return }
    guard rank >= 3 else { throw .rank(input: 0, shape: input ?? [], expected: "3 axes or more") }
    if let weights, weights.count != rank { throw .rank(input: 1, shape: weights, expected: "\(rank) axes") }
    let axes = rank - 2
    let group = node.int("group", default: 1)
    guard group >= 1 else { throw .attribute("group", expected: "1 or more") }
    if let a = input?[1].size, let b = weights?[0].size, a != b {
      throw .sizes("the channels of input 0", .fixed(a), "the first size of its weights", .fixed(b))
    }
    let channels = (weights?[1] ?? .unknown) * .fixed(Int(group))
    let window = try Window(node, axes: axes, kernel: try kernelSizes(node, weights: weights, axes: axes))
    let extra = try Window.list(node, "output_padding", count: axes, standard: 0, minimum: 0)
    let given = node.node.ints("output_shape")
    if let given, given.count != axes && given.count != axes + 2 {
      throw .attribute("output_shape", expected: "\(axes) sizes")
    }
    var shape = [input?[0] ?? .unknown, channels]
    for axis in 0..<axes {
      if let given {
        shape.append(try Dimension.fixed(Int(given[given.count - axes + axis])).checked())
      } else {
        shape.append(try window.transposedSize(of: input?[2 + axis] ?? .unknown, axis: axis, extra: extra[axis]))
      }
    }
    node.set(type: node.type(0), shape: shape)
  }

  /// The pads are input 2; what they are is only used where all are 0 or an attribute could have said them.
  @Sendable private static func transposedWithDynamicPads(_ node: inout NodeFacts) throws(ShapeProblem) {
    var fixed = node.node
    fixed.attributes.removeAll { $0.name == "pads" }
    guard node.input(2) != nil else { return try transposed(&node) }
    let pads = node.input(2)?.constant?.integers
    if let pads { fixed.set("pads", .ints(pads)) }
    var other = NodeFacts(fixed, opset: node.opset, inputs: node.inputs)
    try transposed(&other)
    let shape = other.outputs.first?.shape
    let isKnown = pads != nil || fixed.ints("output_shape") != nil
    node.set(type: node.type(0), shape: isKnown ? shape : shape.map { Array($0[..<2]) + .unknown(rank: $0.count - 2) })
  }

  /// [batch, channels * block, blocks] becomes [batch, channels, image…].
  @Sendable private static func columnsToImage(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: nil)
    let input = try node.shape(0, rank: 3)
    let listed = node.listCount("dilations") ?? node.listCount("strides") ?? node.listCount("pads").map { $0 / 2 }
    guard let axes = node.shape(1)?.first?.size ?? node.shape(2)?.first?.size ?? listed,
      (0...ValueFacts.elementLimit).contains(axes)
    else { return }
    var channels = Dimension.unknown
    if let block = node.sizes(2), let columns = input?[1] {
      let product = block.product
      guard let quotient = columns.dividedExactly(by: product) else {
        throw .sizes("axis 1 of input 0", columns, "the block", product)
      }
      channels = quotient
    }
    let image = node.sizes(1) ?? .unknown(rank: axes)
    for size in image { _ = try size.checked() }
    node.set(type: node.type(0), shape: [input?[0] ?? .unknown, channels] + image)
  }
}

extension Array<Dimension> {
  /// [batch, places…, channels] as [batch, channels, places…].
  var channelsFirst: [Dimension] { count < 3 ? self : [self[0], self[count - 1]] + self[1..<(count - 1)] }
  /// The other way round.
  var channelsLast: [Dimension] { count < 3 ? self : [self[0]] + self[2...] + [self[1]] }
}
