// Calculates once what several nodes calculate from the same inputs in the same way. Random operations differ each time,
// operations of other domains may, and every quantization keeps the nodes that its runtime fuses it with.

internal import IngotCore

extension Pass {
  static let commonSubexpressions = Pass("common-subexpressions") { mergeEqualNodes(&$0, $1) }
}

private func mergeEqualNodes(_ graph: inout Graph, _ context: PassContext) -> PassReport {
  var defaults = AttributeDefaults(opsets: context.opsets)
  var report = PassReport("common-subexpressions")
  var forwarding = Forwarding(for: graph)
  var seen: [Expression: Int] = [:]
  seen.reserveCapacity(graph.nodes.count)
  for index in graph.nodes.indices {
    guard let expression = Expression(graph.nodes[index], &defaults, reading: { forwarding[$0] }) else { continue }
    guard let first = seen[expression] else {
      seen[expression] = index
      continue
    }
    let node = graph.nodes[index]
    let label = node.label(in: graph)
    if forwarding.merge(index, into: first, in: &graph) { report.remove(label) }
  }
  if !report.isEmpty { forwarding.finish(&graph) }
  return report
}

extension Forwarding {
  /// - Returns: false where a name is in the way; nothing has changed then.
  fileprivate mutating func merge(_ index: Int, into first: Int, in graph: inout Graph) -> Bool {
    let pairs = zip(graph.nodes[index].outputs, graph.nodes[first].outputs).compactMap { copy, original in
      copy.flatMap { copy in original.map { (copy: copy, original: $0) } }
    }
    // With several outputs all must go, and one whose name must stay could stop half-way.
    guard pairs.count == 1 || pairs.allSatisfy({ canForward($0.copy, to: $0.original, in: graph) }) else {
      return false
    }
    for (copy, original) in pairs where !forward(copy, to: original, in: &graph) { return false }
    remove(index)
    return true
  }

  private func canForward(_ copy: ValueID, to original: ValueID, in graph: Graph) -> Bool {
    !uses.isGraphOutput[copy.index] && !uses.isCaptured[copy.index] && self[copy] == copy
  }
}

/// What a node calculates, apart from names.
private struct Expression: Hashable {
  private let opType: String
  private let inputs: [ValueID?]
  /// Which outputs there are.
  private let outputs: [Bool]
  private let attributes: [NamedValue]

  private struct NamedValue: Hashable {
    let name: String
    let value: AttributeKey
  }

  private static let neverEqual: Set<String> = [
    "RandomNormal", "RandomUniform", "RandomNormalLike", "RandomUniformLike", "Multinomial", "Bernoulli", "Dropout",
    "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "Constant",
  ]

  private static let commutative: Set<String> = ["Add", "Mul", "And", "Or", "Xor", "Equal", "BitwiseAnd", "BitwiseOr"]

  /// - Returns: nil for a node that no other may stand in for.
  init?(_ node: Node, _ defaults: inout AttributeDefaults, reading: (ValueID) -> ValueID) {
    guard node.domain.isEmpty, !node.outputs.isEmpty, !Self.neverEqual.contains(node.opType), !node.hasSubgraphs,
      node.unknownFields.isEmpty
    else { return nil }
    var attributes: [NamedValue] = []
    for attribute in node.attributes {
      guard let value = AttributeKey(attribute.value), attribute.unknownFields.isEmpty else { return nil }
      if value != defaults.value(of: attribute.name, in: node) {
        attributes.append(NamedValue(name: attribute.name, value: value))
      }
    }
    opType = node.opType
    var inputs = node.inputs.map { $0.map(reading) }
    if inputs.count == 2, Self.commutative.contains(opType), let a = inputs[0], let b = inputs[1], b < a {
      inputs = [b, a]
    }
    self.inputs = inputs
    outputs = node.outputs.map { $0 != nil }
    self.attributes = attributes.sorted { $0.name < $1.name }
  }
}

/// An attribute's value to compare and hash. Tensors are compared by their bytes.
private enum AttributeKey: Hashable {
  case float(UInt32), int(Int64), string([UInt8]), floats([UInt32]), ints([Int64]), strings([[UInt8]])
  case tensor(ElementType, [Int], [UInt8])

  init?(_ value: Attribute.Value) {
    switch value {
    case .float(let value): self = .float(value.bitPattern)
    case .int(let value): self = .int(value)
    case .string(let value): self = .string(value)
    case .floats(let values): self = .floats(values.map(\.bitPattern))
    case .ints(let values): self = .ints(values)
    case .strings(let values): self = .strings(values)
    case .tensor(let initializer):
      guard let tensor = initializer.tensor, tensor.bytes.count <= 4096 else { return nil }
      self = .tensor(tensor.type, tensor.shape, tensor.bytes.array)
    case .graph, .tensors, .graphs, .sparseTensor, .sparseTensors, .type, .types, .reference, .opaque: return nil
    }
  }
}

/// Values that attributes have where they are left out: exporters write them or not, as they please.
private struct AttributeDefaults {
  private struct Key: Hashable {
    var opType: String
    var attribute: String
  }

  private var schemas: OperatorSchemas
  private var known: [Key: AttributeKey?] = [:]

  init(opsets: [String: Int64]) { schemas = OperatorSchemas(opsets: opsets) }

  mutating func value(of attribute: String, in node: Node) -> AttributeKey? {
    let key = Key(opType: node.opType, attribute: attribute)
    if let found = known[key] { return found }
    let value = schemas.schema(of: node)?.attribute(attribute)?.defaultValue.flatMap { AttributeKey($0) }
    known[key] = .some(value)
    return value
  }
}
