// A float model and the layers of its lowered form in one graph: each layer reads what the float model computes, so that what
// is off in its result is its own noise, not what came in. It is for looking at numbers, never for an engine.

internal import IngotCore
package import IngotGraph

/// One model that computes the float tensors and, beside each layer's result, what the lowered layer makes of them.
package struct LoweredBeside: Sendable {
  /// The layers' results: the name of the float tensor and of the lowered one, in graph order.
  package private(set) var results: [(node: String, float: String, lowered: String)] = []
  package private(set) var model: Model

  private let lowered: Graph
  /// Values of the lowered graph in this one.
  private var values: [ValueID: ValueID] = [:]
  private var narrowed: [ValueID: ValueID] = [:]
  private var added: [Node] = []
  private var nodeNames: NodeNames

  /// - Parameters:
  ///   - float: the model that was lowered, sanitized, with the scalings that the lowered one has.
  ///   - lowered: 16-bit floats as the runtime is to compute them.
  ///   - nodes: the layers, as `Graph.shownName` has them; those inside bodies are left out.
  /// - Throws: `.opset`.
  package init(_ float: Model, _ lowered: Model, nodes: Set<String>) throws(PrecisionError) {
    model = float
    if let wanted = lowered.opsets[""] {
      do throws(GraphError) { _ = try raiseOpset(of: &model, to: wanted) } catch { throw PrecisionError(.opset(error)) }
    }
    self.lowered = lowered.graph
    nodeNames = NodeNames(model.graph)
    let layers = model.graph.nodes.filter { nodes.contains(model.graph.shownName(of: $0)) }
    var wanted: [ValueID: (node: String, float: String)] = [:]
    for layer in layers {
      guard let output = layer.outputs.first ?? nil, let id = lowered.graph.find(model.graph[output].name) else {
        continue
      }
      wanted[id] = (model.graph.shownName(of: layer), model.graph[output].name)
    }
    add(needed(for: Set(wanted.keys)), wanted: wanted)
  }

  /// Nodes of the lowered graph between the float model's tensors and these.
  private func needed(for results: Set<ValueID>) -> [Node] {
    var open = results
    var nodes: [Node] = []
    for node in lowered.nodes.reversed() where node.outputs.contains(where: { $0.map(open.contains) ?? false }) {
      nodes.append(node)
      for case let id? in node.inputs where floatSource(of: id) == nil { open.insert(id) }
    }
    return nodes.reversed()
  }

  private mutating func add(_ nodes: [Node], wanted: [ValueID: (node: String, float: String)]) {
    // What bodies capture is found by name, and would be the float model's.
    var missing: Set<ValueID> = []
    for node in nodes {
      let isMissing = !node.bodies.isEmpty || node.inputs.contains { $0.map(missing.contains) ?? false }
      guard !isMissing else {
        missing.formUnion(node.outputs.compactMap(\.self))
        continue
      }
      var copy = node
      copy.name = nodeNames.unused(from: "\(lowered.shownName(of: node))/beside")
      copy.inputs = node.inputs.map { $0.map { read($0) } }
      copy.outputs = node.outputs.map { $0.map { write($0) } }
      added.append(copy)
      for case let id? in node.outputs {
        guard let result = wanted[id], let written = values[id] else { continue }
        results.append((result.node, result.float, model.graph[written].name))
      }
    }
    model.graph.nodes += added
  }

  /// The float model's tensor of the same name; nil for constants and for what lowering added.
  private func floatSource(of id: ValueID) -> ValueID? {
    guard lowered[id].initializer == nil, let source = model.graph.find(lowered[id].name),
      model.graph[source].initializer == nil
    else { return nil }
    return source
  }

  private mutating func read(_ id: ValueID) -> ValueID {
    guard let source = floatSource(of: id) else { return values[id] ?? write(id) }
    guard let type = lowered[id].type, type != model.graph[source].type else { return source }
    if let known = narrowed[source] { return known }
    let cast = model.graph.addValue(freshName: "\(lowered[id].name)_beside", type: type, shape: lowered[id].shape)
    added.append(
      Node(
        "Cast", name: nodeNames.unused(from: "\(model.graph[cast].name)/Cast"), inputs: [source], outputs: [cast],
        attributes: [Attribute(name: "to", value: .int(Int64(type.rawValue)))]))
    narrowed[source] = cast
    return cast
  }

  private mutating func write(_ id: ValueID) -> ValueID {
    let value = lowered[id]
    let made = model.graph.addValue(freshName: "\(value.name)_beside", type: value.type, shape: value.shape)
    model.graph[made].initializer = value.initializer
    values[id] = made
    return made
  }
}
