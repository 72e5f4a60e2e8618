// Pooling: windows over each channel by itself.

internal import IngotCore

enum PoolingRules {
  static let table: [String: ShapeRule] = [
    "MaxPool": maxPool, "AveragePool": pool, "LpPool": pool, "GlobalAveragePool": globalPool,
    "GlobalMaxPool": globalPool, "GlobalLpPool": globalPool, "MaxUnpool": unpool,
    "com.microsoft::NhwcMaxPool": { (node) throws(ShapeProblem) in try pool(&node, isLast: true) },
    "com.microsoft::MaxpoolWithMask": pool,
    "com.microsoft::QLinearAveragePool": { (node) throws(ShapeProblem) in
      try pool(&node, isLast: node.flag("channels_last"))
    },
    "com.microsoft::QLinearGlobalAveragePool": { globalPool(&$0, isLast: $0.flag("channels_last")) },
    "com.ms.internal.nhwc::MaxPool": { (node) throws(ShapeProblem) in
      try pool(&node, isLast: true)
      node.set(1, type: .int64, shape: node.outputs.first?.shape)
    },
    "com.ms.internal.nhwc::AveragePool": { (node) throws(ShapeProblem) in try pool(&node, isLast: true) },
    "com.ms.internal.nhwc::LpPool": { (node) throws(ShapeProblem) in try pool(&node, isLast: true) },
    "com.ms.internal.nhwc::GlobalAveragePool": { globalPool(&$0, isLast: true) },
    "com.ms.internal.nhwc::GlobalMaxPool": { globalPool(&$0, isLast: true) },
    "com.ms.internal.nhwc::GlobalLpPool": { globalPool(&$0, isLast: true) },
    "com.microsoft.nchwc::MaxPool": pool, "com.microsoft.nchwc::AveragePool": pool,
    "com.microsoft.nchwc::GlobalMaxPool": globalPool, "com.microsoft.nchwc::GlobalAveragePool": globalPool,
  ]

  @Sendable private static func maxPool(_ node: inout NodeFacts) throws(ShapeProblem) {
    try pool(&node)
    node.set(1, type: .int64, shape: node.outputs.first?.shape)
  }

  @Sendable private static func pool(_ node: inout NodeFacts) throws(ShapeProblem) { try pool(&node, isLast: false) }

  /// - Parameter isLast: whether the channels stand last.
  private static func pool(_ node: inout NodeFacts, isLast: Bool) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: nil)
    guard let kernel = node.node.ints("kernel_shape") else { throw .attribute("kernel_shape", expected: "there") }
    let input = node.shape(0) ?? .unknown(rank: kernel.count + 2)
    guard input.count >= 3 else { throw .rank(input: 0, shape: input, expected: "3 axes or more") }
    guard kernel.count == input.count - 2 else {
      throw .attribute("kernel_shape", expected: "\(input.count - 2) sizes")
    }
    let window = try Window(node, axes: kernel.count, kernel: kernel.map { .fixed(Int($0)) })
    let ordered = isLast ? input.channelsFirst : input
    let shape = Array(ordered[..<2]) + (try window.outputSizes(of: Array(ordered[2...])))
    node.set(type: node.type(0), shape: isLast ? shape.channelsLast : shape)
  }

  @Sendable private static func globalPool(_ node: inout NodeFacts) { globalPool(&node, isLast: false) }

  private static func globalPool(_ node: inout NodeFacts, isLast: Bool) {
    let shape = node.shape(0).map { input in
      let channel = isLast ? input.count - 1 : 1
      return input.enumerated().map { $0 == 0 || $0 == channel ? $1 : .fixed(1) }
    }
    node.set(type: node.type(0), shape: shape)
  }

  /// stride * (in - 1) + kernel - pads, unless input 2 says the shape.
  @Sendable private static func unpool(_ node: inout NodeFacts) throws(ShapeProblem) {
    guard let kernel = node.node.ints("kernel_shape") else { throw .attribute("kernel_shape", expected: "there") }
    // The indices are as many as the elements.
    let (values, indices) = (node.shape(0), node.shape(1))
    let input = values ?? indices ?? .unknown(rank: kernel.count + 2)
    guard kernel.count == input.count - 2 else {
      throw .attribute("kernel_shape", expected: "\(input.count - 2) sizes")
    }
    guard let input = input.unified(with: indices ?? input) else { throw .broadcast(input, indices ?? []) }
    let window = try Window(node, axes: kernel.count, kernel: kernel.map { .fixed(Int($0)) })
    if node.input(2) != nil {
      let sizes = node.sizes(2) ?? .unknown(rank: input.count)
      guard sizes.count == input.count else {
        throw .sizes("the number of sizes", .fixed(sizes.count), "the rank of input 0", .fixed(input.count))
      }
      for size in sizes { _ = try size.checked() }
      return node.set(type: node.type(0), shape: sizes)
    }
    var shape = Array(input[..<2])
    for axis in kernel.indices { shape.append(try window.transposedSize(of: input[2 + axis], axis: axis, extra: 0)) }
    node.set(type: node.type(0), shape: shape)
  }
}
