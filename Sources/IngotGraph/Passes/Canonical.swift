// One form for models that do the same: without texts for people, with attributes, metadata and values in one order. Two
// exports of one net that differ in doc strings, stack traces or the producer's name become the same bytes.

internal import IngotCore

/// Drops doc strings, exporters' traces and versions, and sorts what has no order of its own.
package func makeCanonical(_ model: inout Model) {
  (model.producerName, model.producerVersion, model.modelVersion, model.docString) = ("ingot", "", 0, nil)
  model.metadata.sort { ($0.key, $0.value) < ($1.key, $1.value) }
  let used = model.graph.domains.union([""]).union(model.functions.flatMap { Array($0.body.domains) })
  model.opsets = model.opsets.filter { used.contains($0.key) }
  makeCanonical(&model.graph)
  for index in model.functions.indices { makeCanonical(&model.functions[index]) }
  // Found by key, so their order means nothing.
  model.functions.sort { ($0.key.domain, $0.key.name, $0.key.overload) < ($1.key.domain, $1.key.name, $1.key.overload) }
}

private func makeCanonical(_ function: inout Function) {
  function.docString = nil
  function.unknownFields = function.unknownFields.fields { $0 != FunctionMetadata.fieldNumber }
  let used = function.body.domains
  function.opsets = function.opsets.filter { used.contains($0.key) || $0.key.isEmpty }
  for index in function.defaults.indices { function.defaults[index].docString = nil }
  makeCanonical(&function.body)
}

private func makeCanonical(_ graph: inout Graph) {
  graph.docString = nil
  for index in graph.values.indices {
    let id = ValueID(index)
    graph[id].docString = nil
    graph[id].initializer?.docString = nil
    // Denotations and metadata go; a type that Ingot does not know is described by these bytes alone.
    if graph[id].valueType?.isComplete ?? false { graph[id].storedInfo = nil }
  }
  for index in graph.nodes.indices {
    graph.nodes[index].docString = nil
    graph.nodes[index].unknownFields = graph.nodes[index].unknownFields.fields { $0 != NodeMetadata.fieldNumber }
    graph.nodes[index].attributes.sort { $0.name < $1.name }
    for position in graph.nodes[index].attributes.indices { graph.nodes[index].attributes[position].docString = nil }
    if graph.nodes[index].hasSubgraphs { graph.nodes[index].forEachSubgraph { makeCanonical(&$0) } }
  }
  graph.unknownFields = graph.unknownFields.fields { $0 != GraphMetadata.fieldNumber }
  graph.rebuild(keeping: canonicalOrder(of: graph))
}

/// onnx.proto: metadata_props of NodeProto, GraphProto and FunctionProto, where exporters write stack traces with paths.
private enum NodeMetadata { static let fieldNumber = 9 }
private enum GraphMetadata { static let fieldNumber = 16 }
private enum FunctionMetadata { static let fieldNumber = 14 }

/// Values in the order in which inputs and nodes mention them.
private func canonicalOrder(of graph: Graph) -> [ValueID] {
  var isListed = [Bool](repeating: false, count: graph.values.count)
  var order: [ValueID] = []
  func list(_ id: ValueID) {
    if !isListed[id.index] { order.append(id) }
    isListed[id.index] = true
  }
  graph.inputs.forEach(list)
  for node in graph.nodes {
    node.inputs.compactMap(\.self).forEach(list)
    for name in node.hasSubgraphs ? node.capturedNames() : [] { if let id = graph.find(name) { list(id) } }
    node.outputs.compactMap(\.self).forEach(list)
  }
  graph.outputs.forEach(list)
  for annotation in graph.annotations {
    list(annotation.tensor)
    for parameter in annotation.parameters { list(parameter.value) }
  }
  return order
}

extension Graph {
  /// Domains of all nodes, in subgraphs too.
  fileprivate var domains: Set<String> {
    var domains: Set<String> = []
    for node in nodes {
      domains.insert(node.domain)
      for (_, inner) in node.subgraphs { domains.formUnion(inner.domains) }
    }
    return domains
  }
}
