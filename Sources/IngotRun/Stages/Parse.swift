// parse: the target's own parser says what it cannot take, and the profiles are held against the model's inputs.
// In: the canonical model. Out: `support.json`. Fails where the runtime refuses a node, naming all of them.

internal import IngotBackends
internal import IngotCore
internal import IngotPlan

/// `support.json`.
struct SupportDocument: Codable {
  var version = 1
  var backend: String
  var runtimeVersion: String
  var inputs: [TensorDocument]
  var outputs: [TensorDocument]
  var warnings: [String]
}

/// A tensor's name, type and shape as documents write them.
struct TensorDocument: Codable, Hashable {
  var name: String
  var type: String
  var shape: [String]

  init(_ tensor: IOTensor) {
    (name, type, shape) = (tensor.name, tensor.type.description, tensor.shape.map(\.description))
  }
}

/// A runtime's parser does not take all of a model.
struct UnsupportedModel: ReportableError {
  var backend: String
  var version: String
  var nodes: [UnsupportedNode]

  var kind: FailureKind { .input }
  var description: String {
    let list = nodes.map { node in
      let name = node.name.isEmpty ? "" : " '\(node.name)'"
      return "  \(node.op.isEmpty ? "model" : node.op)\(name): \(node.reason)"
    }
    let plugins = backend == BackendKind.tensorrt.rawValue ? ", name a plug-in library that has them in `build`" : ""
    return """
      \(backend) \(version) cannot take \(nodes.count == 1 ? "one node" : "\(nodes.count) nodes") of the model:
      \(list.joined(separator: "\n"))
        hint: export the model without these\(plugins), or remove this target from the manifest
      """
  }
}

extension Stages {
  func parse(_ job: StageJob, _ settings: ParseSettings) throws -> StageResult {
    let path = job.input("model")
    let model = try readModel(path)
    _ = try resolveProfiles(
      settings.profiles, inputs: model.inputTensors, in: "the model's inputs",
      needsProfiles: settings.backend.isTensorRT)
    let backend = try runtimes.backend(for: job.step.tools[0])
    let report = try backend.parse(modelPath: path, plugins: job.plugins.map { PluginLibrary(path: $0.path) })
    guard report.unsupported.isEmpty else {
      throw UnsupportedModel(
        backend: settings.backend, version: backend.identity.version, nodes: report.unsupported)
    }
    let document = SupportDocument(
      backend: settings.backend, runtimeVersion: backend.identity.version,
      inputs: report.inputs.map(TensorDocument.init),
      outputs: report.outputs.map(TensorDocument.init), warnings: report.warnings)
    return StageResult(files: [try job.write(document, to: "support.json")])
  }
}
