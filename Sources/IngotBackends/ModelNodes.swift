// What a report says of a model besides the runtime's own words: runtimes often name only the operator that they do not
// know, and a person needs the nodes. IngotGraph reads the file; where it does not take one, there is nothing to add.

internal import IngotCore
internal import IngotGraph

/// A node of a model file as a person finds it.
struct ModelNode: Hashable {
  var name: String
  var op: String
  /// Empty for the standard domain.
  var domain: String
  /// Names; empty for an output that is left out.
  var outputs: [String]
  /// Its place among the nodes of its graph, from 0.
  var number: Int

  /// The name, or the number where there is none.
  var label: String { name.isEmpty ? String(number) : name }

  /// Every node of an ONNX file, those of nested graphs after the node that holds them.
  /// - Returns: empty where the file cannot be read.
  static func all(inModelAt path: String) -> [ModelNode] {
    guard let model = try? Model.read(path: path) else { return [] }
    return model.graph.modelNodes
  }
}

extension Graph {
  fileprivate var modelNodes: [ModelNode] {
    nodes.enumerated().flatMap { (number, node) in
      let outputs = node.outputs.map { id in id.map { self[$0].name } ?? "" }
      let found = ModelNode(
        name: node.name, op: node.opType, domain: node.domain, outputs: outputs, number: number)
      return [found] + node.subgraphs.flatMap(\.graph.modelNodes)
    }
  }

  /// Tensors only, and without initializers, which old models list as inputs.
  var declaredInputs: [IOTensor] { inputs.filter { self[$0].initializer == nil }.compactMap(declaration) }
  /// Tensors only.
  var declaredOutputs: [IOTensor] { outputs.compactMap(declaration) }

  private func declaration(of id: ValueID) -> IOTensor? {
    let value = self[id]
    return value.type.map { IOTensor(name: value.name, type: $0, shape: value.shape ?? []) }
  }
}
