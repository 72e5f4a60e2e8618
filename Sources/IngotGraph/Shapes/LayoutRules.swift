// Operations that change a tensor's axes and not its numbers.

internal import IngotCore

enum LayoutRules {
  static let table: [String: ShapeRule] = [
    "Reshape": reshape, "Transpose": transpose, "Flatten": flatten, "Squeeze": squeeze, "Unsqueeze": unsqueeze,
    "Expand": expand, "DepthToSpace": depthToSpace, "SpaceToDepth": spaceToDepth,
    "com.microsoft::ExpandDims": expandDims,
  ]

  @Sendable private static func reshape(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: nil)
    let attribute = node.opset < 5 ? node.node.ints("shape")?.map { Dimension.fixed(Int($0)) } : nil
    // The length of the target is the rank, even where its numbers are computed at run time.
    guard let target = attribute ?? node.sizesOrCount(1) else { return }
    let copiesZeros = node.node.int("allowzero") ?? 0 == 0
    var shape: [Dimension] = []
    var open: Int?
    for (index, size) in target.enumerated() {
      switch size {
      case .fixed(-1) where open == nil:
        open = index
        shape.append(.unknown)
      case .fixed(0) where copiesZeros:
        guard let input = node.shape(0) else { shape.append(.unknown); continue }
        guard index < input.count else { throw .axis(Int64(index), rank: input.count) }
        shape.append(input[index])
      case .fixed(let size):
        guard size >= 0 else { throw .outputSize }
        shape.append(.fixed(size))
      // A size computed at run time could be 0, which copies, or -1, which asks for the rest.
      case .symbolic, .unknown: shape.append(size)
      }
    }
    node.set(
      type: node.type(0),
      shape: try node.shape(0).map { (input) throws(ShapeProblem) in
        try fitted(shape, open: open, to: input)
      } ?? shape)
  }

  /// Fills in the open size, and checks the others against the number of elements.
  private static func fitted(_ shape: [Dimension], open: Int?, to input: [Dimension]) throws(ShapeProblem)
    -> [Dimension]
  {
    let total = input.product
    var shape = shape
    // With one size unknown and no -1, the unknown one follows from the others.
    let unknown = shape.indices.filter { shape[$0] == .unknown }
    if let slot = open ?? (unknown.count == 1 ? unknown[0] : nil) {
      let others = shape.enumerated().filter { $0.offset != slot }.map(\.element).product
      guard let size = total.dividedExactly(by: others) else { throw .elementCount(from: input, to: shape) }
      shape[slot] = size
    } else if let count = total.size, let sizes = shape.sizes {
      guard Layout.count(sizes) == count else { throw .elementCount(from: input, to: shape) }
    }
    return shape
  }

  @Sendable private static func transpose(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: nil)
    guard let input = node.shape(0) else { return }
    let order = node.node.ints("perm") ?? input.indices.reversed().map { Int64($0) }
    guard order.sorted() == input.indices.map({ Int64($0) }) else {
      throw .attribute("perm", expected: "an order of \(input.count) axes")
    }
    node.set(type: node.type(0), shape: order.map { input[Int($0)] })
  }

  @Sendable private static func flatten(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: [.unknown, .unknown])
    guard let input = node.shape(0) else { return }
    let axis = node.node.int("axis") ?? 1
    guard axis >= -Int64(input.count), axis <= Int64(input.count) else { throw .axis(axis, rank: input.count) }
    let cut = axis < 0 ? Int(axis) + input.count : Int(axis)
    node.set(type: node.type(0), shape: [input[..<cut].product, input[cut...].product])
  }

  @Sendable private static func squeeze(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: nil)
    guard let input = node.shape(0) else { return }
    switch node.integers(input: 1, attribute: "axes") {
    case .known(let axes):
      var isDropped = [Bool](repeating: false, count: input.count)
      for axis in axes {
        let index = try node.axis(axis, rank: input.count)
        guard input[index].unified(with: .fixed(1)) != nil else {
          throw .sizes("axis \(axis) of input 0", input[index], "what Squeeze removes", .fixed(1))
        }
        isDropped[index] = true
      }
      node.set(type: node.type(0), shape: zip(input, isDropped).filter { !$1 }.map(\.0))
    case .computed(let count):
      if let count, count >= 0, count <= input.count {
        node.set(type: node.type(0), shape: .unknown(rank: input.count - count))
      }
    case nil:
      // A size that may be 1 at run time leaves even the rank open.
      if input.allSatisfy({ $0.size != nil || $0.isAtLeast(.fixed(2)) }) {
        node.set(type: node.type(0), shape: input.filter { $0 != .fixed(1) })
      }
    }
  }

  @Sendable private static func unsqueeze(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: nil)
    guard let input = node.shape(0) else { return }
    guard case .known(let axes)? = node.integers(input: 1, attribute: "axes") else {
      // How many axes there are is known earlier than which.
      if let added = node.sizesOrCount(1)?.count {
        node.set(type: node.type(0), shape: .unknown(rank: input.count + added))
      }
      return
    }
    let rank = input.count + axes.count
    var isNew = [Bool](repeating: false, count: rank)
    for axis in axes {
      let index = try node.axis(axis, rank: rank)
      guard !isNew[index] else { throw .attribute("axes", expected: "without repetitions") }
      isNew[index] = true
    }
    var sizes = input.makeIterator()
    node.set(type: node.type(0), shape: isNew.map { $0 ? .fixed(1) : sizes.next() ?? .unknown })
  }

  @Sendable private static func expand(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: nil)
    guard let input = node.shape(0), let target = node.sizesOrCount(1) else { return }
    for case .fixed(let size) in target where size < 0 { throw .outputSize }
    node.set(type: node.type(0), shape: try .broadcast(input, target))
  }

  @Sendable private static func depthToSpace(_ node: inout NodeFacts) throws(ShapeProblem) {
    let (input, block) = try blocks(&node)
    guard let input else { return }
    guard let channels = input[1].dividedExactly(by: .fixed(block * block)) else { throw .outputSize }
    node.set(type: node.type(0), shape: [input[0], channels, input[2] * .fixed(block), input[3] * .fixed(block)])
  }

  @Sendable private static func spaceToDepth(_ node: inout NodeFacts) throws(ShapeProblem) {
    let (input, block) = try blocks(&node)
    guard let input else { return }
    guard let height = input[2].dividedExactly(by: .fixed(block)),
      let width = input[3].dividedExactly(by: .fixed(block))
    else { throw .outputSize }
    node.set(type: node.type(0), shape: [input[0], input[1] * .fixed(block * block), height, width])
  }

  private static func blocks(_ node: inout NodeFacts) throws(ShapeProblem) -> ([Dimension]?, Int) {
    node.set(type: node.type(0), shape: nil)
    guard let block = node.node.int("blocksize"), block >= 1, block <= 1 << 20 else {
      throw .attribute("blocksize", expected: "1 or more")
    }
    guard let input = node.shape(0) else { return (nil, Int(block)) }
    guard input.count == 4 else { throw .rank(input: 0, shape: input, expected: "4 axes") }
    return (input, Int(block))
  }

  @Sendable private static func expandDims(_ node: inout NodeFacts) throws(ShapeProblem) {
    node.set(type: node.type(0), shape: nil)
    guard var shape = node.shape(0) else { return }
    guard let axis = node.elements(1)?.first?.size else {
      return node.set(type: node.type(0), shape: .unknown(rank: shape.count + 1))
    }
    shape.insert(.fixed(1), at: try node.axis(Int64(axis), rank: shape.count + 1))
    node.set(type: node.type(0), shape: shape)
  }
}
