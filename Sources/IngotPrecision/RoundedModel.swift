// Float16 and bfloat16 as float32 arithmetic that is rounded tensor by tensor, for a runtime that has no 16-bit
// arithmetic of its own. It lowers nothing: the model that comes out is for looking at numbers, never for an engine.

package import IngotCore
package import IngotGraph

/// A model whose 16-bit floats are made by rounding casts.
package struct RoundedModel: Sendable {
  /// A node that computes as it did before.
  package struct UnroundedNode: Hashable, Sendable {
    package var node: String
    package var op: String
    package var reason: String
  }

  package var model: Model
  /// What tensors are rounded to: float16, bfloat16 or both, in this order.
  package var types: [ElementType]
  /// Nodes with 16-bit floats in, out or inside that stay as they were, in node order: what the runtime rounds there is
  /// not known.
  package var unrounded: [UnroundedNode]

  /// `float16 rounded after each node`, and which nodes are not.
  package var summary: String {
    let rounding = types.map(\.description).joined(separator: " and ") + " rounded after each node"
    guard !unrounded.isEmpty else { return rounding }
    let named = unrounded.prefix(3).map { $0.node.isEmpty ? $0.op : "\($0.op) '\($0.node)'" }
    let rest = unrounded.count > named.count ? " and \(unrounded.count - named.count) more" : ""
    return "\(rounding) but \(named.joined(separator: ", "))\(rest)"
  }
}

/// Turns the main graph's 16-bit float arithmetic into float32 arithmetic with rounded tensors: a node that reads
/// 16-bit floats reads them widened, writes float32, and a Cast to the 16-bit type behind it rounds every number once,
/// to the nearest, ties to even; over the range is infinite. All names and types that the model declares stay, those of
/// inputs and outputs too.
///
/// Why: ONNX Runtime's CPU provider computes float16 nodes in float32 and leaves out the rounding between them, at
/// every optimization level; casts that a model writes itself are kept.
///
/// Where hardware differs, by less than these roundings do:
/// - Inside a node everything is float32, as tensor cores add up by default; they add in another order, and
///   exponentials and the like may be less exact.
/// - Fusion leaves roundings out: a convolution's before its activation or residual sum, and that of a DequantizeLinear
///   whose reader multiplies int8.
///
/// Left as they are, and told: nodes with bodies (If, Loop, Scan) that 16-bit floats enter, leave or stand in;
/// operators of other domains; nodes with values of unknown type.
///
/// - Parameter model: in topological order, types inferred.
/// - Returns: nil where the model has no 16-bit floats.
package func roundingFloat16(_ model: Model) -> RoundedModel? {
  let found = model.graph.narrowTypes
  guard !found.isEmpty else { return nil }
  var rounding = Rounding(model.graph)
  rounding.rewrite()
  var result = model
  result.graph = rounding.graph
  return RoundedModel(
    model: result, types: [.float16, .bfloat16].filter(found.contains), unrounded: rounding.unrounded)
}

private struct Rounding {
  private(set) var graph: Graph
  private(set) var unrounded: [RoundedModel.UnroundedNode] = []

  private let original: Graph
  private let uses: Uses
  /// By node index: whether the node computes in float32 from now on.
  private var isRounded: [Bool] = []
  private var nodes: [Node] = []
  private var nodeNames: NodeNames
  /// Names inside bodies: a new value of the graph around them must not have one.
  private let hiddenNames: Set<String>
  private var widened: [ValueID: ValueID] = [:]

  init(_ graph: Graph) {
    (self.graph, original) = (graph, graph)
    uses = Uses(graph)
    nodeNames = NodeNames(graph)
    hiddenNames = graph.namesInBodies
    for node in graph.nodes {
      let reason = reasonToLeave(node)
      let (name, op) = (node.name, node.domain.isEmpty ? node.opType : "\(node.domain)::\(node.opType)")
      if let reason { unrounded.append(RoundedModel.UnroundedNode(node: name, op: op, reason: reason)) }
      isRounded.append(reason == nil && computesNarrow(node))
    }
  }

  mutating func rewrite() {
    for (index, node) in original.nodes.enumerated() {
      if isRounded[index] { round(node) } else { nodes.append(node) }
    }
    graph.nodes = nodes
  }

  private mutating func round(_ node: Node) {
    var wide = node
    wide.inputs = node.inputs.map { $0.map { widen($0) } }
    for name in Self.typeAttributes where ElementType.isNarrow(node.int(name)) {
      wide.set(name, .int(Int64(ElementType.float32.rawValue)))
    }
    var casts: [Node] = []
    for case (let slot, let id?) in node.outputs.enumerated() where original.isNarrow(id) {
      let exact = addValue("\(original[id].name)_unrounded", shape: original[id].shape)
      wide.outputs[slot] = exact
      casts.append(makeCast(from: exact, to: id))
    }
    nodes.append(wide)
    nodes += casts
  }

  /// The value itself where it is no 16-bit float; its cast stands before the first node that reads it.
  private mutating func widen(_ id: ValueID) -> ValueID {
    guard original.isNarrow(id) else { return id }
    if let wide = widened[id] { return wide }
    let wide = widenedConstant(id) ?? widenedByCast(id)
    widened[id] = wide
    return wide
  }

  /// In place where all readers want it; a second constant where some keep the 16-bit one.
  private mutating func widenedConstant(_ id: ValueID) -> ValueID? {
    guard uses.isConstant(id, in: original), let tensor = original.constant(id) else { return nil }
    let wide = Initializer(NarrowFloat.widen(tensor))
    let isInPlace = !uses.isPinned(id) && uses.readers(of: id).allSatisfy { isRounded[$0.node] }
    let target = isInPlace ? id : addValue("\(original[id].name)_float32", shape: tensor.shape.map { .fixed($0) })
    graph[target].initializer = wide
    graph[target].type = .float32
    return target
  }

  private mutating func widenedByCast(_ id: ValueID) -> ValueID {
    let wide = addValue("\(original[id].name)_float32", shape: original[id].shape)
    nodes.append(makeCast(from: id, to: wide))
    return wide
  }

  private mutating func addValue(_ name: String, shape: [Dimension]?) -> ValueID {
    var candidate = name
    var number = 1
    while graph.find(candidate) != nil || hiddenNames.contains(candidate) {
      candidate = "\(name)_\(number)"
      number += 1
    }
    return graph.addValue(Value(name: candidate, type: .float32, shape: shape))
  }

  private mutating func makeCast(from input: ValueID, to output: ValueID) -> Node {
    let type = graph[output].type ?? .float32
    return Node(
      "Cast", name: nodeNames.unused(from: "\(graph[output].name)/Cast"), inputs: [input], outputs: [output],
      attributes: [Attribute(name: "to", value: .int(Int64(type.rawValue)))])
  }

  private func computesNarrow(_ node: Node) -> Bool {
    node.bodies.isEmpty && !Self.exact.contains(node.opType)
      && (node.inputs + node.outputs).contains { $0.map(original.isNarrow) ?? false }
  }

  private func reasonToLeave(_ node: Node) -> String? {
    let ports = (node.inputs + node.outputs).compactMap(\.self)
    guard node.bodies.isEmpty else {
      let captured = node.capturedNames().compactMap(original.find)
      let isNarrow = (ports + captured).contains(where: original.isNarrow)
      return isNarrow || node.bodies.contains { !$0.narrowTypes.isEmpty } ? "it has bodies" : nil
    }
    guard ports.contains(where: original.isNarrow) else { return nil }
    guard node.domain.isEmpty else { return "operators of \(node.domain) are unknown to Ingot" }
    guard !Self.exact.contains(node.opType), let unknown = ports.first(where: { original[$0].type == nil }) else {
      return nil
    }
    return "the type of '\(original[unknown].name)' is unknown"
  }

  /// Standard operators without arithmetic in the 16-bit type: they convert to or from it, make a constant of it, or
  /// ask for a shape. They stay.
  private static let exact: Set<String> = [
    "Cast", "CastLike", "BitCast", "Shape", "Size", "Constant", "ConstantOfShape", "EyeLike", "RandomNormal",
    "RandomUniform", "RandomNormalLike", "RandomUniformLike", "Bernoulli",
  ]

  /// Attributes that name the type of an output or of a calculation inside.
  private static let typeAttributes = [
    "output_dtype", "output_datatype", "precision", "stash_type", "softmax_precision",
  ]
}

extension ElementType {
  fileprivate var isNarrow: Bool { self == .float16 || self == .bfloat16 }

  /// - Parameter number: ONNX's number of a type, in an attribute.
  fileprivate static func isNarrow(_ number: Int64?) -> Bool {
    number.flatMap { Int32(exactly: $0) }.flatMap(Self.init(rawValue:))?.isNarrow ?? false
  }
}

extension Graph {
  fileprivate func isNarrow(_ id: ValueID) -> Bool { self[id].type?.isNarrow ?? false }

  /// Here and in bodies.
  fileprivate var narrowTypes: Set<ElementType> {
    var types = Set(values.compactMap(\.type).filter(\.isNarrow))
    for node in nodes { for body in node.bodies { types.formUnion(body.narrowTypes) } }
    return types
  }

  fileprivate var namesInBodies: Set<String> {
    var names: Set<String> = []
    for node in nodes {
      for body in node.bodies {
        names.formUnion(body.values.map(\.name))
        names.formUnion(body.namesInBodies)
      }
    }
    return names
  }
}
