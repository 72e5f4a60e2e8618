// What a rewrite of one node may look at and do: facts about its inputs, constants, and nodes before and after it.

internal import IngotCore

/// The conversion of one graph. Its nodes are the caller's; values are added here.
struct OpsetRewriter {
  private(set) var graph: Graph
  let target: Int64
  private(set) var names: FreshNames
  private let context: PassContext
  private let uses: Uses
  private let isFunction: Bool
  /// Nodes that stand before and after the one that is being rewritten.
  private var (before, after): ([Node], [Node]) = ([], [])

  /// - Parameter isFunction: whether constants are nodes, because the graph has no place for initializers.
  init(graph: Graph, context: PassContext, target: Int64, isFunction: Bool, names: FreshNames) {
    (self.graph, self.context, self.target, self.isFunction, self.names) = (graph, context, target, isFunction, names)
    uses = Uses(graph)
  }

  /// - Returns: the node as the target has it, with what stands before and after it.
  mutating func converted(_ original: Node, from: Int64) throws(OpsetObstacle) -> [Node] {
    var (node, version) = (original, from)
    var (earlier, later): ([Node], [Node]) = ([], [])
    while node.domain.isEmpty, let change = OpsetChange.next(of: node.opType, after: version, upTo: target) {
      (before, after) = ([], [])
      do throws(OpsetReason) { try change.rewrite(&node, &self) } catch {
        let label = original.label(in: graph)
        throw OpsetObstacle(node: label, opType: original.opType, version: change.version, reason: error)
      }
      version = change.version
      let (new, following) = (before, after)
      for node in new { earlier += try converted(node, from: version) }
      var followers: [Node] = []
      for node in following { followers += try converted(node, from: version) }
      later = followers + later
    }
    return earlier + [node] + later
  }

  // MARK: What is known

  func type(of id: ValueID?) -> ElementType? { id.flatMap { context.facts(of: $0, in: graph).type } }
  func shape(of id: ValueID?) -> [Dimension]? { id.flatMap { context.facts(of: $0, in: graph).shape } }
  func constant(_ id: ValueID?) -> Tensor? { id.flatMap { context.facts(of: $0, in: graph).constant } }

  /// Whether anything reads the node's output.
  func isUsed(_ output: Int, of node: Node) -> Bool {
    guard output < node.outputs.count, let id = node.outputs[output] else { return false }
    return id.index >= uses.readers.count || uses.count(id) > 0
  }

  /// - Throws: `.unknownRank`.
  func shape(ofInput index: Int, of node: Node) throws(OpsetReason) -> [Dimension] {
    guard index < node.inputs.count, let shape = shape(of: node.inputs[index]) else {
      throw .unknownRank(input: index)
    }
    return shape
  }

  // MARK: What is added

  mutating func constant(_ tensor: Tensor, _ suffix: String, of node: Node) -> ValueID {
    if isFunction {
      let value = Attribute(name: "value", value: .tensor(Initializer(tensor)))
      return insert("Constant", [], [value], as: suffix, of: node)
    }
    let id = value(suffix, of: node, type: tensor.type, shape: tensor.shape.map { .fixed($0) })
    graph[id].initializer = Initializer(tensor)
    return id
  }

  /// Adds a node before the one that is being rewritten.
  /// - Returns: its output.
  mutating func insert(
    _ op: String, _ inputs: [ValueID?], _ attributes: [Attribute] = [], as suffix: String, of node: Node
  ) -> ValueID {
    let output = value(suffix, of: node)
    before.append(
      Node(op, name: graph[output].name, inputs: inputs, outputs: [output], attributes: attributes))
    return output
  }

  /// Adds a node after the one that is being rewritten; it makes what the rewritten one made.
  /// - Parameter inputs: those beside the first, which is the new output of the rewritten node.
  mutating func append(
    _ op: String, _ inputs: [ValueID?] = [], _ attributes: [Attribute] = [], toOutput index: Int = 0,
    of node: inout Node, as suffix: String
  ) {
    let old = node.outputs[index]
    let inner = value(suffix, of: node)
    node.outputs[index] = inner
    after.append(
      Node(op, name: "\(graph[inner].name)_\(op)", inputs: [inner] + inputs, outputs: [old], attributes: attributes))
  }

  private mutating func value(
    _ suffix: String, of node: Node, type: ElementType? = nil, shape: [Dimension]? = nil
  ) -> ValueID {
    graph.addValue(Value(name: freshName(suffix, of: node), type: type, shape: shape))
  }

  /// For a value of a graph inside this one.
  mutating func freshName(_ suffix: String, of node: Node) -> String {
    names.name(startingWith: "\(node.label(in: graph))_\(suffix)")
  }

  // MARK: Attributes that become inputs

  /// - Parameter isScalar: whether the input is one number without axes.
  mutating func moveInts(
    _ name: String, toInput index: Int, of node: inout Node, isScalar: Bool = false
  ) throws(OpsetReason) {
    let id: ValueID
    switch node.attribute(name) {
    case nil: return
    case .ints(let values) where !isScalar: id = constant(Tensor(values), name, of: node)
    case .int(let value): id = constant(Tensor([value], shape: isScalar ? [] : [1]), name, of: node)
    case .reference(let outer, let type):
      id = try functionAttribute(outer, type, as: isScalar ? "value_int" : "value_ints", name, of: node)
    default: throw .attribute(name)
    }
    node.remove(name)
    node.setInput(index, id)
  }

  /// The input gets the type of the node's first.
  mutating func moveFloat(_ name: String, toInput index: Int, of node: inout Node) throws(OpsetReason) {
    switch node.attribute(name) {
    case nil: return
    case .float(let value): node.setInput(index, try number(Double(value), name, likeInput: 0, of: node))
    case .reference(let outer, let type):
      let number = try functionAttribute(outer, type, as: "value_float", name, of: node)
      node.setInput(index, try castLike(number, as: "\(name)_cast", likeInput: 0, of: node))
    default: throw .attribute(name)
    }
    node.remove(name)
  }

  /// A constant without axes in the type of one of the node's inputs.
  mutating func number(
    _ value: Double, _ suffix: String, likeInput index: Int, of node: Node
  ) throws(OpsetReason) -> ValueID {
    let type = index < node.inputs.count ? type(of: node.inputs[index]) : nil
    if let type, let tensor = Tensor(.floats([value]), type: type, shape: []) {
      return constant(tensor, suffix, of: node)
    }
    guard type == nil else { throw .unknownType(input: index) }
    let number = constant(Tensor([Float(value)], shape: []), suffix, of: node)
    return try castLike(number, as: "\(suffix)_cast", likeInput: index, of: node)
  }

  private mutating func castLike(
    _ id: ValueID, as suffix: String, likeInput index: Int, of node: Node
  ) throws(OpsetReason) -> ValueID {
    guard target >= 15, index < node.inputs.count, let like = node.inputs[index] else {
      throw .unknownType(input: index)
    }
    return insert("CastLike", [id, like], as: suffix, of: node)
  }

  private mutating func functionAttribute(
    _ outer: String, _ type: Int32, as kind: String, _ name: String, of node: Node
  ) throws(OpsetReason) -> ValueID {
    guard target >= 12 else { throw .functionAttribute(outer) }
    let attribute = Attribute(name: kind, value: .reference(name: outer, type: type))
    return insert("Constant", [], [attribute], as: name, of: node)
  }
}

extension Node {
  mutating func remove(_ attribute: String) { attributes.removeAll { $0.name == attribute } }

  /// Inputs before it that are not there are left out.
  mutating func setInput(_ index: Int, _ id: ValueID) {
    while inputs.count <= index { inputs.append(nil) }
    inputs[index] = id
  }
}

extension Attribute {
  init(_ name: String, ints: [Int64]) { self.init(name: name, value: .ints(ints)) }
  init(_ name: String, int: Int64) { self.init(name: name, value: .int(int)) }
}
