// What a rule sees of its node.

internal import IngotCore

/// A node with what is known about its inputs; a rule fills in the outputs.
struct NodeFacts {
  let node: Node
  /// The version of the standard operator set.
  let opset: Int64
  /// Nil for an optional input that is left out.
  let inputs: [ValueFacts?]
  var outputs: [ValueFacts]
  /// Facts about the outputs of the node's subgraphs, by attribute.
  var bodies: [String: [ValueFacts]] = [:]
  /// How often a Loop's body runs, where its condition never ends it.
  var tripCount = Dimension.unknown
  /// Of inputs whose elements may be negative: their elements as sizes, by input.
  var sizesByInput: [Int: [Dimension]] = [:]

  init(_ node: Node, opset: Int64, inputs: [ValueFacts?]) {
    (self.node, self.opset, self.inputs) = (node, opset, inputs)
    outputs = node.outputs.map { _ in ValueFacts() }
  }

  func input(_ index: Int) -> ValueFacts? { inputs.indices.contains(index) ? inputs[index] : nil }
  func type(_ index: Int) -> ElementType? { input(index)?.type }
  func shape(_ index: Int) -> [Dimension]? { input(index)?.shape }

  /// A short list of integers, whether all are known or not. What is calculated may be negative (`seq-5`).
  func elements(_ index: Int) -> [Dimension]? { input(index)?.elements }

  /// Elements that become sizes: those that may be negative in a run, as -1 and 0 mean something else in many operations, are
  /// unknown. Numbers are as they are.
  func sizes(_ index: Int) -> [Dimension]? { sizesByInput[index] ?? elements(index) }

  mutating func set(_ index: Int = 0, type: ElementType?, shape: [Dimension]?) {
    guard outputs.indices.contains(index) else { return }
    (outputs[index].type, outputs[index].shape) = (type, shape)
  }

  /// Says everything about an output, where the node has it.
  mutating func put(_ facts: ValueFacts, at index: Int = 0) {
    if outputs.indices.contains(index) { outputs[index] = facts }
  }

  /// An attribute's axis as an index.
  func axis(_ name: String, default standard: Int64, rank: Int) throws(ShapeProblem) -> Int {
    try axis(node.int(name) ?? standard, rank: rank)
  }

  func axis(_ axis: Int64, rank: Int) throws(ShapeProblem) -> Int {
    guard let index = Layout.axis(axis, rank: rank) else { throw .axis(axis, rank: rank) }
    return index
  }

  /// A list that is an attribute in old versions and an input in new ones: where nothing is given, nil; where it is computed at
  /// run time, `.computed`.
  func integers(input index: Int, attribute name: String) -> IntegerList? {
    if let facts = input(index) {
      guard let values = facts.constant?.integers else { return .computed(count: facts.shape?.first?.size) }
      return .known(values)
    }
    return node.ints(name).map { .known($0) }
  }
}

enum IntegerList {
  case known([Int64])
  case computed(count: Int?)
}

/// Fills in a node's outputs from its inputs. It leaves unknown what it cannot tell.
typealias ShapeRule = @Sendable (inout NodeFacts) throws(ShapeProblem) -> Void
