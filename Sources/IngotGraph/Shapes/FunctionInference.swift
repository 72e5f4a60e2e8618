// Calls of a model's own functions: what is known about the inputs goes through the body, with the call's attributes in place.

internal import IngotCore

extension ShapeInference {
  /// - Returns: facts about the call's outputs; nothing where the function calls itself, which the check reports, or where
  ///   the calls of this run have cost enough.
  mutating func outputs(of function: Function, called node: NodeFacts) throws(GraphError) -> [ValueFacts] {
    guard callBudget > 0, !callsUnderWay.contains(function.key) else { return node.outputs }
    callsUnderWay.append(function.key)
    defer { callsUnderWay.removeLast() }
    callBudget -= function.body.nodes.count + 1
    var values: [String: Attribute.Value] = [:]
    for attribute in function.defaults + node.node.attributes { values[attribute.name] = attribute.value }
    var body = function.body
    body.bind(values)
    let outer = (opset, declarations, whenInferred, whenContradicted, stale)
    opset = function.opsets[""] ?? opset
    // Names of sizes in a function are its own.
    (declarations, whenInferred, whenContradicted) = (.mayBeStale, nil, nil)
    defer { (opset, declarations, whenInferred, whenContradicted, stale) = outer }
    let given = body.inputs.indices.map { node.input($0) ?? ValueFacts() }
    let facts = try infer(&body, given: given)
    var outputs = node.outputs
    for (position, id) in body.outputs.enumerated() where position < outputs.count {
      outputs[position] = facts[id.index]
    }
    return outputs
  }
}

extension Graph {
  /// Puts values in the place of references to a function's attributes. A reference to one that is not given is no attribute.
  fileprivate mutating func bind(_ given: [String: Attribute.Value]) {
    for index in nodes.indices {
      guard nodes[index].attributes.contains(where: \.needsBinding) else { continue }
      var bound: [Attribute] = []
      for var attribute in nodes[index].attributes {
        switch attribute.value {
        case .reference(let name, _):
          guard let value = given[name] else { continue }
          attribute.value = value
        case .graph(var graph):
          graph.bind(given)
          attribute.value = .graph(graph)
        default: break
        }
        bound.append(attribute)
      }
      nodes[index].attributes = bound
    }
  }
}

extension Attribute {
  fileprivate var needsBinding: Bool {
    switch value {
    case .reference, .graph: true
    default: false
    }
  }
}
