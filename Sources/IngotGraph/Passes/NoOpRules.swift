// When a node does nothing: one rule per operation, from what is known about types, shapes and constants.

internal import IngotCore

/// A node that may hand a value on as it is.
struct NoOps {
  let node: Node
  let opset: Int64
  let inputs: [ValueFacts]
  let output: ValueFacts
  /// The node that makes the first input, and what it reads first.
  let before: (node: Node, source: ValueID, facts: ValueFacts)?

  /// - Parameter maker: the node that makes the first input.
  init(_ node: Node, graph: Graph, context: PassContext, maker: Node?) {
    func facts(_ id: ValueID?) -> ValueFacts { id.map { context.facts(of: $0, in: graph) } ?? ValueFacts() }
    (self.node, opset) = (node, context.opset)
    inputs = node.inputs.map(facts)
    output = facts(node.outputs.first.flatMap(\.self))
    if let maker, maker.domain.isEmpty, let source = maker.inputs.first.flatMap(\.self) {
      before = (maker, source, facts(source))
    } else {
      before = nil
    }
  }

  /// The value that the node's first output always equals.
  var sameValue: ValueID? {
    if let position { return node.inputs[position] }
    return undone
  }

  static func isCandidate(_ node: Node) -> Bool {
    guard node.domain.isEmpty, !node.inputs.isEmpty, node.inputs[0] != nil else { return false }
    return passesFirst.contains(node.opType) || neutral[node.opType] != nil || twice[node.opType] != nil
  }

  /// The position of the input that the output equals.
  private var position: Int? {
    if let neutral = Self.neutral[node.opType] { return keptOperand(neutral) }
    if node.opType == "Where" { return chosenBranch }
    return doesNothing ? 0 : nil
  }

  private static let passesFirst: Set<String> = [
    "Identity", "Dropout", "Cast", "CastLike", "Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Slice",
    "Expand",
    "Pad", "Tile", "Concat", "Sum", "Max", "Min", "Mean", "Split", "Resize", "Upsample", "Where", "ReduceSum",
    "ReduceMean",
    "ReduceMax", "ReduceMin", "ReduceProd", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool",
    "DepthToSpace", "SpaceToDepth",
  ]

  private var doesNothing: Bool {
    switch node.opType {
    case "Identity": true
    case "Dropout": isInference
    case "Cast", "CastLike": inputs[0].type != nil && inputs[0].type == output.type
    case "Transpose": keepsOrder
    case "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Expand": keepsShape()
    case "Slice": keepsShape() && steps?.allSatisfy { $0 == 1 } ?? false
    case "Pad": pads?.allSatisfy { $0 == 0 } ?? false
    case "Tile": opset >= 6 && integers(1)?.allSatisfy { $0 == 1 } ?? false
    case "Concat", "Sum", "Max", "Min", "Mean": node.inputs.count == 1
    case "Split": node.outputs.count == 1
    case "Resize", "Upsample": keepsSizes
    // Over axes of size 1.
    case "ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd": keepsShape()
    case "MaxPool", "AveragePool": keepsShape() && node.ints("kernel_shape")?.allSatisfy { $0 == 1 } ?? false
    case "GlobalAveragePool", "GlobalMaxPool": keepsShape()
    case "DepthToSpace", "SpaceToDepth": node.int("blocksize") == 1
    default: false
    }
  }

  private func integers(_ index: Int) -> [Int64]? {
    inputs.indices.contains(index) ? inputs[index].constant?.integers : nil
  }
  private func isGiven(_ index: Int) -> Bool { node.inputs.indices.contains(index) && node.inputs[index] != nil }

  private var isInference: Bool {
    if opset < 7 { return node.int("is_test") ?? 0 != 0 }
    guard opset >= 12, isGiven(2) else { return true }
    guard let mode = inputs[2].constant, mode.type == .bool, mode.elementCount == 1 else { return false }
    return mode.bytes.array == [0]
  }

  private var steps: [Int64]? { isGiven(4) ? integers(4) : node.ints("steps") ?? [] }
  private var pads: [Int64]? { isGiven(1) ? integers(1) : node.ints("pads") ?? node.ints("paddings") }

  /// Both shapes are known and equal; private names of unknown sizes stand for equal sizes.
  private func keepsShape(_ position: Int = 0) -> Bool {
    guard let before = inputs[position].shape, let after = output.shape else { return false }
    return before == after && !before.contains(.unknown)
  }

  private var keepsOrder: Bool {
    if let order = node.ints("perm") { return order == order.indices.map { Int64($0) } }
    return inputs[0].shape.map { $0.count <= 1 } ?? false
  }

  /// Every coordinate is its own source. `tf_half_pixel_for_nn` is half a pixel off even then, and a crop has borders.
  private var keepsSizes: Bool {
    let mode = node.string("coordinate_transformation_mode") ?? "half_pixel"
    guard keepsShape(), mode != "tf_crop_and_resize", mode != "tf_half_pixel_for_nn" else { return false }
    if isGiven(3) {
      guard node.ints("axes") == nil, let sizes = integers(3) else { return false }
      return sizes.map { Dimension.fixed(Int(clamping: $0)) } == inputs[0].shape
    }
    let scales = isGiven(2) ? inputs[2].constant : isGiven(1) && opset < 11 ? inputs[1].constant : nil
    return scales?.isFilled(with: 1) ?? node.floats("scales")?.allSatisfy { $0 == 1 } ?? false
  }
}

// Operations with a constant that changes nothing.
extension NoOps {
  /// What the other operand must be filled with, and whether either may be it.
  fileprivate struct Neutral {
    var element: Double
    var commutes: Bool
  }

  fileprivate static let neutral: [String: Neutral] = [
    "Add": Neutral(element: 0, commutes: true), "Sub": Neutral(element: 0, commutes: false),
    "Mul": Neutral(element: 1, commutes: true), "Div": Neutral(element: 1, commutes: false),
    "Pow": Neutral(element: 1, commutes: false), "And": Neutral(element: 1, commutes: true),
    "Or": Neutral(element: 0, commutes: true), "Xor": Neutral(element: 0, commutes: true),
    "BitwiseOr": Neutral(element: 0, commutes: true), "BitwiseXor": Neutral(element: 0, commutes: true),
  ]

  fileprivate func keptOperand(_ neutral: Neutral) -> Int? {
    // Before version 7 an attribute says how shapes meet.
    guard opset >= 7, inputs.count == 2 else { return nil }
    for kept in neutral.commutes ? [0, 1] : [0] {
      guard let other = inputs[1 - kept].constant, other.isFilled(with: neutral.element) else { continue }
      if other.shape.isEmpty || keepsShape(kept) { return kept }
      if let rank = inputs[kept].shape?.count, other.shape.count <= rank, other.elementCount == 1 { return kept }
    }
    return nil
  }

  /// The branch of a Where that is taken everywhere.
  fileprivate var chosenBranch: Int? {
    guard inputs.count == 3 else { return nil }
    if node.inputs[1] == node.inputs[2] { return keepsShape(1) ? 1 : nil }
    guard let condition = inputs[0].constant else { return nil }
    for (position, truth) in [(1, 1.0), (2, 0.0)] where condition.isFilled(with: truth) && keepsShape(position) {
      return position
    }
    return nil
  }
}

// Operations that do nothing the second time, or undo themselves.
extension NoOps {
  fileprivate enum Second { case isSame, undoes }

  fileprivate static let twice: [String: Second] = [
    "Relu": .isSame, "Abs": .isSame, "Ceil": .isSame, "Floor": .isSame, "Round": .isSame, "Sign": .isSame,
    "Neg": .undoes, "Not": .undoes, "BitwiseNot": .undoes, "Cast": .undoes, "Reshape": .undoes, "Squeeze": .undoes,
    "Unsqueeze": .undoes, "Flatten": .undoes,
  ]

  private static let reshaping: Set<String> = ["Reshape", "Squeeze", "Unsqueeze", "Flatten"]

  /// The value from before two operations that are none together.
  fileprivate var undone: ValueID? {
    guard let second = Self.twice[node.opType], let (first, source, facts) = before else { return nil }
    if Self.reshaping.contains(node.opType) {
      let isBack = facts.shape != nil && facts.shape == output.shape && !(facts.shape?.contains(.unknown) ?? true)
      return Self.reshaping.contains(first.opType) && isBack ? source : nil
    }
    guard first.opType == node.opType else { return nil }
    if case .isSame = second { return node.inputs[0] }
    if node.opType != "Cast" { return source }
    guard let type = facts.type, let between = inputs[0].type else { return nil }
    return type == output.type && type.fits(in: between) ? source : nil
  }
}
