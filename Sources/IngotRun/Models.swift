// What stages and checks ask of a model file.

internal import IngotBackends
internal import IngotCore
internal import IngotGraph

func readModel(_ path: String) throws(ModelError) -> Model { try Model.read(path: path) }

extension Model {
  /// The inputs that a caller must give: those that are no initializers.
  var inputTensors: [IOTensor] { graph.tensors(graph.inputs.filter { graph[$0].initializer == nil }) }
  var outputTensors: [IOTensor] { graph.tensors(graph.outputs) }
}

extension Graph {
  /// Values that are no tensors, or that have no declared type, are left out.
  fileprivate func tensors(_ ids: [ValueID]) -> [IOTensor] {
    ids.compactMap { id in
      guard let type = self[id].type else { return nil }
      return IOTensor(name: self[id].name, type: type, shape: self[id].shape ?? [])
    }
  }
}
